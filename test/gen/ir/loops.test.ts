import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Expr, Signal, Type } from '../../../gen/ir/index.ts';
import { bin, cat, clockA, Draft, findings, lit, mux, ref, set, setAt, slice, when } from './netlists.ts';

const pair: Type = {
  kind: 'struct',
  name: 'pair',
  width: 16,
  fields: [
    { name: 'high', type: { kind: 'bits', width: 8 }, lo: 8 },
    { name: 'low', type: { kind: 'bits', width: 8 }, lo: 0 },
  ],
};

describe('combinational loops', () => {
  test('are shown as the path they take', () => {
    const m = new Draft('m');
    const [x, y, z] = [m.wire('x', 8), m.wire('y', 8), m.output('z', 8)];
    const sum = m.node('sum', bin('add', ref(x), lit(1, 8)));
    m.do(set(x, ref(y)), set(y, bin('xor', ref(sum), lit(3, 8))), set(z, ref(x)));
    expect(findings(m)).toEqual(['H104 sum → y → x → sum depends on itself within one cycle']);
  });

  test('run through conditions', () => {
    const m = new Draft('m');
    const [x, out] = [m.wire('x', 1), m.output('out')];
    m.do(when({ condition: ref(x), body: [set(x, lit(0))] }, { body: [set(x, lit(1))] }), set(out, ref(x)));
    expect(findings(m)).toEqual(['H104 x → x depends on itself within one cycle']);
  });

  test('run through the index of an assigned element', () => {
    const m = new Draft('m');
    const v = m.wire(
      'v',
      { kind: 'vec', width: 4, length: 4, element: { kind: 'bits', width: 1 } },
      { fallback: lit(0, 4) },
    );
    const out = m.output('out', 4);
    m.do(setAt(v, slice(ref(v), 0, 2), lit(1)), set(out, ref(v)));
    expect(findings(m)).toEqual(['H104 v[1:0] → v[1:0] depends on itself within one cycle']);
  });

  test('end at registers, also at synchronous memories', () => {
    const m = new Draft('m', [clockA]);
    const [q, out, data] = [m.reg('q', 8, clockA), m.output('out', 8), m.add('net', 'data', 8)];
    m.memories.push({
      name: 'ram', domain: clockA, depth: 256, width: 8, lane: 8, style: 'auto', writes: [],
      reads: [{ address: bin('add', ref(data), ref(q)), latency: 1, data }],
    }); // prettier-ignore
    m.do(set(q, bin('add', ref(q), ref(data))), set(out, ref(q)));
    expect(findings(m)).toEqual([]);
  });

  test('run through an asynchronous read', () => {
    const m = new Draft('m', [clockA]);
    const [out, data] = [m.output('out', 8), m.add('net', 'data', 8)];
    m.memories.push({
      name: 'ram', domain: clockA, depth: 256, width: 8, lane: 8, style: 'auto', writes: [],
      reads: [{ address: bin('add', ref(data), lit(1, 8)), latency: 0, data }],
    }); // prettier-ignore
    m.do(set(out, ref(data)));
    expect(findings(m)).toEqual(['H104 data → data depends on itself within one cycle']);
  });

  test('are not seen in fields that depend on other fields', () => {
    const m = new Draft('m');
    const [a, sel, s, t, out] = [
      m.input('a', 8),
      m.input('sel'),
      m.wire('s', pair),
      m.wire('t', pair),
      m.output('out', pair),
    ];
    m.do(set(s, ref(a), 8), set(s, bin('add', slice(ref(t), 8, 8), lit(1, 8)), 0));
    m.do(set(t, mux(ref(sel), ref(s), cat(slice(ref(s), 8, 8), lit(0, 8)))), set(out, ref(t)));
    expect(findings(m)).toEqual([]);
  });

  test('name the field they run through', () => {
    const m = new Draft('m');
    const [a, s, t, out] = [m.input('a', 8), m.wire('s', pair), m.wire('t', pair), m.output('out', pair)];
    m.do(set(s, ref(a), 8), set(s, bin('add', slice(ref(t), 0, 8), lit(1, 8)), 0), set(t, ref(s)), set(out, ref(t)));
    expect(findings(m)).toEqual(['H104 s.low → t.low → s.low depends on itself within one cycle']);
  });

  test('are followed into instances and out again', () => {
    const inner = new Draft('inner');
    const [p, q, r, s] = [inner.input('p', 4), inner.input('q', 4), inner.output('r', 4), inner.output('s', 4)];
    const step = inner.node('step', bin('add', ref(p), lit(1, 4)));
    inner.do(set(r, ref(step)), set(s, ref(q)));

    const middle = new Draft('middle');
    const [i, o] = [middle.input('i', 4), middle.output('o', 4)];
    const deep = middle.place('deep', inner);
    middle.do(
      set(deep['p']!, ref(i)),
      set(deep['q']!, lit(0, 4)),
      set(o, bin('xor', ref(deep['r']!), ref(deep['s']!))),
    );

    const top = new Draft('top');
    const out = top.output('out', 4);
    const u = top.place('u', middle);
    const back = top.node('back', bin('or', ref(u['o']!), lit(1, 4)));
    top.do(set(u['i']!, ref(back)), set(out, ref(back)));
    expect(findings(top)).toEqual([
      'H104 back → u.i → u.deep.p → u.deep.step → u.deep.r → u.o → back depends on itself within one cycle',
    ]);
  });

  test('need a way through the instance', () => {
    const inner = new Draft('inner');
    const [p, q, r, s] = [inner.input('p'), inner.input('q'), inner.output('r'), inner.output('s')];
    inner.do(set(r, ref(p)), set(s, ref(q)));
    const top = new Draft('top');
    const [a, out] = [top.input('a'), top.output('out')];
    const u = top.place('u', inner);
    top.do(set(u['p']!, ref(a)), set(u['q']!, ref(u['r']!)), set(out, ref(u['s']!)));
    expect(findings(top)).toEqual([]);
  });

  test('run through the model of a black box', () => {
    const model = new Draft('model');
    const [d, q] = [model.input('d'), model.output('q')];
    model.do(set(q, ref(d)));
    const box = new Draft('box', [], { parameters: {}, model });
    box.input('d');
    box.output('q');
    const top = new Draft('top');
    const out = top.output('out');
    const u = top.place('u', box);
    top.do(set(u['d']!, ref(u['q']!)), set(out, ref(u['q']!)));
    expect(findings(top)).toEqual(['H104 u.d → u.q → u.d depends on itself within one cycle']);
  });

  test('agree with a bit-by-bit search on random designs', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat()), { minLength: 2, maxLength: 10 }),
        (recipe) => {
          const width = 4;
          const m = new Draft('m');
          const wires = recipe.map((_, i) => m.wire(`w${i}`, width));
          const pick = (n: number): Signal => wires[n % wires.length]!;
          const needs = new Map<string, string[]>();
          recipe.forEach(([shape, x, y, by], i) => {
            const [a, b] = [pick(x), pick(y)];
            const k = 1 + (by % (width - 1));
            const bit = (signal: Signal, n: number): string => `${signal.name} ${n}`;
            const all = (signal: Signal): string[] => Array.from({ length: width }, (_, n) => bit(signal, n));
            const forms: [Expr, (n: number) => string[]][] = [
              [lit(by % 16, width), () => []],
              [bin('add', ref(a), ref(b)), () => [...all(a), ...all(b)]],
              [bin('and', ref(a), ref(b)), (n) => [bit(a, n), bit(b, n)]],
              [cat(slice(ref(a), 0, width - k), slice(ref(b), 0, k)), (n) => [n < k ? bit(b, n) : bit(a, n - k)]],
              [mux(slice(ref(a), k, 1), ref(b), lit(0, width)), (n) => [bit(a, k), bit(b, n)]],
              [{ op: 'zext', width, a: slice(ref(a), k, width - k) }, (n) => (n < width - k ? [bit(a, n + k)] : [])],
            ];
            const [value, from] = forms[shape % forms.length]!;
            m.do(set(wires[i]!, value));
            for (let n = 0; n < width; n++) needs.set(bit(wires[i]!, n), from(n));
          });
          const out = m.output('out', width * wires.length);
          m.do(set(out, cat(...wires.map(ref))));
          const loops = findings(m).filter((text) => text.startsWith('H104'));
          expect(loops.length > 0).toBe(cyclic(needs));
        },
      ),
      { numRuns: 500 },
    );
  });
});

function cyclic(needs: ReadonlyMap<string, readonly string[]>): boolean {
  const done = new Map<string, boolean>();
  const loops = (bit: string): boolean => {
    const known = done.get(bit);
    if (known !== undefined) return !known;
    done.set(bit, false);
    const found = needs.get(bit)!.some(loops);
    done.set(bit, true);
    return found;
  };
  return [...needs.keys()].some(loops);
}
