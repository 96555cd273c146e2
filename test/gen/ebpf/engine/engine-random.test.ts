import fc from 'fast-check';
import { expect, test } from 'vitest';
import { helperFunctions } from '../../../../gen/ebpf/helpers/functions.ts';
import { encodeSlots } from '../../../../gen/ebpf/slot.ts';
import type { EngineBench } from '../../../../sim/compare/index.ts';
import { randomAt } from '../../../../sim/fuzz/chance.ts';
import { generateProgram, smallLimits, type Limits, type ShapeName } from '../../../../sim/fuzz/index.ts';
import { invalidProgram } from '../../../../sim/fuzz/invalid.ts';
import { benchOf, randomFrom, served, servedBenchOf, small } from './bench.ts';

const exit = { opcode: 0x95, dst: 0, src: 0, off: 0, imm: 0 };
const seed = Number(process.env['HERMES_SEED'] ?? 20_201);
const withHelpers: Limits = {
  ...smallLimits,
  helpers: Object.values(helperFunctions).map(({ number }) => number),
  callx: true,
};

/** Runs so many programs, each with another timing of memory and helpers. @returns how they ended, and how often */
function run(bench: EngineBench, count: number, limits: Limits, shape?: ShapeName): Map<string, number> {
  const ends = new Map<string, number>();
  for (let n = 0; n < count; n++) {
    const chance = randomAt(seed, n);
    const stalls = [0, 0, 0.3, 0.7][chance.below(4)]!;
    const timing = { stalls, random: randomFrom(chance.below(2 ** 32)) };
    bench.slots.timing = { ...timing, latency: 1 + chance.below(12) };
    if (bench.helpers) bench.helpers.timing = { ...timing, latency: chance.below(7) };
    const { program, data } = generateProgram(chance, shape, limits);
    const name = `program ${n} of seed ${seed}`;
    const end = bench.run({ program, data, name, patience: 100_000 }).error?.class ?? 'exit';
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  return ends;
}

test('random programs do what the model does, in every instruction', () => {
  const ends = run(benchOf(small), 700, smallLimits);
  // Most run to their end, and the errors that programs can run into are among the others.
  expect(ends.get('exit')).toBeGreaterThan(400);
  expect([...ends.keys()]).toEqual(expect.arrayContaining(['E_STEP_LIMIT', 'E_CALL_DEPTH', 'E_MEM_OOB']));
});

test.each([
  ['a model', benchOf(served)],
  ['their blocks', servedBenchOf(served)],
])('random programs that call helper functions, served by %s', (_, bench) => {
  const ends = run(bench, 300, withHelpers, 'helpers');
  expect(ends.get('exit')).toBeGreaterThan(100);
  expect(ends.get('E_HELPER_UNKNOWN')).toBeGreaterThan(5);
});

test.each([
  ['without', small],
  ['with', served],
])('invalid programs, %s helper functions: accepted or refused as in the model', (_, config) => {
  const bench = benchOf(config);
  const ends = new Set<string | undefined>();
  for (let n = 0; n < 1500; n++) {
    const given = invalidProgram(randomAt(seed, n, 1), withHelpers);
    const { program, data, length } = given;
    const name = `invalid program ${n} of seed ${seed}, ${given.what}`;
    ends.add(bench.run({ program, data, name, ...(length !== undefined && { length }) }).error?.class);
  }
  expect([...ends]).toEqual(expect.arrayContaining([undefined, 'E_OPCODE', 'E_REG', 'E_PROG_SIZE', 'E_PC_OOB']));
});

test(
  'every opcode byte and every value of its selecting fields, with other fields right and wrong',
  { timeout: 120_000 },
  () => {
    const bench = benchOf(small);
    const none = { dst: 0, src: 0, off: 0, imm: 0 };
    const fields = [
      none,
      ...[1, 2, 3, 6, 7, 10, 11, 15].map((src) => ({ ...none, src })),
      ...[10, 11, 15].map((dst) => ({ ...none, dst })),
      ...[1, 2, 8, 16, 32, -1].map((off) => ({ ...none, off })),
      ...[16, 32, 64, 8, 1, 0x40, 0x41, 0x50, 0x51, 0xa0, 0xa1, 0xe0, 0xe1, 0xf0, 0xf1, -1].map((imm) => ({
        ...none,
        imm,
      })),
    ];
    const ends = new Set<string | undefined>();
    for (let opcode = 0; opcode < 256; opcode++) {
      for (const each of fields) {
        ends.add(bench.run({ program: encodeSlots([{ opcode, ...each }, exit]), patience: 2000 }).error?.class);
      }
    }
    const onDecoding = ['E_OPCODE', 'E_RESERVED_FIELD', 'E_REG', 'E_R10_WRITE', 'E_END_WIDTH', 'E_ATOMIC_OP'];
    const onCalls = ['E_CALL_TYPE', 'E_CALL_BTF_UNSUPPORTED', 'E_HELPER_UNKNOWN'];
    const onWide = ['E_LDDW_SUBTYPE', 'E_LDDW_SUBTYPE_UNSUPPORTED', 'E_LDDW_INCOMPLETE'];
    expect([...ends]).toEqual(expect.arrayContaining([undefined, ...onDecoding, ...onCalls, ...onWide]));
  },
);

test('jumps into runs of slots with the opcode of an lddw, also across lines', { timeout: 120_000 }, () => {
  const bench = benchOf(small);
  const wide = { ...exit, opcode: 0x18 };
  const zero = { ...exit, opcode: 0 };
  const ends = new Set<string | undefined>();
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(wide, wide, wide, zero, exit), { minLength: 4, maxLength: 30 }),
      fc.nat(29),
      (slots, to) => {
        const jump = { ...exit, opcode: 0x05, off: to % slots.length };
        ends.add(bench.run({ program: encodeSlots([jump, ...slots, exit]) }).error?.class);
      },
    ),
    { numRuns: 500 },
  );
  expect([...ends]).toEqual(expect.arrayContaining([undefined, 'E_JUMP_INTO_LDDW', 'E_LDDW_INCOMPLETE']));
});
