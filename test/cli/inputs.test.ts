/** What programs, data and configurations are accepted, and what is said of those that are not. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../cli/configuration.ts';
import { loadData, loadProgram } from '../../cli/inputs.ts';
import { presets } from '../../gen/config.ts';
import { file, root, temporary } from './hermes.ts';

const exit = [0x95, 0, 0, 0, 0, 0, 0, 0];
const two = Uint8Array.from([0xb7, 0, 0, 0, 0x2a, 0, 0, 0, ...exit]);

describe('the forms of a program', () => {
  test.each([
    ['assembly by its name', 'p.s', 'r0 = 42\nexit'],
    ['assembly in any other text', 'p.txt', '; 42\nr0 = 42\nexit\n'],
    ['text that could be hex digits but for its name', 'add.asm', 'r0 = 42; bad\nexit'],
    ['hex digits', 'p.hex', 'b7000000 2a000000\n9500000000000000\n'],
    [
      'hex digits with 0x, commas and comments',
      'p',
      '# first\n0xb7,0,'.replace(',0,', ', 0x00,') + '0x00 0x00 2a 00 00 00 // 42\n95 00 00 00 00 00 00 00',
    ],
    ['raw slots', 'p.bin', two],
    ['raw slots under any name', 'p', two],
  ])('%s', (_, name, content) => expect(loadProgram(file(name, content)).program).toEqual(two));

  test('an object file, by what it begins with', () => {
    const object = readFileSync(join(root, 'examples/checksum.o'));
    const { program, labels } = loadProgram(file('any', object));
    expect([...labels.keys()]).toEqual(['checksum']);
    expect(program.length % 8).toBe(0);
  });

  test('an empty file is an empty program', () => {
    expect(loadProgram(file('p.bin', '')).program.length).toBe(0);
    expect(loadProgram(file('p', '')).program.length).toBe(0);
  });
});

describe('programs that cannot be read', () => {
  const refusal = (path: string): string => {
    try {
      loadProgram(path);
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };

  test('no such file, and a similar one', () => {
    const path = file('filter.s', 'exit');
    const wrong = path.replace('filter', 'fitler');
    expect(refusal(wrong)).toBe(`${wrong}: there is no such program file\n  cure: did you mean ${path}?`);
  });

  test('a directory, and what is in it', () => {
    const path = file('filter.s', 'exit');
    expect(refusal(join(path, '..'))).toMatch(/this is a directory.*\n.*name a file in it, for instance .*filter\.s/);
  });

  test('assembly with several mistakes: all of them, each with its line', () => {
    const text = refusal(file('p.s', 'r11 = 1\ngoto nowhere\nr0 = 1 +\nexit'));
    expect(text).toContain('p.s:1:1: register `r11` does not exist');
    expect(text).toContain('p.s:2:6: unknown label `nowhere`');
    expect(text).toContain('p.s:3:8: unexpected `+`');
  });

  test('object files: cut off, of another machine, with a map', () => {
    const object = readFileSync(join(root, 'examples/checksum.o'));
    expect(refusal(file('p.o', object.subarray(0, 300)))).toMatch(/the file is truncated.*\n +cure: /);
    const other = Uint8Array.from(object);
    other[18] = 62; // x86-64
    expect(refusal(file('p.o', other))).toMatch(/p\.o.*\n +cure: /);
    expect(refusal(join(root, 'test/gen/ebpf/elf/global.o'))).toMatch(/the device has no maps\n +cure: /);
  });
});

describe('data', () => {
  test('bytes as they are, or spelt in a .hex file', () => {
    expect([...loadData(file('d.data', 'ab'), 16)]).toEqual([0x61, 0x62]);
    expect([...loadData(file('d.hex', 'ab 0xcd\n# end'), 16)]).toEqual([0xab, 0xcd]);
  });

  test('too long, not hex', () => {
    expect(() => loadData(file('d', new Uint8Array(5000)), 4096)).toThrow(
      /5000 bytes of data, but a data slot has 4096\n.*set dataSlotBytes to 8192/,
    );
    expect(() => loadData(file('d.hex', 'abc'), 16)).toThrow(/not hex text\n +cure: write two hex digits a byte/);
  });
});

describe('configurations', () => {
  test('a preset, JSON on top of it, modules', async () => {
    expect(await loadConfig({})).toEqual(presets.default);
    const json = file('c.json', '{ "engines": 2 }');
    expect(await loadConfig({ config: json, preset: 'small' })).toEqual({ ...presets.small, engines: 2 });
    const module = file('c.ts', 'const engines: number = 3;\nexport default { engines };');
    expect((await loadConfig({ config: module })).engines).toBe(3);
    const script = file('c.mjs', 'export default { engines: 5 };');
    expect((await loadConfig({ config: script })).engines).toBe(5);
  });

  test.each(Object.keys(presets))('preset %s fits the part', async (preset) => {
    expect(await loadConfig({ preset })).toEqual(presets[preset as keyof typeof presets]);
  });

  const problems = async (content: object | string, preset?: string): Promise<string> => {
    const config = file('c.json', typeof content === 'string' ? content : JSON.stringify(content));
    const refusal = loadConfig({ config, ...(preset && { preset }) });
    return refusal.then(String, (error: Error) => error.message.replaceAll(config, 'c.json'));
  };

  test('every problem is named, each with a cure', async () => {
    const text = await problems({
      engine: 2,
      engines: 0,
      dataSlotBytes: 5000,
      stepLimit: 'many',
      build: 'x'.repeat(49),
    });
    for (const part of [
      'c.json: there is no setting engine\n  cure: did you mean engines?',
      'c.json: engines: ',
      'c.json: dataSlotBytes: ',
      'c.json: stepLimit: ',
      'c.json: build: ',
    ]) {
      expect(text).toContain(part);
    }
    expect(text.match(/cure: /g)).toHaveLength(5);
  });

  test.each([
    [
      '85 engines with large programs',
      { engines: 85, programSlotBytes: 65536 },
      /needs \d+ block RAMs, but AWS F1 leaves 1680 of its VU9P/,
    ],
    ['86 engines', { engines: 86 }, /engines: .*\n.*1 to 85/],
    ['UltraRAM that F2 has', { dataSlots: 25, dataSlotBytes: 1 << 20 }, /needs 816 UltraRAMs, but AWS F1 leaves 800 /],
    [
      'more than F2 has',
      { shell: 'f2', dataSlots: 26, dataSlotBytes: 1 << 20 },
      /needs 848 UltraRAMs, but AWS F2 leaves 840 of its VU47P/,
    ],
    ['more than 32-bit offsets', { dataSlots: 255, dataSlotBytes: 1 << 24 }, /slots do not fit 32-bit offsets in BAR4/],
    ['no power of two', { programSlotBytes: 5000 }, /power of two/],
    ['a fraction', { engines: 1.5 }, /engines: /],
    ['another shell', { shell: 'f9' }, /shell: .*f1/],
  ])('%s', async (_, content, message) => expect(await problems(content)).toMatch(message));

  test('what F1 has no room for, but F2 has', async () => {
    const config = file('large.json', JSON.stringify({ dataSlots: 25, dataSlotBytes: 1 << 20 }));
    await expect(loadConfig({ config, shell: 'f2' })).resolves.toMatchObject({ shell: 'f2', dataSlots: 25 });
  });

  test('files that are no configuration', async () => {
    expect(await problems('{ "engines": 2')).toMatch(/c\.json: .*\n +cure: write one JSON object/);
    expect(await problems('[1]')).toContain('this holds [1], and not an object of settings');
    expect(await problems('')).toMatch(/cure: write one JSON object/);
    expect(await problems({}, 'samll')).toBe('there is no preset samll\n  cure: did you mean small?');
    const folder = temporary();
    mkdirSync(join(folder, 'c.json'));
    await expect(loadConfig({ config: join(folder, 'c.json') })).rejects.toThrow('this is a directory');
    await expect(loadConfig({ config: join(folder, 'd.json') })).rejects.toThrow('there is no such configuration file');
    const empty = file('c.mjs', 'export const engines = 1;');
    await expect(loadConfig({ config: empty })).rejects.toThrow('has no default export');
  });
});
