import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { bar4, configure } from '../../../gen/config.ts';
import { dmaSlave } from '../../../gen/device/dma.ts';
import type { WasmSimulator } from '../../../sim/wasm/index.ts';
import { chance, reset, simulate, step, type Agent, type Chance } from '../lib/bench.ts';
import { BurstMaster, fullPace, type Access } from './axi.ts';
import { below, pickOne, randomBytes } from './bits.ts';
import { strobed } from './row-model.ts';

const config = configure({ dataSlots: 4, dataSlotBytes: 16384 }, 'small');
const windowLines = bar4(config).bytes / 64;

/** Slot memory as DMA sees it: a write is answered while the next may be taken, a read after `latency` cycles. */
class Lines implements Agent {
  readonly content = new Map<number, Uint8Array>();
  /** Lines that no slot has. */
  isMissing: (line: number) => boolean = (line) => line >= windowLines;
  eagerness = 1;
  latency = 6;
  #write: { readonly line: number; readonly data: Uint8Array; readonly strobe: bigint } | undefined;
  readonly #reads: { readonly due: number; readonly line: number }[] = [];
  readonly #sim: WasmSimulator;
  readonly #chance: Chance;

  constructor(sim: WasmSimulator, chance: Chance) {
    this.#sim = sim;
    this.#chance = chance;
  }

  at(line: number): Uint8Array {
    return this.content.get(line) ?? this.content.set(line, new Uint8Array(64)).get(line)!;
  }

