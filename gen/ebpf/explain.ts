import { ErrorClass, MaxFrames, StackBytes } from './abi.ts';
import type { ErrorName } from './abi.ts';

/** What an error class says to a person. */
export interface Explanation {
  /** One sentence without a full stop. */
  readonly message: string;
  readonly cure: string;
}

const table: Record<ErrorName, readonly [message: string, cure: string]> = {
  E_PROG_EMPTY: ['the program has no instructions', 'give at least an `exit`'],
  E_PROG_SIZE: ['the program is not made of whole 8-byte slots', 'check that the file is raw bytecode and complete'],
  E_PROG_TOO_LONG: [
    'the program is larger than a program slot',
    'shorten it, or build the device with larger program slots',
  ],
  E_OPCODE: [
    'no instruction of this device has this opcode',
    'use instructions of RFC 9669 without packet access; callx needs a device with callByRegister',
  ],
  E_RESERVED_FIELD: ['a field that the instruction does not use is not zero', 'clear the field'],
  E_REG: ['there is no such register', 'use r0 to r10'],
  E_R10_WRITE: ['r10 is the frame pointer and cannot be written', 'copy r10 into another register and change the copy'],
  E_END_WIDTH: ['a byte swap has 16, 32 or 64 bits', 'set imm to 16, 32 or 64'],
  E_ATOMIC_OP: ['there is no such atomic operation', 'use add, or, and, xor (with or without fetch), xchg or cmpxchg'],
  E_LDDW_INCOMPLETE: [
    'a 64-bit immediate lacks its second slot',
    'follow it with a slot whose opcode is 0 and whose imm is the high half',
  ],
  E_LDDW_SUBTYPE: ['there is no such kind of 64-bit immediate', 'set src to 0'],
  E_LDDW_SUBTYPE_UNSUPPORTED: [
    'maps and platform addresses do not exist on this device',
    'keep state in the data slot, reached through r1',
  ],
  E_JUMP_OOB: ['the jump leaves the program', 'jump to a slot of the program'],
  E_JUMP_INTO_LDDW: [
    'the jump lands in the middle of a 64-bit immediate',
    'jump to its first slot or to the slot after it',
  ],
  E_CALL_TYPE: ['there is no such kind of call', 'set src to 1 for a call within the program'],
  E_CALL_BTF_UNSUPPORTED: ['kernel functions do not exist on this device', 'call functions of the program itself'],
  E_HELPER_UNKNOWN: [
    'the device has no such helper function',
    'write the function as part of the program and call it with `call local`, or build the device with the helper function',
  ],
  E_MEM_OOB: [
    'an access outside the data slot',
    'compare the pointer with r1 + r2 before using it; r2 is the size of the slot',
  ],
  E_STACK_OOB: ['an access outside the live stack frames', `stay within the ${StackBytes} bytes below r10`],
  E_CALL_DEPTH: [`more than ${MaxFrames} functions deep`, 'call less deep, or turn the recursion into a loop'],
  E_STEP_LIMIT: [
    'the program ran longer than the device allows',
    'look for an endless loop, or build the device with a larger step limit',
  ],
  E_PC_OOB: ['execution runs past the last instruction', 'end every path with `exit`'],
  E_HELPER_FAULT: ['a helper function failed, or did not answer', 'check the arguments in r1 to r5'],
  E_ATOMIC_UNALIGNED: [
    'an atomic operation on an address that is not a multiple of its size',
    'align the operand to 4 or 8 bytes',
  ],
  E_BUS: ['the slot memory did not answer properly', 'run it again; if it stays, the device is at fault'],
  E_ABORTED: ['the host stopped the program', 'run it again'],
};

/** What an error class means and what to do about it. */
export function explain(error: ErrorName): Explanation {
  const [message, cure] = table[error];
  return { message, cure };
}

/** All classes with code, name and meaning, for documentation. */
export const errorTable = (Object.keys(ErrorClass) as ErrorName[]).map((name) => ({
  name,
  code: ErrorClass[name],
  ...explain(name),
}));
