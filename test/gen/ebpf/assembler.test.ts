import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assemble } from '../../../gen/ebpf/assembler.ts';
import { disassemble, listing, toSource } from '../../../gen/ebpf/disassembler.ts';
import { instructions } from '../../../gen/ebpf/isa.ts';
import type { Instruction, RegisterRule, ValueRule } from '../../../gen/ebpf/isa.ts';
import { encodeSlots } from '../../../gen/ebpf/slot.ts';
import type { Slot } from '../../../gen/ebpf/slot.ts';

const hex = (source: string): string => Buffer.from(assemble(source).program).toString('hex');

/** Source and bytes as llvm-mc 19 (-triple bpfel -mcpu=v4) gives them. */
const llvm: readonly (readonly [source: string, bytes: string])[] = [
  ['w3 %= w7', '9c73000000000000'],
  ['r3 %= 0x7', '9703000007000000'],
  ['r1 s/= r2', '3f21010000000000'],
  ['w1 s%= w2', '9c21010000000000'],
  ['r1 s>>= 3', 'c701000003000000'],
  ['r1 = -r1', '8701000000000000'],
  ['w1 = -w1', '8401000000000000'],
  ['r4 = -1', 'b7040000ffffffff'],
  ['w4 = 0xffffffff', 'b4040000ffffffff'],
  ['r1 = w2', 'bc21000000000000'],
  ['r1 = (s8)r2', 'bf21080000000000'],
  ['w1 = (s16)w2', 'bc21100000000000'],
  ['r1 = bswap16 r1', 'd701000010000000'],
  ['r1 = be16 r1', 'dc01000010000000'],
  ['r1 = le64 r1', 'd401000040000000'],
  ['r3 = *(s8 *)(r1 + 0)', '9113000000000000'],
  ['w3 = *(u8 *)(r1 + 0x0)', '7113000000000000'],
  ['*(u8 *)(r1 + 0) = w3', '7331000000000000'],
  ['*(u8 *)(r1 + 0) = 7', '7201000007000000'],
  ['*(u64 *)(r1 - 0x8) = -7', '7a01f8fff9ffffff'],
  ['lock *(u64 *)(r1 + 0) += r2', 'db21000000000000'],
  ['lock *(u32 *)(r1 + 0) |= w2', 'c321000040000000'],
  ['r2 = atomic_fetch_add((u64 *)(r1 + 0), r2)', 'db21000001000000'],
  ['w2 = atomic_fetch_xor((u32 *)(r1 + 0), w2)', 'c3210000a1000000'],
  ['r2 = xchg_64(r1 + 0, r2)', 'db210000e1000000'],
  ['w2 = xchg32_32(r1 + 0, w2)', 'c3210000e1000000'],
  ['r0 = cmpxchg_64(r1 - 8, r0, r2)', 'db21f8fff1000000'],
  ['w0 = cmpxchg32_32(r1 + 0, w0, w2)', 'c3210000f1000000'],
  ['call 5', '8500000005000000'],
  ['callx r2', '8d02000000000000'],
  ['exit', '9500000000000000'],
  ['r1 = 0x1122 ll', '18010000221100000000000000000000'],
  ['r1 = -1 ll', '18010000ffffffff00000000ffffffff'],
  ['r0 = *(u32 *)skb[4]', '2000000004000000'],
  ['r0 = *(u16 *)skb[r3]', '4830000000000000'],
  ['a: goto a', '0500ffff00000000'],
  ['a: gotol a', '06000000ffffffff'],
  ['a: if r1 s<= -5 goto a', 'd501fffffbffffff'],
  ['a: if w1 & w4 goto -1 <a>', '4e41ffff00000000'],
  ['a: call a', '85100000ffffffff'],
];

test.each(llvm)('%s', (source, bytes) => expect(hex(source)).toBe(bytes));

