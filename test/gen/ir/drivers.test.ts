import { describe, expect, test } from 'vitest';
import type { Type } from '../../../gen/ir/index.ts';
import { bin, bits, clockA, Draft, findings, lit, ref, set, setAt, slice, switchOn, when } from './netlists.ts';

const state: Type = {
  kind: 'enum',
  name: 'state',
  width: 2,
  members: ['IDLE', 'RUN', 'DONE'].map((name, i) => ({ name, value: BigInt(i) })),
};
const quad: Type = { kind: 'vec', width: 16, length: 4, element: bits(4) };

describe('drivers', () => {
  test('missing ones are named by what the signal stands for', () => {
    const child = new Draft('child');
    child.do(set(child.output('q'), ref(child.input('d'))));
    const m = new Draft('m', [clockA]);
    const out = m.output('out', 4);
    const x = m.wire('x');
    const u = m.place('u', child);
    m.do(set(out, { op: 'cat', width: 2, parts: [ref(x), ref(u['q']!)] }, 1));
    expect(findings(m)).toEqual([
      'H102 `out[0]`, `out[3]` of output `out` is never driven',
      'H102 wire `x` is never driven',
      'H102 input `d` of instance `u` is never driven',
    ]);
  });

  test('registers keep a reset value, but not what they never had', () => {
    const m = new Draft('m', [clockA]);
    const [never, part, bare] = [
      m.reg('never', 2, clockA),
      m.reg('part', 2, clockA),
      m.reg('bare', 2, clockA, { reset: undefined }),
    ];
    m.do(
      set(part, lit(1)),
      set(bare, lit(1)),
      set(m.output('out', 2), bin('add', ref(never), bin('add', ref(part), ref(bare)))),
    );
    expect(findings(m)).toEqual([
      'H102 register `never` is never driven: it keeps its reset value',
      'H102 `bare[1]` of register `bare` is never driven',
    ]);
  });

  test('two for one bit are an error, several statements are one', () => {
    const child = new Draft('child');
    child.do(set(child.output('q', 4), lit(3, 4)));
    const m = new Draft('m');
    const [a, out] = [m.input('a'), m.output('out', 4)];
    const u = m.place('u', child);
    m.do(set(u['q']!, ref(a), 2), when({ condition: ref(a), body: [set(u['q']!, lit(0), 2)] }), set(out, ref(u['q']!)));
    expect(findings(m)).toEqual(['H103 `u_q[2]` is driven by output `q` of instance `u` and by a statement']);
  });

  test('statements do not drive inputs', () => {
    const m = new Draft('m');
    const a = m.input('a');
    m.do(set(a, lit(0)), set(m.output('out'), ref(a)));
    expect(findings(m)).toEqual(['H021 input `a` is driven by a statement']);
  });
});

describe('paths', () => {
  const design = (): { m: Draft; out: ReturnType<Draft['output']> } => {
    const m = new Draft('m');
    return { m, out: m.output('out') };
  };

  test('a when needs its otherwise', () => {
    const { m, out } = design();
    const a = ref(m.input('a'));
    m.do(when({ condition: a, body: [set(out, lit(1))] }));
    expect(findings(m)).toEqual(['H105 output `out` is not assigned on every path']);
    m.statements.unshift(set(out, lit(0)));
    expect(findings(m)).toEqual([]);
  });

  test('an enum is covered by its members', () => {
    const { m, out } = design();
    const s = ref(m.input('s', state));
    const body = [set(out, lit(1))];
    m.do(switchOn(s, state, [{ values: [0n, 1n], body }]));
    expect(findings(m)).toEqual(['H105 output `out` is not assigned on every path']);
    m.statements.splice(
      0,
      1,
      switchOn(s, state, [
        { values: [0n, 1n], body },
        { values: [2n], body: [set(out, lit(0))] },
      ]),
    );
    expect(findings(m)).toEqual([]);
  });

  test('a number is covered by all its values', () => {
    const { m, out } = design();
    const s = ref(m.input('s', 1));
    m.do(
      switchOn(s, bits(1), [
        { values: [0n], body: [set(out, lit(1))] },
        { values: [1n], body: [set(out, lit(0))] },
      ]),
    );
    expect(findings(m)).toEqual([]);
  });

  test('bits are followed one by one', () => {
    const m = new Draft('m');
    const [a, out] = [m.input('a'), m.output('out', quad)];
    m.do(set(out, lit(0, 8)), set(out, lit(0, 4), 8), when({ condition: ref(a), body: [set(out, lit(0, 4), 12)] }));
    expect(findings(m)).toEqual(['H105 `out[3]` of output `out` is not assigned on every path']);
  });

  test('an element chosen by an index leaves the others open', () => {
    const m = new Draft('m');
    const [a, out] = [m.input('a', 2), m.output('out', quad)];
    m.do(setAt(out, ref(a), lit(0, 4)));
    expect(findings(m)).toEqual(['H105 output `out` is not assigned on every path']);
  });
});

