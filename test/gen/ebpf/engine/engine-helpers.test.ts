/** Calls of helper functions that a model serves, with every latency and back-pressure. */
import { describe, expect, test } from 'vitest';
import { helperPatience } from '../../../../gen/ebpf/engine/interface.ts';
import type { Helper } from '../../../../sim/golden/interpreter.ts';
import { benchOf, programOf, randomFrom, served, small, steady } from './bench.ts';
import { data, first, producers } from './producers.ts';

/** No two registers can be exchanged without a change of the sum. */
const mix: Helper = (r1, r2, r3, r4, r5) => r1 + 3n * r2 + 5n * r3 + 7n * r4 + 11n * r5;
const functions = new Map<number, Helper>([
  [7, mix],
  [1, () => first],
  [0x7fff_ffff, (r1) => r1],
  [-0x8000_0000, (_, r2) => r2],
  [
    13,
    () => {
      throw new Error('fails');
    },
  ],
]);

const bench = benchOf(served, steady, functions);
const helpers = bench.helpers!;
const run = (source: string, patience = 3000) => bench.run({ program: programOf(source), data, patience });
const wrap = (value: bigint): bigint => BigInt.asUintN(64, value);

const timings = [0, 1, 2, 3, 7, 40].flatMap((latency) => [0, 0.7].map((stalls) => ({ latency, stalls })));

