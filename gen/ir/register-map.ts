/** Register maps as plain data: what a host finds at which address. Headers, constants and pages are printed from it. */
import type { Type } from './types.ts';

/**
 * What host and hardware may do with a field:
 * - `constant`: reads a number fixed at generation.
 * - `ro`: reads what the hardware drives.
 * - `rw`: holds what the host wrote; the hardware reads it.
 * - `w1c`: the hardware sets bits, the host clears them by writing 1; a bit set and cleared at once stays set.
 * - `w1s`: the host sets bits by writing 1, the hardware clears them; a bit set and cleared at once stays set.
 * - `pulse`: what the host writes is there for one cycle; reads 0.
 */
export type Access = 'constant' | 'ro' | 'rw' | 'w1c' | 'w1s' | 'pulse';

export interface RegisterField {
  /** Empty for the one field of a register that has no names for its fields. */
  readonly name: string;
  readonly access: Access;
  readonly type: Type;
  /** Position of bit 0 in the register; bit 0 of a register is the lowest bit of its first byte. */
  readonly lo: number;
  /** Value of a constant, reset value of others. */
  readonly initial: bigint;
  readonly doc?: string;
}

export interface PlacedRegister<F extends RegisterField = RegisterField> {
  readonly name: string;
  /** Byte address; of the first where there are several. */
  readonly offset: number;
  readonly bytes: number;
  /** Registers of this form; absent for one that is no array. */
  readonly count?: number;
  /** Bytes from one to the next. */
  readonly stride: number;
  /** In flip-flops, or rows of a RAM. */
  readonly storage: 'fields' | 'memory';
  readonly fields: readonly F[];
  readonly doc?: string;
}

export interface RegisterMap<F extends RegisterField = RegisterField> {
  readonly name: string;
  /** Size of the address range. */
  readonly bytes: number;
  readonly doc?: string;
  /** In the order of declaration. */
  readonly registers: readonly PlacedRegister<F>[];
}

/** Byte addresses of all registers of one form. */
export function offsetsOf({ offset, stride, count = 1 }: PlacedRegister): number[] {
  return Array.from({ length: count }, (_, i) => offset + i * stride);
}
