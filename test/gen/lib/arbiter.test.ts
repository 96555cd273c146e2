import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flip, input, module, output, u } from '../../../gen/hdl/index.ts';
import { arbiter, demux, fork, lowestOne, positionOf, type ArbiterOptions } from '../../../gen/lib/arbiter.ts';
import { pipe, stream } from '../../../gen/lib/stream.ts';
import { chance, Consumer, Producer, randomBits, reset, runUntil, simulate, step, type Agent } from './bench.ts';

const word = u(16);

/** `n` streams a0, a1, … into y. Bit 15 of an item ends a burst. */
function merged(n: number, options: ArbiterOptions<typeof word> = {}) {
  const names = Array.from({ length: n }, (_, i) => `a${i}`);
  const entering = Object.fromEntries(names.map((name) => [name, flip(stream(word))]));
  return module(`merged_${n}`, { ...entering, y: stream(word), index: output(u(8)) }, (io: any) => {
    const chosen = arbiter(
      names.map((name) => io[name]),
      options,
    );
    pipe(chosen, io.y);
    io.index.value = chosen.index.resize(8);
  });
}

const traffic = fc.record({
  seed: fc.integer(),
  push: fc.constantFrom(0.1, 0.5, 1),
  pop: fc.constantFrom(0.2, 0.7, 1),
});

/** What each item says: number of its source in bits 11..8, its own number in 7..0, and `last` in 15. */
const item = (source: number, number: number, last = false): bigint =>
  BigInt((last ? 0x8000 : 0) | (source << 8) | number);
const sourceOf = (bits: bigint): number => Number(bits >> 8n) & 0xf;

describe.each([1, 2, 3, 8, 13])('a fair arbiter of %i', (n) => {
  const sim = simulate(merged(n));
  const start = (seed: number) => {
    reset(sim);
    const random = chance(seed);
    const sources = Array.from({ length: n }, (_, i) => new Producer(sim, `a${i}`, random));
    return { random, sources, sink: new Consumer(sim, 'y', random) };
  };

  test('serves everybody in turn, an item every cycle', () => {
    const { sources, sink } = start(1);
    sources.forEach((source, s) => source.pending.push(...Array.from({ length: 20 }, (_, i) => item(s, i))));
    expect(runUntil(sim, [...sources, sink], () => sink.received.length === 20 * n, 1000)).toBe(20 * n);
    expect(sink.received.map(sourceOf)).toEqual(Array.from({ length: 20 * n }, (_, i) => i % n));
  });

  test('loses nothing, keeps the order of each source, says whose item it is', () => {
    fc.assert(
      fc.property(traffic, ({ seed, push, pop }) => {
        const { random, sources, sink } = start(seed);
        for (const [s, source] of sources.entries()) {
          source.eagerness = push * (0.3 + 0.7 * random());
          source.pending.push(...Array.from({ length: 30 }, (_, i) => item(s, i)));
        }
        sink.eagerness = pop;
        const index: Agent = {
          drive() {},
          sample() {
            if (sim.peekNumber('y_valid')) expect(sim.peekNumber('index')).toBe(sourceOf(sim.peek('y_bits')));
          },
        };
        runUntil(sim, [...sources, sink, index], () => sink.received.length === 30 * n, 10_000);
        for (const [s, source] of sources.entries()) {
          expect(sink.received.filter((bits) => sourceOf(bits) === s)).toEqual(source.sent);
        }
      }),
      { numRuns: 15 },
    );
  });

  test('nobody waits longer than for one item of each other', () => {
    const { sources, sink } = start(5);
    sink.eagerness = 0.5;
    for (const [s, source] of sources.entries()) {
      source.eagerness = s === 0 ? 0.2 : 1;
      source.pending.push(...Array.from({ length: 100 }, (_, i) => item(s, i)));
    }
    const passed = Array.from({ length: n }, () => 0);
    let longest = 0;
    const watch: Agent = {
      drive() {},
      sample() {
        if (!sim.peekNumber('y_valid') || !sim.peekNumber('y_ready')) return;
        const winner = sim.peekNumber('index');
        for (let s = 0; s < n; s++) passed[s] = s === winner || !sim.peekNumber(`a${s}_valid`) ? 0 : passed[s]! + 1;
        longest = Math.max(longest, ...passed);
      },
    };
    runUntil(sim, [...sources, sink, watch], () => sink.received.length >= 60 * n, 10_000);
    // One more than the others: a choice that was made before the request came may still stand.
    expect(longest).toBeLessThanOrEqual(n);
    if (n > 2) expect(longest).toBeGreaterThan(0);
  });
});