describe.each(timings)('latency $latency, stalls $stalls', ({ latency, stalls }) => {
  const each = (check: (stalls: number) => void): void => {
    for (const slots of [0, 0.5]) {
      bench.slots.timing = { latency: 4, stalls: slots, random: randomFrom(1) };
      helpers.timing = { latency, stalls, random: randomFrom(2) };
      check(slots);
    }
    bench.slots.timing = steady;
  };

  test.each(Object.entries(producers))('arguments right behind what makes them: %s', (_, produce) => {
    each(() => {
      for (const between of [0, 1, 2]) {
        const make = [1, 2, 3, 4, 5].map((i) => `r${i} = ${i}\n`).join('');
        for (const register of [1, 3, 5]) {
          const produced = produce(`r${register}`, 'r9');
          const source = `r9 = r1\nr7 = ${first} ll\n${make}${produced}\n${'r8 = 1\n'.repeat(between)}call 7\nexit`;
          const given = [1n, 2n, 3n, 4n, 5n].map((value, i) => (i + 1 === register ? first : value));
          expect(run(source)).toMatchObject({
            r0: wrap(mix(given[0], given[1], given[2], given[3], given[4])),
            error: null,
          });
        }
      }
    });
  });

  test.each<[string, string, bigint]>([
    ['arithmetic', 'r0 += 1', first + 1n],
    ['another register', 'r3 = r0\nr0 = r3', first],
    ['a jump', 'if r0 == r7 goto +1\nexit\nr0 = 1', 1n],
    ['stored data', '*(u64 *)(r9 + 8) = r0\nr0 = *(u64 *)(r9 + 8)', first],
    ['stored data on the stack', '*(u64 *)(r10 - 8) = r0\nr0 = *(u64 *)(r10 - 8)', first],
    ['an address', 'r0 &= 1\nr0 += r9\nr0 = *(u8 *)(r0 + 0)', 2n],
    ['a factor', 'r0 *= r0', wrap(first * first)],
    ['a divisor', 'r3 = -1\nr3 /= r0\nr0 = r3', (2n ** 64n - 1n) / first],
    ['an atomic operand', 'lock *(u64 *)(r9 + 8) += r0\nr0 = *(u64 *)(r9 + 8)', first + 0x100f_0e0d_0c0b_0a09n],
    ['what is compared', 'r0 = cmpxchg_64(r9 + 0, r0, r6)\nr0 = *(u64 *)(r9 + 0)', 77n],
    ['an argument', 'r1 = r0\nr2 = 0\nr3 = 0\nr4 = 0\nr5 = 0\ncall 7', first],
    ['the result', '', first],
    ['nothing: it is overwritten', 'r0 = 5', 5n],
    ['another call', 'call 1', first],
    ['a callee', 'call local f\nexit\nf: r0 += r7', 2n * first],
  ])('r0 right before %s', (_, consume, r0) => {
    each(() => {
      for (const between of [0, 1, 2, 3]) {
        const source = `r9 = r1\nr6 = 77\nr7 = ${first} ll\ncall 1\n${'r8 = 1\n'.repeat(between)}${consume}\nexit`;
        expect(run(source)).toMatchObject({ r0, error: null });
      }
    });
  });

  test('in the shadow of jumps, predicted and not', () => {
    each(() => {
      const before = helpers.calls;
      const source = 'r6 = 6\nl: r7 = r6\nr7 &= 1\nif r7 != 0 goto odd\ncall 1\nodd: r6 -= 1\nif r6 != 0 goto l\nexit';
      for (const _ of [1, 2, 3]) expect(run(source)).toMatchObject({ r0: first, error: null });
      expect(helpers.calls - before).toBe(9);
    });
  });

  test('in a function: what belongs to the caller stays', () => {
    each(() => {
      const caller =
        'r6 = 6\nr7 = 7\nr8 = 8\nr9 = 9\nr1 = 5\ncall local f\nr0 += r6\nr0 += r7\nr0 += r8\nr0 += r9\nexit';
      const callee =
        'f: r6 = 1\nr9 = 1\nr2 = 0\nr3 = 0\nr4 = 0\nr5 = 0\n*(u64 *)(r10 - 8) = r1\ncall 7\nr1 = *(u64 *)(r10 - 8)\nr0 += r1\nexit';
      expect(run(`${caller}\n${callee}`)).toMatchObject({ r0: 5n + 5n + 30n, error: null });
    });
  });

  test.each<[string, string, string, bigint]>([
    ['a constant', 'r3 = 1', 'callx r3', first],
    ['a number that is loaded', 'r3 = 1\n*(u64 *)(r9 + 8) = r3\nr3 = *(u64 *)(r9 + 8)', 'callx r3', first],
    ['a product', 'r3 = 1\nr3 *= 1', 'callx r3', first],
    ['the result of a call', 'call 1\nr0 -= r7\nr0 += 1', 'callx r0', first],
    ['only the lower half counts', 'r3 = 0x500000001 ll', 'callx r3', first],
    ['the largest number', 'r1 = 9\nr3 = 0x7fffffff', 'callx r3', 9n],
    ['a negative number', 'r2 = 9\nr3 = 0x80000000 ll', 'callx r3', 9n],
    ['r1, which is also an argument', 'r1 = 0x7fffffff', 'callx r1', 0x7fff_ffffn],
  ])('by register: %s', (_, make, call, r0) => {
    each(() => {
      for (const between of [0, 1, 2]) {
        const source = `r9 = r1\nr7 = ${first} ll\n${make}\n${'r8 = 1\n'.repeat(between)}${call}\nexit`;
        expect(run(source)).toMatchObject({ r0, error: null });
      }
    });
  });

  test.each<[string, string, number]>([
    ['E_HELPER_UNKNOWN', 'call 2', 2],
    ['E_HELPER_UNKNOWN', 'r3 = 3\ncallx r3', 3],
    ['E_HELPER_UNKNOWN', 'call -7', 2],
    ['E_HELPER_FAULT', 'call 13', 2],
  ])('%s: %s', (error, call, pc) => {
    each(() => {
      const result = run(`r7 = 7\n*(u64 *)(r1 + 8) = r7\n${call}\n*(u64 *)(r1 + 16) = r7\ncall 1\nexit`);
      expect(result.error).toEqual({ class: error, pc });
      expect(result.instructions).toBe(pc);
      expect([...bench.slots.data.subarray(8, 17)]).toEqual([7, 0, 0, 0, 0, 0, 0, 0, 17]);
    });
  });

  test('what fails before a call keeps it from being made', () => {
    each(() => {
      const before = helpers.calls;
      for (const bad of [
        'r3 = *(u8 *)(r0 + 0)',
        '*(u8 *)(r10 + 0) = r1',
        'call 2',
        '.byte 0x05, 0, 100, 0, 0, 0, 0, 0',
      ]) {
        expect(run(`r7 = 1\n${bad}\ncall 1\nexit`).error?.pc).toBe(1);
      }
      expect(helpers.calls - before).toBe(1);
    });
  });

  test('the step limit counts a call as one, and comes before it', () => {
    each(() => {
      const { calls } = helpers;
      const source = (steps: number) => `${'r1 = 1\n'.repeat(steps)}call 1\nexit`;
      expect(run(source(small.stepLimit - 2))).toMatchObject({ error: null, instructions: small.stepLimit });
      expect(run(source(small.stepLimit - 1)).error?.class).toBe('E_STEP_LIMIT');
      expect(run(source(small.stepLimit)).error).toEqual({ class: 'E_STEP_LIMIT', pc: small.stepLimit });
      expect(helpers.calls - calls).toBe(2);
    });
  });
});

test('all arguments are those of the moment, also as entry values', () => {
  helpers.timing = { latency: 1, stalls: 0, random: () => 0 };
  const program = programOf('r3 = 3\nr4 = 4\nr5 = 5\ncall 7\nexit');
  expect(bench.run({ program, r1: 2n ** 63n, r2: 1n })).toMatchObject({
    r0: wrap(mix(2n ** 63n, 1n, 3n, 4n, 5n)),
    error: null,
  });
  expect(bench.run({ program, r1: 8n, r2: 2n ** 64n - 1n, pause: 0 })).toMatchObject({
    r0: wrap(mix(8n, 2n ** 64n - 1n, 3n, 4n, 5n)),
    error: null,
  });
});

