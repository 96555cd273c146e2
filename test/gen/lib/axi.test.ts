import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bool, connect, flip, input, instance, module, output, u } from '../../../gen/hdl/index.ts';
import { axi4, axiLite, axiMaster, axiSlave, beats, sliceAxi } from '../../../gen/lib/axi.ts';
import { accessBus, answerAll } from '../../../gen/lib/axi-lite.ts';
import { pipe, stream } from '../../../gen/lib/stream.ts';
import {
  chance,
  Consumer,
  LiteMaster,
  Producer,
  randomBits,
  reset,
  runUntil,
  simulate,
  step,
  type Agent,
} from './bench.ts';

const lite = { address: 32, data: 32 };

/** An access bus whose other side the test plays. */
const front = module(
  'front',
  {
    bus: flip(axiLite(lite)),
    start: output(bool),
    write: output(bool),
    address: output(u(32)),
    data: output(u(32)),
    strobe: output(u(4)),
    done: input(bool),
    read_data: input(u(32)),
  },
  (io) => {
    const bus = accessBus(axiSlave(io.bus));
    io.start.value = bus.start;
    io.write.value = bus.write;
    io.address.value = bus.address;
    io.data.value = bus.data;
    io.strobe.value = bus.strobe;
    bus.done.value = io.done;
    bus.readData.value = io.read_data;
  },
);

