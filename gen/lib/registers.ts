/**
 * Register maps: one declaration from which come the hardware (`attach`) and what the host reads (C header, constants
 * for TypeScript and Python, the page of registers).
 *
 *     export const demo = registers('demo', { bytes: 4096 }, {
 *       // Reads "eBPF"; a host checks it first.
 *       id: register(constant(u(32), 0x46504265)),
 *       control: register({ start: pulse(bool), halt: rw(bool, 1) }),
 *       status: register({ busy: ro(bool), done: w1c(bool) }, { offset: 0x10 }),
 *       request: table({ opcode: rw(u(8)), id: rw(u(16), { byte: 2 }) }, { bytes: 32, stride: 48, count: 4 }),
 *     });
 *
 * Bytes are little-endian; bit 0 is the lowest bit of a register's first byte. JSDoc of an entry becomes its
 * description.
 */
import { u } from '../hdl/index.ts';
import type { AnyType, EnumType, Operand, UInt, UIntType, ValueOf, Wire } from '../hdl/index.ts';
import { report } from '../hdl/report.ts';
import type { Access, RegisterMap as PlainMap } from '../ir/register-map.ts';
import { place, type PlacedField } from './registers-place.ts';

/** A literal that fits a field: a number, or the name of a member. */
export type Literal<T extends AnyType> = T extends EnumType<infer M> ? M : number | bigint;

export interface FieldOptions {
  /** First byte within the register; default: after the previous field. */
  readonly byte?: number;
  /** First bit, counted from `byte`. */
  readonly bit?: number;
  /** The bits have another field already, and this is a second name for them. Tables only. */
  readonly alias?: boolean;
  readonly doc?: string;
}

export interface Field<T extends AnyType = AnyType, A extends Access = Access> extends FieldOptions {
  readonly access: A;
  readonly type: T;
  /** Value of a constant; of others, what it reads after reset. */
  readonly initial: number | bigint | string;
}

/** Fields by name, or a single field that is the whole register. */
export type Fields = Field | Readonly<Record<string, Field>>;

function field<T extends AnyType, A extends Access>(
  access: A,
  type: T,
  initial: Field['initial'],
  options: FieldOptions,
): Field<T, A> {
  return { access, type, initial, doc: undefined, ...options };
}

/** Reads `value`; the host's writes are ignored. */
export function constant<T extends AnyType>(
  type: T,
  value: Literal<T>,
  options: FieldOptions = {},
): Field<T, 'constant'> {
  return field('constant', type, value, options);
}
/** Reads what the hardware drives; the host's writes are ignored. */
export function ro<T extends AnyType>(type: T, options: FieldOptions = {}): Field<T, 'ro'> {
  return field('ro', type, 0, options);
}
/** Holds what the host writes; `reset` before it does. */
export function rw<T extends AnyType>(type: T, reset?: Literal<T>, options: FieldOptions = {}): Field<T, 'rw'> {
  return field('rw', type, reset ?? 0, options);
}
/** Events: set by the hardware, cleared by the host with 1. */
export function w1c<T extends UIntType>(type: T, options: FieldOptions = {}): Field<T, 'w1c'> {
  return field('w1c', type, 0, options);
}
/** Orders: set by the host with 1, cleared by the hardware. */
export function w1s<T extends UIntType>(type: T, options: FieldOptions = {}): Field<T, 'w1s'> {
  return field('w1s', type, 0, options);
}
/** There for one cycle after the host wrote it. */
export function pulse<T extends UIntType>(type: T, options: FieldOptions = {}): Field<T, 'pulse'> {
  return field('pulse', type, 0, options);
}

/** A constant field of `bytes` bytes that holds `value`, one character a byte, padded with NUL. */
export function text(bytes: number, value: string, options: FieldOptions = {}): Field<UIntType, 'constant'> {
  const characters = Buffer.from(value, 'latin1');
  if (characters.length > bytes)
    report('H063', `the text '${value}' has ${characters.length} characters, but there are ${bytes} bytes`);
  const number = characters.subarray(0, bytes).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return field('constant', u(8 * bytes), number, options);
}

