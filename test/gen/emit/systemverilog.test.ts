import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emitSystemVerilog, lookup, manifest } from '../../../gen/emit/index.ts';
import { bool, elaborate, input, memory, module, output, reg, u, when } from '../../../gen/hdl/index.ts';
import type { BlackBox, Module } from '../../../gen/ir/index.ts';
import { bin, Draft, lit, mux, ref, set, slice } from '../ir/netlists.ts';
import * as designs from './designs.ts';

const textOf = (top: Module): string => emitSystemVerilog(top).files.at(-1)!.text;
/** Lines of the body that assign, without declarations. */
const assigns = (top: Module): string[] =>
  textOf(top)
    .split('\n')
    .filter((line) => /^ +assign/.test(line))
    .map((line) => line.trim());

describe('source map', () => {
  const { files } = emitSystemVerilog(elaborate(() => designs.machine).top);
  const { name, text, map } = files.at(-1)!;
  const lineOf = (part: string): number => text.split('\n').findIndex((line) => line.includes(part)) + 1;
  const source = readFileSync(new URL('designs.ts', import.meta.url), 'utf8').split('\n');

  test.each([
    ['state_e      state_q;', "const state = reg(State, 'IDLE')"],
    ['left_q <= held_address', 'left.next = held.address'],
    ['step = (left_q > 12', 'step.value = mux('],
    ['if (finished) begin', 'when(finished, '],
    ['case (state_q)', 'switchOn(state, {'],
    ['assign busy =', 'io.busy.value ='],
    ['for (int i = 0', 'at(io.pick.low(2)).next'],
    ['output logic        busy', 'busy: output(bool)'],
  ])('%s', (emitted, written) => {
    const position = lookup(map, lineOf(emitted))!;
    expect(resolve(position.file)).toBe(resolve(import.meta.dirname, 'designs.ts'));
    expect(source[position.line - 1]).toContain(written);
  });

  test('is a version 3 map of the file; lines of no origin map to nothing', () => {
    expect(map).toMatchObject({ version: 3, file: name, names: [] });
    expect(map.mappings.split(';').length).toBe(text.split('\n').length - 1);
    expect(lookup(map, 1)).toBeUndefined();
    expect(lookup(map, 10_000)).toBeUndefined();
  });
});

describe('names', () => {
  const build = (extra: (draft: Draft, a: ReturnType<typeof ref>) => void): Module => {
    const draft = new Draft('stable');
    const a = ref(draft.input('a', 16));
    const b = ref(draft.input('b', 16));
    extra(draft, a);
    const sum = bin('add', a, b);
    draft.do(
      set(draft.output('x', 4), slice(sum, 3, 4)),
      set(draft.output('y', 16), bin('mul', sum, mux(slice(a, 0, 1), a, b))),
    );
    return draft;
  };

  test('come from what is computed', () => expect(assigns(build(() => {}))).toContain('assign a_plus_b = a + b;'));

  test('stay when something unrelated is added', () => {
    const before = assigns(build(() => {}));
    const after = assigns(
      build((draft, a) => {
        const other = bin('sub', a, lit(3, 16));
        draft.do(set(draft.output('z', 8), slice(other, 2, 8)), set(draft.output('w', 16), bin('xor', other, a)));
      }),
    );
    expect(after).toEqual(expect.arrayContaining(before));
  });

  test('give way to declared ones', () => {
    const top = build((draft) => draft.do(set(draft.wire('a_plus_b', 1), lit(1)), set(draft.output('o', 1), lit(0))));
    expect(assigns(top)).toEqual(expect.arrayContaining(["assign a_plus_b = 1'b1;", 'assign x_sum = a + b;']));
  });
});

describe('widths', () => {
  const one = (
    width: number,
    value: (a: ReturnType<typeof ref>, b: ReturnType<typeof ref>) => Parameters<typeof set>[1],
  ): string => {
    const draft = new Draft('one');
    const result = value(ref(draft.input('a', 8)), ref(draft.input('b', 8)));
    draft.do(set(draft.output('y', width), result));
    return assigns(draft).find((line) => line.startsWith('assign y'))!;
  };
  const sar = (a: ReturnType<typeof ref>, b: ReturnType<typeof ref>) => bin('sar', a, b);

  test('a carry is lost before a shift', () =>
    expect(one(8, (a, b) => bin('shr', bin('add', a, b), lit(1, 1)))).toBe('assign y = (a + b) >> 1;'));
  test('an extended sum does not grow', () =>
    expect(one(9, (a, b) => ({ op: 'zext', width: 9, a: bin('add', a, b) }))).toBe("assign y = {1'b0, a + b};"));
  test('an arithmetic shift stays signed beside unsigned operands', () =>
    expect(one(8, (a, b) => bin('or', sar(a, b), a))).toBe('assign y = $unsigned($signed(a) >>> b) | a;'));
  test('constants have their width', () =>
    expect(one(8, (a) => bin('and', a, lit(0xf0, 8)))).toBe("assign y = a & 8'd240;"));
  test('a shift by a huge amount gives 0', () => {
    const draft = new Draft('huge');
    draft.do(set(draft.output('y', 8), bin('shl', ref(draft.input('a', 8)), ref(draft.input('n', 40)))));
    expect(assigns(draft)).toEqual(["assign y = (|n[39:16]) ? 8'd0 : a << n[15:0];"]);
  });
});

