import { describe, expect, test } from 'vitest';
import { DataBase, StackTop } from '../../../../gen/ebpf/abi.ts';
import type { EngineConfig } from '../../../../gen/ebpf/engine/interface.ts';
import { MemoryUnitBench, steady, type Access, type Outcome } from './memory-unit-bench.ts';

const config: EngineConfig = {
  programSlotBytes: 4096,
  dataSlotBytes: 16384,
  cacheLines: 64,
  branchTargets: 4,
  stepLimit: 1000,
  retirePort: false,
};
const data = BigInt(DataBase);

const load = (address: bigint, size = 3, sign = false): Access => ({ kind: 'LOAD', address, size, sign });
const store = (address: bigint, value: bigint, size = 3): Access => ({ kind: 'STORE', address, size, data: value });
const cycles = ({ first, last }: Outcome): number => last - first + 1;

/** A unit that has started a program on a slot whose byte i is i mod 251, with its first lines fetched. */
function started(latency = 4): MemoryUnitBench {
  const bench = new MemoryUnitBench(config, steady(latency));
  for (let i = 0; i < bench.slot.length; i++) bench.slot[i] = i % 251;
  bench.start();
  return bench;
}
function warm(latency = 4): MemoryUnitBench {
  const bench = started(latency);
  for (let i = 0; i < 100; i++) bench.tick(undefined);
  return bench;
}

describe('time', () => {
  test('after reset frame 0 is clear within 10 cycles, and a call can be made within 20', () => {
    const { sim } = new MemoryUnitBench(config, steady(4));
    sim.poke('rst_n', 0);
    sim.cycle();
    sim.poke('rst_n', 1);
    expect(sim.peek('frame_first_clear')).toBe(0n);
    expect(sim.cycleUntil('frame_first_clear', 1, 100)).toBeLessThanOrEqual(10);
    expect(sim.cycleUntil('frame_next_clear', 1, 100)).toBeLessThanOrEqual(10);
  });

  test('the first lines are asked for one a cycle', () => {
    const bench = started();
    const begin = bench.cycle;
    for (let i = 0; i < 80; i++) bench.tick(undefined);
    expect(bench.requests.map(({ request }) => request.line)).toEqual(Array.from({ length: 64 }, (_, i) => i));
    expect(bench.requests[0]!.cycle - begin).toBeLessThanOrEqual(1);
    expect(bench.requests[63]!.cycle - bench.requests[0]!.cycle).toBe(63);
  });

  test('loads that hit take one cycle each', () => {
    const outcomes = warm().all(...Array.from({ length: 16 }, (_, i) => load(data + BigInt(i * 57), i % 4)));
    const crossing = (i: number): boolean => ((i * 57) % 64) + (1 << (i % 4)) > 64;
    expect(outcomes.filter((_, i) => !crossing(i)).map(cycles)).toEqual(
      outcomes.filter((_, i) => !crossing(i)).map(() => 1),
    );
    expect(outcomes.at(-1)!.last - outcomes[0]!.first).toBeGreaterThanOrEqual(15);
  });

  test('stores take one cycle each, on the slot and on the stack', () => {
    const bench = warm();
    const steps = Array.from({ length: 40 }, (_, i) =>
      i % 2 ? store(data + BigInt(8 * i), 5n) : store(BigInt(StackTop) - BigInt(8 * i + 8), 7n),
    );
    expect(bench.all(...steps).map(cycles)).toEqual(steps.map(() => 1));
  });

  test('stores do not wait for lines that are fetched ahead; what they displace is fetched again', () => {
    const bench = started();
    for (let i = 0; i < 8; i++) bench.tick(undefined);
    const stores = bench.all(
      ...Array.from({ length: 40 }, (_, i) => store(BigInt(StackTop) - BigInt(8 * (i % 8) + 8), 7n)),
    );
    expect(stores.map(cycles)).toEqual(stores.map(() => 1));
    for (let i = 0; i < 60; i++) bench.tick(undefined);
    const loads = () => bench.all(...Array.from({ length: 64 }, (_, i) => load(data + BigInt(64 * i))));
    const displaced = loads().filter((outcome) => cycles(outcome) > 1);
    expect(displaced.length).toBeGreaterThan(0);
    expect(displaced.length).toBeLessThanOrEqual(40);
    expect(loads().map(cycles)).toEqual(Array.from({ length: 64 }, () => 1));
  });

  test('a miss waits for the memory and two cycles more', () => {
    for (const latency of [1, 2, 5]) {
      const bench = warm(latency);
      const [miss, hit] = bench.all(load(data + 8192n), load(data + 8200n));
      expect(cycles(miss!)).toBe(latency + 3);
      expect(hit!.last - miss!.last).toBeLessThanOrEqual(3);
    }
  });

  test('a sequential program misses once', () => {
    const bench = warm(5);
    const outcomes = bench.all(...Array.from({ length: 512 }, (_, i) => load(data + 8192n + BigInt(8 * i))));
    expect(outcomes.slice(8).filter((outcome) => cycles(outcome) > 3)).toEqual([]);
    expect(outcomes.at(-1)!.last - outcomes[0]!.first).toBeLessThan(512 + 100);
  });

  test('a load right behind a store to the same word waits one cycle; to another word, none', () => {
    const [, same, , other] = warm().all(store(data, 1n), load(data), store(data + 8n, 2n), load(data + 16n));
    expect([cycles(same!), cycles(other!)]).toEqual([2, 1]);
    expect(same!.value).toBe(1n);
  });

  test('crossing a line costs two cycles for a load and one for a store', () => {
    const [crossing, written] = warm().all(load(data + 61n), store(data + 61n, 0n));
    expect([cycles(crossing!), cycles(written!)]).toEqual([3, 2]);
  });
});

