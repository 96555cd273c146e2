import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BankConfig } from '../../../gen/device/slot-bank.ts';
import { chance, randomBits, type Chance } from '../lib/bench.ts';
import { below, pickOne, randomBytes, toBytes } from './bits.ts';
import { type AtomicName } from './row-model.ts';
import { BankBench, kinds, type BankAccess, type DmaWrite } from './slot-bank-bench.ts';

const atomicNames: readonly AtomicName[] = ['ADD', 'OR', 'AND', 'XOR', 'XCHG', 'CMPXCHG'];

const plain = {
  kind: 'READ',
  row: 0,
  offset: 0,
  size: 3,
  upper: false,
  data: 0n,
  atomic: 'ADD',
  compare: 0n,
  source: 0,
} as const;

/** Any request that an engine may make, on one of the first `rows`. */
function anyAccess(random: Chance, { engines }: BankConfig, rows: number): BankAccess {
  const kind = pickOne(random, kinds);
  const size = kind === 'ATOMIC' ? 2 + below(random, 2) : below(random, 4);
  const offset = kind === 'ATOMIC' ? below(random, 64 >> size) << size : below(random, 64);
  const isCrossing = offset + (1 << size) > 64;
  // Small numbers, so that comparisons succeed now and then.
  const number = (): bigint => (random() < 0.5 ? BigInt(below(random, 3)) : randomBits(random, 64));
  return {
    kind,
    row: below(random, rows),
    offset,
    size,
    upper: isCrossing && random() < 0.5,
    data: number(),
    atomic: pickOne(random, atomicNames),
    compare: number(),
    source: below(random, engines),
  };
}

function anyWrite(random: Chance, rows: number): DmaWrite {
  return {
    row: below(random, rows),
    data: randomBytes(random, 64),
    strobe: pickOne(random, [2n ** 64n - 1n, 0n, randomBits(random, 64)]),
  };
}

const configs: readonly BankConfig[] = [
  { rows: 64, slots: 1, engines: 1 },
  { rows: 128, slots: 2, engines: 3 },
  { rows: 192, slots: 3, engines: 5 },
];

describe.each(configs)('a bank of $rows rows, $slots slots, $engines engines', (config) => {
  const bench = new BankBench(config);

  test('does what the model does, in its order, whoever asks', () => {
    const share = fc.constantFrom(0, 0.2, 0.8, 1);
    const load = fc.record({
      seed: fc.integer(),
      engine: share,
      write: share,
      read: share,
      rows: fc.constantFrom(1, 4, config.rows),
    });
    fc.assert(
      fc.property(load, ({ seed, engine, write, read, rows }) => {
        const random = chance(seed);
        bench.restart();
        for (let i = 0; i < 300; i++) {
          bench.tick({
            engine: random() < engine ? anyAccess(random, config, rows) : undefined,
            write: random() < write ? anyWrite(random, rows) : undefined,
            read: random() < read ? below(random, rows) : undefined,
          });
        }
        for (let i = 0; i < 20; i++) bench.tick();
        expect(bench.waiting).toEqual({ engine: false, write: false, read: false });
        for (let row = 0; row < rows; row++) bench.tick({ read: row });
        for (let i = 0; i < 10; i++) bench.tick();
      }),
      { numRuns: 25 },
    );
  });

  test.each([...kinds, undefined])('nobody starves while everybody asks all the time: %s', (kind) => {
    const random = chance(config.rows);
    bench.restart();
    // With several slots the last one is scrubbed meanwhile, and the others are used.
    const hasScrub = config.slots > 1;
    const rows = config.rows - (hasScrub ? config.rows / config.slots : 0);
    const longest = { engine: 0, write: 0, read: 0 };
    const since = { engine: 0, write: 0, read: 0 };
    let scrubbed = 0;
    for (let i = 0; i < 2000; i++) {
      const access = anyAccess(random, config, rows);
      const served = bench.tick({
        engine: kind === undefined || access.kind === kind ? access : { ...plain, kind, row: access.row },
        write: anyWrite(random, rows),
        read: below(random, rows),
        scrub: hasScrub && i === 0 ? 1 << (config.slots - 1) : 0,
      });
      for (const who of ['engine', 'write', 'read'] as const) {
        since[who] = served[who] ? 0 : since[who] + 1;
        longest[who] = Math.max(longest[who], since[who]);
      }
      if (bench.scrubbing !== 0) scrubbed = i;
    }
    // An atomic holds the write port for six cycles; a write of the host and of the scrubber may come in between.
    const atomics = kind === 'ATOMIC' || kind === undefined;
    expect(longest.engine).toBeLessThanOrEqual(atomics ? 8 : 2);
    expect(longest.write).toBeLessThanOrEqual(atomics ? 8 : 2);
    expect(longest.read).toBeLessThanOrEqual(1);
    if (hasScrub) expect(scrubbed).toBeGreaterThan(0);
    expect(scrubbed).toBeLessThanOrEqual((8 * config.rows) / config.slots + 20);
  });
});

