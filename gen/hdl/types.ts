/**
 * Descriptors of hardware types, with their widths as literal types: `u(64)` is a `UIntType<64>`, and a `UInt<32>` is not
 * assignable where a `UInt<64>` is asked for. A width known only at elaboration has the type `any`, which the compiler
 * lets pass and elaboration checks.
 */
import type * as ir from '../ir/types.ts';
import { report } from './report.ts';
import { coerce } from './coerce.ts';
import { type EnumValue, type StructValue, type UInt, type VecValue } from './values.ts';

/** A literal width stays literal, a computed one becomes `any`: checked at elaboration. */
export type Width<W extends number> = number extends W ? any : W;

export interface UIntType<W extends number = any> {
  readonly kind: 'bits';
  readonly width: W;
  readonly ir: ir.BitsType;
  /** The constant `value` of this width. */
  of(value: number | bigint): UInt<W>;
}

export interface EnumType<M extends string = any> {
  readonly kind: 'enum';
  readonly width: number;
  readonly ir: ir.EnumType;
  readonly members: Readonly<Record<M, bigint>>;
  of(member: M): EnumValue<M>;
}

export interface StructType<F extends Fields = any> {
  readonly kind: 'struct';
  readonly width: number;
  readonly ir: ir.StructType;
  readonly fields: F;
  of(value: Operand<StructType<F>>): StructValue<F>;
}

export interface VecType<T extends AnyType = any> {
  readonly kind: 'vec';
  readonly width: number;
  readonly ir: ir.VecType;
  readonly element: T;
  readonly length: number;
}

export type AnyType = UIntType | EnumType | StructType | VecType;
export type Fields = Readonly<Record<string, AnyType>>;
export type Bool = UInt<1>;

/** The signal that carries a type. */
export type ValueOf<T extends AnyType> =
  T extends UIntType<infer W>
    ? UInt<W>
    : T extends EnumType<infer M>
      ? EnumValue<M>
      : T extends StructType<infer F>
        ? StructValue<F>
        : T extends VecType<infer E>
          ? VecValue<E>
          : never;

/** A signal of `W` bits, or a number that fits. */
export type Bits<W extends number> = UInt<W> | number | bigint | boolean;

/** What may be given where a value of a type is asked for: a signal, or a literal of the same shape. */
export type Operand<T extends AnyType> =
  T extends UIntType<infer W>
    ? Bits<W>
    : T extends EnumType<infer M>
      ? EnumValue<M> | M
      : T extends StructType<infer F>
        ? StructValue<F> | { readonly [K in keyof F]: Operand<F[K]> }
        : T extends VecType<infer E>
          ? VecValue<E> | readonly Operand<E>[]
          : never;

/** A signal that statements drive: a wire, an output, an instance's input. */
export type Wire<T extends AnyType> = Driven<T, 'value'>;
/** A signal whose assignment takes effect at the next clock edge. */
export type Reg<T extends AnyType> = Driven<T, 'next'>;

type Driven<T extends AnyType, Key extends 'value' | 'next'> =
  T extends StructType<infer F>
    ? ValueOf<T> & Setter<T, Key> & { readonly [K in keyof F]: Driven<F[K], Key> }
    : T extends VecType<infer E>
      ? Setter<T, Key> & { at(index: UInt | number): Driven<E, Key> } & VecValue<E>
      : ValueOf<T> & Setter<T, Key>;

type Setter<T extends AnyType, Key extends 'value' | 'next'> = Key extends 'value'
  ? { get value(): ValueOf<T>; set value(to: Operand<T>) }
  : { get next(): never; set next(to: Operand<T>) };

const bitsTypes = new Map<number, UIntType>();

/** An unsigned number of `width` bits (1 to 4,096). */
export function u<const W extends number>(width: W): UIntType<Width<W>> {
  let type = bitsTypes.get(width);
  if (!type) {
    const legal = Number.isInteger(width) && width >= 1 && width <= 4096;
    if (!legal) report('H009', `a width of ${width} bits is not a whole number between 1 and 4096`);
    const bits = legal ? width : 1;
    const made: UIntType = {
      kind: 'bits',
      width: bits,
      ir: { kind: 'bits', width: bits },
      of: (value) => coerce(made, value),
    };
    type = made;
    bitsTypes.set(width, made);
  }
  return type;
}

/** One bit. */
export const bool: UIntType<1> = u(1);

/**
 * An enumeration: `enumeration('State', ['IDLE', 'RUN'])` numbers its members from 0 in the fewest bits; an object gives the
 * encoding. Members are named by string: `state.next = 'RUN'`.
 */
export function enumeration<const M extends string>(
  name: string,
  members: readonly M[] | Readonly<Record<M, number>>,
  width?: number,
): EnumType<M> {
  const entries: [string, bigint][] = Array.isArray(members)
    ? members.map((member: string, value) => [member, BigInt(value)])
    : Object.entries<number>(members as Record<string, number>).map(([member, value]) => [member, BigInt(value)]);
  const highest = entries.reduce((max, [, value]) => (value > max ? value : max), 0n);
  const bits = width ?? highest.toString(2).length;
  const made: EnumType<M> = {
    kind: 'enum',
    width: bits,
    members: Object.fromEntries(entries) as Record<M, bigint>,
    ir: { kind: 'enum', name, width: bits, members: entries.map(([member, value]) => ({ name: member, value })) },
    of: (member) => coerce(made, member) as EnumValue<M>,
  };
  return made;
}

const reserved = new Set(['value', 'next', 'type', 'expr', 'place', 'bits', 'fields']);

/** A packed record; the first field is the most significant. */
export function struct<const F extends Fields>(name: string, fields: F): StructType<F> {
  const entries = Object.entries(fields);
  const width = entries.reduce((sum, [, type]) => sum + type.width, 0);
  let lo = width;
  const layout = entries.map(([field, type]) => {
    if (reserved.has(field))
      report('H014', `field '${field}' of struct '${name}' has the name of a property of every signal`);
    lo -= type.width;
    return { name: field, type: type.ir as ir.Type, lo };
  });
  const made: StructType<F> = {
    kind: 'struct',
    width,
    fields,
    ir: { kind: 'struct', name, width, fields: layout },
    of: (value) => coerce(made, value) as StructValue<F>,
  };
  return made;
}

/** `length` elements of one type; element 0 is the least significant. */
export function vec<T extends AnyType>(element: T, length: number): VecType<T> {
  const width = element.width * length;
  return { kind: 'vec', width, element, length, ir: { kind: 'vec', width, element: element.ir as ir.Type, length } };
}

/** A {@link vec} for a port of a black box that is an unpacked array, `logic [7:0] port [length-1:0]`. */
export function unpacked<T extends AnyType>(element: T, length: number): VecType<T> {
  const type = vec(element, length);
  return { ...type, ir: { ...type.ir, unpacked: true } };
}

/** Bits needed to count `n` things: log2, rounded up, at least 1. */
export function bitsFor(n: number): any {
  return Math.max(1, Math.ceil(Math.log2(n)));
}
