import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Domain, Module } from '../../../gen/ir/index.ts';
import { AssertionFailure } from '../../../sim/simulator.ts';
import { WasmSimulator } from '../../../sim/wasm/index.ts';
import * as n from './netlist.ts';

const directory = mkdtempSync(join(tmpdir(), 'hermes-wasm-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Counts by `step` while `en` is 1; `limit` is asserted never to be passed. */
function counter(width = 100, limit?: bigint, clocked: Domain = n.domain): Module {
  const b = new n.ModuleBuilder('counter', clocked);
  const en = b.input('en', 1);
  const step = b.input('step', width);
  const q = b.reg('count_q', width, { reset: 5 });
  b.add(n.when([n.ref(en), n.assign(q, n.binary('add', n.ref(q), n.ref(step)))]));
  if (limit !== undefined) {
    const condition = n.binary('ule', n.ref(q), n.constant(limit, width));
    b.add(
      n.when([n.ref(en), { kind: 'assert', condition, message: 'the counter stays below its limit', domain: clocked }]),
    );
  }
  b.output('count', width, n.ref(q));
  b.output('odd', 1, n.slice(n.ref(q), 0, 1));
  b.output('next', width, n.binary('add', n.ref(q), n.ref(step)));
  return b.module();
}

/** A counter inside a top module, behind a comparison with a port. */
function nested(limit?: bigint): Module {
  const b = new n.ModuleBuilder('top');
  const en = b.input('en', 1);
  const goal = b.input('goal', 100);
  const { count } = b.instance('inner', counter(100, limit), { en: n.ref(en), step: n.constant(3, 100) });
  const hidden = b.node('hidden', n.binary('xor', n.ref(count!), n.ref(goal)));
  b.output('reached', 1, n.binary('eq', n.ref(count!), n.ref(goal)));
  b.output('low', 8, n.slice(n.ref(count!), 0, 8));
  void hidden;
  return b.module();
}

function running(module: Module, options = {}): WasmSimulator {
  const sim = WasmSimulator.create(module, options);
  sim.poke('rst', 1);
  sim.cycle();
  sim.poke('rst', 0);
  sim.poke('en', 1);
  return sim;
}

describe('ports', () => {
  it('are set before an edge and read after it', () => {
    const sim = running(counter());
    expect(sim.peek('count')).toBe(5n);
    sim.poke('step', 1n << 70n);
    expect(sim.peek('next')).toBe((1n << 70n) + 5n);
    expect(sim.peek('count')).toBe(5n);
    sim.cycle(3);
    expect(sim.peek('count')).toBe((3n << 70n) + 5n);
    expect(sim.peekNumber('odd')).toBe(1);
    expect(sim.cycles).toBe(4);
  });

  it('take and give bytes, little-endian', () => {
    const sim = running(counter());
    sim.poke('step', Uint8Array.of(1, 2, 3));
    expect(sim.peek('step')).toBe(0x030201n);
    sim.poke('step', new Uint8Array(13).fill(0xff));
    expect(sim.peek('step')).toBe((1n << 100n) - 1n);
    sim.cycle();
    expect(sim.peekBytes('count')).toEqual(Uint8Array.of(4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    const into = new Uint8Array(16).fill(0xaa);
    expect(sim.peekBytes('next', into)).toBe(into);
    expect([...into.subarray(0, 2), into[13]]).toEqual([3, 0, 0xaa]);
    expect(sim.peekBytes('odd')).toEqual(Uint8Array.of(0));
  });

  it('are looked up once by drivers', () => {
    const sim = running(counter(16));
    const [step, count] = [sim.port('step'), sim.port('count')];
    expect([step.direction, step.width, count.direction]).toEqual(['input', 16, 'output']);
    step.set(0x7_0001);
    expect(step.get()).toBe(1);
    sim.cycle(2);
    expect(count.get()).toBe(7);
    step.setBig(0xfffen);
    sim.cycle();
    expect([count.get(), count.getBig(), count.getBytes()]).toEqual([5, 5n, Uint8Array.of(5, 0)]);
  });

  it('of 32 bits are unsigned', () => {
    const sim = running(counter(32));
    sim.port('step').set(-6);
    sim.cycle();
    expect(sim.peekNumber('count')).toBe(0xffff_ffff);
  });

  it('that do not exist, or values that do not fit, are told', () => {
    const sim = running(counter());
    expect(() => sim.peek('cuont')).toThrow("counter has no port 'cuont'; it has clk, rst, en, step, count, odd, next");
    expect(() => sim.poke('en', 2)).toThrow('en has 1 bits and cannot be 2');
    expect(() => sim.poke('en', -1n)).toThrow('cannot be -1');
    expect(() => sim.poke('odd', 1)).toThrow('odd is an output');
    expect(() => sim.peekNumber('count')).toThrow('count has 100 bits');
    expect(() => sim.poke('step', new Uint8Array(14))).toThrow('step has 13 bytes, but is given 14');
  });
});

describe('runs', () => {
  it('until a port has a value', () => {
    const sim = running(nested());
    sim.poke('goal', 5n + 3n * 1000n);
    expect(sim.cycleUntil('reached', 1, 10_000)).toBe(1000);
    expect(sim.cycleUntil('low', 3, 10_000)).toBe(((3 - ((5 + 3000) & 255) + 3 * 256) * 171) & 255);
    expect(sim.peekNumber('low')).toBe(3);
    expect(sim.cycleUntil('reached', 1, 50)).toBe(50);
  });

  it('until a port has a value, with a waveform', () => {
    const sim = running(nested());
    sim.trace(join(directory, 'until.vcd'));
    sim.poke('goal', 5n + 30n);
    expect(sim.cycleUntil('reached', 1, 100)).toBe(10);
    sim.close();
  });

  it('stop before the edge that an assertion forbids', () => {
    const sim = running(nested(20n));
    let failure: unknown;
    try {
      sim.cycle(100);
    } catch (error) {
      failure = error;
    }
    expect(failure).toBeInstanceOf(AssertionFailure);
    expect(failure).toMatchObject({
      path: 'top.inner',
      cycle: 7,
      message: expect.stringContaining('the counter stays below its limit'),
    });
    expect([sim.cycles, sim.signal('inner.count_q').get()]).toEqual([7, 23]);
    expect(() => sim.cycleUntil('reached', 1, 10)).toThrow(AssertionFailure);
    sim.poke('rst', 1);
    sim.cycle();
    expect(sim.signal('inner.count_q').get()).toBe(5);
  });

  it('go back to a snapshot', () => {
    const sim = running(nested());
    sim.cycle(10);
    const before = sim.snapshot();
    sim.poke('en', 0);
    sim.cycle(7);
    sim.restore(before);
    expect([sim.cycles, sim.peekNumber('low'), sim.peekNumber('en')]).toEqual([11, 35, 1]);
    sim.cycle(2);
    expect(sim.peekNumber('low')).toBe(41);
  });

  it('with a reset that is active low', () => {
    const low: Domain = { name: 'main', clock: 'clk', reset: 'rst_n', resetActive: 'low' };
    const sim = WasmSimulator.create(counter(8, undefined, low));
    sim.cycle();
    expect(sim.peekNumber('count')).toBe(5);
    sim.poke('rst_n', 1);
    sim.poke('en', 1);
    sim.poke('step', 1);
    sim.cycle(2);
    expect(sim.peekNumber('count')).toBe(7);
  });
});

describe('signals inside', () => {
  it('are read by their path: registers always, others when kept', () => {
    const sim = running(nested(), { keep: (path: string) => path === 'hidden' });
    sim.poke('goal', 5);
    expect(sim.signal('inner.count_q').getBig()).toBe(5n);
    expect(sim.signal('hidden').getBig()).toBe(0n);
    expect(sim.signal('inner.count').width).toBe(100);
    sim.cycle();
    expect(sim.signal('hidden').getBig()).toBe(5n ^ 8n);
    expect(() => sim.signal('inner.coutn')).toThrow("there is no signal 'inner.coutn'");
    expect(() => running(nested()).signal('hidden')).toThrow("name it in the option 'keep'");
  });

  it('appear in a waveform', () => {
    const file = join(directory, 'wave.vcd');
    const sim = running(nested(), { keep: 'all' });
    sim.trace(file, (path) => !path.endsWith('step'));
    sim.cycle(2);
    sim.poke('en', 0);
    sim.cycle(2);
    sim.trace(null);
    expect(readFileSync(file, 'utf8')).toMatchSnapshot();
  });
});

describe('black boxes', () => {
  const box = (model?: Module): Module => {
    const b = new n.ModuleBuilder('vendor_adder');
    b.input('a', 8);
    b.output('sum', 8);
    return b.module({ blackBox: { parameters: {}, ...(model ? { model } : {}) } });
  };
  const around = (inner: Module): Module => {
    const b = new n.ModuleBuilder('top');
    const { sum } = b.instance('adder', inner, { a: n.ref(b.input('a', 8)) });
    b.output('sum', 8, n.ref(sum!));
    return b.module();
  };

  it('are simulated by their model', () => {
    const b = new n.ModuleBuilder('model');
    const a = b.input('a', 8);
    b.output('sum', 8, n.binary('add', n.ref(a), n.constant(1, 8)));
    const sim = WasmSimulator.create(around(box(b.module())));
    sim.poke('a', 41);
    expect(sim.peekNumber('sum')).toBe(42);
  });

  it('without a model are an error where something depends on them', () => {
    expect(() => WasmSimulator.create(around(box()))).toThrow(
      "adder: black box vendor_adder drives 'sum', but has no model",
    );
  });

  it('with a model of other ports are an error', () => {
    const b = new n.ModuleBuilder('model');
    b.input('a', 8);
    expect(() => WasmSimulator.create(around(box(b.module())))).toThrow(
      "the simulation model of vendor_adder has no port 'sum'",
    );
  });
});
