/** A reset at any moment: nothing of what was going on is left, and what comes after is as after power-up, to the cycle. */
import { expect, test } from 'vitest';
import { EngineBench, type EngineResult } from '../../../../sim/compare/index.ts';
import { benchOf, programOf, small, steady } from './bench.ts';

/** A bit of everything: calls, stack, data, loops, products, quotients, atomics. */
const busy = programOf(`
  r6 = 12
  r7 = r1
l:
  r1 = r6
  call local f
  r2 = r6
  r2 *= 72
  r2 += r7
  *(u64 *)(r2 + 0) = r0
  r3 = *(u64 *)(r2 + 8)
  lock *(u64 *)(r7 + 64) += r3
  r4 = 1000
  r4 /= r6
  r0 += r4
  *(u32 *)(r2 + 61) = r0
  r6 -= 1
  if r6 != 0 goto l
  exit
f:
  *(u64 *)(r10 - 8) = r1
  r0 = *(u64 *)(r10 - 8)
  r0 *= r0
  exit`);
const wrong = programOf('r0 = 1\nr0 = *(u8 *)(r0 + 0)\nexit');

/** What the engine does in a few runs: results and cycles. */
const runs = (bench: EngineBench): EngineResult[] => [
  bench.run({ program: busy, data: new Uint8Array(0) }),
  bench.run({ program: busy }),
  bench.run({ program: wrong }),
];

const fresh = runs(benchOf(small));
const idle = {
  run_done: 0,
  run_busy: 0,
  run_error: 0,
  run_error_pc: 0,
  run_r0: 0n,
  run_instructions: 0n,
  run_cycles: 0n,
};

/** What the engine's ports say while nothing happens. @returns the cycles that were looked at */
function idleCycles({ simulator }: EngineBench, cycles: number): number {
  for (let n = 0; n < cycles; n++) {
    const seen = Object.fromEntries(Object.keys(idle).map((name) => [name, simulator.peek(name)]));
    expect([n, seen]).toEqual([
      n,
      Object.fromEntries(Object.entries(idle).map(([name, value]) => [name, BigInt(value)])),
    ]);
    expect([n, simulator.peek('retire_valid'), simulator.peek('memory_request_valid')]).toEqual([n, 0n, 0n]);
    simulator.cycle();
  }
  return cycles;
}

test('after power-up the engine is idle, and all that it counts is 0', () => {
  expect(idleCycles(benchOf(small), 100)).toBe(100);
});

test('a reset in the middle of anything', () => {
  const { simulator } = benchOf(small);
  let ended = 0;
  for (let moment = 1; moment < 500; moment += moment < 60 ? 1 : 7) {
    const before = new EngineBench(simulator, small, steady);
    const run = (): EngineResult => before.run({ program: busy, data: new Uint8Array(0), patience: moment });
    if (moment < 400) expect(run).toThrow('no end after');
    else ended += 1;
    // The slots are reset, too: no answer comes any more.
    for (const input of ['memory_response_valid', 'program_valid', 'run_start']) simulator.poke(input, 0);
    const after = new EngineBench(simulator, small, steady);
    idleCycles(after, moment % 16);
    if (moment % 5 === 0) expect([moment, ...runs(after)]).toEqual([moment, ...fresh]);
    else expect(after.run({ program: wrong }).error).toEqual({ class: 'E_MEM_OOB', pc: 1 });
  }
  expect(ended).toBeGreaterThan(0);
});
