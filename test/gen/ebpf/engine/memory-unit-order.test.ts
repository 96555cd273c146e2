/** A program whose slot is written by others at the same time: what docs/memory-order.md promises. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DataBase } from '../../../../gen/ebpf/abi.ts';
import type { EngineConfig } from '../../../../gen/ebpf/engine/interface.ts';
import { MemoryUnitBench, readBytes, type Access, type Step } from './memory-unit-bench.ts';
import { Dice, moods } from './memory-unit-dice.ts';

const config: EngineConfig = {
  programSlotBytes: 4096,
  dataSlotBytes: 16384,
  cacheLines: 64,
  branchTargets: 4,
  stepLimit: 1000,
  retirePort: false,
};

/** Some of these lines share a place in the cache. */
const lines = [0, 1, 64, 128, 129, 255];
// In each line, words 0 to 3 are written by others only, 4 to 6 by the program only, and 7 is a counter of both.
const theirs = lines.flatMap((line) => [0, 1, 2, 3].map((word) => line * 64 + word * 8));
const mine = lines.flatMap((line) => [4, 5, 6].map((word) => line * 64 + word * 8));
const counters = lines.map((line) => line * 64 + 56);

/** The n-th write of the others stores n twice, the second time inverted, so that halves of two writes do not match. */
const stamp = (n: number): bigint => (BigInt(~n >>> 0) << 32n) | BigInt(n);

interface Write {
  readonly n: number;
  heard: number;
}

/** Everything the others have written, and what the program has seen of it. */
class Witness {
  n = 0;
  /** The program has seen the n-th write, and with it all before. */
  seen = 0;
  readonly writes = new Map<number, Write[]>(theirs.map((word) => [word, [{ n: 0, heard: 0 }]]));
  /** By counter: which value it got in which write of the others. */
  readonly counts = new Map<number, { value: bigint; n: number }[]>(counters.map((word) => [word, []]));

  write(bench: MemoryUnitBench, word: number): void {
    const write: Write = { n: ++this.n, heard: Infinity };
    this.writes.get(word)!.push(write);
    bench.write(word, 8, stamp(write.n), () => (write.heard = bench.cycle));
  }

  count(bench: MemoryUnitBench, word: number): void {
    const value = readBytes(bench.slot, word, 8) + 1n;
    this.counts.get(word)!.push({ value, n: ++this.n });
    bench.write(word, 8, value);
  }

  /**
   * A load of a word that others write returned their n-th write, and began in cycle `first`: the oldest write that it
   * may return. Nothing older than what was seen before through other words, nor than what the unit was told of.
   */
  read(word: number, n: number, first: number): number {
    const writes = this.writes.get(word)!;
    const oldest = writes.findLast((write) => write.n <= this.seen || write.heard <= first - 2)!;
    this.seen = Math.max(this.seen, n);
    return writes.some((write) => write.n === n) ? oldest.n : Infinity;
  }

  /** The same for a counter: the least value that it may have. */
  readCount(word: number, value: bigint): bigint {
    const counts = this.counts.get(word)!;
    const least = counts.findLast(({ n }) => n <= this.seen)?.value ?? 0n;
    this.seen = Math.max(this.seen, counts.findLast((count) => count.value <= value)?.n ?? 0);
    return least;
  }
}

function program(dice: Dice, mood: string, length: number): void {
  const witness = new Witness();
  const activity = dice.pick(0.01, 0.1, 0.6);
  const haste = dice.pick(0.02, 0.3, 1);
  const others = (bench: MemoryUnitBench): void => {
    if (!dice.chance(activity)) return;
    if (dice.chance(0.2)) witness.count(bench, dice.pick(...counters));
    else witness.write(bench, dice.pick(...theirs));
  };
  const bench = new MemoryUnitBench(config, {
    ...moods[mood]!(dice),
    others: () => {},
    snoopsNow: () => dice.chance(haste),
  });
  for (const word of theirs) bench.slot.set(new Uint8Array(new BigUint64Array([stamp(0)]).buffer), word);
  const values = new Map(mine.map((word) => [word, 0n]));
  const own = new Map(counters.map((word) => [word, 0n]));
  bench.start();
  bench.behaviour = { ...bench.behaviour, others };
  // What the slot had when an atomic took its turn is visible to everything after the atomic.
  let fence = 0;
  bench.onAtomic = () => (fence = witness.n);

  const check = (word: number, value: bigint, first: number): void => {
    const n = Number(value & 0xffff_ffffn);
    expect(value).toBe(stamp(n));
    expect(n).toBeGreaterThanOrEqual(witness.read(word, n, first));
  };
  const checkCount = (word: number, value: bigint): void => {
    expect(value).toBeGreaterThanOrEqual(witness.readCount(word, value));
  };
  const expected: ((value: bigint, first: number) => void)[] = [];
  let left = length;
  const next = (): Step | 'end' => {
    if (left-- === 0) return 'end';
    if (dice.chance(0.2)) return undefined;
    const step = (word: number, access: Partial<Access>, check: (value: bigint, first: number) => void): Access => {
      expected.push(check);
      return {
        kind: 'LOAD',
        address: BigInt(DataBase + word),
        size: 3,
        hold: dice.chance(0.1) ? dice.below(6) : 0,
        ...access,
      };
    };
    switch (dice.below(8)) {
      case 0: {
        const word = dice.pick(...mine);
        const data = dice.bits();
        return step(word, { kind: 'STORE', data }, () => values.set(word, data));
      }
      case 1: {
        const word = dice.pick(...mine);
        return step(word, {}, (value) => expect(value).toBe(values.get(word)));
      }
      case 2: {
        const word = dice.pick(...counters);
        return step(word, { kind: 'ATOMIC', atomic: 'ADD', data: 1n }, (value) => {
          witness.seen = Math.max(witness.seen, fence);
          checkCount(word, value);
          own.set(word, own.get(word)! + 1n);
        });
      }
      case 3: {
        const word = dice.pick(...counters);
        return step(word, {}, (value) => checkCount(word, value));
      }
      default: {
        const word = dice.pick(...theirs);
        return step(word, {}, (value, first) => check(word, value, first));
      }
    }
  };
  bench.run(next, (_, { value, error, first }) => {
    expect(error).toBe(0);
    expected.shift()!(value, first);
  });
  bench.behaviour = { ...bench.behaviour, others: () => {} };
  bench.drain();
  for (const [word, value] of values) expect(readBytes(bench.slot, word, 8)).toBe(value);
  for (const [word, value] of own)
    expect(readBytes(bench.slot, word, 8)).toBe(value + BigInt(witness.counts.get(word)!.length));
}

test.each(Object.keys(moods))('others write, memory is %s', (mood) => {
  expect.hasAssertions();
  fc.assert(
    fc.property(fc.integer(), (seed) => program(new Dice(seed), mood, 1500)),
    { numRuns: 6, endOnFailure: true },
  );
});

test('a load ends although its line is written in every cycle', () => {
  const bench = new MemoryUnitBench(config, { ...moods['usual']!(new Dice(1)), snoopsNow: () => true });
  bench.start();
  const others = (): void => [0, 64].forEach((line) => bench.write(line * 64, 8, BigInt(bench.cycle)));
  bench.behaviour = { ...bench.behaviour, others: () => bench.cycle % 2 === 0 && others() };
  const outcomes = bench.all(
    ...Array.from({ length: 50 }, (_, i): Access => ({
      kind: 'LOAD',
      address: BigInt(DataBase + (i % 2) * 4096),
      size: 3,
    })),
  );
  for (const { first, last } of outcomes) expect(last - first).toBeLessThan(30);
});
