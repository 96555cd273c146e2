import { describe, expect, test } from 'vitest';
import { assemble } from '../../../gen/ebpf/assembler.ts';
import { DataBase, MaxFrames, StackTop } from '../../../gen/ebpf/isa.ts';
import { Machine } from '../../../sim/golden/interpreter.ts';
import type { MachineOptions, Outcome } from '../../../sim/golden/interpreter.ts';

type Options = Partial<MachineOptions>;
const machine = (source: string, options: Options = {}): Machine =>
  new Machine({ program: assemble(source).program, data: new Uint8Array(64), ...options });
const run = (source: string, options?: Options): Outcome => machine(source, options).run();
const r0 = (source: string, options?: Options): bigint => {
  const outcome = run(source, options);
  expect(outcome.error).toBeNull();
  return outcome.r0;
};
const error = (source: string, options?: Options): [string, number] | null => {
  const found = run(source, options).error;
  return found && [found.class, found.pc];
};

test('entry state', () => {
  expect([...machine('exit').registers]).toEqual([0n, 0x1000_0000n, 64n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0x2000_0000n]);
  expect([...machine('exit', { r1: 7n, r2: -1n }).registers].slice(0, 3)).toEqual([0n, 7n, 2n ** 64n - 1n]);
});

describe('length', () => {
  const ends = (bytes: number, programLimit?: number): Outcome =>
    new Machine({ program: new Uint8Array(bytes).fill(0x95, 0, 1), programLimit }).run();
  test.each([
    [0, undefined, 'E_PROG_EMPTY'],
    [7, undefined, 'E_PROG_SIZE'],
    [9, undefined, 'E_PROG_SIZE'],
    [17, 16, 'E_PROG_SIZE'],
    [24, 16, 'E_PROG_TOO_LONG'],
  ])('%i bytes in a slot of %s', (bytes, limit, name) => {
    expect(ends(bytes, limit)).toEqual({ r0: 0n, error: { class: name, pc: 0 }, instructions: 0 });
  });
  test('a program may fill its slot', () => expect(ends(8, 8).error).toBeNull());
});

describe('decode errors strike when the slot is executed', () => {
  test.each([
    ['.byte 0xff, 0, 0, 0, 0, 0, 0, 0', 'E_OPCODE'],
    ['.byte 0, 0, 0, 0, 0, 0, 0, 0', 'E_OPCODE'],
    ['callx r1', 'E_OPCODE'],
    ['r0 = *(u8 *)skb[0]', 'E_OPCODE'],
    ['.byte 0xb7, 0x10, 0, 0, 0, 0, 0, 0', 'E_RESERVED_FIELD'],
    ['.byte 0xb7, 0x0b, 0, 0, 0, 0, 0, 0', 'E_REG'],
    ['.byte 0xb7, 0x0a, 0, 0, 0, 0, 0, 0', 'E_R10_WRITE'],
    ['.byte 0xd4, 0, 0, 0, 8, 0, 0, 0', 'E_END_WIDTH'],
    ['.byte 0xdb, 0x11, 0, 0, 2, 0, 0, 0', 'E_ATOMIC_OP'],
    ['.byte 0xdb, 0xa1, 0, 0, 1, 0, 0, 0', 'E_R10_WRITE'],
    ['.byte 0x18, 0x70, 0, 0, 0, 0, 0, 0', 'E_LDDW_SUBTYPE'],
    ['.byte 0x18, 0x10, 0, 0, 0, 0, 0, 0', 'E_LDDW_SUBTYPE_UNSUPPORTED'],
    ['.byte 0x18, 0, 0, 0, 0, 0, 0, 0', 'E_LDDW_INCOMPLETE'],
    ['.byte 0x85, 0x30, 0, 0, 0, 0, 0, 0', 'E_CALL_TYPE'],
    ['.byte 0x85, 0x20, 0, 0, 0, 0, 0, 0', 'E_CALL_BTF_UNSUPPORTED'],
    ['call 1', 'E_HELPER_UNKNOWN'],
  ])('%s', (line, name) => {
    expect(error(`r0 = 1\n${line}`)).toEqual([name, 1]);
    expect(r0(`r0 = 1\nexit\n${line}`)).toBe(1n);
  });
});

