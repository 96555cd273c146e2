/** Designs whose shape is the difficulty: seeming loops, real ones, depth, width. */
import { describe, expect, it } from 'vitest';
import type { Expr, Module, Signal } from '../../../gen/ir/index.ts';
import { flatten } from '../../../sim/wasm/flatten.ts';
import { WasmSimulator } from '../../../sim/wasm/index.ts';
import { lower } from '../../../sim/wasm/lower.ts';
import { keeping } from '../../../sim/wasm/simulator.ts';
import * as n from './netlist.ts';
import { Reference } from './reference.ts';

const add = (a: Expr, value: number): Expr => n.binary('add', a, n.constant(value, a.width));

describe('values that only seem to depend on themselves', () => {
  const pair = n.struct('pair', { high: n.bits(8), low: n.bits(8) });
  const field = (signal: Signal, name: string): Expr => {
    const { lo, width } = n.fieldOf(signal, name);
    return n.slice(n.ref(signal), lo, width);
  };
  const target = (signal: Signal, name: string) => {
    const { lo, width } = n.fieldOf(signal, name);
    return n.part(signal, lo, width);
  };

  it('fields of a struct, through a copy of the whole', () => {
    const b = new n.ModuleBuilder('fields');
    const a = b.input('a', 8);
    const [one, two] = [b.wire('one', pair), b.wire('two', pair)];
    b.add(
      n.assign(target(one, 'low'), n.ref(a)),
      n.assign(target(one, 'high'), add(field(two, 'low'), 1)),
      n.assign(two, n.ref(one)),
    );
    b.output('out', pair, n.ref(two));
    const sim = WasmSimulator.create(b.module());
    sim.poke('a', 0x41);
    expect(sim.peekNumber('out')).toBe(0x4241);
  });

  it('bits of one word, through an operation on all of them', () => {
    const b = new n.ModuleBuilder('bits');
    const mask = b.input('mask', 8);
    const [chain, masked] = [b.wire('chain', 8), b.wire('masked', 8)];
    b.add(
      n.assign(masked, n.binary('and', n.ref(chain), n.ref(mask))),
      n.assign(n.part(chain, 0, 1), n.constant(1, 1)),
    );
    for (let i = 1; i < 8; i++) b.add(n.assign(n.part(chain, i, 1), n.slice(n.ref(masked), i - 1, 1)));
    b.output('out', 8, n.ref(chain));
    const sim = WasmSimulator.create(b.module());
    sim.poke('mask', 0b0111);
    expect(sim.peekNumber('out')).toBe(0b1111);
    sim.poke('mask', 0b1101);
    expect(sim.peekNumber('out')).toBe(0b0011);
  });

  it('a request and its answer in one struct, through an instance', () => {
    const inner = new n.ModuleBuilder('inner');
    const link = inner.input('link', pair);
    inner.output('answer', 8, add(field(link, 'low'), 2));
    const b = new n.ModuleBuilder('outer');
    const a = b.input('a', 8);
    const bundle = b.wire('bundle', pair);
    const { answer } = b.instance('u', inner.module(), { link: n.ref(bundle) });
    b.add(n.assign(target(bundle, 'low'), n.ref(a)), n.assign(target(bundle, 'high'), n.ref(answer!)));
    b.output('out', 8, field(bundle, 'high'));
    const sim = WasmSimulator.create(b.module());
    sim.poke('a', 3);
    expect(sim.peekNumber('out')).toBe(5);
  });

  it('a condition that decides about other bits only', () => {
    const b = new n.ModuleBuilder('conditions');
    const a = b.input('a', 1);
    const w = b.wire('w', 2);
    b.add(
      n.assign(n.part(w, 0, 1), n.ref(a)),
      n.when([n.slice(n.ref(w), 0, 1), n.assign(n.part(w, 1, 1), n.constant(1, 1))]),
    );
    b.output('out', 2, n.ref(w));
    const sim = WasmSimulator.create(b.module());
    sim.poke('a', 1);
    expect(sim.peekNumber('out')).toBe(3);
  });
});

