import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { chance, randomBits, type Chance } from '../lib/bench.ts';
import { below, pickOne, randomBytes } from './bits.ts';
import { serve } from './row-model.ts';
import { SlotMemoryBench, type Taken } from './slot-memory-bench.ts';

const plain = {
  kind: 'READ',
  program: false,
  line: 0,
  offset: 0,
  size: 3,
  upper: false,
  data: 0n,
  atomic: 'ADD',
  compare: 0n,
} as const;
const sizes = { programSlots: 3, programSlotBytes: 4096, dataSlots: 3, dataSlotBytes: 8192 };
const bench = new SlotMemoryBench({ engines: 3, ...sizes });
beforeEach(() => bench.restart());

const filled = (value: number): Uint8Array => new Uint8Array(64).fill(value);

describe('DMA', () => {
  test('every line of every slot is its own', () => {
    const lines = [
      ...[0, 1, 2].flatMap((slot) => Array.from({ length: 64 }, (_, i) => bench.programLine(slot, i))),
      ...[0, 1, 2].flatMap((slot) => Array.from({ length: 128 }, (_, i) => bench.dataLine(slot, i))),
    ];
    const content = new Map(lines.map((line) => [line, randomBytes(chance(line + 1), 64)]));
    for (const [line, data] of content) bench.pendingWrites.push({ line, data });
    bench.drain();
    bench.pendingReads.push(...lines);
    bench.drain();
    for (const { line, data, failed } of bench.reads)
      expect({ data, failed }).toEqual({ data: content.get(line)!, failed: false });
    expect(bench.writes.every(({ failed }) => !failed)).toBe(true);
  });

  test('one line a cycle both ways at once, one cycle to the answer of a write and six to that of a read', () => {
    for (let i = 0; i < 100; i++) bench.pendingWrites.push({ line: bench.dataLine(1, i), data: filled(i) });
    for (let i = 0; i < 100; i++) bench.pendingReads.push(bench.dataLine(1, i));
    bench.drain();
    expect(bench.writes.at(-1)!.edge - bench.writes[0]!.edge).toBe(99);
    expect(bench.reads.at(-1)!.edge - bench.reads[0]!.edge).toBe(99);
    expect([...new Set(bench.writes.map(({ edge, answered }) => answered! - edge))]).toEqual([1]);
    expect([...new Set(bench.reads.map(({ edge, answered }) => answered! - edge))]).toEqual([6]);
  });

  test('a write that was answered is seen by every read that comes after', () => {
    const line = bench.dataLine(2, 5);
    for (let i = 1; i < 20; i++) {
      bench.pendingWrites.push({ line, data: filled(i) });
      const before = bench.writes.length;
      bench.until(() => bench.writes[before]?.answered !== undefined);
      bench.pendingReads.push(line);
      bench.until(() => bench.reads.at(-1)?.answered !== undefined && bench.pendingReads.length === 0);
      bench.drain();
      expect(bench.reads.at(-1)!.data).toEqual(filled(i));
    }
  });

  test('strobes', () => {
    const line = bench.dataLine(0, 1);
    bench.write(line, filled(0xff));
    bench.write(line, filled(0x11), 0x8000_0000_0000_00f1n);
    const expected = filled(0xff);
    for (const byte of [0, 4, 5, 6, 7, 63]) expected[byte] = 0x11;
    expect(bench.read(line).data).toEqual(expected);
    bench.write(line, filled(0x22), 0n);
    expect(bench.read(line).data).toEqual(expected);
  });

  test('fails where there is no allocated slot, changes nothing there, and reads zero', () => {
    const all = bench.allocated;
    const places = [bench.programLine(1, 7), bench.dataLine(2, 9)];
    for (const line of places) bench.write(line, filled(0x77));
    bench.allocated = { program: 0b101, data: 0b011 };
    for (const line of places) {
      expect(bench.write(line, filled(0x88)).failed).toBe(true);
      expect(bench.read(line)).toMatchObject({ failed: true, data: filled(0) });
    }
    expect(bench.write(bench.programLine(2, 0), filled(1)).failed).toBe(false);
    expect(bench.write(bench.dataLine(1, 0), filled(1)).failed).toBe(false);
    bench.allocated = all;
    for (const line of places) expect(bench.read(line)).toMatchObject({ failed: false, data: filled(0x77) });
  });

  test('fails beyond the last slot and outside the window', () => {
    const window = 2 * (bench.dataLine(0, 0) - bench.programLine(0, 0));
    for (const line of [
      bench.programLine(3, 0),
      bench.dataLine(3, 0),
      window - 1,
      window,
      window + bench.dataLine(1, 3),
      2 * window - 1,
    ]) {
      bench.write(line, filled(0x99));
      expect(bench.writes.at(-1)!.failed, `line ${line}`).toBe(true);
      expect(bench.read(line)).toMatchObject({ failed: true, data: filled(0) });
    }
    for (const slot of [0, 1, 2]) {
      for (let line = 0; line < 64; line++)
        bench.pendingReads.push(bench.programLine(slot, line), bench.dataLine(slot, line));
    }
    bench.drain();
    for (const read of bench.reads.filter(({ failed }) => !failed)) expect(read.data).toEqual(filled(0));
  });

  test('says which program slot it changes, and none for data slots', () => {
    bench.write(bench.programLine(0, 0), filled(1));
    bench.write(bench.dataLine(1, 0), filled(1));
    bench.write(bench.programLine(2, 63), filled(1), 1n);
    bench.read(bench.programLine(1, 3));
    expect(bench.changed.map(({ slot }) => slot)).toEqual([0, 2]);
  });
});

