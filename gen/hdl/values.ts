/** Signals and expressions: what a design computes with. Every operation adds one node to the netlist's graph. */
import type { BinaryOp, Expr, Signal } from '../ir/netlist.ts';
import { assign, type Place } from './builder.ts';
import { coerce, literal } from './coerce.ts';
import { anyOf } from './combine.ts';
import { report } from './report.ts';
import {
  bool,
  u,
  type AnyType,
  type Bits,
  type Bool,
  type EnumType,
  type Fields,
  type StructType,
  type UIntType,
  type ValueOf,
  type VecType,
  type Width,
} from './types.ts';

/** Base of all values: an expression with its type and, where it can be driven, the place it stands for. */
export abstract class Value<T extends AnyType = AnyType> {
  readonly type: T;
  /** The netlist node; for the language itself and its tools. */
  expr: Expr;
  /** A `Place`, kept opaque so that the compiler never compares what is behind it. See {@link placeOf}. */
  readonly place: unknown;

  constructor(type: T, expr: Expr, place?: Place) {
    this.type = type;
    this.expr = expr;
    this.place = place;
  }

  /** The same bits as a plain number. */
  get bits(): UInt {
    return new UInt(u(this.type.width), this.expr);
  }

  /** The same bits seen as another type of equal width. */
  as<U extends AnyType>(type: U): ValueOf<U> {
    if (type.width !== this.type.width) {
      report('H001', `${this.type.width} bits cannot be seen as a type of ${type.width} bits`);
      return valueOf(type, constant(0n, type.width));
    }
    return valueOf(type, this.expr);
  }
}

/** What an assignment to `value` writes; undefined for a mere expression. */
export function placeOf(value: Value): Place | undefined {
  return value.place as Place | undefined;
}

// Setters live on the prototype and only in the types of what can be driven: an input has none.
for (const key of ['value', 'next'] as const) {
  Object.defineProperty(Value.prototype, key, {
    get(this: Value) {
      return this;
    },
    set(this: Value, from: unknown) {
      assign(this, key, from);
    },
  });
}

type Amount = UInt | number;

/** An unsigned number of `W` bits. Arithmetic wraps; both operands have one width. */
export class UInt<W extends number = any> extends Value<UIntType<W>> {
  get width(): W {
    return this.type.width;
  }

  add(to: Bits<W>): UInt<W> {
    return this.#same('add', to);
  }
  sub(to: Bits<W>): UInt<W> {
    return this.#same('sub', to);
  }
  /** Low `W` bits of the product; widen the operands for more. */
  mul(to: Bits<W>): UInt<W> {
    return this.#same('mul', to);
  }
  and(to: Bits<W>): UInt<W> {
    return this.#same('and', to);
  }
  or(to: Bits<W>): UInt<W> {
    return this.#same('or', to);
  }
  xor(to: Bits<W>): UInt<W> {
    return this.#same('xor', to);
  }
  not(): UInt<W> {
    return new UInt(this.type, { op: 'not', width: this.width, a: this.expr });
  }
  /** Two's complement. */
  neg(): UInt<W> {
    return new UInt(this.type, { op: 'neg', width: this.width, a: this.expr });
  }

  eq(to: Bits<W>): Bool {
    return this.#compare('eq', to);
  }
  ne(to: Bits<W>): Bool {
    return this.#compare('ne', to);
  }
  lt(to: Bits<W>): Bool {
    return this.#compare('ult', to);
  }
  le(to: Bits<W>): Bool {
    return this.#compare('ule', to);
  }
  gt(to: Bits<W>): Bool {
    return coerce(this.type, to).lt(this as UInt<any>);
  }
  ge(to: Bits<W>): Bool {
    return coerce(this.type, to).le(this as UInt<any>);
  }
  /** Equal to one of the constants. */
  isOneOf(...values: (number | bigint)[]): Bool {
    return anyOf(...values.map((value) => this.eq(value as any)));
  }

  /** Shifts fill with zeros; an amount of `W` or more gives 0. */
  shl(by: Amount): UInt<W> {
    return this.#shift('shl', by);
  }
  shr(by: Amount): UInt<W> {
    return this.#shift('shr', by);
  }

