import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeSlots } from '../../../../gen/ebpf/slot.ts';
import { benchOf, randomFrom, served, servedBenchOf, small } from './bench.ts';
import { randomCalls, randomPrograms, randomSlots } from './programs.ts';

const data = Uint8Array.from({ length: small.dataSlotBytes }, (_, i) => (i * 37 + (i >> 8)) & 255);
const exit = { opcode: 0x95, dst: 0, src: 0, off: 0, imm: 0 };
const timings = fc.record({
  latency: fc.integer({ min: 1, max: 12 }),
  stalls: fc.constantFrom(0, 0, 0.3, 0.7),
  random: fc.integer().map(randomFrom),
});

test('random programs do what the model does, in every instruction', { timeout: 120_000 }, () => {
  const bench = benchOf(small);
  const ends = new Map<string, number>();
  fc.assert(
    fc.property(randomPrograms, timings, (program, timing) => {
      bench.slots.timing = timing;
      const { error } = bench.run({ program, data, patience: 100_000 });
      const end = error?.class ?? 'exit';
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }),
    { numRuns: 1500 },
  );
  // Most run to their end, and the errors that programs can run into are among the others.
  expect(ends.get('exit')).toBeGreaterThan(900);
  expect([...ends.keys()]).toEqual(expect.arrayContaining(['E_STEP_LIMIT', 'E_CALL_DEPTH']));
});

test.each([
  ['a model', benchOf(served)],
  ['their blocks', servedBenchOf(served)],
])('random programs that call helper functions, served by %s', { timeout: 120_000 }, (_, bench) => {
  const ends = new Map<string, number>();
  fc.assert(
    fc.property(randomCalls, timings, fc.nat(6), (program, timing, latency) => {
      bench.slots.timing = timing;
      if (bench.helpers) bench.helpers.timing = { ...timing, latency };
      const end = bench.run({ program, data, patience: 100_000 }).error?.class ?? 'exit';
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }),
    { numRuns: 600 },
  );
  expect(ends.get('exit')).toBeGreaterThan(100);
  expect(ends.get('E_HELPER_UNKNOWN')).toBeGreaterThan(50);
});

test.each([
  ['without', small],
  ['with', served],
])('slots of any bits, %s helper functions: accepted or refused as in the model', { timeout: 120_000 }, (_, config) => {
  const bench = benchOf(config);
  const accepted = { times: 0 };
  fc.assert(
    fc.property(randomSlots, fc.option(randomSlots), (slot, next) => {
      const { instructions } = bench.run({ program: encodeSlots([slot, ...(next ? [next] : []), exit]), data });
      accepted.times += Math.min(instructions, 1);
    }),
    { numRuns: 5000 },
  );
  expect(accepted.times).toBeGreaterThan(50);
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
