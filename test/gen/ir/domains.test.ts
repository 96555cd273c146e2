import { describe, expect, test } from 'vitest';
import { bin, clockA, clockB, Draft, findings, lit, ref, set, when } from './netlists.ts';

describe('clock domains', () => {
  test('a crossing without synchroniser is an error, through logic and conditions', () => {
    const m = new Draft('m', [clockA, clockB]);
    const [x, y, z] = [m.reg('x', 1, clockA), m.reg('y', 1, clockB), m.reg('z', 1, clockB)];
    const mixed = m.wire('mixed');
    m.do(set(x, bin('xor', ref(x), lit(1))), set(mixed, bin('and', ref(x), ref(y))), set(y, ref(mixed)));
    m.do(when({ condition: ref(x), body: [set(z, ref(y))] }), set(m.output('out'), ref(z)));
    expect(findings(m)).toEqual([
      'H107 `y`, clocked by `clk_b`, samples `x`, clocked by `clk_a`',
      'H107 `z`, clocked by `clk_b`, samples `x`, clocked by `clk_a`',
    ]);
  });

  test('a synchroniser may sample, and what follows it belongs to its clock', () => {
    const m = new Draft('m', [clockA, clockB]);
    const [x, s1, s2] = [m.reg('x', 1, clockA), m.reg('s1', 1, clockB, { synchroniser: true }), m.reg('s2', 1, clockB)];
    m.do(set(x, bin('xor', ref(x), lit(1))), set(s1, ref(x)), set(s2, ref(s1)), set(m.output('out'), ref(s2)));
    expect(findings(m)).toEqual([]);
  });

  const sampler = (): Draft => {
    const m = new Draft('sampler', [clockB]);
    const q = m.reg('r', 1, clockB);
    m.do(set(q, ref(m.input('d'))), set(m.output('q'), ref(q)));
    return m;
  };

  test('crossings between instances are found in their parent', () => {
    const source = new Draft('source', [clockA]);
    const x = source.reg('x', 1, clockA);
    source.do(set(x, bin('xor', ref(x), lit(1))), set(source.output('q'), ref(x)));
    const wrapper = new Draft('wrapper', [clockB]);
    const inner = wrapper.place('inner', sampler());
    wrapper.do(set(inner['d']!, ref(wrapper.input('d'))), set(wrapper.output('q'), ref(inner['q']!)));

    const top = new Draft('top', [clockA, clockB]);
    const [from, to] = [top.place('from', source), top.place('to', wrapper)];
    top.do(set(to['d']!, ref(from['q']!)), set(top.output('out'), ref(to['q']!)));
    expect(findings(top)).toEqual(['H107 `to.inner.r`, clocked by `clk_b`, samples `from.x`, clocked by `clk_a`']);
  });

  test('an input of the design belongs to one clock', () => {
    const top = new Draft('top', [clockA, clockB]);
    const d = top.input('d');
    const [u, x] = [top.place('u', sampler()), top.reg('x', 1, clockA)];
    top.do(set(u['d']!, ref(d)), set(x, ref(d)), set(top.output('out', 1), bin('and', ref(u['q']!), ref(x))));
    expect(findings(top)).toEqual(['H107 input `d` is sampled by `x` with `clk_a` and by `u.r` with `clk_b`']);
  });

  test('a black box with one clock counts as clocked by it', () => {
    const box = new Draft('box', [clockB], { parameters: {} });
    box.input('d');
    box.output('q');
    const top = new Draft('top', [clockA, clockB]);
    const [u, x] = [top.place('u', box), top.reg('x', 1, clockA)];
    top.do(set(u['d']!, ref(x)), set(x, ref(u['q']!)), set(top.output('out'), ref(x)));
    expect(findings(top)).toEqual([
      'H107 `x`, clocked by `clk_a`, samples `u_q`, clocked by `clk_b`',
      'H107 `u.d`, clocked by `clk_b`, samples `x`, clocked by `clk_a`',
    ]);
  });
});