describe('one kind of access alone', () => {
  const config: BankConfig = { rows: 64, slots: 1, engines: 2 };
  const bench = new BankBench(config);
  const served = (cycles: number, wishes: () => Parameters<BankBench['tick']>[0]) => {
    const count = { engine: 0, write: 0, read: 0 };
    for (let i = 0; i < cycles; i++) {
      const now = bench.tick(wishes());
      for (const who of ['engine', 'write', 'read'] as const) count[who] += now[who] ? 1 : 0;
    }
    return count;
  };
  const random = chance(7);
  const engine = (kind: BankAccess['kind']): BankAccess => ({ ...plain, kind, row: below(random, 64) });
  const write = (): DmaWrite => anyWrite(random, 64);
  const read = (): number => below(random, 64);

  test('one line a cycle both ways by DMA', () => {
    bench.restart();
    expect(served(100, () => ({ write: write(), read: read() }))).toEqual({ engine: 0, write: 100, read: 100 });
  });
  test('one request a cycle from the engines', () => {
    bench.restart();
    expect(served(100, () => ({ engine: engine('READ') })).engine).toBe(100);
    expect(served(100, () => ({ engine: engine('WRITE') })).engine).toBe(100);
  });
  test('an atomic every six cycles', () => {
    bench.restart();
    expect(served(600, () => ({ engine: engine('ATOMIC') })).engine).toBe(100);
  });
  test('engine and DMA share a port half and half, and do not touch the other port', () => {
    bench.restart();
    expect(served(100, () => ({ engine: engine('READ'), read: read(), write: write() }))).toEqual({
      engine: 50,
      write: 100,
      read: 50,
    });
    bench.restart();
    expect(served(100, () => ({ engine: engine('WRITE'), read: read(), write: write() }))).toEqual({
      engine: 50,
      write: 50,
      read: 100,
    });
  });
});

describe('writes of engines', () => {
  test('every offset and size, and both halves of those that cross the end of the row', () => {
    const bench = new BankBench({ rows: 64, slots: 1, engines: 1 });
    bench.restart();
    for (let size = 0; size < 4; size++) {
      for (let offset = 0; offset < 64; offset++) {
        for (const upper of offset + (1 << size) > 64 ? [false, true] : [false]) {
          bench.tick({ write: { row: 5, data: new Uint8Array(64).fill(0xee), strobe: 2n ** 64n - 1n } });
          bench.tick({
            engine: { ...plain, kind: 'WRITE', row: 5, offset, size, upper, data: 0x8877_6655_4433_2211n },
          });
          while (!bench.tick({ read: 5 }).read);
        }
      }
    }
    for (let i = 0; i < 10; i++) bench.tick();
  });
});

