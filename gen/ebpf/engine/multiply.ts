/** The low 64 bits of a product, over three stages (RFC 9669, 4.1). */
import { cat, payload, u } from '../../hdl/index.ts';
import type { Stage, UInt } from '../../hdl/index.ts';

/** Widths of the two inputs of a DSP48E2's multiplier, as unsigned numbers. */
const leftBits = 26;
const rightBits = 17;

/** Products of pieces in `products`, their sums in `sums`; the result belongs to the item in `result`. */
export function multiply(products: Stage, sums: Stage, result: Stage, left: UInt<64>, right: UInt<64>): UInt<64> {
  const lefts = pieces(left, leftBits);
  const rights = pieces(right, rightBits);
  /** The product of two pieces, as much of it as lies below bit 64 when it stands at its place. */
  const product = (i: number, j: number): UInt => {
    const width = lefts[i].width + rights[j].width;
    const kept = Math.min(width, 64 - placeOf(i, j));
    const carried = payload(u(kept), `product_${i}_${j}`);
    products.put(carried, lefts[i].zext(width).mul(rights[j].zext(width)).low(kept));
    return sums.get(carried);
  };

  // Products that do not overlap share an addition. Bits below the other operand pass by it.
  const even = payload(u(64), 'even_sum');
  sums.put(even, plus(cat(product(1, 1), product(0, 0)), placeOf(0, 1), cat(product(1, 2), product(0, 1))));
  const odd = payload(u(64 - placeOf(1, 0)), 'odd_sum');
  const highest = plus(product(0, 3), placeOf(2, 0) - placeOf(0, 3), product(2, 0));
  const upper = plus(product(1, 0), placeOf(0, 2) - placeOf(1, 0), product(0, 2));
  sums.put(odd, plus(upper, placeOf(0, 3) - placeOf(1, 0), highest));
  return plus(result.get(even), placeOf(1, 0), result.get(odd));
}

/** The bit at which the product of two pieces stands. */
const placeOf = (i: number, j: number): number => i * leftBits + j * rightBits;

/** base + addend · 2^place, as wide as base. */
const plus = (base: UInt, place: number, addend: UInt): UInt =>
  cat(base.high(base.width - place).add(addend), base.low(place));

function pieces(value: UInt<64>, width: number): UInt[] {
  const count = Math.ceil(64 / width);
  return Array.from({ length: count }, (_, i) => value.slice(i * width, Math.min(width, 64 - i * width)) as UInt);
}