  drive(): void {
    const sim = this.#sim;
    const finishes = this.#write !== undefined && this.#chance() < this.eagerness;
    sim.poke('slots_write_done', finishes ? 1 : 0);
    sim.poke('slots_write_failed', this.#write && this.isMissing(this.#write.line) ? 1 : 0);
    sim.poke('slots_write_ready', finishes || this.#write === undefined ? 1 : 0);
    if (finishes) {
      const { line, data, strobe } = this.#write!;
      if (!this.isMissing(line)) strobed(this.at(line), data, strobe);
      this.#write = undefined;
    }
    sim.poke('slots_read_ready', this.#chance() < this.eagerness ? 1 : 0);
    const answers = this.#reads[0]?.due === sim.cycles;
    sim.poke('slots_read_done', answers ? 1 : 0);
    if (!answers) return;
    const { line } = this.#reads.shift()!;
    sim.poke('slots_read_failed', this.isMissing(line) ? 1 : 0);
    sim.poke('slots_read_data', this.isMissing(line) ? new Uint8Array(64) : this.at(line));
  }

  sample(): void {
    const sim = this.#sim;
    const on = (name: string): boolean => sim.peekNumber(`slots_${name}`) === 1;
    if (on('write_valid') && on('write_ready')) {
      this.#write = {
        line: sim.peekNumber('slots_write_line'),
        data: sim.peekBytes('slots_write_data'),
        strobe: sim.peek('slots_write_strobe'),
      };
    }
    if (on('read_valid') && on('read_ready')) {
      this.#reads.push({ due: sim.cycles + this.latency, line: sim.peekNumber('slots_read_line') });
    }
  }
}

const sim = simulate(dmaSlave(config));
let lines: Lines;
let master: BurstMaster;
let random: Chance;
function restart(seed: number): void {
  reset(sim);
  random = chance(seed);
  lines = new Lines(sim, random);
  master = new BurstMaster(sim, 'axi_', random);
}
beforeEach(() => restart(1));

function tick(cycles = 1): void {
  for (let i = 0; i < cycles; i++) step(sim, [master, lines]);
}
function finish(limit = 20_000): void {
  for (let i = 0; master.outstanding > 0; i++) {
    if (i > limit) throw new Error(`no answer after ${limit} cycles`);
    tick();
  }
}
/** The model's bytes. */
function content(address: number, length: number): Uint8Array {
  return Uint8Array.from(
    { length },
    (_, i) => lines.content.get(Math.floor((address + i) / 64))?.[(address + i) % 64] ?? 0,
  );
}

test('every start within a line, and every length up to three lines', () => {
  for (let start = 0; start < 64; start++) {
    for (const length of [1, 2, 3, 7, 8, 63, 64, 65, 127, 128, 129, 192]) {
      const bytes = randomBytes(random, length);
      const before = content(4096, 512);
      master.write(4096 + start, bytes);
      finish();
      before.set(bytes, start);
      expect(content(4096, 512)).toEqual(before);
      const read = master.read(4096 + start, length);
      finish();
      expect(read).toMatchObject({ resp: 0, bytes });
    }
  }
});

test('bursts of 1 to 64 beats', () => {
  for (let beats = 1; beats <= 64; beats++) {
    const bytes = randomBytes(random, 64 * beats);
    const write = master.write(8192, bytes);
    const from = master.writeEdges.length;
    finish();
    expect(master.writeEdges.length - from).toBe(beats);
    expect(content(8192, 64 * beats)).toEqual(bytes);
    const read = master.read(8192, 64 * beats);
    finish();
    expect([write.resp, read.resp]).toEqual([0, 0]);
    expect(read.bytes).toEqual(bytes);
  }
});

test('bytes without strobe stay', () => {
  master.write(0, new Uint8Array(640).fill(0xaa));
  finish();
  master.write(0, new Uint8Array(640).fill(0x55), { mask: (i) => i % 3 === 0 });
  finish();
  expect(content(0, 640)).toEqual(Uint8Array.from({ length: 640 }, (_, i) => (i % 3 === 0 ? 0x55 : 0xaa)));
});

describe('throughput', () => {
  const span = (edges: readonly number[]): number => edges.at(-1)! - edges[0]! + 1;

  test('a line a cycle in both directions at once, across bursts of 64', () => {
    for (let burst = 0; burst < 4; burst++) master.write(4096 * burst, randomBytes(random, 4096));
    for (let burst = 0; burst < 4; burst++) master.read(4096 * burst, 4096);
    finish();
    expect(master.writeEdges.length).toBe(256);
    expect(span(master.writeEdges)).toBe(256);
    expect(master.readEdges.length).toBe(256);
    expect(span(master.readEdges)).toBe(256);
  });

  test('a line a cycle in bursts of one beat', () => {
    for (let line = 0; line < 200; line++) {
      master.write(64 * line, randomBytes(random, 64), { id: line % 64 });
      master.read(64 * line, 64, { id: line % 64 });
    }
    finish();
    expect(span(master.writeEdges)).toBe(200);
    expect(span(master.readEdges)).toBe(200);
  });
});

test('answers carry the ID of their burst', () => {
  // The master knows what it asked under each ID, and refuses any other.
  const accesses: Access[] = [];
  for (let i = 0; i < 64; i++)
    accesses.push(master.write(4096 + 64 * i, new Uint8Array(64).fill(i), { id: (i * 37) % 64 }));
  finish();
  for (let i = 0; i < 64; i++) accesses.push(master.read(4096 + 64 * i, 64, { id: (i * 23) % 64 }));
  finish();
  expect(accesses.slice(64).map(({ bytes }) => bytes[5])).toEqual(Array.from({ length: 64 }, (_, i) => i));
});

test('where no slot is: SLVERR for the burst, the rest of it is written', () => {
  lines.isMissing = (line) => line >= windowLines || line % 8 === 3;
  const write = master.write(64 * 2, new Uint8Array(64 * 3).fill(9));
  const good = master.write(64 * 4, new Uint8Array(64 * 3).fill(9));
  finish();
  expect([write.resp, good.resp]).toEqual([2, 0]);
  expect(content(64 * 2, 64)).toEqual(new Uint8Array(64).fill(9));
  expect(lines.content.has(3)).toBe(false);
  const read = master.read(64 * 2, 64 * 3);
  const after = master.read(64 * 4, 64);
  finish();
  expect([read.resp, after.resp]).toEqual([2, 0]);
  expect(read.bytes.subarray(64, 128)).toEqual(new Uint8Array(64));
  expect(read.bytes.subarray(128)).toEqual(new Uint8Array(64).fill(9));
});

test('every address bit counts: far above the window nothing is hit', () => {
  for (let bit = Math.log2(bar4(config).bytes); bit < 52; bit++) {
    const access = master.write(2 ** bit, new Uint8Array(64).fill(1));
    finish();
    expect(access.resp, `bit ${bit}`).toBe(2);
  }
  expect(lines.content.size).toBe(0);
});

test('a host that takes no answers holds up its own direction only, and nothing is lost', () => {
  master.pace({ ...fullPace, answers: 0 });
  const writes = Array.from({ length: 100 }, (_, i) => master.write(64 * i, new Uint8Array(64).fill(i + 1)));
  const reads = Array.from({ length: 100 }, (_, i) => master.read(64 * i, 64));
  tick(500);
  expect([...writes, ...reads].some(({ done }) => done)).toBe(false);
  master.pace(fullPace);
  finish();
  expect(content(0, 6400)).toEqual(Uint8Array.from({ length: 6400 }, (_, i) => Math.floor(i / 64) + 1));
});

test('any mix of bursts, IDs, pauses and latencies', () => {
  const share = fc.constantFrom(0.1, 0.5, 0.9, 1);
  const setting = fc.record({
    seed: fc.integer(),
    address: share,
    data: share,
    answers: share,
    slots: share,
    latency: fc.integer({ min: 2, max: 20 }),
  });
  fc.assert(
    fc.property(setting, ({ seed, address, data, answers, slots, latency }) => {
      restart(seed);
      master.pace({ address, data, answers });
      lines.eagerness = slots;
      lines.latency = latency;
      // Writes to one half, and reads of the other, which was written before.
      const half = 32 * 1024;
      const old = randomBytes(random, half);
      for (let line = 0; line < half / 64; line++)
        lines.content.set((half + 64 * line) / 64, old.slice(64 * line, 64 * line + 64));
      const expected = new Uint8Array(half);
      const reads: { readonly access: Access; readonly at: number }[] = [];
      for (let i = 0; i < 40; i++) {
        const options = { id: below(random, 64), beats: 1 + below(random, 64) };
        const length = 1 + below(random, pickOne(random, [8, 64, 1000, 5000]));
        const at = below(random, half - length);
        const bytes = randomBytes(random, length);
        const sparse = random() < 0.3;
        const mask = (position: number): boolean => !sparse || position % 5 !== 2;
        // One ID at a time writes a place, so that the order between bursts is known.
        master.write(at, bytes, { ...options, mask });
        bytes.forEach((byte, position) => mask(position) && (expected[at + position] = byte));
        reads.push({ access: master.read(half + at, length, options), at });
      }
      finish(200_000);
      expect(content(0, half)).toEqual(expected);
      for (const { access, at } of reads)
        expect(access).toMatchObject({ resp: 0, bytes: old.slice(at, at + access.bytes.length) });
    }),
    { numRuns: 12 },
  );
});