  /** Bits [lo + width - 1 : lo]. */
  slice<const N extends number>(lo: number, width: N): UInt<Width<N>> {
    if (lo < 0 || width < 1 || lo + width > this.width) {
      report('H003', `bits ${lo} to ${lo + width - 1} asked of a value of ${this.width} bits`);
      return u(Math.max(1, width)).of(0) as UInt<any>;
    }
    return new UInt(u(width) as UIntType<any>, sliced(this.expr, lo, width), within(placeOf(this), lo, width));
  }
  /** One bit, by position or by a signal. */
  bit(index: number | UInt): Bool {
    if (typeof index === 'number') return this.slice(index, 1);
    return new UInt(
      bool,
      { op: 'index', width: 1, a: this.expr, index: index.expr },
      elementOf(placeOf(this), index, 1, this.width),
    );
  }
  /** The lowest `width` bits. */
  low<const N extends number>(width: N): UInt<Width<N>> {
    return this.slice(0, width);
  }
  /** The highest `width` bits. */
  high<const N extends number>(width: N): UInt<Width<N>> {
    return this.slice(this.width - width, width);
  }
  /** Widened to `width` bits with zeros. */
  zext<const N extends number>(width: N): UInt<Width<N>> {
    return this.#extend('zext', width);
  }
  /** Widened to `width` bits with copies of the top bit. */
  sext<const N extends number>(width: N): UInt<Width<N>> {
    return this.#extend('sext', width);
  }
  /** Widened or cut to `width` bits. */
  resize<const N extends number>(width: N): UInt<Width<N>> {
    return width <= this.width ? this.slice(0, width) : this.zext(width);
  }

  /** 1 where any bit is set. */
  orReduce(): Bool {
    return this.width === 1 ? (this as UInt<any>) : new UInt(bool, { op: 'redor', width: 1, a: this.expr });
  }
  /** 1 where all bits are set. */
  andReduce(): Bool {
    return this.width === 1 ? (this as UInt<any>) : new UInt(bool, { op: 'redand', width: 1, a: this.expr });
  }
  /** Parity. */
  xorReduce(): Bool {
    return this.width === 1 ? (this as UInt<any>) : new UInt(bool, { op: 'redxor', width: 1, a: this.expr });
  }
  /** The bits as a list, lowest first. */
  toBits(): Bool[] {
    return Array.from({ length: this.width }, (_, i) => this.bit(i));
  }
  /** The same bits as a two's complement number. */
  get signed(): SInt<W> {
    return new SInt(this);
  }

  #operand(to: Bits<W>, what: string): Expr {
    return coerce(this.type, to, 'H001', what).expr;
  }
  #same(op: BinaryOp, to: Bits<W>): UInt<W> {
    return new UInt(this.type, { op, width: this.width, a: this.expr, b: this.#operand(to, `'${op}'`) });
  }
  #compare(op: BinaryOp, to: Bits<W>): Bool {
    return new UInt(bool, { op, width: 1, a: this.expr, b: this.#operand(to, `'${op}'`) });
  }
  #shift(op: BinaryOp, by: Amount): UInt<W> {
    return new UInt(this.type, shiftExpr(op, this, by));
  }
  #extend(op: 'zext' | 'sext', width: number): UInt<any> {
    if (width < this.width) {
      report('H001', `a value of ${this.width} bits cannot be widened to ${width} bits`);
      return u(Math.max(1, width)).of(0);
    }
    return width === this.width ? this : new UInt(u(width), { op, width, a: this.expr });
  }
}

/** A two's complement view: only what differs from the unsigned number. */
export class SInt<W extends number = any> {
  readonly #of: UInt<W>;

