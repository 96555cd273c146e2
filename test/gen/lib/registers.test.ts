import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bool, flip, input, module, output, u, vec, when, type UInt } from '../../../gen/hdl/index.ts';
import { axiLite, axiSlave } from '../../../gen/lib/axi.ts';
import { accessBus } from '../../../gen/lib/axi-lite.ts';
import { attach } from '../../../gen/lib/registers-attach.ts';
import { quotient } from '../../../gen/lib/registers-table.ts';
import { chance, LiteMaster, randomBits, reset, simulate, type Agent } from './bench.ts';
import { demo, Mode } from './demo-map.ts';

const channels = 40;
const rows = 37;

const device = module(
  'device',
  {
    bus: flip(axiLite({ address: 32, data: 32 })),
    lanes: input(u(8)),
    start: output(bool),
    mode: output(Mode),
    level: output(u(13)),
    kick: output(u(4)),
    done: input(bool),
    error: input(u(9)),
    live: input(u(3)),
    flush: input(bool),
    pending: output(bool),
    count: input(u(64)),
    scratch: output(u(64)),
    run: output(u(channels)),
    run_0: output(bool),
    stop: input(u(channels)),
    finished: input(u(channels)),
    weight: output(vec(u(12), channels)),
    row: input(u(6)),
    opcode: output(u(8)),
    id: output(u(16)),
    body: output(u(96)),
    head: output(u(16)),
    plain: output(u(32)),
    answers: input(bool),
    answer_id: input(u(16)),
    answer_status: input(Mode),
    answer_value: input(u(64)),
  },
  (io) => {
    const csr = attach(demo, accessBus(axiSlave(io.bus)), io.flush);
    csr.LANES.value = io.lanes;
    io.start.value = csr.CONTROL.start;
    io.mode.value = csr.CONTROL.mode;
    io.level.value = csr.CONTROL.level;
    io.kick.value = csr.CONTROL.kick;
    csr.EVENTS.done.set.value = io.done;
    io.pending.value = csr.EVENTS.done.value;
    csr.EVENTS.error.set.value = io.error;
    csr.EVENTS.live.value = io.live;
    csr.COUNT.value = io.count;
    io.scratch.value = csr.SCRATCH;
    const bits = (of: (channel: (typeof csr.CHANNEL)[number]) => UInt) => csr.CHANNEL.map(of);
    io.run.value = bits(({ run }) => run.value).reduceRight<UInt>(
      (sum, bit, i) => sum.or(bit.zext(channels).shl(i)),
      u(channels).of(0),
    );
    io.run_0.value = csr.CHANNEL[0]!.run.value;
    io.weight.value = bits(({ weight }) => weight);
    csr.CHANNEL.forEach(({ run, done }, i) => {
      run.clear.value = io.stop.bit(i);
      done.value = io.finished.bit(i);
    });
    const order = csr.ORDER.read(io.row);
    io.opcode.value = order.opcode;
    io.id.value = order.id;
    io.body.value = order.body;
    io.head.value = order.head;
    io.plain.value = csr.PLAIN.read(io.row);
    when(io.answers, () => {
      csr.ANSWER.write(io.row, { id: io.answer_id, status: io.answer_status, value: io.answer_value });
    });
  },
);

const sim = simulate(device);
const connect = (seed: number, eagerness = 1): LiteMaster => {
  for (const { name, kind } of device.netlist.ports) if (kind === 'input' && name !== 'clk') sim.poke(name, 0);
  reset(sim);
  const master = new LiteMaster(sim, chance(seed));
  master.eagerness = eagerness;
  return master;
};
const peek = (port: string): number => sim.peekNumber(port);

