import { beforeEach, expect, test } from 'vitest';
import { functionReset } from '../../../gen/device/function-reset.ts';
import { bool, input, module, output } from '../../../gen/hdl/index.ts';
import { reset, simulate } from '../lib/bench.ts';

const ports = {
  asked: input(bool),
  quiet: input(bool),
  stopped: output(bool),
  clear: output(bool),
  done: output(bool),
};
const sim = simulate(
  module('reset_alone', ports, (io) => {
    const { stopped, clear, done } = functionReset(io.asked, io.quiet);
    io.stopped.value = stopped;
    io.clear.value = clear;
    io.done.value = done;
  }),
);
beforeEach(() => {
  sim.poke('asked', 0);
  sim.poke('quiet', 1);
  reset(sim);
});

/** What the outputs say, each with the cycles for which they do. */
function watch(cycles: number, at: (cycle: number) => void = () => {}): [string, number][] {
  const seen: [string, number][] = [];
  for (let cycle = 0; cycle < cycles; cycle++) {
    at(cycle);
    sim.cycle();
    const now = ['stopped', 'clear', 'done'].filter((name) => sim.peekNumber(name) === 1).join(' ');
    if (seen.at(-1)?.[0] === now) seen.at(-1)![1]++;
    else seen.push([now, 1]);
  }
  return seen;
}

test('does nothing unless asked', () => {
  expect(watch(50)).toEqual([['', 50]]);
});

test('stops everything for a while, frees the slots, and is done until it is no longer asked for', () => {
  for (let round = 0; round < 3; round++) {
    sim.poke('asked', 1);
    const seen = watch(60);
    expect(seen.map(([what]) => what)).toEqual(['', 'stopped', 'stopped clear', 'stopped done', 'done']);
    expect(seen[1]![1], 'cycles before the slots are freed').toBeGreaterThanOrEqual(14);
    expect(seen[2]![1], 'the slots are freed by a pulse').toBe(1);
    sim.poke('asked', 0);
    expect(watch(3 + round)).toEqual([['', 3 + round]]);
  }
});

test('waits with freeing the slots until slot memory is quiet, and is stopped meanwhile', () => {
  sim.poke('asked', 1);
  sim.poke('quiet', 0);
  const seen = watch(400, (cycle) => sim.poke('quiet', cycle === 300 ? 1 : 0));
  expect(seen.map(([what]) => what)).toEqual(['', 'stopped', 'stopped clear', 'stopped done', 'done']);
  expect(seen[0]![1] + seen[1]![1]).toBeGreaterThanOrEqual(300);
});

test('a pulse is enough', () => {
  sim.poke('asked', 1);
  const seen = watch(60, (cycle) => sim.poke('asked', cycle === 0 ? 1 : 0));
  expect(seen.map(([what]) => what)).toEqual(['', 'stopped', 'stopped clear', 'stopped done', '']);
  expect(seen[1]![1]).toBeGreaterThanOrEqual(14);
});
