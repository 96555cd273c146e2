import { describe, expect, test } from 'vitest';
import { ErrorClass, type ErrorName } from '../../../../gen/ebpf/abi.ts';
import { benchOf, programOf, small } from './bench.ts';

const bench = benchOf(small);

/** One slot by its bytes: opcode, registers, offset and immediate. */
const slot = (opcode: number, registers = 0, off = 0, imm = 0): string => {
  const bytes = [
    opcode,
    registers,
    off & 255,
    (off >> 8) & 255,
    imm & 255,
    (imm >> 8) & 255,
    (imm >> 16) & 255,
    imm >>> 24,
  ];
  return `.byte ${bytes.join(', ')}\n`;
};

/** Two instructions that an error must let finish, and a store that it must not. */
const around = (instruction: string): string =>
  `r3 = 7\n*(u64 *)(r1 + 8) = r3\n${instruction}*(u64 *)(r1 + 16) = r3\nexit`;

/** Each class and what raises it, at pc 2; the run-time ones with the pc. */
const single: readonly (readonly [ErrorName, string])[] = [
  ['E_OPCODE', slot(0x00)],
  ['E_OPCODE', slot(0xff)],
  ['E_OPCODE', slot(0x20, 0, 0, 4)],
  ['E_OPCODE', slot(0x8d, 0x02)],
  ['E_OPCODE', slot(0x8c)],
  ['E_OPCODE', slot(0xc1, 0x11, 0, 0)],
  ['E_RESERVED_FIELD', slot(0x07, 0x10, 0, 1)],
  ['E_RESERVED_FIELD', slot(0x0f, 0x12, 0, 1)],
  ['E_RESERVED_FIELD', slot(0x37, 0x02, 2, 1)],
  ['E_RESERVED_FIELD', slot(0xbc, 0x12, 32, 0)],
  ['E_RESERVED_FIELD', slot(0x95, 0x01)],
  ['E_REG', slot(0xb7, 0x0b, 0, 1)],
  ['E_REG', slot(0x0f, 0xf1)],
  ['E_REG', slot(0x1d, 0x1b)],
  ['E_R10_WRITE', slot(0xb7, 0x0a, 0, 1)],
  ['E_R10_WRITE', slot(0xdb, 0xa1, 8, 0x01)],
  ['E_END_WIDTH', slot(0xdc, 0x01, 0, 8)],
  ['E_ATOMIC_OP', slot(0xdb, 0x31, 8, 0x60)],
  ['E_ATOMIC_OP', slot(0xc3, 0x31, 8, 0xe0)],
  ['E_LDDW_SUBTYPE', slot(0x18, 0x72) + slot(0)],
  ['E_LDDW_SUBTYPE_UNSUPPORTED', slot(0x18, 0x12) + slot(0)],
  ['E_LDDW_INCOMPLETE', slot(0x18, 0x02) + slot(0x07, 0, 0, 1)],
  ['E_RESERVED_FIELD', slot(0x18, 0x02) + slot(0, 0x01)],
  ['E_CALL_TYPE', slot(0x85, 0x30)],
  ['E_CALL_BTF_UNSUPPORTED', slot(0x85, 0x20)],
  ['E_HELPER_UNKNOWN', slot(0x85, 0x00, 0, 1)],
  ['E_JUMP_OOB', slot(0x05, 0, 100)],
  ['E_JUMP_OOB', slot(0x05, 0, -4)],
  ['E_JUMP_OOB', slot(0x06, 0, 0, 0x7fff_ffff)],
  ['E_JUMP_OOB', slot(0x06, 0, 0, -0x8000_0000)],
  ['E_JUMP_OOB', slot(0x55, 0x03, 2, 0)],
  ['E_JUMP_OOB', slot(0x85, 0x10, 0, 0x1000_0000)],
  ['E_JUMP_INTO_LDDW', `${slot(0x05, 0, 1)}r2 = 5 ll\n`],
  ['E_JUMP_INTO_LDDW', `${slot(0x85, 0x10, 0, 1)}r2 = 5 ll\n`],
  ['E_MEM_OOB', 'r4 = *(u8 *)(r0 + 0)\n'],
  ['E_MEM_OOB', 'r4 = *(u8 *)(r1 - 1)\n'],
  ['E_MEM_OOB', 'r4 = *(u16 *)(r1 + 4095)\n'],
  ['E_MEM_OOB', '*(u64 *)(r1 + 4089) = r3\n'],
  ['E_MEM_OOB', 'lock *(u64 *)(r1 + 4096) += r3\n'],
  ['E_STACK_OOB', 'r4 = *(u8 *)(r10 + 0)\n'],
  ['E_STACK_OOB', '*(u8 *)(r10 - 513) = r3\n'],
  ['E_STACK_OOB', '*(u64 *)(r10 - 7) = r3\n'],
  ['E_ATOMIC_UNALIGNED', 'lock *(u64 *)(r1 + 12) += r3\n'],
  ['E_ATOMIC_UNALIGNED', 'lock *(u32 *)(r10 - 6) += r3\n'],
];