describe('loops', () => {
  it('are an error that names the net', () => {
    const b = new n.ModuleBuilder('loop');
    const [one, two] = [b.wire('one', 8), b.wire('two', 8)];
    b.add(n.assign(one, add(n.ref(two), 1)), n.assign(two, add(n.ref(one), 1)));
    b.output('out', 8, n.ref(one));
    expect(() => WasmSimulator.create(b.module())).toThrow(/(one|two) depends on itself within one cycle/);
  });

  it('are an error however long they are', () => {
    const b = new n.ModuleBuilder('long');
    const wires = Array.from({ length: 3000 }, (_, i) => b.wire(`w${i}`, 8));
    wires.forEach((wire, i) => b.add(n.assign(wire, add(n.ref(wires[(i + 1) % wires.length]!), 1))));
    b.output('out', 8, n.ref(wires[0]!));
    expect(() => WasmSimulator.create(b.module())).toThrow(/depends on itself|never ends/);
  });
});

describe('depth', () => {
  it('of expressions is not limited by the stack', () => {
    const b = new n.ModuleBuilder('deep');
    let sum = n.ref(b.input('a', 32));
    for (let i = 0; i < 20_000; i++) sum = add(sum, i);
    b.output('out', 32, sum);
    const sim = WasmSimulator.create(b.module());
    sim.poke('a', 5);
    expect(sim.peekNumber('out')).toBe((20_000 * 19_999) / 2 + 5);
  });

  it('of wires that feed wires, written in the wrong order', () => {
    const b = new n.ModuleBuilder('chain');
    const a = b.input('a', 16);
    const wires = Array.from({ length: 5000 }, (_, i) => b.wire(`w${i}`, 16));
    wires.forEach((wire, i) => b.add(n.assign(wire, i + 1 < wires.length ? add(n.ref(wires[i + 1]!), 1) : n.ref(a))));
    b.output('out', 16, n.ref(wires[0]!));
    const sim = WasmSimulator.create(b.module());
    sim.poke('a', 1);
    expect(sim.peekNumber('out')).toBe(5000);
  });

  it('of a chain of priorities with costly arms', () => {
    const b = new n.ModuleBuilder('priority');
    const [a, which] = [b.input('a', 32), b.input('which', 12)];
    const q = b.reg('q', 32);
    let value = n.ref(q);
    for (let i = 0; i < 3000; i++) {
      const arm = n.binary(
        'mul',
        add(n.ref(a), i),
        n.binary('xor', add(n.ref(a), 7 * i), n.binary('mul', n.ref(a), n.constant(i, 32))),
      );
      value = n.mux(n.binary('eq', n.ref(which), n.constant(i, 12)), arm, value);
    }
    b.add(n.assign(q, value));
    b.output('out', 32, n.ref(q));
    const sim = WasmSimulator.create(b.module());
    sim.poke('a', 12_345);
    for (const i of [0, 1, 77, 2999]) {
      sim.poke('which', i);
      sim.cycle();
      const xor = ((12_345 + 7 * i) ^ Math.imul(12_345, i)) >>> 0;
      expect(sim.peekNumber('out')).toBe(Math.imul(12_345 + i, xor) >>> 0);
    }
    sim.poke('which', 4000);
    const held = sim.peekNumber('out');
    sim.cycle(3);
    expect(sim.peekNumber('out')).toBe(held);
  });
});

describe('vectors', () => {
  /** A register file of `length` words, and its row `read` beside the row `write` that is about to change. */
  function file(length: number, width: number): Module {
    const b = new n.ModuleBuilder('file');
    const [we, write, data, read] = [b.input('we', 1), b.input('write', 5), b.input('data', width), b.input('read', 5)];
    const rows = b.reg('rows', n.vec(n.bits(width), length), { reset: 0 });
    b.add(n.when([n.ref(we), n.assign(n.element(rows, n.ref(write), width), n.ref(data))]));
    b.output('out', width, n.index(n.ref(rows), n.ref(read), width));
    return b.module();
  }

  it.each([
    [11, 64],
    [32, 1],
    [7, 8],
    [16, 512],
    [5, 33],
    [20, 3],
  ])('of %i elements of %i bits, written and read by index', (length, width) => {
    const module = file(length, width);
    const sim = WasmSimulator.create(module);
    const reference = new Reference(module);
    for (let i = 0; i < 100; i++) {
      const values = { we: BigInt(i % 3 > 0), write: BigInt((i * 7) % 32), read: BigInt((i * 5) % 32) };
      const pokes = { ...values, data: BigInt.asUintN(width, 0x9e3779b97f4a7c15n ** BigInt((i % 9) + 1)) };
      for (const [name, value] of Object.entries(pokes)) {
        sim.poke(name, value);
        reference.poke(name, value);
      }
      expect(sim.peek('out')).toBe(reference.peek('out'));
      sim.cycle();
      reference.cycle();
      expect(sim.peek('out')).toBe(reference.peek('out'));
    }
  });
});

