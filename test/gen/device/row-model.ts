/** What the requests of engines and host mean for the bytes of slot memory: written from the interface, not from the RTL. */
import { toBigInt, toBytes } from './bits.ts';

export type AtomicName = 'ADD' | 'OR' | 'AND' | 'XOR' | 'XCHG' | 'CMPXCHG';

export interface EngineRequest {
  readonly kind: 'READ' | 'WRITE' | 'ATOMIC';
  readonly offset: number;
  /** log2 of the bytes. */
  readonly size: number;
  readonly upper: boolean;
  readonly data: bigint;
  readonly atomic: AtomicName;
  readonly compare: bigint;
}

const atomics: Readonly<Record<AtomicName, (old: bigint, operand: bigint, compare: bigint) => bigint>> = {
  ADD: (old, operand) => old + operand,
  OR: (old, operand) => old | operand,
  AND: (old, operand) => old & operand,
  XOR: (old, operand) => old ^ operand,
  XCHG: (_, operand) => operand,
  CMPXCHG: (old, operand, compare) => (old === compare ? operand : old),
};

/** Does a request to a row of 64 bytes. Returns what the response carries. */
export function serve(row: Uint8Array, request: EngineRequest): bigint {
  const { kind, offset, size, upper, data } = request;
  const bytes = 1 << size;
  if (kind === 'READ') return toBigInt(row);
  if (kind === 'WRITE') {
    for (let byte = offset; byte < offset + bytes; byte++) {
      if (byte >= 64 !== upper) continue;
      row[byte % 64] = Number((data >> BigInt(8 * (byte % 8))) & 0xffn);
    }
    return 0n;
  }
  const part = row.subarray(offset, offset + bytes);
  const old = toBigInt(part);
  const cut = (value: bigint): bigint => BigInt.asUintN(8 * bytes, value);
  part.set(toBytes(cut(atomics[request.atomic](old, cut(data), cut(request.compare))), bytes));
  return old;
}

/** Writes the bytes of a row whose bit of `strobe` is 1. */
export function strobed(row: Uint8Array, data: Uint8Array, strobe: bigint): void {
  for (let byte = 0; byte < 64; byte++) if ((strobe >> BigInt(byte)) & 1n) row[byte] = data[byte]!;
}