test('everything is where it should be', () => {
  const found = Object.fromEntries(
    demo.registers.map(({ name, offset, bytes, count, stride }) => [name, [offset, bytes, count, stride]]),
  );
  expect(found).toEqual({
    MAGIC: [0, 4, undefined, 4],
    VERSION: [4, 1, undefined, 1],
    LANES: [5, 1, undefined, 1],
    NAME: [8, 12, undefined, 12],
    CONTROL: [0x14, 4, undefined, 4],
    EVENTS: [0x18, 4, undefined, 4],
    COUNT: [0x1c, 8, undefined, 8],
    SCRATCH: [0x24, 8, undefined, 8],
    CHANNEL: [0x100, 4, 40, 12],
    ORDER: [0x1000, 20, 37, 48],
    ANSWER: [0x1014, 16, 37, 48],
    PLAIN: [0x4000, 4, 8, 4],
  });
  expect(demo.registers.map(({ doc }) => doc).slice(0, 3)).toEqual([
    'Reads "DEMO".',
    'Version of this map.',
    'Lanes in the device.',
  ]);
  const control = demo.registers.find(({ name }) => name === 'CONTROL')!;
  expect(control.fields.map(({ name, lo, type, initial }) => [name, lo, type.width, initial])).toEqual([
    ['start', 0, 1, 0n],
    ['mode', 1, 3, 5n],
    ['level', 6, 13, 0x1234n],
    ['kick', 24, 4, 0n],
  ]);
  expect(control.fields[0]!.doc).toBe('Begins; reads 0.');
});

test('constants, text and what the hardware drives', () => {
  const master = connect(1);
  sim.poke('lanes', 0xa5);
  sim.poke('count', 0x1122334455667788n);
  expect(master.read(0x00)).toBe(0x4f4d4544);
  expect(master.read(0x04)).toBe(0xa503);
  const name = [0x08, 0x0c, 0x10].map((at) => master.read(at));
  expect(Buffer.from(Uint32Array.from(name).buffer).toString('latin1')).toBe('demo 1.0\0\0\0\0');
  expect([master.read(0x1c), master.read(0x20)]).toEqual([0x55667788, 0x11223344]);
  master.write(0x00, 0xffffffff);
  expect(master.read(0x00)).toBe(0x4f4d4544);
});

test('fields keep their reset values, and take bytes by strobe', () => {
  const master = connect(2);
  expect([peek('mode'), peek('level'), sim.peek('scratch')]).toEqual([5, 0x1234, 0x0123456789abcdefn]);
  expect(master.read(0x14)).toBe((5 << 1) | (0x1234 << 6));
  master.write(0x14, 0xffffffff, 0b0010);
  expect([peek('mode'), peek('level')]).toEqual([5, 0x1234 | 0x3fc]);
  master.write(0x14, 0, 0b0101);
  expect([peek('mode'), peek('level')]).toEqual([0, 0x3fc]);
  master.write(0x28, 0xaabbccdd, 0b1001);
  expect(sim.peek('scratch')).toBe(0xaa2345dd89abcdefn);
  expect(master.read(0x28)).toBe(0xaa2345dd);
  reset(sim);
  expect(sim.peek('scratch')).toBe(0x0123456789abcdefn);
});

test('clear takes every field back to its initial value, and leaves tables alone', () => {
  const master = connect(10);
  for (const [at, data] of [
    [0x14, 0xffffff],
    [0x24, 1],
    [0x28, 2],
    [0x100, 0xffffffff],
    [0x4000, 77],
  ] as const)
    master.write(at, data);
  sim.poke('done', 1);
  sim.cycle();
  sim.poke('done', 0);
  expect([peek('pending'), peek('run_0'), peek('mode')]).toEqual([1, 1, 7]);
  sim.poke('flush', 1);
  sim.cycle();
  sim.poke('flush', 0);
  expect([peek('pending'), peek('run_0'), peek('mode'), peek('level')]).toEqual([0, 0, 5, 0x1234]);
  expect([master.read(0x24), master.read(0x28), master.read(0x100)]).toEqual([0x89abcdef, 0x01234567, 7 << 16]);
  expect(master.read(0x4000)).toBe(77);
});