describe('statements without effect', () => {
  test('are those that a later one always replaces', () => {
    const m = new Draft('m');
    const [a, out] = [ref(m.input('a')), m.output('out', 4)];
    m.do(
      set(out, lit(0, 4)),
      when({ condition: a, body: [set(out, lit(1, 4))] }, { body: [set(out, lit(2, 2), 0), set(out, lit(0, 2), 2)] }),
    );
    expect(findings(m)).toEqual(['H109 this assignment to `out` is always replaced by a later one']);
  });

  test('are no defaults', () => {
    const m = new Draft('m');
    const [a, out] = [ref(m.input('a')), m.output('out', 4)];
    m.do(set(out, lit(0, 4)), when({ condition: a, body: [set(out, lit(1, 4))] }), set(out, lit(2, 2), 0));
    expect(findings(m)).toEqual([]);
  });

  test('are branches whose condition is decided before', () => {
    const m = new Draft('m');
    const [a, out] = [ref(m.input('a')), m.output('out')];
    const body = [set(out, lit(1))];
    m.do(
      when(
        { condition: a, body },
        { condition: lit(0), body },
        { condition: a, body },
        { condition: lit(1), body },
        { body },
      ),
    );
    expect(findings(m)).toEqual([
      'H109 the branch for `0` is never taken: the condition is always 0',
      'H109 the branch for `a` is never taken: an earlier branch has the same condition',
      'H109 `otherwise` is never taken: a condition before it is always 1',
    ]);
  });
});

test('switch values are members, fit, and stand in one case', () => {
  const m = new Draft('m');
  const [s, out] = [ref(m.input('s', state)), m.output('out')];
  const body = [set(out, lit(1))];
  m.do(
    set(out, lit(0)),
    switchOn(s, state, [
      { values: [0n, 3n], body },
      { values: [4n, 0n], body },
    ]),
  );
  expect(findings(m)).toEqual([
    'H008 case 3 of `s` is no member of its enum',
    'H002 case 4 does not fit the 2 bits of `s`',
    'H108 the switch over `s` has two cases for IDLE',
  ]);
});

describe('unused', () => {
  test('is what nothing reads, reported once for a chain', () => {
    const m = new Draft('m', [clockA]);
    const [a, b, c] = [m.input('a'), m.wire('b'), m.wire('c')];
    const count = m.reg('count', 4, clockA);
    m.do(set(b, ref(a)), set(c, ref(b)), set(m.output('out'), lit(0)));
    m.do(when({ condition: ref(b), body: [set(count, bin('add', ref(count), lit(1, 4)))] }));
    expect(findings(m)).toEqual(['H106 wire `c` is never read', 'H106 register `count` is read by nothing but itself']);
  });

  test('is a ring that leads nowhere', () => {
    const m = new Draft('m', [clockA]);
    const [x, y] = [m.reg('x', 4, clockA), m.reg('y', 4, clockA)];
    m.do(set(x, ref(y)), set(y, ref(x)), set(m.output('out'), lit(0)));
    expect(findings(m)).toEqual(['H106 register `x` is read by nothing but itself']);
  });

  test('is not what feeds an instance, a memory or a condition, nor what is marked', () => {
    const child = new Draft('child');
    child.do(set(child.output('q'), ref(child.input('d'))));
    const m = new Draft('m', [clockA]);
    const [a, b, c] = [m.input('a'), m.input('b', 4), m.input('c')];
    m.add('input', 'spare', 1, { unusedOk: true });
    const [u, data, out] = [m.place('u', child), m.add('net', 'data', 4), m.output('out', 4)];
    m.do(set(u['d']!, ref(a)), set(out, lit(0, 4)), when({ condition: ref(c), body: [set(out, ref(data))] }));
    m.memories.push({
      name: 'ram', domain: clockA, depth: 16, width: 4, lane: 4, style: 'auto', writes: [],
      reads: [{ address: ref(b), latency: 1, data }],
    }); // prettier-ignore
    expect(findings(m)).toEqual(['H106 output `q` of instance `u` is never read']);
  });
});

test('widths follow the rules of the netlist', () => {
  const m = new Draft('m', [clockA]);
  const [a, out] = [ref(m.input('a', 8)), m.output('out', 8)];
  m.do(set(out, { op: 'add', width: 8, a, b: lit(1, 4) }));
  m.do(set(out, { op: 'cat', width: 9, parts: [slice(a, 4, 8)] }));
  m.do(when({ condition: a, body: [set(out, { op: 'const', width: 8, value: 256n })] }));
  m.reg('r', 2, clockA, { reset: 4n, unusedOk: true });
  expect(findings(m).filter((text) => text.startsWith('H101'))).toEqual([
    'H101 the reset value 4 of `r` exceeds 2 bits',
    'H101 in `add` of 8 bits: the right side has 4 bits instead of 8',
    'H101 in `cat` of 9 bits: the row of parts has 8 bits instead of 9',
    'H101 in `slice` of 8 bits: bits 4 to 11 of 8 do not exist',
    'H101 bits 0 to 8 are assigned of `out`, which has 8',
    'H101 a condition has 8 bits instead of 1',
    'H101 in `const` of 8 bits: the value 256 does not fit',
  ]);
});
