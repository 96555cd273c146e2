/** Expressions of several values: choice, concatenation, conditions. */
import { bool, u, type AnyType, type Bits, type Bool, type Operand, type UIntType, type ValueOf } from './types.ts';
import { coerce } from './coerce.ts';
import { UInt, valueOf, type Value } from './values.ts';

/** `a` where `sel` is 1, else `b`. The first branch fixes the type. */
export function mux<W extends number>(sel: Bool, a: UInt<W>, b: Bits<NoInfer<W>>): UInt<W>;
export function mux<T extends AnyType>(sel: Bool, a: Value<T>, b: Operand<T>): ValueOf<T>;
export function mux(sel: Bool, a: Value, b: unknown): Value {
  const condition = coerce(bool, sel, 'H001', 'the condition');
  return valueOf(a.type, {
    op: 'mux',
    width: a.type.width,
    sel: condition.expr,
    a: a.expr,
    b: coerce(a.type, b, 'H001', "the 'else' side").expr,
  });
}

/** The value of the first true condition, else `otherwise`, which fixes the type. */
export function muxCase<W extends number>(
  cases: readonly (readonly [Bool, Bits<NoInfer<W>>])[],
  otherwise: UInt<W>,
): UInt<W>;
export function muxCase<T extends AnyType>(
  cases: readonly (readonly [Bool, Operand<T>])[],
  otherwise: Value<T>,
): ValueOf<T>;
export function muxCase(cases: readonly (readonly [Bool, unknown])[], otherwise: Value): Value {
  return cases.reduceRight(
    (rest, [condition, value]) => mux(condition, coerce(otherwise.type, value) as Value, rest as never),
    otherwise,
  );
}

/** Or of the values whose condition is 1; conditions are expected to exclude each other. No condition gives 0. */
export function oneHot<W extends number>(
  type: UIntType<W>,
  cases: readonly (readonly [Bool, Bits<NoInfer<W>>])[],
): UInt<W> {
  const gated = cases.map(([condition, value]) => {
    return mux(condition, coerce(type, value) as UInt<W>, 0);
  });
  return balanced(gated, (a, b) => a.or(b)) ?? (type.of(0) as UInt<W>);
}

/** The parts side by side, most significant first. */
export function cat(...parts: readonly Value[]): UInt {
  const width = parts.reduce((sum, part) => sum + part.type.width, 0);
  if (parts.length === 1) return parts[0]!.bits;
  return new UInt(u(width), { op: 'cat', width, parts: parts.map((part) => part.expr) });
}

/** `count` copies side by side. */
export function repeat(value: Value, count: number): UInt {
  return value.type.width === 1 && count > 1
    ? value.bits.sext(count)
    : cat(...Array.from({ length: count }, () => value));
}

/** 1 where any of the conditions is. */
export function anyOf(...conditions: readonly Bool[]): Bool {
  return balanced(conditions, (a, b) => a.or(b)) ?? bool.of(0);
}

/** 1 where all of the conditions are. */
export function allOf(...conditions: readonly Bool[]): Bool {
  return balanced(conditions, (a, b) => a.and(b)) ?? bool.of(1);
}

/** Folds a list as a tree of least depth. */
export function balanced<T>(items: readonly T[], combine: (a: T, b: T) => T): T | undefined {
  if (items.length <= 1) return items[0];
  const middle = items.length >> 1;
  return combine(balanced(items.slice(0, middle), combine)!, balanced(items.slice(middle), combine)!);
}
