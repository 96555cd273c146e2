/** A BAR as a host uses it, over accesses of 32 bits. */
import type { AccessSize, Bar } from './host.ts';

/** Accesses of 32 bits at a byte address; lanes are those of the word that the address lies in. */
export interface WordAccess {
  read(address: number): Promise<number>;
  write(address: number, data: number, strobe: number): Promise<void>;
}

/** The part of an access that lies in one word. */
interface Piece {
  /** Where it starts; only the first one may be unaligned. */
  readonly address: number;
  readonly lane: number;
  readonly bytes: number;
  /** Bits of the value below it. */
  readonly shift: number;
}

function* pieces(offset: number, size: number): Generator<Piece> {
  for (let at = offset; at < offset + size;) {
    const lane = at % 4;
    const bytes = Math.min(4 - lane, offset + size - at);
    yield { address: at, lane, bytes, shift: 8 * (at - offset) };
    at += bytes;
  }
}

export function barOf(words: WordAccess): Bar {
  return {
    async read(offset: number, size: AccessSize | 8 = 4): Promise<any> {
      let value = 0n;
      for (const { address, lane, bytes, shift } of pieces(offset, size)) {
        const part = BigInt.asUintN(8 * bytes, BigInt((await words.read(address)) >>> (8 * lane)));
        value |= part << BigInt(shift);
      }
      return size === 8 ? value : Number(value);
    },
    async write(offset: number, size: AccessSize | 8, value: number | bigint): Promise<void> {
      for (const { address, lane, bytes, shift } of pieces(offset, size)) {
        const part = Number(BigInt.asUintN(8 * bytes, BigInt(value) >> BigInt(shift)));
        await words.write(address, (part << (8 * lane)) >>> 0, ((1 << bytes) - 1) << lane);
      }
    },
  };
}
