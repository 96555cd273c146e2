/**
 * What a program may rely on when it starts, and how it ends when it goes wrong. RFC 9669 leaves all of this to the
 * platform; these are the device's choices, and the engine and the golden model both read them from here.
 *
 * Entry: r1 = {@link DataBase}, r2 = bytes in the data slot, r10 = {@link StackTop}, all other registers and the stack 0.
 *
 * Legal accesses lie, with all their bytes, in the data slot [DataBase, DataBase + slot bytes) or in the live frames
 * [r10 - StackBytes, StackTop). Addresses are register + sign-extended offset, modulo 2^64; alignment is required of
 * atomics only. Any other access is E_STACK_OOB when bits 63..{@link StackWindowBits} of the address of its first byte
 * name one of the two 8 KiB pages that meet at StackTop, and E_MEM_OOB otherwise. A faulting store changes nothing.
 *
 * A local call keeps every register but r10, which goes down by StackBytes; the frame below it reads as zero again at
 * each call. `exit` brings back r6..r9, r10 and the pc of the caller.
 *
 * A call of a helper function (a device has those that it is built with) gets r1 to r5 and changes r0 alone; it reads and
 * writes no memory. callx names it by the lower 32 bits of its register.
 *
 * A run whose length is 0 ends with E_PROG_EMPTY, one that is not a multiple of 8 with E_PROG_SIZE, one larger than the
 * program slot with E_PROG_TOO_LONG, in this order, at pc 0.
 *
 * One instruction raises one error, the first that applies:
 *  1. E_STEP_LIMIT, when as many instructions as the limit allows have retired;
 *  2. E_PC_OOB, when pc is not below the number of slots;
 *  3. the opcode byte: E_OPCODE;
 *  4. the field that tells the variants of this byte apart: E_END_WIDTH, E_ATOMIC_OP, E_LDDW_SUBTYPE, E_CALL_TYPE, or
 *     E_RESERVED_FIELD for `off` of div, mod and mov; then variants that this device refuses: E_OPCODE (packet access;
 *     callx, unless the device is built with it), E_LDDW_SUBTYPE_UNSUPPORTED, E_CALL_BTF_UNSUPPORTED;
 *  5. E_REG, a field used as a register is above 10;
 *  6. E_R10_WRITE;
 *  7. E_RESERVED_FIELD, a field the instruction does not use is not zero;
 *  8. the second slot of an lddw: E_LDDW_INCOMPLETE when it is missing or its opcode is not zero, E_RESERVED_FIELD when
 *     its dst, src or off is not zero;
 *  9. E_HELPER_UNKNOWN, or E_HELPER_FAULT of a helper function that fails or never answers; or, for a taken jump or local call, E_JUMP_OOB, E_JUMP_INTO_LDDW, then E_CALL_DEPTH;
 * 10. E_MEM_OOB or E_STACK_OOB, then E_ATOMIC_UNALIGNED.
 * Errors strike when the instruction is executed, never earlier: dead code is not looked at.
 */

/** Device-virtual address of the first byte of the data slot, the same for every slot. */
export const DataBase = 0x1000_0000;

/** Address just above the outermost frame, r10 at entry. Frame k covers the 512 bytes below StackTop - 512 k. */
export const StackTop = 0x2000_0000;

/** Bytes in the stack frame of one function. */
export const StackBytes = 512;

/** Functions on the call chain at most, the program's entry included. */
export const MaxFrames = 8;

/** log2 of the bytes in each of the two pages around StackTop within which a bad access counts as E_STACK_OOB. */
export const StackWindowBits = 13;

/** Error classes and the codes by which the device reports them; 0 is no error. Append, never renumber. */
export const ErrorClass = {
  E_PROG_EMPTY: 1,
  E_PROG_SIZE: 2,
  E_PROG_TOO_LONG: 3,
  E_OPCODE: 4,
  E_RESERVED_FIELD: 5,
  E_REG: 6,
  E_R10_WRITE: 7,
  E_END_WIDTH: 8,
  E_ATOMIC_OP: 9,
  E_LDDW_INCOMPLETE: 10,
  E_LDDW_SUBTYPE: 11,
  E_LDDW_SUBTYPE_UNSUPPORTED: 12,
  E_JUMP_OOB: 13,
  E_JUMP_INTO_LDDW: 14,
  E_CALL_TYPE: 15,
  E_CALL_BTF_UNSUPPORTED: 16,
  E_HELPER_UNKNOWN: 17,
  E_MEM_OOB: 18,
  E_STACK_OOB: 19,
  E_CALL_DEPTH: 20,
  E_STEP_LIMIT: 21,
  E_PC_OOB: 22,
  E_HELPER_FAULT: 23,
  E_ATOMIC_UNALIGNED: 24,
  E_BUS: 25,
  E_ABORTED: 26,
} as const;

export type ErrorName = keyof typeof ErrorClass;

const names = new Map(Object.entries(ErrorClass).map(([name, code]) => [code as number, name as ErrorName]));

/** The class that a device reports as `code`, undefined for a number that is none. */
export const errorName = (code: number): ErrorName | undefined => names.get(code);

/** An error and the slot at which it struck. */
export interface ProgramError {
  readonly class: ErrorName;
  /** Program counter in 8-byte slots. */
  readonly pc: number;
}