describe('engines', () => {
  test('an engine reads its slots, a line a cycle, seven cycles each', () => {
    for (let slot = 0; slot < 3; slot++) {
      for (let line = 0; line < 64; line++) {
        bench.pendingWrites.push({ line: bench.programLine(slot, line), data: filled(64 * slot + line) });
        bench.pendingWrites.push({ line: bench.dataLine(slot, line), data: filled(200 - 64 * slot - line) });
      }
    }
    bench.drain();
    for (const [n, engine] of bench.engines.entries()) {
      engine.programSlot = n;
      engine.dataSlot = 2 - n;
      for (let line = 0; line < 64; line++) engine.pending.push({ ...plain, program: false, line });
    }
    bench.drain();
    for (const [n, { taken, pending }] of bench.engines.entries()) {
      expect(taken.map(({ bytes }) => bytes)).toEqual(
        taken.map(({ line }) => filled((200 - 64 * (2 - n) - line) & 0xff)),
      );
      expect(taken.at(-1)!.edge - taken[0]!.edge, 'engines on their own data slots do not wait for each other').toBe(
        63,
      );
      expect([...new Set(taken.map(({ edge, answered }) => answered! - edge))]).toEqual([7]);
      for (let line = 0; line < 64; line++) pending.push({ ...plain, program: true, line });
    }
    bench.drain();
    for (const [n, { taken }] of bench.engines.entries()) {
      expect(taken.slice(64).map(({ bytes }) => bytes)).toEqual(
        taken.slice(64).map(({ line }) => filled(64 * n + line)),
      );
      // All programs are in one bank: three engines take turns.
      expect(taken.at(-1)!.edge - taken[64]!.edge).toBeLessThanOrEqual(3 * 64);
    }
  });

  test('programs and data come each in their order, and neither waits for the other', () => {
    const engine = bench.engines[0]!;
    bench.write(bench.programLine(0, 1), filled(0xaa));
    bench.write(bench.dataLine(0, 1), filled(0xbb));
    // Others keep the data slot busy.
    for (const other of bench.engines.slice(1)) {
      for (let i = 0; i < 40; i++) other.pending.push({ ...plain, kind: 'ATOMIC', line: 2 });
    }
    for (let i = 0; i < 20; i++) engine.pending.push({ ...plain, program: i % 3 === 0, line: 1 });
    bench.drain();
    expect(engine.taken.map(({ bytes }) => bytes![0])).toEqual(
      engine.taken.map(({ program }) => (program ? 0xaa : 0xbb)),
    );
    for (const program of [false, true]) {
      const edges = engine.taken.filter((request) => request.program === program).map(({ answered }) => answered!);
      expect(edges).toEqual(edges.toSorted((a, b) => a - b));
    }
  });

  test('on one slot they get equal shares', () => {
    for (const kind of ['READ', 'WRITE', 'ATOMIC'] as const) {
      bench.restart();
      for (const engine of bench.engines)
        for (let i = 0; i < 300; i++) engine.pending.push({ ...plain, kind, line: i % 128 });
      for (let i = 0; i < 300; i++) bench.tick();
      const taken = bench.engines.map((engine) => engine.taken.length);
      expect(Math.max(...taken) - Math.min(...taken), `${kind}: ${taken.join()}`).toBeLessThanOrEqual(1);
      expect(taken[0]).toBeGreaterThanOrEqual(kind === 'ATOMIC' ? 16 : 99);
      bench.drain();
    }
  });

  test('atomics of all on one word, with the host writing beside it: nothing is lost', () => {
    const line = bench.dataLine(1, 3);
    for (const engine of bench.engines) {
      engine.dataSlot = 1;
      for (let i = 0; i < 50; i++)
        engine.pending.push({ ...plain, kind: 'ATOMIC', line: 3, offset: 20, size: 2, data: 1n });
    }
    for (let i = 0; i < 400; i++) bench.pendingWrites.push({ line, data: filled(i), strobe: 0xffff_ffff_ff0f_ffffn });
    bench.drain();
    const value = new DataView(bench.read(line).data!.buffer).getUint32(20, true);
    expect(value).toBe(150);
    const olds = bench.engines.flatMap(({ taken }) =>
      taken.map(({ bytes }) => new DataView(bytes!.buffer).getUint32(0, true)),
    );
    expect(olds.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 150 }, (_, i) => i));
  });
});

