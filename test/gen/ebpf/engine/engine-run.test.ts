import { expect, test } from 'vitest';
import type { EngineBench, EngineResult, EngineRun } from '../../../../sim/compare/index.ts';
import { benchOf, programOf, small, usual } from './bench.ts';

const sum = programOf('r0 = r1\nr0 += r2\nexit');
const product = programOf('r0 = r1\nr0 *= r2\nexit');

/** Edges from the start of a resident program to its first retirement, at most. */
const soon = 15;

/** Runs a program, and tells beside the result how many lines of it were copied. */
function load(bench: EngineBench, run: EngineRun): EngineResult & { readonly copied: number } {
  const before = bench.slots.programReads;
  return { ...bench.run(run), copied: bench.slots.programReads - before };
}

test('a resident program starts at once; one that is not is copied, 64 bytes a cycle', () => {
  const bench = benchOf(usual);
  const long = programOf(`${'r0 += 1\n'.repeat(1000)}exit`);
  const first = load(bench, { program: long });
  expect(first.copied).toBe(126);
  expect(first.toFirst).toBeGreaterThan(126);
  expect(first.toFirst).toBeLessThan(126 + soon);
  const again = load(bench, { program: long });
  expect(again.copied).toBe(0);
  expect(again.toFirst).toBeLessThanOrEqual(soon);
});

test('a write to the program slot, another slot and another length each bring a new copy', () => {
  const bench = benchOf(small);
  const r1 = 0x1000_0000n;
  const shorter = product.slice(0, 16);
  expect(load(bench, { program: sum })).toMatchObject({ r0: r1 + 4096n, copied: 1 });
  expect(load(bench, { program: product })).toMatchObject({ r0: r1 * 4096n, copied: 1 });
  expect(load(bench, { program: sum, slot: 3 })).toMatchObject({ r0: r1 + 4096n, copied: 1 });
  expect(load(bench, { program: product, slot: 0 })).toMatchObject({ r0: r1 * 4096n, copied: 1 });
  expect(load(bench, { program: product, slot: 0 })).toMatchObject({ r0: r1 * 4096n, copied: 0 });
  expect(load(bench, { program: shorter, slot: 0 })).toMatchObject({ error: { class: 'E_PC_OOB', pc: 2 }, copied: 1 });
  expect(load(bench, { program: product, slot: 0 })).toMatchObject({ error: null, copied: 1 });
});

test('a write to another program slot does not', () => {
  const bench = benchOf(small);
  bench.run({ program: sum, slot: 2 });
  bench.simulator.poke('run_changed', 1);
  bench.simulator.poke('run_changed_slot', 1);
  bench.cycle();
  bench.simulator.poke('run_changed', 0);
  expect(load(bench, { program: sum, slot: 2 }).copied).toBe(0);
});

test('a program written while it is being copied is copied again the next time', () => {
  const bench = benchOf(small);
  const { simulator, slots } = bench;
  slots.program.set(sum);
  simulator.poke('run_program_slot', 5);
  simulator.poke('run_length', sum.length);
  simulator.poke('run_start', 1);
  bench.cycle();
  simulator.poke('run_start', 0);
  bench.cycle();
  simulator.poke('run_changed_slot', 5);
  simulator.poke('run_changed', 1);
  bench.cycle();
  simulator.poke('run_changed', 0);
  let cycles = 0;
  for (; simulator.peekNumber('run_done') === 0 && cycles < 200; cycles++) bench.cycle();
  expect(cycles).toBeLessThan(200);
  bench.cycle();
  slots.program.set(product);
  simulator.poke('run_start', 1);
  bench.cycle();
  simulator.poke('run_start', 0);
  for (let i = 0; i < 200 && simulator.peekNumber('run_busy') === 1; i++) bench.cycle();
  expect(simulator.peek('run_r0')).toBe(0x1000_0000n * 4096n);
});

test('a start right behind the end of a run waits until the registers have their entry values', () => {
  const bench = benchOf(small);
  bench.run({ program: sum });
  for (const pause of [0, 1, 5, 10, 11, 12, 40]) {
    const { toFirst, r0 } = bench.run({ program: sum, pause });
    expect(r0).toBe(0x1000_0000n + 4096n);
    expect(toFirst).toBeLessThanOrEqual(soon + 1);
  }
});

test('registers and stack are as abi.ts says at every start', () => {
  const bench = benchOf(small);
  const dirty = Array.from({ length: 10 }, (_, i) => `r${i} = -1\n*(u64 *)(r10 - ${8 * (i + 1)}) = r${i}\n`).join('');
  // In all eight frames.
  const frames = Array.from({ length: 7 }, (_, n) => `call local f${n}\nexit\nf${n}: ${dirty}`).join('');
  expect(bench.run({ program: programOf(`${dirty}${frames}exit`) }).error).toBeNull();
  const seen = bench.run({
    program: programOf(
      `r3 = r10\nr3 -= 0x20000000\nr0 |= r3\n${[4, 5, 6, 7, 8, 9].map((i) => `r0 |= r${i}\n`).join('')}` +
        Array.from({ length: 64 }, (_, i) => `r3 = *(u64 *)(r10 - ${8 * (i + 1)})\nr0 |= r3\n`).join('') +
        'if r1 == 0x10000000 goto +1\nr0 = 1\nif r2 == 4096 goto +1\nr0 = 2\nexit',
    ),
  });
  expect(seen).toMatchObject({ r0: 0n, error: null });
});

test('calls keep r6 to r9, and every frame begins as zero', () => {
  const bench = benchOf(small);
  const source = `
    r6 = 6
    r7 = 7
    r8 = 8
    r9 = 9
    r1 = 3
    call local f
    r1 = 3
    call local f
    r0 += r6
    r0 += r7
    r0 += r8
    r0 += r9
    exit
  f:
    r6 = *(u64 *)(r10 - 8)
    r7 = *(u64 *)(r10 - 512)
    r6 += r7
    if r6 != 0 goto bad
    r6 = -1
    *(u64 *)(r10 - 8) = r6
    *(u64 *)(r10 - 512) = r6
    r7 = r1
    r8 = -1
    r9 = -1
    r1 -= 1
    if r1 == 0 goto leaf
    call local f
    r0 += r7
    exit
  leaf:
    r0 = r7
    exit
  bad:
    r0 = -1000
    exit`;
  expect(bench.run({ program: programOf(source) })).toMatchObject({ r0: 6n + 30n, error: null });
});

test('the counters of a run', () => {
  const bench = benchOf(small);
  const result = bench.run({ program: sum });
  // Three instructions and the stages that the exit passes before memory.
  expect(result).toMatchObject({ instructions: 3, cycles: 6, error: null });
  expect(bench.run({ program: programOf('exit') })).toMatchObject({ instructions: 1, cycles: 4, r0: 0n });
});

test('done comes when what the program wrote is in the slot, however slow that is', () => {
  const bench = benchOf(small, { latency: 50, stalls: 0, random: () => 0 });
  const stores = Array.from({ length: 20 }, (_, i) => `*(u64 *)(r1 + ${8 * i}) = r2\n`).join('');
  const result = bench.run({ program: programOf(`${stores}exit`) });
  expect(result.toDone).toBeGreaterThan(result.cycles + 50);
  expect([...bench.slots.data.subarray(152, 160)]).toEqual([0, 16, 0, 0, 0, 0, 0, 0]);
});
