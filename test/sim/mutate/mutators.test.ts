/** Each kind of fault in a design of a few lines: what it does to the behaviour. */
import { describe, expect, test } from 'vitest';
import { emitSystemVerilog } from '../../../gen/emit/index.ts';
import {
  bool,
  cat,
  elaborate,
  input,
  instance,
  memory,
  module,
  mux,
  output,
  reg,
  shared,
  switchOn,
  u,
  when,
  wire,
  type Bool,
  type UInt,
} from '../../../gen/hdl/index.ts';
import type { Module } from '../../../gen/ir/index.ts';
import { faultsOf, withFault, type Fault } from '../../../sim/mutate/fault.ts';
import { kinds, type Kind } from '../../../sim/mutate/mutators.ts';
import { compiled } from '../../../sim/mutate/scopes.ts';
import { WasmSimulator } from '../../../sim/wasm/index.ts';

type Body = (a: UInt<8>, b: UInt<8>, c: Bool) => UInt<8>;

/** A design that gives what `body` makes of its inputs. */
const design = (body: Body): Module =>
  elaborate(() =>
    module('small', { a: input(u(8)), b: input(u(8)), c: input(bool), y: output(u(8)) }, (io) => {
      io.y.value = body(io.a, io.b, io.c);
    }),
  ).top;

const [a, b] = [0xc5, 0x36];

/** What it gives for a and b, with c 0 and with c 1, `edges` after reset. */
function outcome(top: Module, edges = 0): number[] {
  return [0, 1].map((c) => {
    const sim = WasmSimulator.create(top);
    if (top.domains.length > 0) {
      sim.poke('rst_n', 0);
      sim.cycle();
      sim.poke('rst_n', 1);
    }
    for (const [name, value] of Object.entries({ a, b, c })) sim.poke(name, value);
    sim.cycle(edges);
    return sim.peekNumber('y');
  });
}

/** What becomes of a design by its faults of one kind; each says whether it is in the place that is meant. */
function outcomes(top: Module, kind: Kind, edges: number): Map<string, number[]> {
  const faults = faultsOf(top).filter((fault) => fault.kind === kind);
  return new Map(faults.map((fault) => [fault.key.slice(kind.length + 1), outcome(withFault(top, fault)!, edges)]));
}

const both = (value: number): number[] => [value & 0xff, value & 0xff];

describe('operators', () => {
  test.each<[string, Body, string, number]>([
    ['+', (x, y) => x.add(y), 'sub', a - b],
    ['-', (x, y) => x.sub(y), 'add', a + b],
    ['*', (x, y) => x.mul(y), 'add', a + b],
    ['&', (x, y) => x.and(y), 'or', a | b],
    ['|', (x, y) => x.or(y), 'and', a & b],
    ['^', (x, y) => x.xor(y), 'or', a | b],
    ['~', (x) => x.not(), 'removed', a],
    ['- of one number', (x) => x.neg(), 'removed', a],
    ['==', (x, y) => x.eq(y).zext(8), 'ne', 1],
    ['!=', (x, y) => x.ne(y).zext(8), 'eq', 0],
    ['<', (x) => x.lt(a).zext(8), 'ule', 1],
    ['< that should be signed', (x, y) => x.lt(y).zext(8), 'slt', 1],
    ['<=', (x) => x.le(a).zext(8), 'ult', 0],
    ['signed <', (x, y) => x.signed.lt(y.signed).zext(8), 'ult', 0],
    ['<<', (x) => x.shl(wired(2)), 'shr', a >> 2],
    ['>>', (x) => x.shr(wired(2)), 'shl', a << 2],
    ['>> that should keep the sign', (x) => x.shr(wired(2)), 'sar', (a >> 2) | 0xc0],
    ['any bit', (x) => x.orReduce().zext(8), 'redand', 0],
    ['all bits', (x) => x.andReduce().zext(8), 'redor', 1],
    ['zero-extension', (x) => x.low(3).zext(8), 'sext', 0xfd],
    ['sign-extension', (x) => x.low(3).sext(8), 'zext', 5],
  ])('%s', (_, body, variant, expected) => {
    const found = [...outcomes(design(body), 'operator', 0)].filter(([key]) => key.endsWith(` ${variant}`));
    expect(found.map(([, values]) => values)).toContainEqual(both(expected));
  });

  /** An amount that is no constant to the language. */
  function wired(value: number): UInt<3> {
    const amount = wire(u(3));
    amount.value = u(3).of(value);
    return amount;
  }
});

