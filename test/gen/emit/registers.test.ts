import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { presets } from '../../../gen/config.ts';
import { bar0 } from '../../../gen/device/bar0.ts';
import { registerConstants, registerHeader, registerPython, registerTable } from '../../../gen/emit/registers.ts';
import { offsetsOf, type RegisterMap } from '../../../gen/ir/index.ts';
import { demo } from '../lib/demo-map.ts';

const folder = mkdtempSync(join(tmpdir(), 'hermes-registers-'));
afterAll(() => rmSync(folder, { recursive: true }));
const write = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0;

/** What a program prints, which is nothing when all is well. */
function said(program: string, ...given: string[]): string {
  const { stdout, stderr } = spawnSync(program, given, { encoding: 'utf8' });
  return stdout + stderr;
}

/** What a host must find, as pairs of an expression and its value; the expressions are good C and good Python. */
function facts(map: RegisterMap): [string, bigint][] {
  const found: [string, bigint][] = [[`${map.name}_BYTES`, BigInt(map.bytes)]];
  for (const register of map.registers) {
    const own = `${map.name}_${register.name}`;
    offsetsOf(register).forEach((offset, n) =>
      found.push([register.count === undefined ? `${own}_OFFSET` : `${own}_OFFSET(${n})`, BigInt(offset)]),
    );
    if (register.count !== undefined) found.push([`${own}_COUNT`, BigInt(register.count)]);
    for (const { name, lo, type, access, initial } of register.fields) {
      if (access === 'constant' && type.width <= 64)
        found.push([name ? `${own}_${name}_VALUE` : `${own}_VALUE`, initial]);
      if (name === '') continue;
      found.push([`${own}_${name}_LSB`, BigInt(lo)], [`${own}_${name}_WIDTH`, BigInt(type.width)]);
      if (register.bytes <= 8) found.push([`${own}_${name}_MASK`, (2n ** BigInt(type.width) - 1n) * 2n ** BigInt(lo)]);
    }
  }
  return found.map(([name, value]) => [name.toUpperCase(), value]);
}

const maps = [demo, bar0({ ...presets.default, engines: 85 })];

describe.each(maps.map((map) => [map.name, map] as const))('outputs of map %s', (name, map) => {
  test.runIf(has('cc'))('the C header compiles as C99 and C++ and agrees with the map', () => {
    write(`${name}.h`, registerHeader(map));
    const checks = facts(map).map(
      ([expression, value], i) => `typedef char fact_${i}[(${expression}) == ${value}ull ? 1 : -1];`,
    );
    const source = `#include "${name}.h"\n#include "${name}.h"\n${checks.join('\n')}\nint main(void) { return 0; }\n`;
    const strict = ['-Wall', '-Wextra', '-pedantic', '-Werror', '-fsyntax-only'];
    expect(said('cc', '-std=c99', ...strict, write(`${name}.c`, source))).toBe('');
    expect(said('cc', '-std=c++11', ...strict, write(`${name}.cc`, source))).toBe('');
  });

  test.runIf(has('python3'))('the Python module agrees with the map', () => {
    write(`${name}_registers.py`, registerPython(map));
    const checks = facts(map).map(([expression, value]) => `assert r.${expression} == ${value}, '${expression}'`);
    const script = write(`check_${name}.py`, `import ${name}_registers as r\n${checks.join('\n')}\n`);
    expect(said('python3', '-B', script)).toBe('');
  });

  test('the TypeScript module agrees with the map', async () => {
    const path = write(`${name}.ts`, registerConstants(map));
    const constants = ((await import(pathToFileURL(path).href)) as Record<string, any>)[name];
    expect(constants.bytes).toBe(map.bytes);
    for (const { name: register, offset, bytes, count, stride, fields } of map.registers) {
      const found = constants[register];
      expect([found.offset, found.bytes, found.count, found.stride]).toEqual([
        offset,
        bytes,
        count,
        count === undefined ? undefined : stride,
      ]);
      for (const field of fields) {
        const { access, lsb, width } = field.name === '' ? found : found.fields[field.name];
        expect([access, lsb, width]).toEqual([field.access, field.lo, field.type.width]);
      }
    }
  });

  test('every register is in the page', () => {
    const page = registerTable(map);
    for (const register of map.registers) {
      expect(page).toContain(`| ${register.bytes} | \`${register.name}\` |`);
      expect(page).toContain(register.doc);
      for (const field of register.fields) if (field.name) expect(page).toContain(`\`${field.name}\``);
    }
  });
});

test.each([
  ['h', registerHeader],
  ['py', registerPython],
  ['ts.txt', registerConstants],
  ['md', registerTable],
])('the demonstration map as demo.%s', async (extension, print) => {
  await expect(print(demo)).toMatchFileSnapshot(`../../golden/registers/demo.${extension}`);
});

test('comments cannot end early, and cells keep to their column', () => {
  const [magic] = demo.registers;
  const map = { ...demo, doc: 'ends */ here """ too', registers: [{ ...magic!, doc: 'a | b\nc */ d' }] };
  expect(registerHeader(map)).not.toMatch(/ends \*\//);
  expect(registerConstants(map)).not.toMatch(/ends \*\//);
  expect(registerPython(map).replace(/^#.*/gm, '').match(/"""/g)).toHaveLength(2);
  expect(registerTable(map)).toContain('| a \\| b c */ d |');
});