describe('control', () => {
  test.each([
    ['goto +2 beyond', '.byte 5, 0, 2, 0, 0, 0, 0, 0\nexit', 'E_JUMP_OOB', 0],
    ['to the slot after the last', '.byte 5, 0, 1, 0, 0, 0, 0, 0\nexit', 'E_JUMP_OOB', 0],
    ['before the first', 'r0 = 0\n.byte 5, 0, 0xfd, 0xff, 0, 0, 0, 0\nexit', 'E_JUMP_OOB', 1],
    ['gotol beyond', '.byte 6, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f\nexit', 'E_JUMP_OOB', 0],
    ['taken branch beyond', '.byte 0x15, 0, 9, 0, 0, 0, 0, 0\nexit', 'E_JUMP_OOB', 0],
    ['call beyond', '.byte 0x85, 0x10, 0, 0, 1, 0, 0, 0\nexit', 'E_JUMP_OOB', 0],
    ['into an lddw', 'goto +1\nr0 = 1 ll\nexit', 'E_JUMP_INTO_LDDW', 0],
    ['call into an lddw', 'call local +1\nr0 = 1 ll\nexit', 'E_JUMP_INTO_LDDW', 0],
    ['off the end', 'r0 = 1', 'E_PC_OOB', 1],
    ['off the end after an lddw', 'r0 = 1 ll', 'E_PC_OOB', 2],
  ])('%s', (_, source, name, pc) => expect(error(source)).toEqual([name, pc]));

  test('a branch that is not taken may point anywhere', () => {
    expect(r0('r0 = 3\n.byte 0x15, 0, 99, 0, 0, 0, 0, 0\nexit')).toBe(3n);
  });

  test("0x18 0x18: the second is the first one's half, so the third is a start", () => {
    const run18 = '.byte 0x18, 0, 0, 0, 0, 0, 0, 0';
    expect(error(`goto +1\n${run18}\n${run18}\nexit`)).toEqual(['E_JUMP_INTO_LDDW', 0]);
    expect(error(`goto +2\n${run18}\n${run18}\n${run18}`)).toEqual(['E_LDDW_INCOMPLETE', 3]);
  });

  test('step limit: that many retire, the next one is refused at its pc', () => {
    expect(run('l: r0 += 1\ngoto l', { stepLimit: 5 })).toEqual({
      r0: 3n,
      error: { class: 'E_STEP_LIMIT', pc: 1 },
      instructions: 5,
    });
    expect(error('r0 = 1 ll\nexit', { stepLimit: 2 })).toBeNull();
    expect(error('r0 = 1 ll\nexit', { stepLimit: 1 })).toEqual(['E_STEP_LIMIT', 2]);
    expect(error('r0 = 1', { stepLimit: 1 })).toEqual(['E_STEP_LIMIT', 1]);
  });
});

describe('memory', () => {
  const at = (address: bigint, access: string): [string, number] | null => error(`r3 = ${address} ll\n${access}\nexit`);
  const base = BigInt(DataBase);
  const top = BigInt(StackTop);
  test.each<[string, bigint, string, string | null]>([
    ['first byte', base, 'r0 = *(u8 *)(r3 + 0)', null],
    ['last byte', base + 63n, 'r0 = *(u8 *)(r3 + 0)', null],
    ['past the last', base + 64n, 'r0 = *(u8 *)(r3 + 0)', 'E_MEM_OOB'],
    ['straddling the end', base + 57n, 'r0 = *(u64 *)(r3 + 0)', 'E_MEM_OOB'],
    ['before the first', base, 'r0 = *(u8 *)(r3 - 1)', 'E_MEM_OOB'],
    ['straddling the start', base - 1n, 'r0 = *(u16 *)(r3 + 0)', 'E_MEM_OOB'],
    ['unaligned', base + 1n, 'r0 = *(u64 *)(r3 + 0)', null],
    ['null', 0n, 'r0 = *(u8 *)(r3 + 0)', 'E_MEM_OOB'],
    ['wrapping below zero', 0n, 'r0 = *(u8 *)(r3 - 1)', 'E_MEM_OOB'],
    ['wrapping past 2^64', 2n ** 64n - 4n, 'r0 = *(u64 *)(r3 + 0)', 'E_MEM_OOB'],
    ['top of the stack', top - 8n, 'r0 = *(u64 *)(r3 + 0)', null],
    ['bottom of the frame', top - 512n, 'r0 = *(u64 *)(r3 + 0)', null],
    ['above the stack', top, 'r0 = *(u8 *)(r3 + 0)', 'E_STACK_OOB'],
    ['straddling the top', top - 4n, 'r0 = *(u64 *)(r3 + 0)', 'E_STACK_OOB'],
    ['below the frame', top - 513n, 'r0 = *(u8 *)(r3 + 0)', 'E_STACK_OOB'],
    ['straddling the bottom', top - 513n, 'r0 = *(u64 *)(r3 + 0)', 'E_STACK_OOB'],
    ['a frame that is not live', top - 1024n, '*(u64 *)(r3 + 0) = 1', 'E_STACK_OOB'],
    ['lowest address that counts as stack', top - 8192n, '*(u8 *)(r3 + 0) = 1', 'E_STACK_OOB'],
    ['just below', top - 8193n, '*(u8 *)(r3 + 0) = 1', 'E_MEM_OOB'],
    ['highest address that counts as stack', top + 8191n, '*(u8 *)(r3 + 0) = 1', 'E_STACK_OOB'],
    ['just above', top + 8192n, '*(u8 *)(r3 + 0) = 1', 'E_MEM_OOB'],
    ['unaligned atomic', base + 4n, 'lock *(u64 *)(r3 + 0) += r1', 'E_ATOMIC_UNALIGNED'],
    ['bounds before alignment', base + 60n, 'lock *(u64 *)(r3 + 0) += r1', 'E_MEM_OOB'],
    ['unaligned 32-bit atomic', base + 2n, 'lock *(u32 *)(r3 + 0) += w1', 'E_ATOMIC_UNALIGNED'],
    ['aligned 32-bit atomic', base + 4n, 'lock *(u32 *)(r3 + 0) += w1', null],
  ])('%s', (_, address, access, name) => expect(at(address, access)).toEqual(name && [name, 2]));

  test('a faulting store changes nothing', () => {
    const data = new Uint8Array(64).fill(0x55);
    expect(error('*(u64 *)(r1 + 57) = -1\nexit', { data })).toEqual(['E_MEM_OOB', 0]);
    expect(error('*(u64 *)(r1 + 0) = 0\nr0 = 7\nlock *(u64 *)(r1 + 60) += r0\nexit', { data })).toEqual([
      'E_MEM_OOB',
      2,
    ]);
    expect([...data]).toEqual([...new Uint8Array(8), ...new Uint8Array(56).fill(0x55)]);
  });

  test('data at another address', () => {
    expect(r0('r0 = *(u8 *)(r1 + 0)\nexit', { dataBase: 0x4000n, data: Uint8Array.of(9) })).toBe(9n);
    expect(r0('r3 = -4\nr0 = *(u8 *)(r3 + 0x104)\nexit', { dataBase: 0x100n, data: Uint8Array.of(9) })).toBe(9n);
  });
});

