/**
 * What programs cost, to the cycle: a change of these numbers is a change of the engine's speed. Cycles count from the
 * first fetch to the exit, both included.
 */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { engine } from '../../../../gen/ebpf/engine/engine.ts';
import { emitSystemVerilog } from '../../../../gen/emit/index.ts';
import { elaborate } from '../../../../gen/hdl/index.ts';
import { benchOf, fromRoot, programOf, served, usual } from './bench.ts';

const bench = benchOf(usual);

/** Cycles of the best engine that others have built, and ours: with the program just copied, and once it is resident. */
test.each([
  ['fib50', 262, 258, 258],
  ['prime1009', 2285, 444, 444],
  ['csum1500', 4523, 4517, 4517],
  ['memcpy1K', 905, 784, 784],
  ['parser', 36, 36, 34],
])('%s: at most %i cycles', (name, best, copied, resident) => {
  const program = programOf(readFileSync(fromRoot(`examples/peers/${name}.s`), 'utf8'));
  const data = fromRoot(`examples/peers/${name}.data`);
  const run = () => bench.run({ name, program, data: existsSync(data) ? readFileSync(data) : new Uint8Array(0) });
  expect([run(), run()].map(({ error, cycles }) => ({ error, cycles }))).toEqual([
    { error: null, cycles: copied },
    { error: null, cycles: resident },
  ]);
  expect(copied).toBeLessThanOrEqual(best);
});

test('an engine with helper functions is as fast, and without them has no trace of them', () => {
  const { helpers, callByRegister } = served;
  const other = benchOf({ ...usual, helpers, callByRegister });
  for (const name of ['fib50', 'prime1009', 'csum1500', 'memcpy1K', 'parser']) {
    const program = programOf(readFileSync(fromRoot(`examples/peers/${name}.s`), 'utf8'));
    const data = fromRoot(`examples/peers/${name}.data`);
    const run = (on: typeof bench) =>
      on.run({ name, program, data: existsSync(data) ? readFileSync(data) : new Uint8Array(0) });
    run(bench);
    run(other);
    expect(run(other)).toEqual(run(bench));
  }
  const { files } = emitSystemVerilog(elaborate(() => engine(usual)).top);
  expect(files.filter(({ text }) => /helper|entry_r/.test(text)).map(({ name }) => name)).toEqual([]);
});

/** The stages that an exit passes before memory. */
const fill = 3;

/** Cycles of a program beyond one for each of its instructions. */
function bubbles(source: string, again = false): number {
  const program = programOf(source);
  if (again) bench.run({ program });
  const { cycles, instructions, error } = bench.run({ program });
  expect(error).toBeNull();
  return cycles - instructions - fill;
}

test.each([
  ['nothing but independent arithmetic', 'r3 = 1\nr4 = 2\nr5 = 3\nexit', 0],
  ['a chain of arithmetic', 'r3 = 1\nr3 += 2\nr3 <<= 4\nr3 ^= 5\nr3 = -r3\nr0 = r3\nexit', 0],
  ['lddw, one behind the other', 'r3 = 1 ll\nr4 = 2 ll\nr5 = 3 ll\nr3 += r4\nexit', 0],
  ['a load that nobody waits for', 'r3 = *(u64 *)(r1 + 0)\nr4 = 1\nr3 += r4\nexit', 0],
  ['a load used by the next instruction', 'r3 = *(u64 *)(r1 + 0)\nr3 += 1\nexit', 1],
  ['a load whose value is stored at once', 'r3 = *(u64 *)(r1 + 0)\n*(u64 *)(r1 + 8) = r3\nexit', 0],
  ['an address that has just been loaded', 'r3 = *(u64 *)(r1 + 0)\nr3 &= 0\nr3 += r1\nr4 = *(u64 *)(r3 + 0)\nexit', 1],
  ['a load across words of a line', 'r3 = *(u64 *)(r1 + 5)\nr4 = *(u64 *)(r1 + 13)\nexit', 0],
  ['stores, one behind the other', '*(u64 *)(r1 + 0) = r1\n*(u8 *)(r1 + 9) = r1\n*(u32 *)(r10 - 4) = r1\nexit', 0],
  ['products that do not depend on each other', 'r3 = 5\nr3 *= r1\nr4 = 7\nr4 *= r1\nexit', 0],
  ['a product used by the next instruction', 'r3 = 5\nr3 *= r1\nr3 += 1\nexit', 2],
  ['a product stored at once', 'r3 = 5\nr3 *= r1\n*(u64 *)(r1 + 0) = r3\nexit', 0],
  ['jumps that are not taken', 'if r1 == 0 goto +1\nif r1 < r2 goto +0\nr0 = 1\nexit', 0],
  ['a call and a return, found while copying', 'call local f\nexit\nf: r0 = 1\nexit', 3],
])('%s', (_, source, expected) => {
  expect(bubbles(source)).toBe(expected);
});

test('a jump that is taken costs one cycle the first time, none when it is known', () => {
  const forward = 'if r1 != 0 goto +1\nr0 = 1\nr0 += 2\nexit';
  expect(bubbles(forward)).toBe(1);
  expect(bubbles(forward, true)).toBe(0);
});

test('a loop costs one cycle: its end', () => {
  expect(bubbles('r3 = 20\nl: r3 -= 1\nif r3 != 0 goto l\nexit')).toBe(1);
  expect(bubbles('r3 = 20\nl: r4 = 7 ll\nr3 -= 1\nif r3 != 0 goto l\nexit')).toBe(1);
  expect(bubbles('r3 = 20\nl: r3 -= 1\nr4 = 7 ll\nif r3 != 0 goto l\nexit')).toBe(1);
});

test('a quotient of q bits costs q / 2 + 3 cycles in all, when the next instruction wants it', () => {
  const cost = (dividend: bigint, divisor: bigint): number =>
    1 + bubbles(`r3 = ${dividend} ll\nr4 = ${divisor} ll\nr3 /= r4\nr3 += 1\nexit`);
  for (const [dividend, divisor, bits] of [
    [0n, 5n, 1],
    [3n, 5n, 1],
    [5n, 5n, 1],
    [1000n, 3n, 9],
    [0xffff_ffffn, 1n, 32],
    [2n ** 64n - 1n, 1n, 64],
    [2n ** 64n - 1n, 2n ** 63n, 1],
    [2n ** 63n, 3n, 62],
  ] as const) {
    expect(cost(dividend, divisor)).toBeLessThanOrEqual(Math.ceil(bits / 2) + 4);
    expect(cost(dividend, divisor)).toBeGreaterThanOrEqual(Math.ceil(bits / 2) + 3);
  }
});