describe('kinds', () => {
  test.each<[Kind, Body, Record<string, number[]>, number]>([
    ['bypass', (x, y, c) => mux(c, x, y), { a: both(a), b: both(b) }, 0],
    ['arms', (x, y, c) => mux(c, x, y), { exchanged: [a, b] }, 0],
    ['slice', (x) => x.slice(2, 4).zext(8), { moved: both((a >> 1) & 15) }, 0],
    ['slice', (x) => x.slice(0, 4).zext(8), { moved: both((a >> 1) & 15) }, 0],
    ['order', (x, y) => cat(x.low(2), y.low(6)), { exchanged: both(((b & 63) << 2) | (a & 3)) }, 0],
    ['constant', (x) => x.xor(0xff), { 'off by one': both(a ^ 0xfe) }, 0],
    ['reset', () => held((x) => x), { flipped: both(0) }, 5],
    ['condition', (x, y, c) => chosen(x, y, c), { 'inverted 0': [a, b] }, 0],
    ['enable', (x, _, c) => loaded(x, c), { 'always 0': both(a), 'never 0': both(7), never: both(7) }, 1],
    ['arms', (x, y) => cased(x, y), { 'case 0': both(b) }, 0],
  ])('%s', (kind, body, expected, edges) => {
    const found = outcomes(design(body), kind, edges);
    for (const [variant, values] of Object.entries(expected)) {
      const [, seen] = [...found].find(([key]) => key.endsWith(` ${variant}`)) ?? [];
      // Which bit of a reset value, and which way a slice moves, is up to a hash of its place.
      if (kind === 'reset') expect(Math.log2(seen![0]! ^ 7) % 1).toBe(0);
      else if (kind === 'slice') expect([both((a >> 1) & 15), both((a >> 3) & 15)]).toContainEqual(seen);
      else if (kind === 'constant') expect([both(a ^ 0xfe), both(a)]).toContainEqual(seen);
      else expect([variant, seen]).toEqual([variant, values]);
    }
  });

  const held = (next: (value: UInt<8>) => UInt<8>): UInt<8> => {
    const kept = reg(u(8), 7);
    kept.next = next(kept);
    return kept;
  };
  const chosen = (x: UInt<8>, y: UInt<8>, c: Bool): UInt<8> => {
    const result = wire(u(8));
    when(c, () => {
      result.value = x;
    }).otherwise(() => {
      result.value = y;
    });
    return result;
  };
  const loaded = (x: UInt<8>, c: Bool): UInt<8> => {
    const kept = reg(u(8), 7);
    when(c, () => {
      kept.next = x;
    });
    return kept;
  };
  const cased = (x: UInt<8>, y: UInt<8>): UInt<8> => {
    const result = wire(u(8));
    switchOn(
      x.low(2),
      [
        [0, () => void (result.value = y)],
        [1, () => void (result.value = x)],
      ],
      () => void (result.value = 0),
    );
    return result;
  };

  test('stuck: each signal that is read, at 0 and at 1, in one bit', () => {
    const top = design((x, y) => x.and(y));
    const found = outcomes(top, 'stuck', 0);
    expect([...found.keys()].sort()).toEqual(['a 0', 'a 1', 'b 0', 'b 1']);
    for (const [key, [value]] of found) {
      const [signal, stuck] = key.split(' ');
      const [own, other] = signal === 'a' ? [a, b] : [b, a];
      const possible = Array.from(
        { length: 8 },
        (_, bit) => (stuck === '1' ? own | (1 << bit) : own & ~(1 << bit)) & other,
      );
      expect(possible).toContain(value);
    }
  });

  test('memories: writes always, never and in all lanes, reads with a wrong enable, tables with a wrong bit', () => {
    const top = design((x, y, c) => {
      const rows = memory({ type: u(8), depth: 4, lane: 4, init: [1n, 2n, 3n, 4n] });
      when(c, () => rows.write({ address: y.low(2), data: x, mask: x.low(2) }));
      return rows.read(y.low(2), { enable: y.bit(0) });
    });
    const enables = outcomes(top, 'enable', 2);
    const named = (variant: string): number[] => [...enables].find(([key]) => key.endsWith(variant))![1];
    expect(outcome(top, 2), 'bit 0 of b is 0: never read').toEqual([0, 0]);
    expect(named('read 0 always')).toEqual([3, 5]);
    expect(named('read 0 never')).toEqual([0, 0]);
    const read = withFault(
      top,
      faultsOf(top).find(({ key }) => key.endsWith('read 0 always'))!,
    )!;
    const then = outcomes(read, 'enable', 2);
    const after = (variant: string): number[] => [...then].find(([key]) => key.endsWith(variant))![1];
    expect(after('write 0 always')).toEqual([5, 5]);
    expect(after('write 0 never')).toEqual([3, 3]);
    expect(after('write 0 mask')).toEqual([3, a]);
    expect([...outcomes(read, 'constant', 1)].filter(([key]) => key.includes(' row ')).length).toBe(4);
  });

  test('all of them are here', () => {
    expect(Object.keys(kinds).sort()).toEqual(
      ['operator', 'stuck', 'constant', 'condition', 'bypass', 'enable', 'reset', 'arms', 'slice', 'order'].sort(),
    );
  });
});

