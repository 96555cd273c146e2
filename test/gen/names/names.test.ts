import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runInThisContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { named } from '../../../gen/names/index.mjs';
import { summary, traced } from './fixture.ts';

const language = `import { reg } from '../hdl/index.ts';\n`;
const code = (source: string): string => named(`${language}${source}`, 'design.ts')!.code.slice(language.length);
/** The wrappers, spelt shorter. */
const short = (source: string): string =>
  code(source)
    .replaceAll('(globalThis.__hermesName??((_,v)=>v))', 'NAME')
    .replaceAll('(globalThis.__hermesDoc??((_,v)=>v))', 'DOC')
    .replace(/globalThis\.__hermesBegin\?\.\(("\w+")\)\?\?\1/g, '$1');

describe('the transform', () => {
  test.each([
    ['const sum = a.add(b);', 'const sum = NAME("sum",a.add(b));'],
    ['let a = f(), b = g();', 'let a = NAME("a",f()), b = NAME("b",g());'],
    [
      '/** Of all. */\nexport const sum = a.add(b);',
      '/** Of all. */\nexport const sum = NAME("sum",a.add(b),"Of all.");',
    ],
    [
      '/** "x"\n * and\n * @param y z */ const s = f();',
      '/** "x"\n * and\n * @param y z */ const s = NAME("s",f(),"\\"x\\"\\nand");',
    ],
    ['const x: T = make<T>(y) as T;', 'const x: T = NAME("x",make<T>(y) as T);'],
    ['const x = y ? a : b, z = [c, d];', 'const x = NAME("x",y ? a : b), z = NAME("z",[c, d]);'],
    [
      'const x = f(() => { const y = g(); return y; });',
      'const x = NAME("x",f(() => { const y = NAME("y",g()); return y; }));',
    ],
    ['/** A. */\n// not this\nconst s = f();', '/** A. */\n// not this\nconst s = NAME("s",f());'],
    ['f({ a: g(), /** Of a. */\n  b: h() });', 'f({ a: g(), /** Of a. */\n  b: h() });'],
    ['const p = { /** Doc. */ a: f(), b: g() };', 'const p = NAME("p",{ /** Doc. */ a: DOC("Doc.",f()), b: g() });'],
    [
      'f({ /** Doc. */ a: 1, /** D */ c: { /** E */ d: g() } });',
      'f({ /** Doc. */ a: 1, /** D */ c: { /** E */ d: DOC("E",g()) } });',
    ],
    [
      '/** Adds. */\nexport function adder() { return module("a", {}, () => {}); }',
      '/** Adds. */\nexport function adder() { return DOC("Adds.",module("a", {}, () => {})); }',
    ],
    ['/** A. */\nconst a = module("a");', '/** A. */\nconst a = NAME("a",DOC("A.",module("a")),"A.");'],
  ])('%s', (source, expected) => expect(short(source)).toBe(expected));

  test.each([
    'const a = 1, b = -1, c = "x", d = `y`, e = true, f = 2n, g = /x/, h = null, i = (1 as number);',
    'const f = () => g(), h = function () {}, c = class {};',
    'const x = await f(); const y = g(await h());',
    'function* f() { const x = yield g(); }',
    'const { a, b } = f(); const [c] = g(); for (const d of e()) {} let u;',
    'import x from "y"; export { z } from "y"; type T = U; declare const v: W;',
  ])('leaves alone: %s', (source) => expect(code(source)).toBe(source));

  test('keeps every line where it was and maps every column', () => {
    const source = `${language}const a = f(\n  b,\n  c);\n/** D */ const e = g(), h = i();\n`;
    const { code: out, map } = named(source, '/x/design.ts')!;
    expect(out.split('\n').length).toBe(source.split('\n').length);
    expect(map.sources).toEqual(['/x/design.ts']);
    expect(map.mappings.split(';').length).toBe(source.split('\n').length);
  });

  test.each(['../hdl/index.ts', './hdl/index.ts', 'hermes/hdl', '#hdl', 'hdl', '../../gen/hdl/index.js'])(
    'concerns an importer of %s',
    (from) => expect(named(`import { u } from '${from}';\nconst x = f();`, 'a.ts')).toBeDefined(),
  );
  test.each(['./signals.ts', '../hdl/types.ts', 'notshdl', '../xhdl/index.ts'])('not an importer of %s', (from) =>
    expect(named(`import { u } from '${from}';\nconst x = f();`, 'a.ts')).toBeUndefined(),
  );

  test('works without the language', () => {
    const source = code('var x = a + 1; var p = { /** D */ y: Number(x) }; [x, p.y]');
    const saved = ['__hermesName', '__hermesDoc', '__hermesBegin'].map(
      (key) => [key, Reflect.get(globalThis, key)] as const,
    );
    for (const [key] of saved) Reflect.deleteProperty(globalThis, key);
    try {
      expect(Array.from(runInThisContext(`var a = 1; ${source}`) as Iterable<number>)).toEqual([2, 2]);
    } finally {
      for (const [key, value] of saved) Reflect.set(globalThis, key, value);
    }
  });
});

describe.each([
  ['Vitest', () => ({ summary, traced })],
  [
    'Node',
    () =>
      JSON.parse(
        execFileSync('node', ['bin/run-ts.mjs', fileURLToPath(new URL('fixture.ts', import.meta.url))], {
          encoding: 'utf8',
        }),
      ),
  ],
] as const)('under %s', (_, get) => {
  const found = get() as { summary: typeof summary; traced: string[] };
  test('signals are called by their variables, and carry their comments', () => {
    const bySuffix = (suffix: string) => found.summary.find(({ name }) => name.endsWith(suffix));
    expect(bySuffix('sum_q')).toMatchObject({ doc: 'Sum of all steps.', line: 9, column: 15 });
    expect(bySuffix('increased')).toMatchObject({ line: 10, column: 20 });
    expect(bySuffix('doubled')).toMatchObject({ line: 11, column: 14 });
    expect(bySuffix('step')).toMatchObject({ doc: 'How far.' });
  });
  test('stack traces name the original lines and columns', () => {
    expect(found.traced[0]).toMatch(/fixture\.ts:5:/);
    expect(found.summary.every(({ line }) => line === undefined || line < 25)).toBe(true);
  });
});

test('a known source is taken from the cache, without loading ts-morph', () => {
  const source = `${language}\nconst cached = f(${process.pid});`;
  const folder = new URL('../../../build/.cache/names/', import.meta.url);
  const before = new Set(readdirSync(folder));
  named(source, 'a.ts');
  const [entry] = readdirSync(folder).filter((name) => !before.has(name));
  const file = new URL(entry!, folder);
  try {
    const script = `
      import { createRequire } from 'node:module';
      const { named } = await import(${JSON.stringify(new URL('../../../gen/names/index.mjs', import.meta.url).href)});
      const { code } = named(${JSON.stringify(source)}, 'b.ts');
      const loaded = Object.keys(createRequire(import.meta.url).cache).filter(path => path.includes('ts-morph'));
      console.log(JSON.stringify({ code, loaded }));`;
    const output = JSON.parse(execFileSync('node', ['--input-type=module', '-e', script], { encoding: 'utf8' }));
    expect(output.code).toContain('__hermesName');
    expect(output.loaded).toEqual([]);
    expect(statSync(file).isFile()).toBe(true);
  } finally {
    rmSync(file, { force: true });
  }
});