describe('what clang prints around the instructions', () => {
  const source = [
    '\t.text',
    '\t.file\t"a.c"',
    '\t.globl\tmain                    # -- Begin function main',
    '\t.p2align\t3',
    '\t.type\tmain,@function',
    'main:                                   # @main',
    '# %bb.0:',
    '\tr0 = 1',
    '\tif r1 == 0 goto LBB0_2',
    '\tr0 += 2 // two',
    'LBB0_2: exit ; done',
    '.Lfunc_end0:',
    '\t.size\tmain, .Lfunc_end0-main',
    '\t.section\tlicense,"aw",@progbits',
    '_license:',
    '\t.asciz\t"GPL"',
    '\t.section\txdp,"ax",@progbits',
    '\texit',
  ].join('\n');

  test('directives, comments and sections of data are passed over', () => {
    const { labels, lines } = assemble(source);
    expect(hex(source)).toBe(
      ['b700000001000000', '1501010000000000', '0700000002000000', '9500000000000000', '9500000000000000'].join(''),
    );
    expect([...labels]).toEqual([
      ['main', 0],
      ['LBB0_2', 3],
      ['.Lfunc_end0', 4],
    ]);
    expect(lines).toEqual([8, 9, 10, 11, 18]);
  });

  test('lines may end with a carriage return', () => expect(hex('r0 = 1\r\nexit\r\n')).toHaveLength(32));
});

test.each([
  ['r0 += r11', 7, 'register `r11` does not exist', 'r0 to r10'],
  ['w12 = 5', 1, 'register `w12` does not exist', 'r0 to r10'],
  ['r10 += 1', 1, 'r10 is the frame pointer', 'copy it first'],
  ['r10 = atomic_fetch_add((u64 *)(r1 + 0), r10)', 1, 'r10 is the frame pointer', 'copy'],
  ['if r1 > 5 goto lop', 16, 'unknown label `lop`', 'did you mean `loop`?'],
  ['goto nowhere_near', 6, 'unknown label', 'define it'],
  ['if r1 > 5 goto +40000', 16, 'jump out of range', 'opposite condition'],
  ['goto 32768', 6, 'jump out of range', 'gotol'],
  ['goto +99', 6, 'jump out of range: slot 100 of a program of 2', 'label'],
  ['w1 += r2', 7, '`r2` does not go with', 'write `w2`'],
  ['r1 = be16 r2', 11, '`r2` must be the same register as `r1`', 'in place'],
  ['r1 = table ll', 6, 'the address of `table` is not known', 'data slot'],
  ['r1 += 5 6', 9, 'unexpected `6`', 'the end of the line'],
  ['r1 = *(u32 *)(r2 + 40000)', 18, 'offset 40000 does not fit 16 bits', '-32768 to 32767'],
  ['r1 = *(u32 *)(r1 4)', 18, 'unexpected `4`', '`+` or `-`'],
  ['r1 = 0x1g', 6, '`0x1g` is not a number', 'hexadecimal'],
  ['r1 = 0xffffffff', 6, 'immediate 4294967295 does not fit', 'll'],
  ['w1 = 0x100000000', 6, 'immediate 4294967296 does not fit', 'll'],
  ['r1 = 0x10000000000000000 ll', 6, 'does not fit 64 bits', '2^64'],
  ['r1 +', 4, 'unexpected `+`', 'expected here'],
  ['r1 -=', 6, 'unexpected the end of the line', 'a number'],
  ['if r1 goto x', 7, 'unexpected `goto`', '`s<=`'],
  ['mov r1, r2', 1, 'no instruction begins with `mov`', 'kernel syntax'],
  ['loop: exit', 1, 'label `loop` is already defined', 'own name'],
  ['goto end\nend:', 6, 'no instruction follows label `end`', 'exit'],
  ['.quad 5', 1, 'directive `.quad`', '.byte'],
  ['.byte 1, 2', 1, '`.byte` needs the 8 bytes', '8 numbers'],
])('%s', (line, column, message, cure) => {
  const source = line.endsWith('end:')
    ? `loop: exit\n${line}`
    : `loop:\n${line}\n${line.startsWith('loop') ? '' : 'exit'}`;
  let caught: unknown;
  try {
    assemble(source, 'a.s');
  } catch (error) {
    caught = error;
  }
  expect(caught).toMatchObject({
    name: 'ProgramRefused',
    problems: [
      {
        place: `a.s:2:${column}`,
        message: expect.stringContaining(message),
        cure: expect.stringContaining(cure),
        frame: { line: 2 },
      },
    ],
  });
});

