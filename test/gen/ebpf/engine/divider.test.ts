/** The divider alone: operands with their highest bits at every place, against BigInt, with the number of cycles. */
import { expect, test } from 'vitest';
import { Control, pack } from '../../../../gen/ebpf/engine/control-signals.ts';
import { divider } from '../../../../gen/ebpf/engine/divider.ts';
import { chance, reset, simulate } from '../../lib/bench.ts';

const sim = simulate(divider);
const [done, start] = [sim.port('done'), sim.port('start')];

interface Mode {
  readonly is_signed: number;
  readonly narrow: number;
  readonly remainder: number;
}

/** All control signals 0. */
const nothing = Object.fromEntries(Control.ir.fields.map(({ name }) => [name, 0]));

/** Result, and the cycle after `start` in which `done` comes. */
function divided(left: bigint, right: bigint, mode: Mode): { value: bigint; cycles: number } {
  sim.poke('left', left);
  sim.poke('right', right);
  sim.poke('control', pack(Control, { ...nothing, ...mode }));
  start.set(1);
  sim.cycle();
  start.set(0);
  let cycles = 1;
  for (; done.get() === 0; cycles++) sim.cycle();
  sim.cycle();
  return { value: sim.peek('value'), cycles };
}

/** RFC 9669, 4.1: what the instructions have in the register afterwards, and the cycles by the pairs of bits that have to be tried. */
function expected(
  left: bigint,
  right: bigint,
  { is_signed, narrow, remainder }: Mode,
): { value: bigint; cycles: number } {
  const width = narrow ? 32 : 64;
  const operand = (value: bigint): bigint => (is_signed ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value));
  const [l, r] = [operand(left), operand(right)];
  const value = r === 0n ? (remainder ? l : 0n) : remainder ? l % r : l / r;
  const pair = (number: bigint): number => {
    const magnitude = number < 0n ? -number : number;
    return magnitude === 0n ? 0 : (magnitude.toString(2).length - 1) >> 1;
  };
  return { value: BigInt.asUintN(width, value), cycles: r === 0n ? 1 : 2 + Math.max(0, pair(l) - pair(r)) };
}

const modes = Array.from({ length: 8 }, (_, n): Mode => ({
  is_signed: n & 1,
  narrow: (n >> 1) & 1,
  remainder: n >> 2,
}));
const plain = modes[0]!;

/** Numbers with their highest bit at this place: nothing else, the bit below it, all bits, and by chance. */
const random = chance(64);
const below = (bit: number): bigint =>
  BigInt.asUintN(bit, BigInt(Math.floor(random() * 2 ** 32)) | (BigInt(Math.floor(random() * 2 ** 32)) << 32n));
const shapes: readonly ((bit: number) => bigint)[] = [
  (bit) => 1n << BigInt(bit),
  (bit) => (2n << BigInt(bit)) - 1n,
  (bit) => (1n << BigInt(bit)) | below(bit),
];

test('every place of the highest bits of dividend and divisor', () => {
  for (let high = 0; high < 64; high++) {
    for (let low = 0; low < 64; low++) {
      const shape = (high + low) % 2;
      const [left, right] = [shapes[high > low ? shape : 2]!(high), shapes[high > low ? 2 : shape]!(low)];
      expect([left, right, divided(left, right, plain)]).toEqual([left, right, expected(left, right, plain)]);
    }
  }
});

test('signs, narrow operands, remainders, and zeros', () => {
  const edges = [0n, 1n, 2n, 3n, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn, 2n ** 63n, 2n ** 63n - 1n, 2n ** 64n - 1n];
  const others = Array.from({ length: 8 }, () => below(64));
  for (const mode of modes) {
    for (const left of [...edges, ...others]) {
      for (const right of [...edges, ...others])
        expect([mode, left, right, divided(left, right, mode)]).toEqual([
          mode,
          left,
          right,
          expected(left, right, mode),
        ]);
    }
  }
});

test('quotients of every digit, with differences that nearly fit', () => {
  for (let n = 0; n < 2000; n++) {
    const right = below(1 + Math.floor(random() * 40)) | 1n;
    const quotient = below(24);
    for (const left of [right * quotient, right * quotient + right - 1n])
      expect([left, right, divided(left, right, plain)]).toEqual([left, right, expected(left, right, plain)]);
  }
});

test('a start during a division begins anew, and the value stays until the next one', () => {
  sim.poke('left', 2n ** 64n - 1n);
  sim.poke('right', 1n);
  start.set(1);
  sim.cycle();
  start.set(0);
  sim.cycle(7);
  expect(divided(1000n, 7n, plain).value).toBe(142n);
  sim.cycle(50);
  expect([sim.peek('value'), done.get()]).toEqual([142n, 1]);
});

test('a reset ends a division', () => {
  for (let n = 0; n < 40; n++) {
    sim.poke('left', 2n ** 64n - 1n);
    sim.poke('right', 1n);
    start.set(1);
    sim.cycle();
    start.set(0);
    sim.cycle(n);
    reset(sim);
    expect([n, done.get()]).toEqual([n, 1]);
    const value = sim.peek('value');
    sim.cycle(3);
    expect([n, done.get(), sim.peek('value')]).toEqual([n, 1, value]);
  }
});
