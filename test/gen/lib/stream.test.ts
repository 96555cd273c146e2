import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bool, enumeration, flip, input, module, output, struct, u } from '../../../gen/hdl/index.ts';
import { fifoLatency, fifoModule } from '../../../gen/lib/fifo.ts';
import { sliceModule, type SliceKind } from '../../../gen/lib/slice.ts';
import { as, channel, delayLine, fires, gate, map, pipe, stream } from '../../../gen/lib/stream.ts';
import { chance, Consumer, Producer, randomBits, reset, runUntil, simulate, step } from './bench.ts';

/** Items that pass a block unchanged and in order, whatever the stalls. */
const stalls = fc.record({
  seed: fc.integer(),
  items: fc.integer({ min: 1, max: 200 }),
  push: fc.constantFrom(0.1, 0.5, 0.9, 1),
  pop: fc.constantFrom(0.1, 0.5, 0.9, 1),
});

interface Block {
  readonly name: string;
  readonly width: number;
  readonly definition: Parameters<typeof simulate>[0];
  /** Cycles from push to the valid that shows it. */
  readonly latency: number;
  readonly capacity: number;
  readonly hasCount?: boolean;
}

const slice = (kind: SliceKind, width: number): Block => ({
  name: `${kind} slice of ${width} bits`,
  width,
  definition: sliceModule(kind, width),
  latency: kind === 'backward' ? 0 : 1,
  capacity: kind === 'full' ? 2 : 1,
});
const queue = (
  width: number,
  depth: number,
  ...style: Parameters<typeof fifoModule> extends [any, any, ...infer S] ? S : never
): Block => ({
  name: `FIFO of ${depth} × ${width} bits ${style[0] ?? ''}`,
  width,
  definition: fifoModule(width, depth, ...style),
  latency: (style[0] ?? (depth > 64 ? 'block' : 'distributed')).match(/block|ultra/)
    ? fifoLatency.deep
    : fifoLatency.shallow,
  capacity: depth,
  hasCount: true,
});

const blocks = [
  slice('full', 1),
  slice('full', 37),
  slice('full', 577),
  slice('forward', 64),
  slice('backward', 64),
  queue(8, 2),
  queue(33, 3),
  queue(577, 5),
  queue(64, 64),
  queue(64, 100),
  queue(9, 256, 'ultra'),
  queue(16, 5, 'block'),
  queue(16, 80, 'registers'),
];

describe.each(blocks)('$name', ({ width, definition, latency, capacity, hasCount }) => {
  const sim = simulate(definition);
  const ends = (seed: number): { push: Producer; pop: Consumer } => {
    reset(sim);
    const random = chance(seed);
    return { push: new Producer(sim, 'push', random), pop: new Consumer(sim, 'pop', random) };
  };
  const numbered = (n: number): bigint[] => Array.from({ length: n }, (_, i) => BigInt.asUintN(width, BigInt(i + 1)));

  test('keeps order and content under random stalls', () => {
    fc.assert(
      fc.property(stalls, ({ seed, items, push: eager, pop: hungry }) => {
        const { push, pop } = ends(seed);
        const random = chance(~seed);
        const all = Array.from({ length: items }, () => randomBits(random, width));
        push.pending.push(...all);
        push.eagerness = eager;
        pop.eagerness = hungry;
        const watch = {
          drive() {},
          sample() {
            if (hasCount) expect(sim.peekNumber('count')).toBe(push.sent.length - pop.received.length);
          },
        };
        runUntil(sim, [watch, push, pop], () => pop.received.length === items, 40 * items + 1000);
        expect(pop.received).toEqual(all);
      }),
      { numRuns: 25 },
    );
  });

  test(`shows an item after ${latency} cycles, then moves one every cycle`, () => {
    const { push, pop } = ends(1);
    push.pending.push(...numbered(500));
    const begin = sim.cycles;
    runUntil(sim, [push, pop], () => pop.received.length === 500, 600);
    expect(pop.edges).toEqual(Array.from({ length: 500 }, (_, i) => begin + latency + i));
  });

  test(`holds ${capacity} items, and loses no cycle when the way is free again`, () => {
    const { push, pop } = ends(2);
    push.pending.push(...numbered(capacity + 300));
    pop.eagerness = 0;
    for (let i = 0; i < capacity + 10; i++) step(sim, [push, pop]);
    expect(push.sent.length).toBe(capacity);
    pop.eagerness = 1;
    expect(runUntil(sim, [push, pop], () => pop.received.length === capacity + 300, 1000)).toBe(capacity + 300);
  });

  test('is empty after reset', () => {
    const { push, pop } = ends(3);
    push.pending.push(...numbered(capacity));
    pop.eagerness = 0;
    for (let i = 0; i < capacity + 6; i++) step(sim, [push, pop]);
    expect(sim.peekNumber('pop_valid')).toBe(1);
    sim.poke('push_valid', 0);
    reset(sim);
    for (let i = 0; i < 10; i++) {
      expect(sim.peekNumber('pop_valid')).toBe(0);
      expect(sim.peekNumber('push_ready')).toBe(1);
      sim.cycle();
    }
  });
});