describe('bounds', () => {
  const top = BigInt(StackTop);
  const end = data + BigInt(config.dataSlotBytes);
  const cases: [string, Access, number][] = [
    ['below the slot', load(data - 1n, 0), 18],
    ['straddling the start', load(data - 1n, 1), 18],
    ['last byte', load(end - 1n, 0), 0],
    ['straddling the end', store(end - 1n, -1n, 1), 18],
    ['behind the end', store(end, -1n, 3), 18],
    ['64-bit wrap', load((1n << 64n) - 1n, 3), 18],
    ['null', load(0n, 3), 18],
    ['upper bits', load(data + (1n << 40n), 3), 18],
    ['stack with upper bits', load(top - 8n + (1n << 40n), 3), 18],
    ['top of stack', load(top, 0), 20 - 1],
    ['straddling the top', store(top - 7n, -1n, 3), 19],
    ['innermost byte', load(top - 512n, 0), 0],
    ['below the frame', store(top - 513n, -1n, 0), 19],
    ['into the frame from below', store(top - 513n, -1n, 1), 19],
    ['lowest stack page', load(top - 8192n, 0), 19],
    ['below the lowest stack page', load(top - 8193n, 0), 18],
    ['highest stack page', load(top + 8191n, 3), 19],
    ['above the highest stack page', load(top + 8192n, 3), 18],
    ['unaligned atomic', { kind: 'ATOMIC', address: data + 4n, size: 3 }, 24],
    ['unaligned atomic word', { kind: 'ATOMIC', address: top - 6n, size: 2 }, 24],
    ['unaligned atomic out of bounds', { kind: 'ATOMIC', address: end - 4n, size: 3 }, 18],
    ['aligned atomic word', { kind: 'ATOMIC', address: end - 4n, size: 2 }, 0],
  ];
  test.each(cases)('%s', (_, access, error) => {
    const bench = warm();
    const before = bench.slot.slice();
    const [outcome] = bench.all(access);
    expect(outcome!.error).toBe(error);
    bench.drain();
    if (error !== 0) expect(bench.slot).toEqual(before);
  });
});

test('frames read as zero when they are entered', () => {
  const bench = started();
  const frame = (depth: number): bigint => BigInt(StackTop - 512 * (depth + 1));
  const steps = [0, 1, 2].flatMap(() => [
    ...Array.from({ length: 7 }, (_, i) => [
      { kind: 'FRAME', depth: i + 1 } as const,
      load(frame(i + 1) + 8n),
      store(frame(i + 1) + 8n, ~0n & 0xffffn),
      load(frame(i + 1) + 8n),
    ]).flat(),
    ...Array.from({ length: 7 }, (_, i) => ({ kind: 'FRAME', depth: 6 - i }) as const),
  ]);
  const values = bench.all(...steps).map(({ value, error }) => [value, error]);
  for (let i = 0; i < values.length; i += 3) {
    expect(values[i]).toEqual([0n, 0]);
    expect(values[i + 2]).toEqual([0xffffn, 0]);
  }
});

test('a frame that is entered again while lines arrive reads as zero, and soon', () => {
  const frame = BigInt(StackTop - 1024);
  for (let lines = 1; lines <= 8; lines++) {
    const bench = warm(2);
    bench.drain();
    bench.start();
    const touch = Array.from({ length: lines }, (_, i) => store(frame + BigInt(64 * i), -1n));
    const [enter, leave] = [1, 0].map((depth) => ({ kind: 'FRAME', depth }) as const);
    const outcomes = bench.all(enter, ...touch, leave, enter, ...touch.map(({ address }) => load(address)));
    expect(outcomes.slice(lines).map(({ value }) => value)).toEqual(touch.map(() => 0n));
    expect(outcomes[lines]!.first - outcomes[lines - 1]!.last).toBeLessThanOrEqual(lines + 10);
  }
});

test('a program sees the slot as it is when it starts, not as the one before saw it', () => {
  for (let line = 0; line < 16; line++) {
    const bench = warm(3);
    bench.drain();
    bench.slot.fill(0x55);
    bench.start();
    for (let i = 0; i < 6; i++) bench.tick(undefined);
    const words = [0, 8, 16].map((offset) => load(data + BigInt(64 * line + offset)));
    expect(bench.all(...words).map(({ value }) => value)).toEqual(words.map(() => 0x5555_5555_5555_5555n));
  }
});
