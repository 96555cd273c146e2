/** Bytes on their way between registers and the eight 8-byte banks of local RAM. */
import { cat, mux, repeat, u } from '../../hdl/index.ts';
import type { Bool, UInt } from '../../hdl/index.ts';

/** Bytes of an access less one, from the log2 of the bytes. */
export function lastByte(size: UInt<2>): UInt<3> {
  return cat(size.eq(3), size.bit(1), size.ne(0));
}

/** `value` turned left by `amount` bytes. */
export function rotateLeft(value: UInt<64>, amount: UInt<3>): UInt<64> {
  return [0, 1, 2].reduce((turned, k) => {
    const bits = 8 << k;
    return mux(amount.bit(k), cat(turned.slice(0, 64 - bits), turned.slice(64 - bits, bits)) as UInt<64>, turned);
  }, value);
}

/** Which bytes of a line an access touches. */
export interface Touched {
  /** One bit a byte. */
  readonly lanes: UInt<64>;
  /** One bit a bank. */
  readonly banks: UInt<8>;
}

/**
 * The bytes of the line that an access of 2^size bytes at `offset` touches; `second`: those it touches in the line
 * after. Two neighbouring banks at most, the one after bank 7 being bank 0 of the next line.
 */
export function touched(offset: UInt<6>, size: UInt<2>, second: Bool): Touched {
  const ones = mux(size.bit(1), mux(size.bit(0), u(8).of(0xff), 0x0f), mux(size.bit(0), u(8).of(0x03), 0x01));
  const spread = ones.zext(16).shl(offset.slice(0, 3));
  const lower = spread.slice(0, 8);
  const upper = spread.slice(8, 8);
  const bank = u(8).of(1).shl(offset.slice(3, 3));
  const holdsLower = bank.and(repeat(second.not(), 8));
  const holdsUpper = cat(bank.slice(0, 7).and(repeat(second.not(), 7)), bank.bit(7).and(second));
  const each = (b: number): UInt<8> =>
    lower.and(repeat(holdsLower.bit(b), 8)).or(upper.and(repeat(holdsUpper.bit(b), 8)));
  return {
    lanes: cat(...[7, 6, 5, 4, 3, 2, 1, 0].map(each)) as UInt<64>,
    banks: holdsLower.or(holdsUpper.and(repeat(upper.orReduce(), 8))),
  };
}

/** The value that `index` names, of as many as it can name. */
export function chosen<W extends number>(values: readonly UInt<W>[], index: UInt): UInt<W> {
  const half = values.length >> 1;
  if (half === 0) return values[0]!;
  const [low, high] = [values.slice(0, half), values.slice(half)].map((part) => chosen(part, index)) as [
    UInt<W>,
    UInt<W>,
  ];
  return mux(index.bit(Math.log2(half)), high, low) as UInt<W>;
}

/** The two neighbouring words of an access, told apart by the parity of their bank. */
export interface Pair {
  readonly even: UInt<64>;
  readonly odd: UInt<64>;
}

/** The words of a line that hold an access at `offset`; after bank 7 comes bank 0. */
export function pairOf(words: readonly UInt<64>[], offset: UInt<6>): Pair {
  const odd = offset.slice(4, 2);
  const even = odd.add(offset.bit(3).zext(2));
  const ofParity = (parity: number): UInt<64>[] => words.filter((_, i) => i % 2 === parity);
  return { even: chosen(ofParity(0), even), odd: chosen(ofParity(1), odd) };
}

/**
 * The value of a load: 2^size bytes at `offset`, extended to 64 bits. The position of the sign is known from the
 * address alone, so that it is picked while the bytes are shifted.
 */
export function loaded({ even, odd }: Pair, offset: UInt<6>, size: UInt<2>, signed: Bool): UInt<64> {
  const both = mux(offset.bit(3), cat(even, odd), cat(odd, even));
  const words = mux(offset.bit(2), both.slice(32, 96), both.slice(0, 96));
  const halves = mux(offset.bit(1), words.slice(16, 72), words.slice(0, 72));
  const bytes = mux(offset.bit(0), halves.slice(8, 64), halves.slice(0, 64));
  const signs = cat(...[odd, even].flatMap((word) => [7, 6, 5, 4, 3, 2, 1, 0].map((i) => word.bit(8 * i + 7))));
  const last = offset.slice(0, 4).add(lastByte(size).zext(4));
  const fill = signs.bit(last).and(signed);
  const wide = size.bit(1);
  return cat(
    mux(size.eq(3), bytes.slice(32, 32), repeat(fill, 32)),
    mux(wide, bytes.slice(16, 16), repeat(fill, 16)),
    mux(size.ne(0), bytes.slice(8, 8), repeat(fill, 8)),
    bytes.slice(0, 8),
  ) as UInt<64>;
}