describe('atomics', () => {
  const bench = new BankBench({ rows: 64, slots: 1, engines: 4 });

  test.each(atomicNames)('%s on 4 and 8 bytes', (atomic) => {
    bench.restart();
    const row = Uint8Array.from({ length: 64 }, (_, i) => 0xf8 + (i % 16));
    bench.tick({ write: { row: 1, data: row, strobe: 2n ** 64n - 1n } });
    for (const size of [2, 3]) {
      for (let offset = 0; offset < 64; offset += 1 << size) {
        const same = BigInt.asUintN(
          64,
          bench
            .row(1)
            .subarray(offset, offset + (1 << size))
            .reduceRight((n, b) => (n << 8n) | BigInt(b), 0n),
        );
        for (const compare of [same, same ^ 1n, same | (1n << 40n)]) {
          const engine = {
            ...plain,
            kind: 'ATOMIC',
            row: 1,
            offset,
            size,
            atomic,
            data: 0xfedc_ba98_7654_3210n,
            compare,
          } as const;
          while (!bench.tick({ engine }).engine);
          for (let i = 0; i < 8; i++) bench.tick({ read: 1 });
        }
      }
    }
    for (let i = 0; i < 10; i++) bench.tick();
  });

  test('no increment is lost although the host writes the same row all the time', () => {
    bench.restart();
    let done = 0;
    let written = 0;
    for (let i = 0; i < 2000; i++) {
      const data = toBytes(BigInt(i), 64);
      const served = bench.tick({
        engine: { ...plain, kind: 'ATOMIC', row: 3, offset: 8, size: 3, data: 1n, source: i % 4 },
        write: { row: 3, data, strobe: 0xff00ffn }, // every byte but those of the counter
        read: 3,
      });
      done += served.engine ? 1 : 0;
      written += served.write ? 1 : 0;
    }
    expect(done).toBeGreaterThan(200);
    expect(written).toBeGreaterThan(200);
    expect(new DataView(bench.memory.buffer).getBigUint64(3 * 64 + 8, true)).toBe(BigInt(done));
    for (let i = 0; i < 20; i++) bench.tick();
  });
});

describe('what is announced', () => {
  test('every write, by whom, one cycle after it was granted; an atomic when it writes', () => {
    const bench = new BankBench({ rows: 64, slots: 1, engines: 3 });
    bench.restart();
    bench.tick({ engine: { ...plain, kind: 'WRITE', row: 7, source: 2 } });
    bench.tick({ write: { row: 9, data: new Uint8Array(64), strobe: 1n } });
    bench.tick({ engine: { ...plain, kind: 'ATOMIC', row: 11, source: 1 } });
    bench.tick({ engine: { ...plain, kind: 'READ', row: 13, source: 1 } });
    for (let i = 0; i < 12; i++) bench.tick();
    expect(bench.announced).toEqual([
      { row: 7, by: 2 },
      { row: 9, by: -1 },
      { row: 11, by: 1 },
    ]);
  });
});

describe('scrubbing', () => {
  const config: BankConfig = { rows: 256, slots: 4, engines: 1 };
  const bench = new BankBench(config);
  const fill = (): void => {
    bench.restart();
    for (let row = 0; row < config.rows; row++) {
      bench.tick({ write: { row, data: new Uint8Array(64).fill(row + 1), strobe: 2n ** 64n - 1n } });
    }
  };
  const rowsOf = (slots: readonly number[]): number[] =>
    slots.flatMap((slot) => Array.from({ length: 64 }, (_, i) => 64 * slot + i));

  test.each([[[0]], [[3]], [[1, 2]], [[0, 1, 2, 3]]])('zeroes slots %j, a row a cycle, and nothing else', (slots) => {
    fill();
    bench.tick();
    bench.announced.length = 0;
    bench.tick({ scrub: slots.reduce((bits, slot) => bits | (1 << slot), 0) });
    expect(bench.scrubbing).toBe(slots.reduce((bits, slot) => bits | (1 << slot), 0));
    let cycles = 0;
    for (; bench.scrubbing !== 0; cycles++) bench.tick();
    bench.tick();
    bench.tick();
    expect(cycles).toBeLessThanOrEqual(66 * slots.length);
    expect(bench.announced).toEqual(rowsOf(slots).map((row) => ({ row, by: -1 })));
    for (const row of rowsOf(slots)) bench.row(row).fill(0);
    for (let row = 0; row < config.rows; row++) bench.tick({ read: row });
    for (let i = 0; i < 10; i++) bench.tick();
  });

  test('a slot that is given back while another is scrubbed comes after it', () => {
    fill();
    bench.tick({ scrub: 0b0100 });
    for (let i = 0; i < 30; i++) bench.tick();
    bench.tick({ scrub: 0b0011 });
    expect(bench.scrubbing).toBe(0b0111);
    const seen = [0b0111];
    while (bench.scrubbing !== 0) {
      bench.tick();
      if (bench.scrubbing !== seen.at(-1)) seen.push(bench.scrubbing);
    }
    expect(seen).toEqual([0b0111, 0b0011, 0b0010, 0]);
    for (const row of rowsOf([0, 1, 2])) bench.row(row).fill(0);
    for (let row = 0; row < config.rows; row++) bench.tick({ read: row });
    for (let i = 0; i < 10; i++) bench.tick();
  });
});