  constructor(of: UInt<W>) {
    this.#of = of;
  }
  lt(to: SInt<W>): Bool {
    return new UInt(bool, { op: 'slt', width: 1, a: this.#of.expr, b: to.#checked(this) });
  }
  le(to: SInt<W>): Bool {
    return new UInt(bool, { op: 'sle', width: 1, a: this.#of.expr, b: to.#checked(this) });
  }
  gt(to: SInt<W>): Bool {
    return to.lt(this);
  }
  ge(to: SInt<W>): Bool {
    return to.le(this);
  }
  /** Arithmetic shift: fills with the sign. */
  shr(by: Amount): UInt<W> {
    return new UInt(this.#of.type, shiftExpr('sar', this.#of, by));
  }
  /** The bits again as an unsigned number. */
  get unsigned(): UInt<W> {
    return this.#of;
  }
  get width(): W {
    return this.#of.width;
  }
  #checked(other: SInt<W>): Expr {
    return coerce(other.#of.type, this.#of, 'H001', 'a signed comparison').expr;
  }
}

/** One member of an enumeration. */
export class EnumValue<M extends string = any> extends Value<EnumType<M>> {
  is(member: M): Bool {
    return new UInt(bool, { op: 'eq', width: 1, a: this.expr, b: coerce(this.type, member).expr });
  }
  isOneOf(...members: M[]): Bool {
    return anyOf(...members.map((member) => this.is(member)));
  }
  eq(to: EnumValue<M>): Bool {
    return new UInt(bool, { op: 'eq', width: 1, a: this.expr, b: coerce(this.type, to).expr });
  }
}

class StructBase<F extends Fields = any> extends Value<StructType<F>> {
  constructor(type: StructType<F>, expr: Expr, place?: Place) {
    super(type, expr, place);
    for (const field of type.ir.fields) {
      const fieldType = type.fields[field.name] as AnyType;
      let made: Value | undefined;
      Object.defineProperty(this, field.name, {
        enumerable: true,
        get: () =>
          (made ??= valueOf(
            fieldType,
            sliced(this.expr, field.lo, fieldType.width, field.name),
            within(place, field.lo, fieldType.width),
          )),
        set: undefined,
      });
    }
  }
}
/** A packed record: its fields are properties. */
export type StructValue<F extends Fields = any> = StructBase<F> & { readonly [K in keyof F]: ValueOf<F[K]> };

/** A row of elements of one type. */
export class VecValue<T extends AnyType = any> extends Value<VecType<T>> {
  get length(): number {
    return this.type.length;
  }
  /** One element, by position or by a signal; past the end reads as 0. */
  at(index: UInt | number): ValueOf<T> {
    const { element, length } = this.type;
    const width = element.width;
    if (typeof index === 'number') {
      if (index < 0 || index >= length) {
        report('H003', `element ${index} asked of a vector of ${length}`);
        return valueOf(element, constant(0n, width));
      }
      return valueOf(element, sliced(this.expr, index * width, width), within(placeOf(this), index * width, width));
    }
    return valueOf(
      element,
      { op: 'index', width, a: this.expr, index: index.expr },
      elementOf(placeOf(this), index, width, length),
    );
  }
  /** The elements as a list. */
  toArray(): ValueOf<T>[] {
    return Array.from({ length: this.length }, (_, i) => this.at(i));
  }
}

export function valueOf<T extends AnyType>(type: T, expr: Expr, place?: Place): ValueOf<T> {
  const make = (): Value => {
    switch (type.kind) {
      case 'bits':
        return new UInt(type, expr, place);
      case 'enum':
        return new EnumValue(type, expr, place);
      case 'struct':
        return new StructBase(type, expr, place);
      case 'vec':
        return new VecValue(type, expr, place);
    }
  };
  return make() as ValueOf<T>;
}

export function refTo(signal: Signal): Expr {
  return { op: 'ref', width: signal.type.width, signal };
}

export function constant(value: bigint, width: number, member?: string): Expr {
  return member === undefined ? { op: 'const', width, value } : { op: 'const', width, value, member };
}

function shiftExpr(op: BinaryOp, of: UInt, by: Amount): Expr {
  const b = typeof by === 'number' ? literal(by, Math.max(1, by.toString(2).length)) : by.expr;
  return { op, width: of.width, a: of.expr, b };
}

function sliced(a: Expr, lo: number, width: number, field?: string): Expr {
  if (lo === 0 && width === a.width) return a;
  if (a.op === 'slice' && field === undefined && a.field === undefined)
    return { op: 'slice', width, a: a.a, lo: a.lo + lo };
  return field === undefined ? { op: 'slice', width, a, lo } : { op: 'slice', width, a, lo, field };
}

function within(place: Place | undefined, lo: number, width: number): Place | undefined {
  if (!place) return undefined;
  if (place.index) return lo === 0 && width === place.width ? place : undefined;
  return { ...place, lo: place.lo + lo, width };
}

function elementOf(place: Place | undefined, index: UInt, width: number, length: number): Place | undefined {
  return place && !place.index ? { ...place, width, index: { at: index.expr, length } } : undefined;
}