test('of a file that is no program, the first lines are enough', () => {
  const source = Array.from({ length: 61 }, (_, i) => `prose ${i}`).join('\n');
  expect(() => assemble(source, 'a.md')).toThrow(
    /^a\.md:1:1: (?:.*\n)*a\.md:10:1: (?:.*\n)*51 more problems are not shown$/,
  );
});

test('all errors of a source come together, each with its line and a caret', () => {
  expect(() => assemble('r0 = 1\n  r11 = 2\n\tgoto x\nexit', 'bad.s')).toThrow(
    [
      'bad.s:2:3: register `r11` does not exist',
      '  2 |   r11 = 2',
      '    |   ^',
      '  cure: use r0 to r10',
      'bad.s:3:7: unknown label `x`',
      '  3 | \tgoto x',
      '    | \t     ^',
      '  cure: define it with `x:` before an instruction',
    ].join('\n'),
  );
});

const pick = (rule: RegisterRule | ValueRule, bits: 16 | 32): fc.Arbitrary<number> => {
  if (typeof rule === 'number') return fc.constant(rule);
  if (rule === 'any') return fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });
  return fc.integer({ min: 0, max: rule === 'written' ? 9 : 10 });
};
const slotOf = (of: Instruction): fc.Arbitrary<Slot> =>
  fc.record({
    opcode: fc.constant(of.opcode),
    dst: pick(of.dst, 16),
    src: pick(of.src, 16),
    off: pick(of.off, 16),
    imm: pick(of.imm, 32),
  });
const anySlot: fc.Arbitrary<Slot> = fc.record({
  opcode: fc.integer({ min: 0, max: 255 }),
  dst: fc.integer({ min: 0, max: 15 }),
  src: fc.integer({ min: 0, max: 15 }),
  off: pick('any', 16),
  imm: pick('any', 32),
});

describe('disassembled and assembled again, a program is the same', () => {
  test.each(instructions.map((each) => [each.name, each] as const))('%s', (_, instruction) => {
    fc.assert(
      fc.property(slotOf(instruction), anySlot, (slot, high) => {
        const second = { opcode: 0, dst: 0, src: 0, off: 0, imm: high.imm };
        const program = encodeSlots(instruction.operation === 'lddw' ? [slot, second] : [slot]);
        expect(assemble(toSource(program)).program).toEqual(program);
        const written = disassemble(program)[0].text;
        if (!instruction.refused) expect(written).not.toContain('.byte');
      }),
      { numRuns: 50 },
    );
  });

  test('also when it is not legal', () => {
    fc.assert(
      fc.property(fc.array(anySlot, { maxLength: 12 }), (slots) => {
        const program = encodeSlots(slots);
        expect(assemble(toSource(program)).program).toEqual(program);
      }),
    );
  });
});

test('source has labels at targets and says what the device refuses', () => {
  const { program } = assemble('l: r0 += 1\nif r0 < 9 goto l\ncall f\ncallx r3\nexit\nf: exit');
  expect(toSource(program)).toBe(
    [
      'L0:',
      '  r0 += 1',
      '  if r0 < 9 goto -2 <L0>',
      '  call local +2 <L5>',
      '  callx r3  # E_OPCODE',
      '  exit',
      'L5:',
      '  exit',
      '',
    ].join('\n'),
  );
});

test('a listing points at a pc and shows its surroundings', () => {
  const { program } = assemble('r0 = 0\nr1 = 5 ll\nl: r0 += r1\ngoto l\nexit');
  expect(listing(program, { mark: 2, context: 1 })).toBe(
    [
      '  0: b7 00 00 00 00 00 00 00  r0 = 0',
      '> 1: 18 01 00 00 05 00 00 00  r1 = 0x5 ll',
      '     00 00 00 00 00 00 00 00',
      '  3: 0f 10 00 00 00 00 00 00  r0 += r1',
    ].join('\n'),
  );
});