/** Where a register lies. The offsets of `gen/device/layout.ts` have this form. */
export interface Placement {
  /** Byte address of the first; default: after the previous register. */
  readonly offset?: number;
  /** Bytes of one; default: what its fields need, in words of 4. */
  readonly bytes?: number;
  /** Registers of this form, side by side; absent: one. */
  readonly count?: number;
  /** Bytes from one to the next; default `bytes`. */
  readonly stride?: number;
  readonly doc?: string;
}

/** One register, or `count` of them, in flip-flops. */
export interface Register<F extends Fields = Fields, P extends Placement = Placement> {
  readonly storage: 'fields';
  readonly fields: F;
  readonly placement: P;
  readonly doc?: string;
}

/** `count` registers in a RAM. */
export interface Table<F extends Fields = Fields> {
  readonly storage: 'memory';
  readonly fields: F;
  readonly placement: Placement & { readonly count: number };
  readonly doc?: string;
}

export type Entries = Readonly<Record<string, Register | Table>>;

/** A register made of fields that the hardware reads and drives one by one. */
export function register<F extends Fields, const P extends Placement = {}>(fields: F, placement?: P): Register<F, P> {
  return { storage: 'fields', fields, placement: placement ?? ({} as P), doc: placement?.doc };
}

/**
 * Registers in a RAM, for many wide ones. Its fields are all `rw` (the host reads and writes every byte, reserved ones
 * too, and the hardware reads one row at a time) or all `ro` (the hardware writes one row at a time). A RAM has no
 * reset: it reads 0 until first written.
 */
export function table<F extends Fields>(fields: F, placement: Placement & { readonly count: number }): Table<F> {
  return { storage: 'memory', fields, placement, doc: placement.doc };
}

/** A register map with everything in its place; its entries are for the compiler, all outputs read `registers`. */
export interface RegisterMap<E extends Entries = Entries> extends PlainMap<PlacedField> {
  readonly entries: E;
}

/** Declares a register map of `bytes` bytes of addresses. Addresses without a register read 0 and ignore writes. */
export function registers<const E extends Entries>(
  name: string,
  { bytes, doc }: { readonly bytes: number; readonly doc?: string },
  entries: E,
): RegisterMap<E> {
  return { name, bytes, ...(doc ? { doc } : {}), entries, registers: place(name, bytes, entries) };
}

/** A field as the hardware sees it. */
export type FieldView<F> =
  F extends Field<infer T, infer A>
    ? A extends 'ro'
      ? Wire<T>
      : A extends 'w1c'
        ? { readonly value: ValueOf<T>; readonly set: Wire<T> }
        : A extends 'w1s'
          ? { readonly value: ValueOf<T>; readonly clear: Wire<T> }
          : ValueOf<T>
    : never;

/** A register as the hardware sees it: like its fields. */
export type RegisterView<F> = F extends Field ? FieldView<F> : { readonly [K in keyof F]: FieldView<F[K]> };

type RowOf<F> =
  F extends Field<infer T> ? ValueOf<T> : { readonly [K in keyof F]: F[K] extends Field<infer T> ? ValueOf<T> : never };
type RowGiven<F> =
  F extends Field<infer T> ? Operand<T> : { readonly [K in keyof F]: F[K] extends Field<infer T> ? Operand<T> : never };
type AccessOf<F> =
  F extends Field<any, infer A> ? A : F extends Readonly<Record<string, Field<any, infer A>>> ? A : never;

/** A table as the hardware sees it. Each call makes a port of the RAM. */
export type TableView<F> =
  AccessOf<F> extends 'rw'
    ? {
        /** The fields of one row, one clock edge after `index`. */
        read(index: UInt): RowOf<F>;
      }
    : {
        /** Writes one row where the enclosing conditions hold. */
        write(index: UInt, row: RowGiven<F>): void;
      };

/** The whole map as the hardware sees it. */
export type MapView<E extends Entries> = {
  readonly [K in keyof E]: E[K] extends Table<infer F>
    ? TableView<F>
    : E[K] extends Register<infer F, infer P>
      ? P extends { readonly count: number }
        ? readonly RegisterView<F>[]
        : RegisterView<F>
      : never;
};