describe('local calls', () => {
  test('the callee sees r1..r9, the caller gets r6..r9 and r10 back', () => {
    expect(
      r0(`r1 = 1\nr6 = 6\nr9 = 9\ncall f\nif r10 != 0x20000000 goto +2\nr0 += r6\nr0 += r9\nexit
      f: r0 = r6\nr0 += r9\nr0 += r1\nr6 = 100\nr9 = 100\nr0 -= r10\nr0 += 0x1ffffe00\nexit`),
    ).toBe(31n);
  });

  test('registers that are not restored keep what the callee left in them', () => {
    expect(r0('r3 = 1\ncall f\nr0 = r3\nexit\nf: r3 = 5\nexit')).toBe(5n);
  });

  test("the caller's frame is reachable, the callee's is zero at every call", () => {
    expect(
      r0(`*(u64 *)(r10 - 8) = 40\nr1 = r10\ncall f\nr6 = r0\nr1 = r10\ncall f\nr0 += r6\nexit
      f: r0 = *(u64 *)(r1 - 8)\nr2 = *(u64 *)(r10 - 8)\nr0 += r2\nr2 = *(u64 *)(r10 - 512)\nr0 += r2
      *(u64 *)(r10 - 8) = 1\n*(u64 *)(r10 - 512) = 1\nexit`),
    ).toBe(80n);
  });

  test('a frame that was left is out of reach', () => {
    expect(error('call f\nr1 = *(u8 *)(r10 - 513)\nexit\nf: *(u64 *)(r10 - 8) = 1\nexit')).toEqual(['E_STACK_OOB', 1]);
  });

  test('frames may be as many as the device has, and no more', () => {
    const deep = (calls: number): string => `r1 = ${calls}\ncall f\nexit\nf: if r1 == 1 goto +2\nr1 -= 1\ncall f\nexit`;
    expect(error(deep(MaxFrames - 1))).toBeNull();
    expect(error(deep(MaxFrames))).toEqual(['E_CALL_DEPTH', 5]);
  });

  test('a bad target comes before the depth', () => {
    const source =
      'r1 = 7\ncall f\nexit\nf: r1 -= 1\nif r1 != 0 goto +1\n.byte 0x85, 0x10, 0, 0, 99, 0, 0, 0\ncall f\nexit';
    expect(error(source)).toEqual(['E_JUMP_OOB', 5]);
  });
});