describe('black boxes', () => {
  const model = new Draft('fast_model');
  model.do(set(model.output('q'), bin('xor', ref(model.input('d')), lit(1))));
  const box = (extra: Partial<BlackBox>): Module => {
    const inner = new Draft('fast', [], { parameters: {}, ...extra });
    inner.output('q');
    inner.input('d');
    const top = new Draft('top');
    const { q, d } = top.place('swift', inner);
    top.do(set(d!, ref(top.input('x'))), set(top.output('y'), ref(q!)));
    return top;
  };

  test('bring parameters and name their templates', () => {
    const { files, templates } = emitSystemVerilog(
      box({ file: 'fast.sv', parameters: { N: 3n, BIG: 1n << 40n, MODE: 'A"B' } }),
    );
    expect(templates).toEqual(['fast.sv']);
    expect(files.map(({ name }) => name)).toEqual(['top.sv']);
    expect(files[0]!.text).toContain(`.N    (3),\n    .BIG  (41'h100_0000_0000),\n    .MODE ("A\\"B")\n  ) swift`);
  });

  test('give way to their models when asked', () => {
    const { files, templates } = emitSystemVerilog(box({ model }), { models: true });
    expect(templates).toEqual([]);
    expect(files.map(({ name }) => name)).toEqual(['fast.sv', 'top.sv']);
    expect(files[0]!.text).toContain('assign q = !d;');
  });
});

describe('refuses', () => {
  test.each([
    ['always', "signal 'always' of module 'top' is a reserved word of SystemVerilog"],
    ['a__b', "signal 'a__b' of module 'top' is no identifier of letters, digits and single underscores"],
    ['1st', "signal '1st' of module 'top' is no identifier"],
    ['x', "signal 'x' of module 'top' is used twice"],
  ])('the name %s', (name, message) => {
    const draft = new Draft('top');
    draft.do(set(draft.output('x'), ref(draft.input(name))));
    expect(() => emitSystemVerilog(draft)).toThrow(message);
  });

  test('two modules of one name', () => {
    const top = new Draft('top');
    for (const name of ['one', 'two']) {
      const child = new Draft('child');
      child.do(set(child.output('q'), lit(1)));
      top.do(set(top.output(name), ref(top.place(name, child)['q']!)));
    }
    expect(() => emitSystemVerilog(top)).toThrow("two different modules are called 'child'");
  });

  test('initial content in UltraRAM', () => {
    const rom = module('rom', { at: input(u(4)), data: output(u(8)) }, (io) => {
      io.data.value = memory({ type: u(8), depth: 16, style: 'ultra', init: [1n] }).read(io.at);
    });
    expect(() => emitSystemVerilog(elaborate(() => rom).top)).toThrow(
      /memory '.*' has initial content, which UltraRAM cannot have/,
    );
  });
});

test('a thousand registers and ten thousand values take well under a second', () => {
  const large = module('many', { go: input(bool), seed: input(u(32)), total: output(u(32)) }, (io) => {
    let value = io.seed;
    for (let i = 0; i < 1000; i++) {
      const held = reg(u(32), i);
      for (let j = 0; j < 10; j++) value = value.xor(value.shl(3)).add(held);
      when(io.go, () => {
        held.next = value;
      });
    }
    io.total.value = value;
  });
  const { top } = elaborate(() => large);
  const start = performance.now();
  const lines = textOf(top).split('\n').length;
  const milliseconds = performance.now() - start;
  expect(lines).toBeGreaterThan(5000);
  expect(milliseconds).toBeLessThan(3000); // 250 on an idle machine
});

test('a manifest names every input and output with its digest', () => {
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  const made = manifest(
    [
      { name: 'b', text: '' },
      { name: 'a', text: 'abc' },
    ],
    [{ name: 'top.sv', text: Buffer.from('abc') }],
  );
  expect(Object.entries(made.inputs)).toEqual([
    ['a', abc],
    ['b', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ]);
  expect(made.outputs).toEqual({ 'top.sv': abc });
  expect(() =>
    manifest(
      [
        { name: 'a', text: '' },
        { name: 'a', text: '' },
      ],
      [],
    ),
  ).toThrow("two files are called 'a'");
});