describe('registers', () => {
  it.each([1, 1000])('hold their value when what chooses it is computed in regions of %i operations', (size) => {
    const b = new n.ModuleBuilder('holding');
    const [first, second] = [b.input('first', 1), b.input('second', 1)];
    const q = b.reg('q', 32);
    b.add(
      n.when([n.ref(first), n.assign(q, n.constant(7, 32))]),
      n.when([n.ref(second), n.assign(q, n.constant(9, 32))]),
    );
    b.output('out', 32, n.ref(q));
    const sim = WasmSimulator.create(b.module(), { partition: { size, limit: size } });
    const run = (one: number, two: number): number => {
      sim.poke('first', one);
      sim.poke('second', two);
      sim.cycle();
      return sim.peekNumber('out');
    };
    expect([run(0, 0), run(0, 1), run(0, 0), run(1, 0), run(0, 0), run(1, 1), run(0, 0)]).toEqual([
      0, 9, 9, 7, 7, 9, 9,
    ]);
  });
});

describe('faults', () => {
  it('can be put into a design after it was lowered', () => {
    const b = new n.ModuleBuilder('counters');
    const registers = ['one_q', 'two_q'].map((name) => b.reg(name, 8, { reset: 0 }));
    for (const register of registers) {
      b.add(n.assign(register, add(n.ref(register), 1)));
      b.output(`${register.name}_out`, 8, n.ref(register));
    }
    const flat = flatten(b.module());
    const design = lower(flat, keeping(flat));
    const [first, second] = design.registers;
    const stuck = { ...first!, words: first!.words.map(({ word }) => ({ word, next: word })) };
    const sim = WasmSimulator.of(flat, { ...design, registers: [stuck, second!] });
    sim.cycle(3);
    expect(['one_q_out', 'two_q_out'].map((name) => sim.peekNumber(name)).toSorted((a, b) => a - b)).toEqual([0, 3]);
  });
});

describe('idle parts', () => {
  it('cost next to nothing', () => {
    const worker = new n.ModuleBuilder('worker');
    const en = worker.input('en', 1);
    const q = Array.from({ length: 40 }, (_, i) => worker.reg(`q${i}`, 32, { reset: i + 1 }));
    worker.add(
      n.when([
        n.ref(en),
        ...q.map((reg, i) => n.assign(reg, n.binary('mul', add(n.ref(reg), 3), n.ref(q[(i + 7) % 40]!)))),
      ]),
    );
    worker.output(
      'out',
      32,
      q.map((reg) => n.ref(reg)).reduce((a, b) => n.binary('xor', a, b)),
    );
    const module = worker.module();
    const b = new n.ModuleBuilder('many');
    const active = b.input('active', 64);
    const outs = Array.from(
      { length: 64 },
      (_, i) => b.instance(`w${i}`, module, { en: n.slice(n.ref(active), i, 1) })['out']!,
    );
    b.output(
      'out',
      32,
      outs.map((out) => n.ref(out)).reduce((x, y) => n.binary('xor', x, y)),
    );
    const sim = WasmSimulator.create(b.module());
    sim.poke('rst', 1);
    sim.cycle();
    sim.poke('rst', 0);
    const seconds = (mask: bigint): number => {
      sim.poke('active', mask);
      sim.cycle(2000);
      return Math.min(
        ...Array.from({ length: 5 }, () => {
          const begin = performance.now();
          sim.cycle(2000);
          return performance.now() - begin;
        }),
      );
    };
    // All at work against one: a factor of 64 would be perfect, 1 none at all.
    expect(seconds(2n ** 64n - 1n) / seconds(1n)).toBeGreaterThan(5);
  });
});