test('a skid buffer has no path through it, a forward slice none for valid, a backward slice none for ready', () => {
  const paths = (kind: SliceKind): { valid: boolean; ready: boolean } => {
    const sim = simulate(sliceModule(kind, 8));
    const ready = sim.port('pop_ready');
    const valid = sim.port('push_valid');
    let [validPasses, readyPasses] = [false, false];
    for (let cycle = 0; cycle < 50; cycle++) {
      const seen = [0, 1].flatMap((v) =>
        [0, 1].map(
          (r) => (valid.set(v), ready.set(r), [sim.peekNumber('pop_valid'), sim.peekNumber('push_ready')] as const),
        ),
      );
      validPasses ||= seen[0]![0] !== seen[2]![0] || seen[1]![0] !== seen[3]![0];
      readyPasses ||= seen[0]![1] !== seen[1]![1] || seen[2]![1] !== seen[3]![1];
      valid.set((cycle >> 1) & 1);
      ready.set((cycle >> 2) & 1);
      sim.cycle();
    }
    return { valid: validPasses, ready: readyPasses };
  };
  expect(paths('full')).toEqual({ valid: false, ready: false });
  expect(paths('forward')).toEqual({ valid: false, ready: true });
  expect(paths('backward')).toEqual({ valid: true, ready: false });
});

test('equal parameters give one module', () => {
  expect(fifoModule(64, 8)).toBe(fifoModule(64, 8));
  expect(fifoModule(64, 8)).not.toBe(fifoModule(64, 9));
  expect(fifoModule(64, 8).name).toBe('fifo_w64_d8');
  expect(sliceModule('full', 64).name).toBe('skid_buffer_w64');
});

test('a FIFO too short for an item a cycle is refused', () => {
  expect(() => fifoModule(8, 1)).toThrow(/H031.*a FIFO of 1 items.*takes 2/s);
  expect(() => fifoModule(8, 4, 'ultra')).toThrow(/H031.*a FIFO of 4 items.*takes 5/s);
});

test('map, as, gate, channel and pipe add no cycle and lose nothing', () => {
  const Color = enumeration('color', ['RED', 'GREEN', 'BLUE', 'NONE']);
  const Pair = struct('pair', { color: Color, number: u(6) });
  const block = module(
    'passes',
    { push: flip(stream(Pair)), pop: stream(u(8)), open: input(bool), moved: output(bool) },
    (io) => {
      const painted = map(io.push, ({ number }) => Pair.of({ color: 'BLUE', number: number.add(1) }));
      const middle = channel(Pair);
      pipe(gate(painted, io.open), middle);
      io.moved.value = fires(middle);
      pipe(as(middle, u(8)), io.pop);
    },
  );
  const sim = simulate(block);
  sim.poke('push_valid', 1);
  sim.poke('push_bits', 5);
  sim.poke('pop_ready', 1);
  const outputs = (): number[] => ['pop_valid', 'push_ready', 'moved'].map((port) => sim.peekNumber(port));
  expect(outputs()).toEqual([0, 0, 0]);
  sim.poke('open', 1);
  expect(outputs()).toEqual([1, 1, 1]);
  expect(sim.peekNumber('pop_bits')).toBe((2 << 6) | 6);
  sim.poke('pop_ready', 0);
  expect(outputs()).toEqual([1, 0, 0]);
});

test('a delay line delays by its length, and resets only when asked', () => {
  const block = module(
    'late',
    { a: input(u(8)), zero: output(u(8)), three: output(u(8)), cleared: output(u(8)) },
    (io) => {
      io.zero.value = delayLine(io.a, 0);
      io.three.value = delayLine(io.a, 3);
      io.cleared.value = delayLine(io.a, 3, 7);
    },
  );
  const sim = simulate(block);
  expect(sim.peekNumber('cleared')).toBe(7);
  for (let i = 1; i < 20; i++) {
    sim.poke('a', i);
    expect(sim.peekNumber('zero')).toBe(i);
    expect(sim.peekNumber('three')).toBe(Math.max(0, i - 3));
    expect(sim.peekNumber('cleared')).toBe(i > 3 ? i - 3 : 7);
    sim.cycle();
  }
});