test('a pulse lasts one cycle', () => {
  const master = connect(3);
  const seen: number[] = [];
  const watch: Agent = { drive() {}, sample: () => seen.push((peek('kick') << 1) | peek('start')) };
  master.write(0x14, 0x09000001, 15, [watch]);
  master.write(0x14, 0xf0000000, 15, [watch]);
  expect(seen.filter((value) => value !== 0)).toEqual([(9 << 1) | 1]);
  expect(master.read(0x14) & 0xff000001).toBe(0);
});

test('events stay until cleared, and an event that comes with the clearing is not lost', () => {
  const master = connect(4);
  const once = (port: string, value: number): void => {
    sim.poke(port, value);
    sim.cycle();
    sim.poke(port, 0);
  };
  once('done', 1);
  once('error', 0x101);
  sim.poke('live', 5);
  expect(master.read(0x18)).toBe((5 << 24) | (0x101 << 4) | 1);
  master.write(0x18, 0x10, 0b0001);
  expect(master.read(0x18)).toBe((5 << 24) | (0x100 << 4) | 1);
  master.write(0x18, 0xffffffff, 0b0010);
  expect(master.read(0x18)).toBe((5 << 24) | 1);
  const cleared = edgeOf(master, () => peek('pending'), 0x18);
  expect(peek('pending')).toBe(0);
  once('done', 1);
  atEdge(master, cleared, 'done', 0x18);
  expect(master.read(0x18) & 1).toBe(1);
});

/** Cycles from the beginning of a write of 1 to the edge at which it moves a value. */
function edgeOf(master: LiteMaster, value: () => number, address: number): number {
  const seen: number[] = [];
  master.write(address, 1, 15, [{ drive() {}, sample: () => seen.push(value()) }]);
  return seen.lastIndexOf(seen[0]!);
}

/** Writes 1, with the input 1 for the one edge that is so many cycles later. */
function atEdge(master: LiteMaster, edge: number, input: string, address: number): void {
  let cycle = 0;
  master.write(address, 1, 15, [{ drive: () => sim.poke(input, cycle++ === edge ? 1 : 0), sample() {} }]);
  expect(cycle).toBeGreaterThan(edge);
  sim.poke(input, 0);
}

test('orders stay until the hardware clears them; set and cleared at once stays set', () => {
  const master = connect(5);
  master.write(0x100 + 12 * 39, 1);
  expect(sim.peek('run')).toBe(1n << 39n);
  master.write(0x100 + 12 * 39, 0);
  expect(master.read(0x100 + 12 * 39) & 1).toBe(1);
  sim.poke('stop', 1n << 39n);
  sim.cycle();
  expect(sim.peek('run')).toBe(0n);
  sim.poke('stop', 0);
  const ordered = edgeOf(master, () => peek('run_0'), 0x100);
  expect(peek('run_0')).toBe(1);
  sim.poke('stop', 1);
  sim.cycle();
  expect(peek('run_0')).toBe(0);
  atEdge(master, ordered, 'stop', 0x100);
  expect(peek('run_0')).toBe(1);
});

test('tables: the host writes bytes, the hardware reads rows, and the other way round', () => {
  const master = connect(6);
  for (const row of [0, 1, 17, rows - 1]) {
    const at = 0x1000 + 48 * row;
    for (let word = 0; word < 5; word++) master.write(at + 4 * word, 0x01010101 * (row + 1) + word * 0x10203040);
    master.write(at + 8, 0xee000000, 0b1000);
    sim.poke('row', row);
    sim.cycle();
    expect(peek('opcode')).toBe((row + 1) & 0xff);
    expect(peek('id')).toBe((0x0101 * (row + 1)) & 0xffff);
    const word2 = ((0x010101 * (row + 1) + 2 * 0x203040) & 0xffffff) | 0xee000000;
    expect(Number(BigInt.asUintN(32, sim.peek('body')))).toBe(word2 >>> 0);
    expect(peek('head')).toBe(word2 & 0xffff);
    expect(master.read(at + 8)).toBe(word2 >>> 0);
    expect(master.read(at + 20)).toBe(0);

    sim.poke('answer_id', 0x100 + row);
    sim.poke('answer_status', 1);
    sim.poke('answer_value', 0xfedcba9876543210n);
    sim.poke('answers', 1);
    sim.cycle();
    sim.poke('answers', 0);
    expect([0, 4, 8, 12].map((byte) => master.read(at + 20 + byte))).toEqual([
      0x10000 + 0x100 + row,
      0,
      0x76543210,
      0xfedcba98,
    ]);
    master.write(at + 20, 0);
    expect(master.read(at + 20)).toBe(0x10000 + 0x100 + row);
  }
});

