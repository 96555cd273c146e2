import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { replaceFolder } from '../../cli/folder.ts';
import { changedRows, count, hexdump, size, table } from '../../cli/output.ts';
import { temporary } from './hermes.ts';

describe('text', () => {
  test('amounts and sizes', () => {
    expect([count(1234567), count(0.125)]).toEqual(['1,234,567', '0.13']);
    expect([1, 100, 4096, 5000, 1 << 20, 3 * 2 ** 30].map(size)).toEqual([
      '1 byte',
      '100 bytes',
      '4 KiB',
      '5,000 bytes',
      '1 MiB',
      '3 GiB',
    ]);
  });

  test('a table sets numbers to the right', () => {
    const text = stripVTControlCharacters(
      table(
        ['name', 'cycles', 'rate'],
        [
          ['a', 5, '1.20'],
          ['long', 12345, '11.02'],
        ],
      ),
    );
    expect(text.split('\n')).toEqual(['  name  cycles   rate', '  a          5   1.20', '  long  12,345  11.02']);
  });

  test('a hexdump has 16 bytes a row, from any offset', () => {
    const bytes = Uint8Array.from({ length: 18 }, (_, i) => 0x3c + i);
    expect(hexdump(bytes, 0x100).split('\n')).toEqual([
      '  00000100  3c 3d 3e 3f 40 41 42 43  44 45 46 47 48 49 4a 4b  |<=>?@ABCDEFGHIJK|',
      '  00000110  4c 4d                                             |LM|',
    ]);
    expect(hexdump(new Uint8Array(0))).toBe('');
  });

  test('changed rows are those with a change, and no more than asked for', () => {
    const before = new Uint8Array(256);
    const after = before.slice();
    expect(changedRows(before, after)).toBe('');
    for (const at of [17, 18, 100, 255]) after[at] = 1;
    const rows = stripVTControlCharacters(changedRows(before, after)).split('\n');
    expect(rows.map((row) => row.slice(2, 10))).toEqual(['00000010', '00000060', '000000f0']);
    expect(stripVTControlCharacters(changedRows(before, after, 1)).split('\n')[1]).toContain('and 2 more rows');
  });
});

describe('replaceFolder', () => {
  const files = new Map([
    ['manifest.json', '{}'],
    ['rtl/a.sv', 'module a;'],
  ]);

  test('writes everything, and replaces what it wrote before', () => {
    const folder = join(temporary(), 'out');
    replaceFolder(folder, new Map([...files, ['old', 'x']]));
    replaceFolder(folder, files);
    expect(readdirSync(folder, { recursive: true }).map(String).sort()).toEqual(['manifest.json', 'rtl', 'rtl/a.sv']);
    expect(readFileSync(join(folder, 'rtl/a.sv'), 'utf8')).toBe('module a;');
    expect(readdirSync(join(folder, '..'))).toEqual(['out']);
  });

  test('leaves alone what others wrote, and files', () => {
    const folder = temporary();
    writeFileSync(join(folder, 'mine.txt'), 'mine');
    expect(() => replaceFolder(folder, files)).toThrow('files of another origin');
    expect(() => replaceFolder(join(folder, 'mine.txt'), files)).toThrow('this is a file');
    expect(readdirSync(folder)).toEqual(['mine.txt']);
  });

  test('keeps the old folder when the new one cannot be written', () => {
    const folder = join(temporary(), 'out');
    replaceFolder(folder, files);
    const impossible = new Map([...files, ['rtl', 'a file where a folder is']]);
    expect(() => replaceFolder(folder, impossible)).toThrow('cannot be written');
    expect(readFileSync(join(folder, 'rtl/a.sv'), 'utf8')).toBe('module a;');
    expect(readdirSync(join(folder, '..'))).toEqual(['out']);
    mkdirSync(join(folder, 'x'));
  });
});
