import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ErrorClass, errorName, instructions, variants } from '../../../gen/ebpf/isa.ts';
import type { Instruction } from '../../../gen/ebpf/isa.ts';
import { decode, decodeSlot, decodeSlots, encodeSlot, encodeSlots, secondHalves } from '../../../gen/ebpf/slot.ts';
import type { Slot } from '../../../gen/ebpf/slot.ts';

/**
 * The legal set written a second time, byte by byte, as opcode:dst:src:off:imm:writes with w = 0..9, r = 0..10, * = any,
 * and alternatives of one field in braces. Opcode columns stand for a whole range of bytes.
 */
const legal: readonly string[] = [
  '04 14 24 44 54 64 74 a4 b4 c4 07 17 27 47 57 67 77 a7 b7 c7:w:0:0:*:dst',
  '34 94 37 97:w:0:{0,1}:*:dst',
  '0c 1c 2c 4c 5c 6c 7c ac cc 0f 1f 2f 4f 5f 6f 7f af cf:w:r:0:0:dst',
  '3c 9c 3f 9f:w:r:{0,1}:0:dst',
  'bc:w:r:{0,8,16}:0:dst',
  'bf:w:r:{0,8,16,32}:0:dst',
  '84 87:w:0:0:0:dst',
  'd4 d7 dc:w:0:0:{16,32,64}:dst',
  '05:0:0:*:0:pc',
  '06:0:0:0:*:pc',
  '15 25 35 45 55 65 75 a5 b5 c5 d5 16 26 36 46 56 66 76 a6 b6 c6 d6:r:0:*:*:pc',
  '1d 2d 3d 4d 5d 6d 7d ad bd cd dd 1e 2e 3e 4e 5e 6e 7e ae be ce de:r:r:*:0:pc',
  '85:0:{0,2}:0:*:r0',
  '85:0:1:0:*:pc',
  '8d:w:0:0:0:r0',
  '95:0:0:0:0:pc',
  '18:w:{0,1,2,3,4,5,6}:0:*:dst',
  '61 69 71 79 81 89 91:w:r:*:0:dst',
  '62 6a 72 7a:r:0:*:*:memory',
  '63 6b 73 7b:r:r:*:0:memory',
  'c3 db:r:r:*:{0,64,80,160}:memory',
  'c3 db:r:w:*:{1,65,81,161,225}:memory+src',
  'c3 db:r:r:*:241:memory+r0',
  '20 28 30:0:0:0:*:r0',
  '40 48 50:0:r:0:*:r0',
];

const expand = (field: string): string[] => (field.startsWith('{') ? field.slice(1, -1).split(',') : [field]);

function* expected(): Generator<string> {
  for (const line of legal) {
    const [opcodes, dst, src, off, imm, writes] = line.split(':') as [string, string, string, string, string, string];
    for (const opcode of opcodes.split(' ')) {
      for (const s of expand(src))
        for (const o of expand(off))
          for (const i of expand(imm)) {
            yield [opcode, dst, s, o, i, writes].join(':');
          }
    }
  }
}

const letters: Record<string, string> = { read: 'r', written: 'w', any: '*' };
const asText = (each: Instruction): string =>
  [
    each.opcode.toString(16).padStart(2, '0'),
    ...[each.dst, each.src, each.off, each.imm].map((rule) => letters[rule] ?? String(rule)),
    each.writes.join('+'),
  ].join(':');

test('the table is the legal set: 126 opcode bytes, 171 variants', () => {
  expect(instructions.map(asText).sort()).toEqual([...expected()].sort());
  expect(instructions).toHaveLength(171);
  expect(new Set(instructions.map(({ opcode }) => opcode)).size).toBe(126);
  expect(new Set(instructions.map(({ name }) => name)).size).toBe(171);
});

test('variants of one opcode byte share one selector and differ in it', () => {
  for (let opcode = 0; opcode < 256; opcode++) {
    const rows = variants(opcode);
    if (rows.length < 2) continue;
    const { field, error } = rows[0].selector!;
    for (const each of rows) expect(each.selector).toEqual({ field, error });
    expect(new Set(rows.map((each) => each[field])).size).toBe(rows.length);
  }
});

test('groups have the sizes of RFC 9669', () => {
  const count: Record<string, number> = {};
  for (const { group } of instructions) count[group] = (count[group] ?? 0) + 1;
  expect(count).toEqual({
    base32: 67,
    base64: 57,
    divmul32: 10,
    divmul64: 10,
    atomic32: 10,
    atomic64: 10,
    packet: 6,
    callx: 1,
  });
});