describe('as memory', () => {
  /** Which bits of each word the host can change, and what the others read. */
  const words = new Map<number, { mask: number; reads: number; ones?: number }>();
  words.set(0x14, { mask: 0b1110 | (0x1fff << 6), reads: 0 });
  for (const at of [0x24, 0x28]) words.set(at, { mask: -1, reads: 0 });
  for (let i = 0; i < channels; i++) words.set(0x100 + 12 * i, { mask: 0xfff << 16, reads: 0, ones: 1 });
  for (let i = 0; i < rows; i++)
    // Five words of the request, then four of the answer, which only the hardware writes.
    for (let word = 0; word < 9; word++) words.set(0x1000 + 48 * i + 4 * word, { mask: word < 5 ? -1 : 0, reads: 0 });
  for (let i = 0; i < 8; i++) words.set(0x4000 + 4 * i, { mask: -1, reads: 0 });

  test('random writes and reads, with unmapped addresses, agree with a model', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(0.3, 1), (seed, eagerness) => {
        const master = connect(seed, eagerness);
        const random = chance(~seed);
        const model = new Map<number, number>([...words.keys()].map((at) => [at, master.read(at) >>> 0]));
        const known = [...words.keys()];
        for (let i = 0; i < 300; i++) {
          const isKnown = random() < 0.8;
          // Unaligned addresses mean the word they lie in; those beyond the map are its images.
          const word = isKnown ? known[Math.floor(random() * known.length)]! : 4 * Math.floor(random() * 0x4000);
          if (!isKnown && word < 0x24) continue;
          const address = word + Math.floor(random() * 4) + (random() < 0.1 ? 0x10000 : 0);
          const rule = words.get(word);
          if (random() < 0.5) {
            const data = Number(randomBits(random, 32));
            const strobe = Math.floor(random() * 16);
            master.write(address, data, strobe);
            if (!rule) continue;
            const lanes = [0, 1, 2, 3].reduce(
              (mask, lane) => ((strobe >> lane) & 1 ? mask | (0xff << (8 * lane)) : mask),
              0,
            );
            const before = model.get(word)!;
            const set = (rule.ones ?? 0) & data & lanes;
            model.set(word, ((before & ~(lanes & rule.mask)) | (data & lanes & rule.mask) | set) >>> 0);
          } else expect(master.read(address), `word ${word.toString(16)}`).toBe(rule ? model.get(word) : 0);
        }
        for (const [at, value] of model) expect(master.read(at), `word ${at.toString(16)}`).toBe(value);
      }),
      { numRuns: 6 },
    );
  });
});

test('a read is answered within 8 cycles, a write within 7', () => {
  const master = connect(9);
  const cycles = (access: () => void): number => {
    const begin = sim.cycles;
    access();
    return sim.cycles - begin;
  };
  expect(cycles(() => master.read(0x1000))).toBeLessThanOrEqual(8);
  expect(cycles(() => master.write(0x1000, 1))).toBeLessThanOrEqual(7);
});

test('quotient is exact', () => {
  for (const by of [1, 2, 3, 4, 5, 7, 12, 13, 96]) {
    const block = module(`by_${by}`, { a: input(u(10)), y: output(u(10)) }, (io) => {
      io.y.value = quotient(io.a, by, 1000).resize(10);
    });
    const divider = simulate(block);
    for (let a = 0; a < 1000; a++) {
      divider.poke('a', a);
      expect(divider.peekNumber('y')).toBe(Math.floor(a / by));
    }
  }
});
