import { expect, test } from 'vitest';
import { parse, type Arguments } from '../../../sim/conformance/arguments.ts';

const plain: Arguments = { backend: 'wasm', elf: false, batch: false, record: false, help: false };

test.each<[string, string[], Partial<Arguments>]>([
  ['nothing', [], {}],
  ['memory', ['aa  bb  11  '], { memory: Uint8Array.of(0xaa, 0xbb, 0x11) }],
  [
    'memory and options',
    ['aa  ', '--backend', 'golden', '--elf'],
    { memory: Uint8Array.of(0xaa), backend: 'golden', elf: true },
  ],
  ['options', ['--backend=verilator', '--elf'], { backend: 'verilator', elf: true }],
  ['what the runner makes of two blanks in its options', ['', '--backend', '', 'golden'], { backend: 'golden' }],
  ['memory of no bytes', ['  ', '--elf'], { elf: true }],
  ['a program', ['--program', '95 00', '--backend', 'golden'], { program: '95 00', backend: 'golden' }],
  ['a batch', ['--batch'], { batch: true }],
])('%s', (_, given, wanted) => expect(parse(given)).toEqual({ ...plain, ...wanted }));

test.each<[string, string[], string]>([
  ['an option', ['--bakend', 'wasm'], 'there is no option --bakend; see --help'],
  ['a value for a flag', ['--elf=yes'], 'there is no option --elf=yes'],
  ['a backend', ['--backend', 'f1'], '--backend f1: choose one of golden, wasm, verilator'],
  ['no value', ['--backend'], '--backend needs a value'],
  ['memory', ['zz', '--elf'], 'the memory: "z" is no hex digit'],
  ['half a byte', ['aab'], 'the memory: half a byte too much'],
  ['a second word', ['00', '11'], 'there is no option 11'],
  ['memory for a batch', ['00', '--batch'], '--batch takes programs and memories from its lines'],
  ['an object for a batch', ['--batch', '--elf'], '--batch takes programs and memories from its lines'],
])('%s cannot be used', (_, given, message) => expect(() => parse(given)).toThrow(message));
