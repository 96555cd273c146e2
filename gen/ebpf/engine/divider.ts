/** Division and remainder, two bits of quotient a cycle, leading zeros skipped (RFC 9669, 4.1). */
import { balanced, bool, cat, input, module, mux, muxCase, output, reg, repeat, u, when } from '../../hdl/index.ts';
import type { UInt } from '../../hdl/index.ts';
import { narrowed } from './alu.ts';
import { Control } from './control-signals.ts';

/**
 * `start` takes the operands. `done` is 1 in the last of 1 + ceil(q / 2) following cycles, at least 2, where q is the
 * number of quotient bits, and from then on; `value` is there one cycle after it has become 1, until the next `start`.
 * A divisor of 0 gives the quotient 0 and the remainder `left`. A narrow result has its upper half zero.
 */
export const divider = module(
  'divider',
  {
    start: input(bool),
    left: input(u(64)),
    right: input(u(64)),
    control: input(Control),
    done: output(bool),
    value: output(u(64)),
  },
  (io) => {
    /** Magnitudes: what is left of the dividend, and the divisor in place under it. */
    const rest = reg(u(64));
    const divisor = reg(u(64));
    const quotient = reg(u(64));
    /** Pairs of quotient bits still to come; the divisor stands that many pairs too far left. */
    const pairs = reg(u(6));
    const aligning = reg(bool, 0);
    const running = reg(bool, 0);
    const negative = reg(bool);
    const remainder = reg(bool);
    const narrow = reg(bool);

    const { is_signed: signed } = io.control;
    const left = narrowed(io.left, io.control.narrow, signed);
    const right = narrowed(io.right, io.control.narrow, signed);
    const minus = (value: UInt<64>): UInt<1> => signed.and(value.bit(63));
    const magnitude = (value: UInt<64>): UInt<64> => negated(value, minus(value));

    // The first pair is tried with the divisor as far left as it can matter: its highest bit not above the dividend's.
    const distance = highestPair(rest).sub(highestPair(divisor));
    const isBelow = distance.bit(5);
    const aligned = divisor.shl(cat(mux(isBelow, u(5).of(0), distance.low(5)), u(1).of(0)));

    // All multiples of the divisor are tried beside each other, each through one carry chain.
    const wide = rest.zext(67) as UInt<67>;
    const once = divisor.zext(67) as UInt<67>;
    const twice = once.shl(1);
    const differences = [wide.sub(once), wide.sub(twice), thrice(wide, once, twice)];
    const fits = differences.map((difference) => difference.high(1).not());
    const next = muxCase(
      [2, 1, 0].map((i) => [fits[i], differences[i].low(64)] as const),
      rest,
    );
    const digit = cat(fits[1], fits[2].or(fits[0].and(fits[1].not())));
    const isZero = divisor.orReduce().not();

    when(aligning, () => {
      aligning.next = 0;
      running.next = isZero.not();
      divisor.next = aligned;
      pairs.next = mux(isBelow, u(6).of(0), distance);
    }).elseWhen(running, () => {
      rest.next = next;
      quotient.next = cat(quotient.low(62), digit);
      divisor.next = divisor.shr(2);
      pairs.next = pairs.sub(1);
      running.next = pairs.orReduce();
    });
    when(io.start, () => {
      rest.next = magnitude(left);
      divisor.next = magnitude(right);
      quotient.next = 0;
      aligning.next = 1;
      running.next = 0;
      remainder.next = io.control.remainder;
      narrow.next = io.control.narrow;
      negative.next = mux(io.control.remainder, minus(left), minus(left).xor(minus(right)));
    });

    io.done.value = mux(aligning, isZero, running.not().or(pairs.orReduce().not()));
    const value = negated(mux(remainder, rest, quotient), negative);
    io.value.value = cat(value.high(32).and(repeat(narrow.not(), 32)), value.low(32));
  },
);

function negated(value: UInt<64>, negate: UInt<1>): UInt<64> {
  return value.xor(repeat(negate, 64)).add(negate.zext(64));
}

/** from - once - twice, as from + ~once + ~twice + 2: sum and carries of the three, then one carry chain. */
function thrice(from: UInt<67>, once: UInt<67>, twice: UInt<67>): UInt<67> {
  const [a, b, c] = [from, once.not(), twice.not()];
  const sum = a.xor(b).xor(c);
  const carries = a.and(b).or(a.and(c)).or(b.and(c));
  // One of the two ones goes into the lowest carry, the other is added by the chain.
  return cat(sum, u(1).of(1))
    .add(cat(carries.low(66), u(2).of(3)))
    .high(67);
}

/** Which pair of bits holds the highest 1, 0 to 31, in 6 bits; 0 for no pair. */
function highestPair(value: UInt<64>): UInt<6> {
  const pairs = Array.from({ length: 32 }, (_, i): { any: UInt<1>; index?: UInt } => ({
    any: value.slice(2 * i, 2).orReduce(),
  }));
  const { index } = balanced(pairs, (below, above) => {
    const lower = above.index === undefined ? undefined : mux(above.any, above.index, below.index! as any);
    return { any: below.any.or(above.any), index: lower === undefined ? above.any : cat(above.any, lower) };
  })!;
  return index!.zext(6) as UInt<6>;
}