describe('atomics', () => {
  const after = (source: string, data = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)): [bigint, string] => [
    r0(`${source}\nexit`, { data }),
    Buffer.from(data).toString('hex'),
  ];
  test.each<[string, bigint, string]>([
    ['r3 = -1\nr3 = atomic_fetch_add((u64 *)(r1 + 0), r3)\nr0 = r3', 0x0807060504030201n, '0002030405060708'],
    ['r3 = -1\nw3 = atomic_fetch_add((u32 *)(r1 + 4), w3)\nr0 = r3', 0x08070605n, '0102030404060708'],
    ['r3 = -1\nlock *(u32 *)(r1 + 0) ^= w3\nr0 = r3', 2n ** 64n - 1n, 'fefdfcfb05060708'],
    ['r1 = xchg_64(r1 + 0, r1)\nr0 = r1', 0x0807060504030201n, '0000001000000000'],
    ['r0 = 1 ll\nr0 = atomic_fetch_or((u64 *)(r1 + 0), r0)', 0x0807060504030201n, '0102030405060708'],
    ['r0 = 0x0807060504030201 ll\nr3 = 9\nr0 = cmpxchg_64(r1 + 0, r0, r3)', 0x0807060504030201n, '0900000000000000'],
    ['r0 = 5\nr3 = 9\nr0 = cmpxchg_64(r1 + 0, r0, r3)', 0x0807060504030201n, '0102030405060708'],
    ['r0 = 0xdead000004030201 ll\nw0 = cmpxchg32_32(r1 + 0, w0, w0)', 0x04030201n, '0102030405060708'],
    ['r0 = 0x504030201 ll\nr3 = -1\nw0 = cmpxchg32_32(r1 + 0, w0, w3)', 0x04030201n, 'ffffffff05060708'],
  ])('%s', (source, result, memory) => expect(after(source)).toEqual([result, memory]));
});

describe('helpers', () => {
  test('take r1..r5 and give r0', () => {
    const helpers = new Map([[3, (...r: bigint[]) => r.reduce((sum, each) => sum + each) - 1n]]);
    expect(r0('r1 = 1\nr2 = 2\nr3 = 3\nr4 = 4\nr5 = 5\ncall 3\nr0 += r1\nexit', { helpers })).toBe(15n);
    expect(r0('r1 = 0\nr2 = 0\nr7 = 3\ncallx r7\nexit', { helpers, callx: true })).toBe(2n ** 64n - 1n);
  });
  test('may fail', () => {
    const helpers = new Map([
      [
        3,
        (): bigint => {
          throw new Error('no');
        },
      ],
    ]);
    expect(error('r0 = 0\ncall 3\nexit', { helpers })).toEqual(['E_HELPER_FAULT', 1]);
    expect(error('r0 = 0\ncall 4\nexit', { helpers })).toEqual(['E_HELPER_UNKNOWN', 1]);
  });
});

test('each step tells what it changed', () => {
  const steps = machine(`r3 = 0x100000002 ll\nif r3 == 0 goto +9\n*(u16 *)(r1 + 2) = r3\nr0 = cmpxchg_64(r1 + 8, r0, r3)
    r0 = cmpxchg_64(r1 + 8, r0, r3)\ncall f\nexit\nf: exit\nexit\nexit\nexit\nexit`);
  const seen = [];
  while (!steps.outcome) seen.push(steps.step());
  expect(seen).toEqual([
    { pc: 0, nextPc: 2, register: { index: 3, value: 0x1_0000_0002n } },
    { pc: 2, nextPc: 3 },
    { pc: 3, nextPc: 4, memory: { address: 0x1000_0002n, bytes: Uint8Array.of(2, 0) } },
    {
      pc: 4,
      nextPc: 5,
      register: { index: 0, value: 0n },
      memory: { address: 0x1000_0008n, bytes: Uint8Array.of(2, 0, 0, 0, 1, 0, 0, 0) },
    },
    { pc: 5, nextPc: 6, register: { index: 0, value: 0x1_0000_0002n } },
    { pc: 6, nextPc: 8 },
    { pc: 8, nextPc: 7 },
    { pc: 7, nextPc: 7, exit: true },
  ]);
  expect(steps.outcome).toEqual({ r0: 0x1_0000_0002n, error: null, instructions: 8 });
  expect(() => steps.step()).toThrow('has ended');
});

test('the step that fails names its error and moves nothing', () => {
  const failing = machine('r0 = *(u8 *)(r0 + 0)\nexit');
  expect(failing.step()).toEqual({ pc: 0, nextPc: 0, error: { class: 'E_MEM_OOB', pc: 0 } });
  expect(failing.outcome).toEqual({ r0: 0n, error: { class: 'E_MEM_OOB', pc: 0 }, instructions: 0 });
});
