import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { configure } from '../../../gen/config.ts';
import { assemble } from '../../../gen/ebpf/assembler.ts';
import { errorTable, explain } from '../../../gen/ebpf/explain.ts';
import { ErrorClass } from '../../../gen/ebpf/isa.ts';
import { requireValid, rulesOf, validate } from '../../../gen/ebpf/validate.ts';

const found = (source: string): (readonly [string, number])[] =>
  validate(assemble(source).program).map(({ class: name, pc }) => [name, pc] as const);

test('every program of the conformance suite is valid once its helper is known', () => {
  const file = new URL('../../vectors/bpf_conformance.json', import.meta.url);
  const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: { name: string; program: string }[] };
  for (const { name, program } of vectors) {
    const bytes = Uint8Array.from(Buffer.from(program, 'hex'));
    const found = (callByRegister: boolean): string[] =>
      validate(bytes, { helpers: new Set([5]), callByRegister }).map((each) => each.class);
    expect([name, ...found(true)]).toEqual([name]);
    expect([name, ...found(false)]).toEqual(name === 'callx' ? [name, 'E_OPCODE'] : [name]);
  }
});

test.each<[string, [string, number][]]>([
  ['exit', []],
  ['l: goto l', []],
  ['goto +1\nexit\nexit', []],
  ['r0 = 1', [['E_PC_OOB', 1]]],
  ['r0 = 1 ll', [['E_PC_OOB', 2]]],
  ['exit\n.byte 0, 0, 0, 0, 0, 0, 0, 0\nexit', [['E_OPCODE', 1]]],
  ['.byte 0x05, 0, 0xfe, 0xff, 0, 0, 0, 0\nexit', [['E_JUMP_OOB', 0]]],
  ['.byte 0x06, 0, 0, 0, 1, 0, 0, 0\nexit', [['E_JUMP_OOB', 0]]],
  ['.byte 0x85, 0x10, 0, 0, 0xff, 0xff, 0xff, 0x7f\nexit', [['E_JUMP_OOB', 0]]],
  ['if r1 == 0 goto +1\nr0 = 1 ll\nexit', [['E_JUMP_INTO_LDDW', 0]]],
  ['call local +1\nr0 = 1 ll\nexit', [['E_JUMP_INTO_LDDW', 0]]],
  ['call 7\nexit', [['E_HELPER_UNKNOWN', 0]]],
  ['callx r1\nexit', [['E_OPCODE', 0]]],
  ['.byte 0x85, 0x20, 0, 0, 0, 0, 0, 0\nexit', [['E_CALL_BTF_UNSUPPORTED', 0]]],
  ['.byte 0x18, 0x10, 0, 0, 0, 0, 0, 0\n.byte 0, 0, 0, 0, 0, 0, 0, 0\nexit', [['E_LDDW_SUBTYPE_UNSUPPORTED', 0]]],
  [
    'exit\n.byte 0x18, 0, 0, 0, 0, 0, 0, 0',
    [
      ['E_LDDW_INCOMPLETE', 1],
      ['E_PC_OOB', 2],
    ],
  ],
  [
    '.byte 0xb7, 0x0b, 0, 0, 0, 0, 0, 0\n.byte 0xb7, 0x0a, 0, 0, 0, 0, 0, 0\n.byte 0xbf, 0, 2, 0, 0, 0, 0, 0\nexit',
    [
      ['E_REG', 0],
      ['E_R10_WRITE', 1],
      ['E_RESERVED_FIELD', 2],
    ],
  ],
])('%s', (source, findings) => expect(found(source)).toEqual(findings));

test('lengths', () => {
  const classes = (bytes: number, programLimit?: number): string[] =>
    validate(new Uint8Array(bytes).fill(0x95, 0, 1), { programLimit }).map((each) => each.class);
  expect(classes(0)).toEqual(['E_PROG_EMPTY']);
  expect(classes(8)).toEqual([]);
  expect(classes(9, 8)).toEqual(['E_PROG_SIZE', 'E_PROG_TOO_LONG']);
});

test('what a configuration runs', () => {
  const { program } = assemble('call 3\ncall 5\ncallx r1\nexit');
  const classes = (given: object): (string | number)[] =>
    validate(program, rulesOf(configure(given))).flatMap((each) => [each.class, each.pc]);
  expect(classes({})).toEqual(['E_HELPER_UNKNOWN', 0, 'E_HELPER_UNKNOWN', 1, 'E_OPCODE', 2]);
  expect(classes({ helpers: ['sqrti'] })).toEqual(['E_HELPER_UNKNOWN', 1, 'E_OPCODE', 2]);
  expect(classes({ helpers: ['unwind', 'sqrti'], callByRegister: true })).toEqual([]);
  expect(rulesOf(configure({}, 'small')).programLimit).toBe(4096);
});

test('a refused program says what, where, and what to do', () => {
  const { program } = assemble('r0 = 0\n.byte 0x0f, 0xb0, 0, 0, 0, 0, 0, 0\ncall 3\nexit');
  expect(() => requireValid(program, 'a.bin')).toThrow(
    [
      'a.bin: pc 1: there is no such register: src is 11 in `.byte 0x0f, 0xb0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00` (E_REG)',
      '  cure: use r0 to r10',
      'a.bin: pc 2: the device has no such helper function: `call 3` (E_HELPER_UNKNOWN)',
      '  cure: write the function as part of the program and call it with `call local`, or build the device with the helper function',
    ].join('\n'),
  );
  expect(() => requireValid(program, 'a.bin', { helpers: new Set([3]) })).toThrow(/E_REG\)[^(]*$/);
});

test('every error class is explained', () => {
  expect(errorTable.map(({ name, code }) => [name, code])).toEqual(Object.entries(ErrorClass));
  for (const { name } of errorTable) expect(explain(name).cure.length).toBeGreaterThan(5);
});
