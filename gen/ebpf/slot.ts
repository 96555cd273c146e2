import { FramePointer, RegisterCount, SlotBytes, variants } from './isa.ts';
import type { ErrorName, Instruction, Operation } from './isa.ts';

/** The five fields of one 8-byte slot (RFC 9669, 3.1). */
export interface Slot {
  readonly opcode: number;
  /** 0..15. */
  readonly dst: number;
  /** 0..15. */
  readonly src: number;
  /** Signed 16 bits. */
  readonly off: number;
  /** Signed 32 bits. */
  readonly imm: number;
}

/** Reads slot `index` of a program, little-endian. Throws RangeError when the program ends before it. */
export function decodeSlot(program: Uint8Array, index = 0): Slot {
  const view = new DataView(program.buffer, program.byteOffset + index * SlotBytes, SlotBytes);
  const registers = view.getUint8(1);
  return {
    opcode: view.getUint8(0),
    dst: registers & 15,
    src: registers >> 4,
    off: view.getInt16(2, true),
    imm: view.getInt32(4, true),
  };
}

/** The 8 bytes of a slot; fields are truncated to their widths. */
export function encodeSlot({ opcode, dst, src, off, imm }: Slot): Uint8Array {
  const bytes = new Uint8Array(SlotBytes);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, opcode);
  view.setUint8(1, (src << 4) | (dst & 15));
  view.setInt16(2, off, true);
  view.setInt32(4, imm, true);
  return bytes;
}

/** All slots of a program whose length is a multiple of 8 bytes. */
export const decodeSlots = (program: Uint8Array): Slot[] =>
  Array.from({ length: Math.floor(program.length / SlotBytes) }, (_, index) => decodeSlot(program, index));

/** The bytes of a program. */
export function encodeSlots(slots: readonly Slot[]): Uint8Array {
  const program = new Uint8Array(slots.length * SlotBytes);
  slots.forEach((slot, index) => program.set(encodeSlot(slot), index * SlotBytes));
  return program;
}

/**
 * For each slot whether it is the second half of an lddw: its predecessor has the opcode 0x18 and is not itself a second
 * half. Depends on opcode bytes only, so that hardware can tell while it loads a program.
 */
export function secondHalves(slots: readonly Slot[]): boolean[] {
  const flags: boolean[] = [];
  slots.forEach((_, index) => flags.push(index > 0 && slots[index - 1].opcode === 0x18 && !flags[index - 1]));
  return flags;
}

/** The 64-bit immediate of an lddw. */
export const wideImmediate = (low: Slot, high: Slot): bigint =>
  (BigInt.asUintN(32, BigInt(high.imm)) << 32n) | BigInt.asUintN(32, BigInt(low.imm));

/** An instruction, or why there is none, with the field to blame. */
export type Decoded =
  | { readonly instruction: Instruction; readonly error?: undefined }
  | { readonly error: ErrorName; readonly field: keyof Slot; readonly instruction?: Instruction };

const registerFields = ['dst', 'src'] as const;
const plainFields = ['dst', 'src', 'off', 'imm'] as const;

/**
 * Finds the instruction of a slot and checks all of its fields, in the order of priority that abi.ts fixes (3 to 8).
 * @param next the following slot, looked at for the second half of an lddw only; undefined at the end of the program
 * @param accepted an operation that is run although the table refuses it
 */
export function decode(slot: Slot, next: Slot | undefined, accepted?: Operation): Decoded {
  const candidates = variants(slot.opcode);
  const first = candidates[0];
  if (!first) return { error: 'E_OPCODE', field: 'opcode' };
  const selector = candidates.length > 1 ? first.selector! : undefined;
  const instruction = selector ? candidates.find((each) => each[selector.field] === slot[selector.field]) : first;
  if (!instruction) return { error: selector!.error, field: selector!.field };
  const bad = (error: ErrorName, field: keyof Slot): Decoded => ({ error, field, instruction });
  if (instruction.refused && instruction.operation !== accepted) {
    return bad(instruction.refused, selector?.field ?? 'opcode');
  }
  for (const field of registerFields) {
    if (typeof instruction[field] === 'string' && slot[field] >= RegisterCount) return bad('E_REG', field);
  }
  for (const field of registerFields) {
    if (instruction[field] === 'written' && slot[field] === FramePointer) return bad('E_R10_WRITE', field);
  }
  for (const field of plainFields) {
    const rule = instruction[field];
    if (typeof rule === 'number' && slot[field] !== rule) return bad('E_RESERVED_FIELD', field);
  }
  if (instruction.operation === 'lddw') {
    if (!next || next.opcode !== 0) return bad('E_LDDW_INCOMPLETE', 'opcode');
    const used = ([...registerFields, 'off'] as const).find((field) => next[field] !== 0);
    if (used) return bad('E_RESERVED_FIELD', used);
  }
  return { instruction };
}