test.each(single)('%s: older instructions are done, younger ones not', (error, instruction) => {
  const result = bench.run({ program: programOf(around(instruction)), data: new Uint8Array(0), patience: 2000 });
  expect(result.error).toEqual({ class: error, pc: 2 });
  expect(result.instructions).toBe(2);
  expect([...bench.slots.data.subarray(8, 24)]).toEqual([7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
});

test('the address of a frame that is not live is out of the stack', () => {
  const source = 'call local +1\nexit\nr3 = r10\nr3 -= 513\nr4 = *(u8 *)(r3 + 1)\n*(u8 *)(r3 + 0) = r4\nexit';
  expect(bench.run({ program: programOf(source) }).error).toEqual({ class: 'E_STACK_OOB', pc: 5 });
});

test('running past the end of the program', () => {
  expect(bench.run({ program: programOf('r0 = 1') }).error).toEqual({ class: 'E_PC_OOB', pc: 1 });
  expect(bench.run({ program: programOf('r0 = 1 ll') }).error).toEqual({ class: 'E_PC_OOB', pc: 2 });
  expect(bench.run({ program: programOf(slot(0x18, 1)) }).error).toEqual({ class: 'E_LDDW_INCOMPLETE', pc: 0 });
  expect(bench.run({ program: programOf('if r1 == 0 goto -1') }).error).toEqual({ class: 'E_PC_OOB', pc: 1 });
});

test('what lies behind the program in the slot is not executed', () => {
  bench.run({ program: programOf('r0 = 1\nr0 = 2\nr0 = 3\nexit') });
  expect(bench.run({ program: programOf('r0 = 1\nr0 = 2') }).error).toEqual({ class: 'E_PC_OOB', pc: 2 });
});

test('eight frames are allowed, nine are not', () => {
  const nested = (depth: number): string =>
    `r6 = ${depth}\ncall local f\nexit\nf: r6 -= 1\nif r6 == 0 goto +1\ncall local f\nexit`;
  expect(bench.run({ program: programOf(nested(7)) })).toMatchObject({ error: null });
  expect(bench.run({ program: programOf(nested(8)) }).error).toEqual({ class: 'E_CALL_DEPTH', pc: 5 });
});

describe('the step limit', () => {
  test('ends a loop that never ends', () => {
    const result = bench.run({ program: programOf('l: goto l') });
    expect(result).toMatchObject({ error: { class: 'E_STEP_LIMIT', pc: 0 }, instructions: small.stepLimit });
  });

  test('lets the last instruction retire, and nothing after it', () => {
    const program = (turns: number): Uint8Array =>
      programOf(`r6 = ${turns}\nl: r6 -= 1\nif r6 != 0 goto l\n*(u64 *)(r1 + 0) = r1\nexit`);
    // 1 + 2 turns + 2 instructions.
    expect(bench.run({ program: program(148) })).toMatchObject({ error: null, instructions: 299 });
    bench.slots.data.fill(0);
    expect(bench.run({ program: program(149) })).toMatchObject({
      error: { class: 'E_STEP_LIMIT', pc: 4 },
      instructions: 300,
    });
    bench.slots.data.fill(0);
    expect(bench.run({ program: program(150) })).toMatchObject({
      error: { class: 'E_STEP_LIMIT', pc: 2 },
      instructions: 300,
    });
    expect(bench.slots.data[3]).toBe(0);
  });

  test('comes before every other error', () => {
    const fill = 'r0 = 1\n'.repeat(small.stepLimit);
    expect(bench.run({ program: programOf(fill + slot(0)) }).error).toEqual({
      class: 'E_STEP_LIMIT',
      pc: small.stepLimit,
    });
    expect(bench.run({ program: programOf(fill) }).error).toEqual({ class: 'E_STEP_LIMIT', pc: small.stepLimit });
  });
});

test.each([
  [0, 'E_PROG_EMPTY'],
  [1, 'E_PROG_SIZE'],
  [8193, 'E_PROG_SIZE'],
  [4104, 'E_PROG_TOO_LONG'],
  [2 ** 31, 'E_PROG_TOO_LONG'],
])('a length of %i bytes: %s', (length, error) => {
  const program = programOf('r0 = 1\nexit');
  bench.run({ program });
  expect(bench.run({ program, length: Math.min(length, 2 ** 20) }).error).toEqual({ class: error, pc: 0 });
  // What was there is still there.
  const before = bench.slots.programReads;
  bench.run({ program });
  expect(bench.slots.programReads).toBe(before);
});

test('a program of the largest size runs to its last slot', () => {
  const slots = small.programSlotBytes / 8;
  const source = `goto +${slots - 3}\nr0 += 3\nexit\n${'r0 = 1\n'.repeat(slots - 5)}r0 = 2\ngoto -${slots - 1}`;
  expect(bench.run({ program: programOf(source) })).toMatchObject({ r0: 5n, error: null, instructions: 5 });
});

test('all errors that an engine can raise are tested here', () => {
  const tested = new Set<string>([
    ...single.map(([error]) => error),
    'E_PROG_EMPTY',
    'E_PROG_SIZE',
    'E_PROG_TOO_LONG',
    'E_PC_OOB',
    'E_CALL_DEPTH',
    'E_STEP_LIMIT',
  ]);
  const missing = Object.keys(ErrorClass).filter((name) => !tested.has(name));
  // Helpers do not exist here; the other two are the device's.
  expect(missing).toEqual(['E_HELPER_FAULT', 'E_BUS', 'E_ABORTED']);
});
