import type { ErrorName } from './abi.ts';

export * from './abi.ts';

/** Instruction class: opcode bits 2..0 (RFC 9669, 3.3). */
export const Class = { LD: 0, LDX: 1, ST: 2, STX: 3, ALU: 4, JMP: 5, JMP32: 6, ALU64: 7 } as const;
export type ClassName = keyof typeof Class;

/** Size code of loads and stores: opcode bits 4..3 (RFC 9669, 5). */
export const Size = { W: 0, H: 1, B: 2, DW: 3 } as const;
export type SizeName = keyof typeof Size;

/** Mode of loads and stores: opcode bits 7..5 (RFC 9669, 5). */
export const Mode = { IMM: 0, ABS: 1, IND: 2, MEM: 3, MEMSX: 4, ATOMIC: 6 } as const;

/** Opcode bit 3 of arithmetic and jumps: the second operand is a register. */
export const SourceRegister = 0x08;
/** Bit 0 of an atomic's imm: the old value is returned in a register. */
export const AtomicFetch = 0x01;
/** Bytes in one slot. */
export const SlotBytes = 8;
/** r0 to r10. */
export const RegisterCount = 11;
/** The frame pointer: read-only. */
export const FramePointer = 10;

/** The words of a text, as a union. */
type Words<Text extends string> = Text extends `${infer Word} ${infer Rest}` ? Word | Words<Rest> : Text;

/** What an instruction does, apart from its width and from where its operands come. */
export type Operation =
  | Words<'add sub mul div sdiv mod smod or and xor lsh rsh arsh neg mov movsx le be bswap'>
  | Words<'ja jeq jne jgt jge jlt jle jset jsgt jsge jslt jsle callHelper callLocal callBtf callx exit'>
  | Words<'lddw load loadSigned store atomicAdd atomicOr atomicAnd atomicXor xchg cmpxchg packet'>;

/** Conformance group (RFC 9669, 2.4). */
export type Group = 'base32' | 'base64' | 'divmul32' | 'divmul64' | 'atomic32' | 'atomic64' | 'packet' | 'callx';

/** A register field: read (0..10), written (0..9, for r10 is read-only), or not a register and equal to this number. */
export type RegisterRule = 'read' | 'written' | number;
/** An off or imm field: anything, or exactly this number. */
export type ValueRule = 'any' | number;

export type Target = 'dst' | 'src' | 'r0' | 'pc' | 'memory';

/** One legal combination of opcode byte and selecting fields. Rules are data, so that decoders can be generated. */
export interface Instruction {
  readonly opcode: number;
  /** Unique among all instructions: `add32-imm`, `lock-fetch-add`, `movsx16-32`. */
  readonly name: string;
  readonly class: ClassName;
  readonly operation: Operation;
  /** Where the second operand comes from. */
  readonly source: 'imm' | 'reg' | 'none';
  /** Bits of the operation; for loads, stores and atomics of the access; for byte swaps of the value swapped. */
  readonly width: 8 | 16 | 32 | 64;
  readonly dst: RegisterRule;
  readonly src: RegisterRule;
  readonly off: ValueRule;
  readonly imm: ValueRule;
  /** The field that tells this opcode byte's variants apart, and the error when its value belongs to none of them. */
  readonly selector?: { readonly field: 'src' | 'off' | 'imm'; readonly error: ErrorName };
  /** Set when the device knows the instruction but does not run it: the error it raises instead. */
  readonly refused?: ErrorName;
  readonly writes: readonly Target[];
  readonly group: Group;
  /** First `-mcpu=v…` that has it. */
  readonly cpu: 1 | 2 | 3 | 4;
  /** Section of RFC 9669. */
  readonly section: string;
  readonly semantics: string;
}