test('what a call costs', () => {
  const cycles = (source: string): number => {
    run(source);
    const { cycles: taken, instructions } = run(source);
    return taken - instructions;
  };
  const cost = (latency: number, gap: number): number => {
    helpers.timing = { latency, stalls: 0, random: () => 0 };
    const fill = 'r3 = 1\n'.repeat(4);
    // A call that is mispredicted away leaves a gap in front of the next one.
    return cycles(`${fill}call 1\n${gap === 0 ? '' : 'call 1\n'}exit`) - cycles(`${fill}exit`);
  };
  for (const latency of [0, 1, 2, 10]) {
    // Behind another instruction it waits for the register that this one may write.
    expect(cost(latency, 0)).toBe(2 + latency);
    expect(cost(latency, 1)).toBe(2 * (2 + latency));
  }
});

describe('a function that does not answer', () => {
  const silent = benchOf(served, steady, new Map<number, Helper>([[13, functions.get(13)!]]));
  const patience = 2 * helperPatience;

  test('ends the program, as does every call until the answer has come; then all is well again', () => {
    const port = silent.helpers!;
    const call = () => silent.run({ program: programOf('r1 = 1\ncall 13\nexit'), patience });
    // The model says that function 13 fails: so does an engine that has waited long enough.
    port.timing = { latency: 3 * helperPatience, stalls: 0, random: () => 0 };
    const { error, cycles } = call();
    expect(error).toEqual({ class: 'E_HELPER_FAULT', pc: 1 });
    expect(cycles - helperPatience).toBeLessThan(16);
    const { calls } = port;
    expect(call().error).toEqual({ class: 'E_HELPER_FAULT', pc: 1 });
    expect(port.calls).toBe(calls);
    expect(silent.run({ program: programOf('r0 = 5\nexit') })).toMatchObject({ r0: 5n, error: null });
    // While the third one waits, the answer to the first comes and is dropped.
    port.timing = { latency: 2, stalls: 0, random: () => 0 };
    expect(call().error).toEqual({ class: 'E_HELPER_FAULT', pc: 1 });
    expect(port.calls).toBe(calls + 1);
    const again = call();
    expect(again.error).toEqual({ class: 'E_HELPER_FAULT', pc: 1 });
    expect(again.cycles).toBeLessThan(20);
  });

  test('a call that nobody takes is withdrawn', () => {
    const port = silent.helpers!;
    port.timing = { latency: 0, stalls: 1, random: () => 0 };
    const { calls } = port;
    expect(silent.run({ program: programOf('call 13\nexit'), patience }).error).toEqual({
      class: 'E_HELPER_FAULT',
      pc: 0,
    });
    expect(port.calls).toBe(calls);
    port.timing = { latency: 0, stalls: 0, random: () => 0 };
    expect(silent.run({ program: programOf('call 13\nexit') }).cycles).toBeLessThan(20);
    expect(port.calls).toBe(calls + 1);
  });

  test('a reset forgets it', () => {
    const port = silent.helpers!;
    port.timing = { latency: Infinity, stalls: 0, random: () => 0 };
    silent.run({ program: programOf('call 13\nexit'), patience });
    silent.reset();
    port.timing = { latency: 1, stalls: 0, random: () => 0 };
    const { calls } = port;
    expect(silent.run({ program: programOf('call 13\nexit'), slot: 1 }).cycles).toBeLessThan(20);
    expect(port.calls).toBe(calls + 1);
  });

  test('an answer that nobody waits for is an error of the design', () => {
    silent.simulator.poke('helper_answer_valid', 1);
    expect(() => silent.simulator.cycle()).toThrow('a helper function answers though nobody has called it');
  });
});

test('opcode 0x8d with every field wrong that can be', () => {
  const slot = (registers: number, off = 0, imm = 0) =>
    programOf(`.byte 0x8d, ${registers}, ${off}, 0, ${imm}, 0, 0, 0\nexit`);
  const error = (program: Uint8Array) => bench.run({ program }).error?.class;
  expect(error(slot(0x0b))).toBe('E_REG');
  expect(error(slot(0x0a))).toBe('E_R10_WRITE');
  expect(error(slot(0x10))).toBe('E_RESERVED_FIELD');
  expect(error(slot(0x03, 1))).toBe('E_RESERVED_FIELD');
  expect(error(slot(0x03, 0, 1))).toBe('E_RESERVED_FIELD');
  expect(error(slot(0x03))).toBe('E_HELPER_UNKNOWN');
});

test('callx without helper functions knows none, and without being asked for is no instruction', () => {
  const { helpers: _, entryPort: __, ...register } = served;
  const program = programOf('callx r3\nexit');
  expect(benchOf(register).run({ program }).error?.class).toBe('E_HELPER_UNKNOWN');
  expect(benchOf({ ...served, callByRegister: false }).run({ program }).error?.class).toBe('E_OPCODE');
});
