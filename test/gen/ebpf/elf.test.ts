import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assemble } from '../../../gen/ebpf/assembler.ts';
import { loadElf } from '../../../gen/ebpf/elf.ts';
import { ProgramRefused } from '../../../gen/ebpf/problem.ts';
import { readProgram } from '../../../gen/ebpf/program.ts';
import { validate } from '../../../gen/ebpf/validate.ts';
import { Machine } from '../../../sim/golden/interpreter.ts';

const file = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, import.meta.url)));
const sections = file('elf/sections.o');
const global = file('elf/global.o');
const classify = file('../../../examples/classify.o');

/** Runs a program of sections.o on the words 1, 2, 3, 4. */
function run(entry?: string): bigint {
  const { program } = loadElf(sections, 'sections.o', entry);
  expect(validate(program)).toEqual([]);
  const data = new Uint8Array(BigUint64Array.of(1n, 2n, 3n, 4n).buffer);
  const { r0, error } = new Machine({ program, data }).run();
  expect(error).toBeNull();
  return r0;
}

describe('functions of several sections become one program', () => {
  test('the entry comes first, what it calls follows', () => {
    const { entry, labels, program } = loadElf(sections, 'sections.o', 'first');
    expect(entry).toBe('first');
    expect([...labels]).toEqual([
      ['first', 0],
      ['sum', 11],
      ['scale', 21],
    ]);
    expect(program).toHaveLength(24 * 8);
  });
  test('calls reach their functions', () => {
    expect(run('first')).toBe(10_003n);
    expect(run('second')).toBe(1007n);
  });
  test('a section stands for its first function', () => expect(run('two')).toBe(1007n));
  test('unless told, the first global function of the first section that has one', () => {
    expect(loadElf(sections, 'sections.o').entry).toBe('scale');
    expect(loadElf(classify, 'classify.o').entry).toBe('classify');
  });
});

test('assembly of clang and its object give the same program', () => {
  const source = new TextDecoder().decode(file('elf/classify.s'));
  const { program, labels } = loadElf(classify, 'classify.o');
  const assembled = assemble(source, 'classify.s');
  expect(assembled.program).toEqual(program);
  for (const [name, slot] of labels) expect(assembled.labels.get(name)).toBe(slot);
});

const patched = (at: number, ...bytes: number[]): Uint8Array => {
  const copy = Uint8Array.from(sections);
  copy.set(bytes, at);
  return copy;
};

describe('what cannot be used is refused, with place and cure', () => {
  const message = (bytes: Uint8Array, name: string, entry?: string): string => {
    try {
      loadElf(bytes, name, entry);
    } catch (error) {
      if (error instanceof ProgramRefused) return error.message;
      throw error;
    }
    return 'accepted';
  };
  test.each([
    ['map', 'section map, offset 0x20 (function use_map, symbol counters): the program uses the map `counters`'],
    [
      'constant',
      'section constant, offset 0x18 (function use_constant, symbol .rodata): the program uses data of section',
    ],
    [
      'variable',
      'section variable, offset 0x8 (function use_variable, symbol total): the program uses data of section',
    ],
    ['foreign', 'section foreign, offset 0x8: `elsewhere` is called and not defined in this file'],
    ['nothing', 'there is no function or section `nothing`'],
  ])('%s', (entry, text) => {
    expect(message(global, 'global.o', entry)).toContain(`global.o: ${text}`);
    expect(message(global, 'global.o', entry)).toMatch(/\n {2}cure: ./);
  });
  test.each<[string, Uint8Array, string]>([
    ['big-endian', file('elf/big-endian.o'), 'offset 0x5 (data): this object is big-endian'],
    ['32-bit', patched(4, 1), 'offset 0x4 (class): this is not a 64-bit ELF file'],
    ['for x86-64', patched(18, 62, 0), 'offset 0x12 (machine): this object is for machine 62, not for BPF (247)'],
    ['linked', patched(16, 2, 0), 'offset 0x10 (type): this is not a relocatable object file'],
    ['not ELF', new Uint8Array(64), 'this is not an ELF file'],
    ['empty', new Uint8Array(0), 'offset 0x0 (identification): the file is truncated: 16 bytes are needed'],
    ['only a header', sections.subarray(0, 64), 'offset 0x308 (header of section 0): the file is truncated'],
  ])('%s', (_, bytes, text) => expect(message(bytes, 'a.o')).toContain(`a.o: ${text}`));
  test('a relocation of unknown type', () => {
    // The type of the first relocation of section `one`, a call of .text.
    expect(message(patched(0x230 + 8, 77), 'a.o', 'first')).toContain(
      'a.o: section one, offset 0x10 (function first, symbol .text): relocation type 77 is not known',
    );
  });
  test('a function that is not called may refer to what does not exist', () => {
    expect(message(sections, 'a.o', 'second')).toBe('accepted');
    expect(message(sections, 'a.o', 'unused')).toContain('`elsewhere`');
  });
  test('a helper call is left to the check of the program', () => {
    expect(validate(loadElf(global, 'global.o', 'helper').program).map((each) => each.class)).toEqual([
      'E_HELPER_UNKNOWN',
    ]);
  });
});

test('a file cut short or damaged is refused or linked, never worse', () => {
  const survives = (bytes: Uint8Array): void => {
    try {
      loadElf(bytes, 'a.o', 'first');
    } catch (error) {
      expect(error).toBeInstanceOf(ProgramRefused);
    }
  };
  for (let length = 0; length < sections.length; length++) survives(sections.subarray(0, length));
  const damage = fc.array(fc.tuple(fc.nat(sections.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(damage, (bytes) => {
      const copy = Uint8Array.from(sections);
      for (const [at, value] of bytes) copy[at] = value;
      survives(copy);
    }),
    { numRuns: 2000 },
  );
});

test('a program is read by what its file is', () => {
  expect(readProgram(classify, 'anything').labels.get('mix')).toBe(108);
  expect(readProgram(new TextEncoder().encode('a: exit'), 'x.s').labels.get('a')).toBe(0);
  expect(readProgram(Uint8Array.of(0x95, 0, 0, 0, 0, 0, 0, 0), 'x.bin').program).toHaveLength(8);
});