describe('access bus', () => {
  const sim = simulate(front);
  const answerTo = (address: bigint): bigint => BigInt.asUintN(32, address * 2654435761n + 12345n);

  /** Finishes each access after 0 to 5 cycles, and checks that nothing moves meanwhile. */
  class Device implements Agent {
    readonly writes: bigint[] = [];
    readonly reads: bigint[] = [];
    #access: { left: number; fields: bigint[] } | undefined;
    readonly #chance: () => number;
    constructor(random: () => number) {
      this.#chance = random;
    }
    drive(): void {
      sim.poke('done', 0);
      const fields = ['write', 'address', 'data', 'strobe'].map((port) => sim.peek(port));
      if (sim.peekNumber('start')) {
        assert.equal(this.#access, undefined, 'an access began before the last was done');
        this.#access = { left: Math.floor(this.#chance() * 6), fields };
      }
      if (!this.#access) return;
      assert.deepEqual(fields, this.#access.fields, 'an access changed while it went on');
      if (this.#access.left-- > 0) return;
      const [write, address, data, strobe] = fields as [bigint, bigint, bigint, bigint];
      sim.poke('done', 1);
      sim.poke('read_data', answerTo(address));
      if (write) this.writes.push((strobe << 64n) | (data << 32n) | address);
      else this.reads.push(address);
      this.#access = undefined;
    }
    sample(): void {}
  }

  const start = (seed: number) => {
    reset(sim);
    const random = chance(seed);
    return { random, master: new LiteMaster(sim, random), device: new Device(random) };
  };

  test('takes AW and W in any order, and answers each access once', () => {
    const shares = fc.constantFrom(0.1, 0.5, 1);
    const paces = fc.record({ seed: fc.integer(), aw: shares, w: shares, b: shares, ar: shares, r: shares });
    fc.assert(
      fc.property(paces, ({ seed, ...pace }) => {
        const { random, master, device } = start(seed);
        for (const channel of ['aw', 'w', 'b', 'ar', 'r'] as const) master[channel].eagerness = pace[channel];
        const writes = Array.from({ length: 40 }, () => randomBits(random, 68));
        const reads = Array.from({ length: 40 }, () => randomBits(random, 32));
        master.aw.pending.push(...writes.map((bits) => BigInt.asUintN(32, bits)));
        master.w.pending.push(...writes.map((bits) => bits >> 32n));
        master.ar.pending.push(...reads);
        const finished = () => master.b.received.length === 40 && master.r.received.length === 40;
        runUntil(sim, [...master.agents, device], finished, 10_000);
        expect(device.writes).toEqual(writes);
        expect(device.reads).toEqual(reads);
        expect(master.r.received).toEqual(reads.map(answerTo));
        expect(master.b.received.every((response) => response === 0n)).toBe(true);
        for (let i = 0; i < 50; i++) step(sim, [...master.agents, device]);
        expect([master.b.received.length, master.r.received.length]).toEqual([40, 40]);
      }),
      { numRuns: 30 },
    );
  });

  test.each(['b', 'r'] as const)('goes on in the other direction while no %s is taken', (blocked) => {
    const { master, device } = start(3);
    master[blocked].eagerness = 0;
    for (let i = 0; i < 20; i++) {
      master.postWrite(4 * i, i);
      master.ar.pending.push(BigInt(4 * i));
    }
    const free = blocked === 'b' ? master.r : master.b;
    runUntil(sim, [...master.agents, device], () => free.received.length === 20, 1000);
    expect(device[blocked === 'b' ? 'writes' : 'reads'].length).toBe(1);
    master[blocked].eagerness = 1;
    runUntil(sim, [...master.agents, device], () => master[blocked].received.length === 20, 1000);
  });

  test('takes turns while both directions ask', () => {
    const { master } = start(4);
    const order: number[] = [];
    const device: Agent = {
      drive: () => sim.poke('done', sim.peek('start')),
      sample() {
        if (sim.peekNumber('start')) order.push(sim.peekNumber('write'));
      },
    };
    for (let i = 0; i < 20; i++) {
      master.postWrite(4 * i, i);
      master.ar.pending.push(BigInt(4 * i));
    }
    runUntil(sim, [...master.agents, device], () => order.length === 40, 1000);
    expect(order.slice(1)).toEqual(order.slice(1).map((_, i) => (order[0]! + i + 1) % 2));
  });
});

test('answerAll takes everything and gives its value', () => {
  const sim = simulate(
    module('bar1', { bus: flip(axiLite(lite)) }, (io) => {
      answerAll(axiSlave(io.bus), 0xdead0000);
    }),
  );
  const master = new LiteMaster(sim, chance(1));
  for (const address of [0, 0x2000, 0x3000, 0xffff_fffc]) {
    master.write(address, 0x1234);
    expect(master.read(address)).toBe(0xdead0000);
  }
});

const wide = { id: 6, address: 40, data: 64 };

describe('AXI4', () => {
  test('ports have the standard names', () => {
    const { netlist } = module('named', { s_axi: flip(axi4(wide)), m_axi: axi4(wide) }, (io) => {
      const [from, to] = [axiSlave(io.s_axi), axiMaster(io.m_axi)];
      for (const channel of ['aw', 'w', 'ar'] as const) pipe(from[channel] as any, to[channel] as any);
      for (const channel of ['b', 'r'] as const) pipe(to[channel] as any, from[channel] as any);
    });
    const names = netlist.ports.map(({ name, kind }) => `${kind} ${name}`);
    expect(names).toContain('input s_axi_awvalid');
    expect(names).toContain('output m_axi_araddr');
    expect(names).toContain('output s_axi_rlast');
    expect(names.length).toBe(2 * 27);
  });

  test.each(['full', 'forward', 'backward'] as const)('%s slices pass all five channels unchanged', (kind) => {
    const inner = module(`sliced_${kind}`, { s: flip(axi4(wide)), m: axi4(wide) }, (io) => {
      const from = sliceAxi(axiSlave(io.s), kind);
      const to = axiMaster(io.m);
      pipe(from.aw, to.aw);
      pipe(from.w, to.w);
      pipe(to.b, from.b);
      pipe(from.ar, to.ar);
      pipe(to.r, from.r);
    });
    const sim = simulate(
      module('around', { s: flip(axi4(wide)), m: axi4(wide) }, (io) => {
        const middle = instance(inner);
        connect(middle.s, io.s);
        connect(io.m, middle.m);
      }),
    );
    const payload = {
      aw: ['awid', 'awaddr', 'awlen', 'awsize'],
      w: ['wdata', 'wstrb', 'wlast'],
      ar: ['arid', 'araddr', 'arlen', 'arsize'],
      b: ['bid', 'bresp'],
      r: ['rid', 'rdata', 'rresp', 'rlast'],
    };
    const random = chance(9);
    const ends = Object.entries(payload).map(([channel, fields]) => {
      const [from, to] = 'br'.includes(channel) ? ['m', 's'] : ['s', 'm'];
      const producer = new Producer(sim, `${from}_${channel}`, random, ...fields.map((field) => `${from}_${field}`));
      const consumer = new Consumer(sim, `${to}_${channel}`, random, ...fields.map((field) => `${to}_${field}`));
      const width = fields.reduce((sum, field) => sum + sim.port(`s_${field}`).width, 0);
      producer.pending.push(...Array.from({ length: 200 }, () => randomBits(random, width)));
      producer.eagerness = 0.8;
      consumer.eagerness = 0.6;
      return { producer, consumer, all: [...producer.pending] };
    });
    const agents = ends.flatMap(({ producer, consumer }) => [producer, consumer]);
    runUntil(sim, agents, () => ends.every(({ consumer }) => consumer.received.length === 200), 2000);
    for (const { consumer, all } of ends) expect(consumer.received).toEqual(all);
  });

  test('beats walk through bursts without a pause, from unaligned starts', () => {
    const bits = 6 + 40 + 1 + 1;
    const sim = simulate(
      module('walk', { s: flip(axi4(wide)), y: stream(u(bits)) }, (io) => {
        const { aw, w, b, ar, r } = axiSlave(io.s);
        const each = beats(ar, 8);
        pipe({ valid: each.valid, ready: each.ready, bits: each.bits.bits }, io.y);
        for (const { ready } of [aw, w]) ready.value = 0;
        b.valid.value = 0;
        b.bits.value = { id: aw.bits.id, resp: aw.bits.addr.low(2).xor(aw.bits.size.low(2)) };
        r.valid.value = aw.valid.and(w.valid).and(b.ready).and(r.ready).and(aw.bits.len.orReduce());
        r.bits.value = { id: 0, data: w.bits.data, resp: w.bits.strb.low(2), last: w.bits.last };
      }),
    );
    const random = chance(10);
    const bursts = Array.from({ length: 60 }, () => ({
      id: Math.floor(random() * 64),
      address: Math.floor(random() * 2 ** 34),
      length: random() < 0.3 ? 1 : 1 + Math.floor(random() * 64),
    }));
    const expected = bursts.flatMap(({ id, address, length }) =>
      Array.from({ length }, (_, i) => {
        const at = BigInt(i === 0 ? address : 8 * (Math.floor(address / 8) + i));
        return (BigInt(id) << 42n) | (at << 2n) | (i === 0 ? 2n : 0n) | (i === length - 1 ? 1n : 0n);
      }),
    );
    const source = new Producer(sim, 's_ar', random, 's_arid', 's_araddr', 's_arlen', 's_arsize');
    const fill = (): void => {
      source.pending.push(
        ...bursts.map(
          ({ id, address, length }) => BigInt(id) | (BigInt(address) << 6n) | (BigInt(length - 1) << 46n) | (3n << 54n),
        ),
      );
    };
    const sink = new Consumer(sim, 'y', random);
    fill();
    expect(runUntil(sim, [source, sink], () => sink.received.length === expected.length, 10_000)).toBe(expected.length);
    source.eagerness = sink.eagerness = 0.6;
    fill();
    runUntil(sim, [source, sink], () => sink.received.length === 2 * expected.length, 10_000);
    expect(sink.received).toEqual([...expected, ...expected]);
    expect(source.sent.length).toBe(120);
  });
});
