/** Shapes of values in the netlist. A value is always a row of bits; the type says how to read and print it. */
export type Type = BitsType | EnumType | StructType | VecType;

export interface BitsType {
  readonly kind: 'bits';
  readonly width: number;
}

export interface EnumType {
  readonly kind: 'enum';
  readonly name: string;
  readonly width: number;
  readonly members: readonly EnumMember[];
  readonly doc?: string;
}

export interface EnumMember {
  readonly name: string;
  readonly value: bigint;
}

/** A packed struct: the first field is the most significant, as in SystemVerilog. */
export interface StructType {
  readonly kind: 'struct';
  readonly name: string;
  readonly width: number;
  readonly fields: readonly Field[];
  readonly doc?: string;
}

export interface Field {
  readonly name: string;
  readonly type: Type;
  /** Position of the field's bit 0 in the struct. */
  readonly lo: number;
}

/** Element 0 is the least significant. */
export interface VecType {
  readonly kind: 'vec';
  readonly width: number;
  readonly element: Type;
  readonly length: number;
  /** Declared by a black box as an unpacked array, which SystemVerilog does not mix with packed ones. */
  readonly unpacked?: boolean;
}