describe('a fault', () => {
  const incremented = shared((width: number) =>
    module(`child_w${width}`, { x: input(u(8)), z: output(u(8)) }, (io) => {
      io.z.value = io.x.add(1);
    }),
  );
  const parent = (width: number): Module =>
    elaborate(() =>
      module('parent', { a: input(u(8)), y: output(u(8)) }, (io) => {
        const [one, two] = [instance(incremented(width)), instance(incremented(width))];
        one.x.value = io.a;
        two.x.value = io.a;
        io.y.value = one.z.add(two.z);
      }),
    ).top;
  const text = (top: Module): string =>
    emitSystemVerilog(top)
      .files.map((file) => file.text)
      .join();
  const wrong = (top: Module): Fault =>
    faultsOf(top.instances[0]!.module).find(({ kind, key }) => kind === 'operator' && key.endsWith('sub'))!;

  test('leaves the design that it is put into as it was', () => {
    const top = parent(8);
    const before = text(top);
    const faulty = withFault(top, wrong(top))!;
    expect(text(top)).toBe(before);
    expect(text(faulty).replace('x - 8', 'x + 8')).toBe(before);
    expect(text(withFault(top, wrong(top))!)).toBe(text(faulty));
  });

  test('is found again in a module of other parameters, and nowhere else', () => {
    const top = parent(8);
    expect(text(withFault(parent(16), wrong(top))!)).toContain('x - 8');
    expect(
      withFault(
        design((x, y) => x.add(y)),
        wrong(top),
      ),
    ).toBeUndefined();
  });

  test('that changes nothing compiles to the same', () => {
    const top = design((x, y) => x.and(y).and(x));
    const same = faultsOf(top).filter((fault) => Buffer.from(compiled(withFault(top, fault)!)).equals(compiled(top)));
    expect(same.map(({ text }) => text)).toEqual([]);
    const idle = design((x, _, c) => mux(c, x.add(0), x));
    const none = faultsOf(idle).filter((fault) =>
      Buffer.from(compiled(withFault(idle, fault)!)).equals(compiled(idle)),
    );
    expect(none.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['arms', 'bypass']));
  });
});