test('bursts are not interrupted, not even while their source pauses', () => {
  const n = 4;
  const sim = simulate(merged(n, { last: (bits) => bits.bit(15) }));
  const whole = fc.property(traffic, ({ seed, push, pop }) => {
    reset(sim);
    const random = chance(seed);
    const sources = Array.from({ length: n }, (_, i) => new Producer(sim, `a${i}`, random));
    const sink = new Consumer(sim, 'y', random);
    sink.eagerness = pop;
    for (const [s, source] of sources.entries()) {
      source.eagerness = push;
      for (let burst = 0; burst < 10; burst++) {
        const length = 1 + Math.floor(random() * 5);
        source.pending.push(...Array.from({ length }, (_, i) => item(s, burst, i === length - 1)));
      }
    }
    const all = sources.reduce((sum, { pending }) => sum + pending.length, 0);
    runUntil(sim, [...sources, sink], () => sink.received.length === all, 10_000);
    // Whoever comes after an item that ends no burst is its own source.
    const broken = sink.received.filter((bits, i) => {
      const before = sink.received[i - 1];
      return before !== undefined && before >> 15n === 0n && sourceOf(before) !== sourceOf(bits);
    });
    return broken.length === 0;
  });
  expect(() => fc.assert(whole, { numRuns: 20 })).not.toThrow();
});

test('by priority the first wins whenever it asks', () => {
  const sim = simulate(merged(3, { policy: 'priority' }));
  for (const asks of [1, 2, 3, 4, 5, 6, 7]) {
    reset(sim);
    for (let s = 0; s < 3; s++) sim.poke(`a${s}_valid`, (asks >> s) & 1);
    sim.poke('y_ready', 1);
    expect(sim.peekNumber('index')).toBe(Math.log2(asks & -asks));
    expect(sim.peekNumber('y_valid')).toBe(1);
  }
});

test('demux sends each item where it belongs, and drops what belongs nowhere', () => {
  const ports = { a: flip(stream(word)), y0: stream(word), y1: stream(word), y2: stream(word) };
  const sim = simulate(
    module('parted', ports, (io) => {
      const parts = demux(io.a, io.a.bits.low(2), 3);
      [io.y0, io.y1, io.y2].forEach((port, i) => pipe(parts[i]!, port));
    }),
  );
  const random = chance(7);
  const source = new Producer(sim, 'a', random);
  const sinks = [0, 1, 2].map((i) => new Consumer(sim, `y${i}`, random));
  for (const sink of sinks) sink.eagerness = 0.4;
  source.pending.push(...Array.from({ length: 500 }, () => randomBits(random, 16)));
  for (let cycle = 0; cycle < 2500; cycle++) step(sim, [source, ...sinks]);
  expect(source.sent.length).toBe(500);
  sinks.forEach((sink, i) => expect(sink.received).toEqual(source.sent.filter((bits) => Number(bits & 3n) === i)));
});

test('fork gives each item to everybody once, as fast as the slowest', () => {
  const ports = { a: flip(stream(word)), y0: stream(word), y1: stream(word), y2: stream(word) };
  const sim = simulate(
    module('forked', ports, (io) => {
      const copies = fork(io.a, 3);
      [io.y0, io.y1, io.y2].forEach((port, i) => pipe(copies[i]!, port));
    }),
  );
  const random = chance(8);
  const source = new Producer(sim, 'a', random);
  const sinks = [0, 1, 2].map((i) => new Consumer(sim, `y${i}`, random));
  const all = Array.from({ length: 300 }, () => randomBits(random, 16));
  source.pending.push(...all);
  expect(runUntil(sim, [source, ...sinks], () => source.sent.length === 300, 400)).toBe(300);
  source.pending.push(...all);
  for (const [i, sink] of sinks.entries()) sink.eagerness = 0.3 + 0.3 * i;
  runUntil(sim, [source, ...sinks], () => source.sent.length === 600, 4000);
  for (const sink of sinks) expect(sink.received).toEqual([...all, ...all]);
});

test('lowestOne and positionOf', () => {
  for (const width of [1, 2, 5, 8]) {
    const ports = { a: input(u(width)), one: output(u(width)), at: output(u(8)) };
    const sim = simulate(
      module(`positions_${width}`, ports, (io) => {
        const one = lowestOne(io.a);
        io.one.value = one;
        io.at.value = positionOf(one).resize(8);
      }),
    );
    for (let a = 0; a < 2 ** width; a++) {
      sim.poke('a', a);
      expect(sim.peekNumber('one')).toBe(a & -a);
      expect(sim.peekNumber('at')).toBe(a === 0 ? 0 : Math.log2(a & -a));
    }
  }
});
