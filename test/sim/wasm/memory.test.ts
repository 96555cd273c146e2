import { describe, expect, it } from 'vitest';
import type { Module } from '../../../gen/ir/index.ts';
import { WasmSimulator } from '../../../sim/wasm/index.ts';
import * as n from './netlist.ts';

/** A RAM with one write port, masked by lanes, and a read port of every latency. */
function ram(depth: number, width: number, lane = width): Module {
  const b = new n.ModuleBuilder('ram');
  const addressBits = Math.max(1, Math.ceil(Math.log2(depth)) + 1);
  const [we, waddr, wdata] = [b.input('we', 1), b.input('waddr', addressBits), b.input('wdata', width)];
  const wmask = b.input('wmask', width / lane);
  const [re, raddr] = [b.input('re', 1), b.input('raddr', addressBits)];
  const data = ([0, 1, 2] as const).map((latency) => b.net(`q${latency}`, width));
  b.memory('rows', depth, width, {
    lane,
    init: [7n],
    reads: data.map((net, i) => {
      const latency = i as 0 | 1 | 2;
      return { address: n.ref(raddr), latency, data: net, ...(latency > 0 ? { enable: n.ref(re) } : {}) };
    }),
    writes: [
      { address: n.ref(waddr), enable: n.ref(we), data: n.ref(wdata), ...(lane < width ? { mask: n.ref(wmask) } : {}) },
    ],
  });
  data.forEach((net, i) => b.output(`out${i}`, width, n.ref(net)));
  return b.module();
}

const outputs = (sim: WasmSimulator): bigint[] => ['out0', 'out1', 'out2'].map((name) => sim.peek(name));

describe('memories', () => {
  it('return what was stored before the edge', () => {
    const sim = WasmSimulator.create(ram(5, 100));
    sim.poke('re', 1);
    expect(outputs(sim)).toEqual([7n, 0n, 0n]);
    sim.poke('we', 1);
    sim.poke('wdata', 9n << 90n);
    sim.cycle();
    expect(outputs(sim)).toEqual([9n << 90n, 7n, 0n]);
    sim.cycle();
    expect(outputs(sim)).toEqual([9n << 90n, 9n << 90n, 7n]);
  });

  it('hold their output while the port is not enabled, but move the second stage', () => {
    const sim = WasmSimulator.create(ram(4, 8));
    sim.poke('re', 1);
    sim.cycle();
    sim.poke('re', 0);
    sim.poke('raddr', 1);
    expect(outputs(sim)).toEqual([0n, 7n, 0n]);
    sim.cycle();
    expect(outputs(sim)).toEqual([0n, 7n, 7n]);
    sim.cycle(3);
    expect(outputs(sim)).toEqual([0n, 7n, 7n]);
  });

  it('read zero past the end, and write nothing there', () => {
    const sim = WasmSimulator.create(ram(5, 16));
    sim.poke('re', 1);
    sim.poke('we', 1);
    sim.poke('wdata', 0xffff);
    for (let row = 5; row < 16; row++) {
      sim.poke('waddr', row);
      sim.poke('raddr', row);
      sim.cycle(3);
      expect(outputs(sim)).toEqual([0n, 0n, 0n]);
    }
    const rows = sim.memory('rows');
    expect(Array.from({ length: 5 }, (_, i) => rows.read(i))).toEqual([7n, 0n, 0n, 0n, 0n]);
  });

  it.each([
    [64, 8],
    [512, 8],
    [512, 64],
    [96, 32],
    [27, 9],
    [10, 1],
    [60, 4],
    [130, 13],
  ])('write under a mask: rows of %i bits in lanes of %i', (width, lane) => {
    const sim = WasmSimulator.create(ram(4, width, lane));
    const lanes = width / lane;
    let expected = 7n;
    for (let i = 0; i < 40; i++) {
      const mask = BigInt.asUintN(lanes, 0x9e3779b97f4a7c15f39cc0605cedc835n >> BigInt(i));
      const data = BigInt.asUintN(
        width,
        (0x123456789abcdef0fedcba9876543210n << BigInt(13 * i)) ^ (BigInt(i) * 0x1111_1111n),
      );
      sim.poke('we', 1);
      sim.poke('wmask', mask);
      sim.poke('wdata', data);
      sim.cycle();
      for (let at = 0; at < lanes; at++) {
        const bits = ((1n << BigInt(lane)) - 1n) << BigInt(at * lane);
        if ((mask >> BigInt(at)) & 1n) expected = (expected & ~bits) | (data & bits);
      }
      expect(sim.peek('out0')).toBe(expected);
    }
  });

  it('are read and written from outside', () => {
    const sim = WasmSimulator.create(ram(4, 96));
    const rows = sim.memory('rows');
    expect([rows.depth, rows.width, rows.stride]).toEqual([4, 96, 16]);
    rows.write(0, 5n << 80n);
    expect(sim.peek('out0')).toBe(5n << 80n);
    rows.bytes[0] = 3;
    rows.changed();
    expect(sim.peek('out0')).toBe((5n << 80n) | 3n);
    expect(() => rows.read(4)).toThrow('row 4 of a memory of 4');
    expect(() => sim.memory('row')).toThrow("there is no memory 'row', or nothing reads it; there is rows");
  });

  it('apply their write ports in order', () => {
    const b = new n.ModuleBuilder('two');
    const [first, second] = [b.input('first', 1), b.input('second', 1)];
    const data = b.net('q', 8);
    const write = (enable: typeof first, value: number) => ({
      address: n.constant(0, 1),
      enable: n.ref(enable),
      data: n.constant(value, 8),
    });
    b.memory('rows', 2, 8, {
      reads: [{ address: n.constant(0, 1), latency: 0, data }],
      writes: [write(first, 1), write(second, 2)],
    });
    b.output('out', 8, n.ref(data));
    const sim = WasmSimulator.create(b.module());
    const run = (one: number, two: number): number => {
      sim.poke('first', one);
      sim.poke('second', two);
      sim.cycle();
      return sim.peekNumber('out');
    };
    expect([run(1, 0), run(1, 1), run(1, 0), run(0, 1), run(0, 0), run(1, 1)]).toEqual([1, 2, 1, 2, 2, 2]);
  });
});
