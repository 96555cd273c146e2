/** One-cycle arithmetic (RFC 9669, 4.1 and 4.2) and the comparison of conditional jumps (4.3). Combinational. */
import { allOf, anyOf, bool, cat, input, module, mux, output, repeat, select, u } from '../../hdl/index.ts';
import type { UInt } from '../../hdl/index.ts';
import { aluUnit, Control } from './control-signals.ts';

/** The lower half in 64 bits, extended by its sign where `signed` is 1, in place of `value` where `narrow` is 1. */
export function narrowed(value: UInt<64>, narrow: UInt<1>, signed: UInt<1>): UInt<64> {
  const extension = repeat(signed.and(value.bit(31)), 32);
  return cat(mux(narrow, extension, value.high(32)), value.low(32));
}

export const alu = module(
  'alu',
  {
    left: input(u(64)),
    right: input(u(64)),
    control: input(Control),
    result: output(u(64)),
    /** The jump is taken: 1 for unconditional ones, 0 for what is no jump. */
    taken: output(bool),
  },
  ({ left, right, control, result, taken }) => {
    const { operation, narrow, size } = control;

    // left - right is left + ~right + 1: one carry chain for both.
    const subtracts = operation.is('SUB');
    const sum = cat(left, u(1).of(1))
      .add(cat(right.xor(repeat(subtracts, 64)), subtracts))
      .high(64);
    const logic = select(operation, { AND: left.and(right), OR: left.or(right), XOR: left.xor(right) }, right);

    // One shifter to the right; a shift to the left goes through it mirrored.
    const a = narrowed(left, narrow, control.is_signed);
    const toLeft = operation.is('LSH');
    const amount = cat(right.bit(5).and(narrow.not()), right.low(5));
    const fill = control.is_signed.and(a.bit(63));
    const shifted = cat(fill, mux(toLeft, mirrored(left), a))
      .signed.shr(amount)
      .low(64);
    const shift = mux(toLeft, mirrored(shifted), shifted);

    const bytes = resized(mux(operation.is('SWAP'), byteSwapped(left, size), left), size, operation.is('EXTEND'));

    const unit = aluUnit(operation);
    const wide = mux(unit.bit(1), mux(unit.bit(0), bytes, shift), mux(unit.bit(0), sum, logic));
    result.value = cat(wide.high(32).and(repeat(narrow.not(), 32)), wide.low(32));

    const b = narrowed(right, narrow, control.is_signed);
    const flipped = (value: UInt<64>): UInt<64> => cat(value.high(1).xor(control.is_signed), value.low(63));
    const related = anyOf(
      allOf(control.less, flipped(a).lt(flipped(b))),
      allOf(control.equal, a.eq(b)),
      allOf(control.overlap, a.and(b).orReduce()),
    );
    taken.value = related.xor(control.invert);
  },
);

function mirrored(value: UInt<64>): UInt<64> {
  return cat(...value.toBits());
}

function bytesOf(value: UInt<64>): UInt<8>[] {
  return Array.from({ length: 8 }, (_, i) => value.slice(8 * i, 8));
}

/** The lowest 2^size bytes in reverse order; what is above them means nothing. */
function byteSwapped(value: UInt<64>, size: UInt<2>): UInt<64> {
  const bytes = bytesOf(value);
  const reversed = (count: number): UInt<64> => cat(...bytes.slice(0, count)).resize(64);
  return mux(size.bit(1).not(), reversed(2), mux(size.bit(0), reversed(8), reversed(4)));
}

/** The lowest 2^size bytes, extended to 64 bits. */
function resized(value: UInt<64>, size: UInt<2>, signed: UInt<1>): UInt<64> {
  const sign = signed.and(mux(size.bit(1), value.bit(31), mux(size.bit(0), value.bit(15), value.bit(7))));
  const byte = (from: number): UInt<8> => value.slice(8 * from, 8);
  const upper = repeat(sign, 8);
  const bytes = Array.from({ length: 8 }, (_, i) => {
    if (i === 0) return byte(0);
    const kept = i === 1 ? size.orReduce() : i < 4 ? size.bit(1) : size.andReduce();
    return mux(kept, byte(i), upper);
  });
  return cat(...bytes.toReversed());
}
