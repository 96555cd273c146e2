import { describe, expect, test } from 'vitest';
import {
  bool,
  elaborate,
  flip,
  inDomain,
  input,
  mainDomain,
  module,
  output,
  reg,
  u,
  type Domain,
} from '../../../gen/hdl/index.ts';
import { asyncFifo, asyncFifoModule, crossPulse, gray, synchronise } from '../../../gen/lib/cdc.ts';
import { pipe, stream } from '../../../gen/lib/stream.ts';
import { WasmSimulator } from '../../../sim/wasm/index.ts';
import { chance, Consumer, Producer, randomBits, runUntil, simulate } from './bench.ts';

// The simulator takes the edges of all clocks together: it shows the logic. That no other path crosses is what the checks
// of the netlist say, and each design here passes them.
const other: Domain = { name: 'other', clock: 'clk_other', reset: 'rst_other_n', resetActive: 'low' };

function released(definition: Parameters<typeof simulate>[0]): WasmSimulator {
  const { top, warnings } = elaborate(() => definition);
  expect(warnings).toEqual([]);
  const sim = WasmSimulator.create(top);
  sim.poke('rst_n', 0);
  sim.poke('rst_other_n', 0);
  sim.cycle(4);
  sim.poke('rst_n', 1);
  sim.poke('rst_other_n', 1);
  return sim;
}

test('a synchroniser takes as many edges as it has stages', () => {
  const design = (stages: number) =>
    module(`sync_${stages}`, { a: input(bool), y: output(bool) }, (io) => {
      io.y.value = synchronise(io.a, stages);
    });
  for (const stages of [2, 3]) {
    const sim = simulate(design(stages));
    sim.poke('a', 1);
    expect(sim.cycleUntil('y', 1, 10)).toBe(stages);
    sim.poke('a', 0);
    expect(sim.cycleUntil('y', 0, 10)).toBe(stages);
  }
});

test('without a synchroniser, the same crossing is an error', () => {
  const design = module('careless', { a: input(bool), y: output(bool) }, (io) => {
    const here = reg(bool, 0);
    here.next = io.a;
    const there = inDomain(other, () => reg(bool, 0));
    there.next = here;
    io.y.value = there;
  });
  expect(() => elaborate(() => design)).toThrow(/H107/);
});

describe('pulses', () => {
  const sim = released(
    module('pulses', { a: input(bool), busy: output(bool), y: output(bool) }, (io) => {
      const crossed = crossPulse(io.a, mainDomain, other);
      io.busy.value = crossed.busy;
      io.y.value = crossed.pulse;
    }),
  );

  test('each arrives once', () => {
    const random = chance(1);
    let [sent, arrived, idle] = [0, 0, 0];
    for (let cycle = 0; cycle < 2000; cycle++) {
      const a = sim.peekNumber('busy') === 0 && random() < 0.5 ? 1 : 0;
      sim.poke('a', a);
      sent += a;
      arrived += sim.peekNumber('y');
      idle += sim.peekNumber('busy') ? 0 : 1;
      sim.cycle();
      expect(sent - arrived).toBeGreaterThanOrEqual(0);
      expect(sent - arrived).toBeLessThanOrEqual(1);
    }
    sim.poke('a', 0);
    for (let i = 0; i < 10; i++) {
      arrived += sim.peekNumber('y');
      sim.cycle();
    }
    expect(arrived).toBe(sent);
    expect(sent).toBeGreaterThan(200);
    expect(idle).toBeGreaterThan(sent);
  });

  test('one that comes while busy is not taken', () => {
    sim.poke('a', 1);
    sim.cycle(2);
    sim.poke('a', 0);
    let arrived = 0;
    for (let i = 0; i < 12; i++) {
      arrived += sim.peekNumber('y');
      sim.cycle();
    }
    expect(arrived).toBe(1);
  });
});

test('in Gray code neighbours differ in one bit', () => {
  const sim = simulate(module('to_gray', { a: input(u(6)), y: output(u(6)) }, (io) => void (io.y.value = gray(io.a))));
  const codes = Array.from({ length: 64 }, (_, a) => {
    sim.poke('a', a);
    return sim.peekNumber('y');
  });
  expect(new Set(codes).size).toBe(64);
  codes.forEach((code, i) => {
    const change = code ^ codes[(i + 1) % 64]!;
    expect(change & (change - 1)).toBe(0);
    expect(change).not.toBe(0);
  });
});

describe.each([4, 16])('a FIFO between clocks, of %i items', (depth) => {
  const sim = released(
    module('bridge', { push: flip(stream(u(40))), pop: stream(u(40)) }, (io) => {
      pipe(asyncFifo(io.push, depth, mainDomain, other), io.pop);
    }),
  );

  test.each([
    [1, 1],
    [0.3, 1],
    [1, 0.3],
    [0.6, 0.6],
  ])('keeps order and content with pushes at %f and pops at %f', (push, pop) => {
    const random = chance(depth);
    const source = new Producer(sim, 'push', random);
    const sink = new Consumer(sim, 'pop', random);
    source.eagerness = push;
    sink.eagerness = pop;
    const all = Array.from({ length: 400 }, () => randomBits(random, 40));
    source.pending.push(...all);
    runUntil(sim, [source, sink], () => sink.received.length === 400, 6000);
    expect(sink.received).toEqual(all);
  });

  test('moves an item a cycle when it is deep enough, and never takes more than it holds', () => {
    const random = chance(1);
    const source = new Producer(sim, 'push', random);
    const sink = new Consumer(sim, 'pop', random);
    source.pending.push(...Array.from({ length: 200 }, (_, i) => BigInt(i)));
    const cycles = runUntil(sim, [source, sink], () => sink.received.length === 200, 2000);
    if (depth >= 8) expect(cycles).toBeLessThanOrEqual(200 + 5);
    source.pending.push(...Array.from({ length: 200 }, (_, i) => BigInt(i)));
    sink.eagerness = 0;
    const before = source.sent.length;
    for (let i = 0; i < 50; i++) {
      source.drive();
      sink.drive();
      source.sample();
      sim.cycle();
    }
    expect(source.sent.length - before).toBe(depth + 1);
  });
});

test('depths that are no power of two are refused', () => {
  expect(() => asyncFifoModule(8, 6, mainDomain, other)).toThrow(/H031.*of 6 items.*power of two/s);
});