describe('snoops', () => {
  const lines = (n: number): number[] => bench.engines[n]!.snooped.map(({ line }) => line);

  test('what an engine writes is told to the others on its slot, not to itself nor to those elsewhere', () => {
    bench.engines.forEach((engine, n) => (engine.dataSlot = n === 2 ? 0 : 1));
    bench.engines[0]!.pending.push(
      { ...plain, kind: 'WRITE', line: 4 },
      { ...plain, kind: 'ATOMIC', line: 5 },
      { ...plain, kind: 'READ', line: 6 },
      { ...plain, kind: 'WRITE', line: 127, upper: true, offset: 60 },
    );
    bench.drain();
    expect([lines(0), lines(1), lines(2)]).toEqual([[], [4, 5, 127], []]);
  });

  test('what the host writes is told to all on the slot, and no later than the answer', () => {
    bench.engines.forEach((engine, n) => (engine.dataSlot = n === 2 ? 0 : 1));
    const { answered } = bench.write(bench.dataLine(1, 100), filled(1));
    bench.write(bench.programLine(1, 3), filled(1));
    expect([lines(0), lines(1), lines(2)]).toEqual([[100], [100], []]);
    expect(bench.engines[0]!.snooped[0]!.edge).toBeLessThanOrEqual(answered! + 3);
  });

  test('comes before the response to any request that sees the write', () => {
    const [writer, reader] = bench.engines;
    for (let i = 0; i < 60; i++) {
      writer!.pending.push({ ...plain, kind: 'WRITE', line: 9, data: BigInt(i + 1), size: 0 });
      reader!.pending.push({ ...plain, kind: 'READ', line: 9 });
    }
    bench.drain();
    const { taken, snooped } = reader!;
    expect(new Set(taken.map(({ bytes }) => bytes![0])).size).toBeGreaterThan(10);
    for (const { bytes, answered } of taken) {
      const snoops = snooped.filter(({ edge }) => edge <= answered!).length;
      expect(snoops, 'writes told before a response that shows as many').toBeGreaterThanOrEqual(bytes![0]!);
    }
  });
});

/** Every party on its own bytes: each line of a slot is divided among the engines and the host, so the order between them does not matter. */
test('a random mix from all sides gives each party what it alone has written', () => {
  fc.assert(
    fc.property(fc.integer(), fc.constantFrom(0.3, 0.9, 1), (seed, share) => {
      bench.restart();
      mixed(chance(seed), share);
    }),
    { numRuns: 15 },
  );
});

function mixed(random: Chance, share: number): void {
  const content = new Map<number, Uint8Array>(); // by line of the window
  const lineOf = (line: number): Uint8Array => content.get(line) ?? content.set(line, new Uint8Array(64)).get(line)!;
  bench.dmaEagerness = () => random() < share;
  for (const [n, engine] of bench.engines.entries()) {
    engine.eagerness = () => random() < share;
    engine.dataSlot = below(random, 2);
    engine.programSlot = below(random, 3);
    for (let i = 0; i < 120; i++) {
      const kind = pickOne(random, ['READ', 'READ', 'WRITE', 'WRITE', 'ATOMIC'] as const);
      const size = kind === 'ATOMIC' ? 2 + below(random, 2) : below(random, 4);
      // Sixteen bytes of each line belong to engine n.
      const within = below(random, 17 - (1 << size));
      const offset = 16 * n + (kind === 'ATOMIC' ? (within >> size) << size : within);
      engine.pending.push({
        ...plain,
        kind,
        line: below(random, 4),
        size,
        offset,
        data: randomBits(random, 64),
        compare: 0n,
        program: kind === 'READ' && random() < 0.1,
      });
    }
  }
  for (let i = 0; i < 150; i++) {
    const line = bench.dataLine(below(random, 2), below(random, 4));
    const data = randomBytes(random, 64);
    const strobe = randomBits(random, 16) << 48n; // the host's sixteen bytes
    bench.pendingWrites.push({ line, data, strobe });
    for (let byte = 48; byte < 64; byte++) if ((strobe >> BigInt(byte)) & 1n) lineOf(line)[byte] = data[byte]!;
    if (i % 3 === 0) bench.pendingReads.push(line);
  }
  bench.drain();
  for (const [n, engine] of bench.engines.entries()) {
    const ofOwn = (bytes: Uint8Array): Uint8Array => bytes.slice(16 * n, 16 * n + 16);
    for (const request of engine.taken) check(request, lineOf(bench.dataLine(engine.dataSlot, request.line)), ofOwn);
  }
  bench.pendingReads.push(...content.keys());
  const from = bench.reads.length;
  bench.drain();
  for (const { line, data } of bench.reads.slice(from)) expect(data).toEqual(content.get(line));
}

/** Does the request to the model's line and compares what the engine saw of its own bytes. */
function check(request: Taken, line: Uint8Array, ofOwn: (bytes: Uint8Array) => Uint8Array): void {
  if (request.program) return expect(request.bytes).toEqual(filled(0));
  const old = line.slice();
  const value = serve(line, request);
  if (request.kind === 'READ') expect(ofOwn(request.bytes!)).toEqual(ofOwn(old));
  if (request.kind === 'ATOMIC') expect(new DataView(request.bytes!.buffer).getBigUint64(0, true)).toBe(value);
}