test('error codes are unique and lead back to their names', () => {
  for (const [name, code] of Object.entries(ErrorClass)) expect(errorName(code)).toBe(name);
  expect(errorName(0)).toBeUndefined();
});

const anySlot: fc.Arbitrary<Slot> = fc.record({
  opcode: fc.integer({ min: 0, max: 255 }),
  dst: fc.integer({ min: 0, max: 15 }),
  src: fc.integer({ min: 0, max: 15 }),
  off: fc.integer({ min: -32768, max: 32767 }),
  imm: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
});

test('a slot survives encoding', () => {
  fc.assert(
    fc.property(anySlot, (each) => {
      expect(decodeSlot(encodeSlot(each))).toEqual(each);
    }),
  );
  fc.assert(
    fc.property(fc.array(anySlot), (slots) => {
      expect(decodeSlots(encodeSlots(slots))).toEqual(slots);
    }),
  );
  expect(encodeSlot({ opcode: 0x61, dst: 2, src: 10, off: -4, imm: 0x01020304 })).toEqual(
    Uint8Array.of(0x61, 0xa2, 0xfc, 0xff, 4, 3, 2, 1),
  );
});

const slot = (opcode: number, fields: Partial<Slot> = {}): Slot => ({
  opcode,
  dst: 0,
  src: 0,
  off: 0,
  imm: 0,
  ...fields,
});

test.each<[string, Slot, Slot | undefined, string | undefined]>([
  ['unknown opcode wins over everything', slot(0xff, { dst: 15, off: 1 }), undefined, 'E_OPCODE'],
  ['opcode 0', slot(0), undefined, 'E_OPCODE'],
  ['packet access is refused', slot(0x30), undefined, 'E_OPCODE'],
  ['callx is refused', slot(0x8d), undefined, 'E_OPCODE'],
  ['byte atomics do not exist', slot(0xd3), undefined, 'E_OPCODE'],
  ['atomic without a meaning, before a bad register', slot(0xdb, { dst: 11, imm: 2 }), undefined, 'E_ATOMIC_OP'],
  ['width before register', slot(0xdc, { dst: 11, imm: 8 }), undefined, 'E_END_WIDTH'],
  ['subtype 7', slot(0x18, { src: 7 }), slot(0), 'E_LDDW_SUBTYPE'],
  ['subtype 1', slot(0x18, { src: 1 }), slot(0), 'E_LDDW_SUBTYPE_UNSUPPORTED'],
  ['call type 3', slot(0x85, { src: 3 }), undefined, 'E_CALL_TYPE'],
  ['call type 2', slot(0x85, { src: 2 }), undefined, 'E_CALL_BTF_UNSUPPORTED'],
  ['div with off 2', slot(0x3f, { off: 2 }), undefined, 'E_RESERVED_FIELD'],
  ['register before r10', slot(0x0f, { dst: 10, src: 11 }), undefined, 'E_REG'],
  ['r10 before reserved field', slot(0x0f, { dst: 10, imm: 1 }), undefined, 'E_R10_WRITE'],
  ['fetch into r10', slot(0xdb, { src: 10, imm: 1 }), undefined, 'E_R10_WRITE'],
  ['cmpxchg from r10 is legal', slot(0xdb, { src: 10, imm: 0xf1 }), undefined, undefined],
  ['unused source register', slot(0x07, { src: 15 }), undefined, 'E_RESERVED_FIELD'],
  ['exit with imm', slot(0x95, { imm: 1 }), undefined, 'E_RESERVED_FIELD'],
  ['jump compares r10', slot(0x1d, { dst: 10, src: 10 }), undefined, undefined],
  ['lddw at the end', slot(0x18), undefined, 'E_LDDW_INCOMPLETE'],
  ['lddw without its half', slot(0x18), slot(0xb7), 'E_LDDW_INCOMPLETE'],
  ['lddw with a used field in its half', slot(0x18), slot(0, { off: 1 }), 'E_RESERVED_FIELD'],
  ['lddw own field first', slot(0x18, { off: 1 }), undefined, 'E_RESERVED_FIELD'],
  ['lddw', slot(0x18), slot(0, { imm: -1 }), undefined],
])('%s', (_, each, next, error) => expect(decode(each, next).error).toBe(error));

test('second halves of lddw alternate in a run of 0x18', () => {
  expect(secondHalves([slot(0x18), slot(0x18), slot(0x18), slot(0x95)])).toEqual([false, true, false, true]);
});
