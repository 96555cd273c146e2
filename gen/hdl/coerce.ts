/** From what a description gives as an operand to a value of the type that is asked for. */
import type { Expr } from '../ir/netlist.ts';
import type * as ir from '../ir/types.ts';
import { report } from './report.ts';
import type { AnyType, EnumType, ValueOf } from './types.ts';
import { constant, Value, valueOf } from './values.ts';

/** The operand as a value of `type`; reports where it does not fit. `what` names the use in the message. */
export function coerce<T extends AnyType>(
  type: T,
  operand: unknown,
  code: 'H001' | 'H004' = 'H001',
  what = 'the other side',
): ValueOf<T> {
  const zero = (): ValueOf<T> => valueOf(type, constant(0n, type.width));
  if (operand instanceof Value) {
    if (operand.type.width !== type.width) {
      report(code, `${what} needs ${type.width} bits, but the value has ${operand.type.width}`);
      return zero();
    }
    return valueOf(type, operand.expr);
  }
  if (
    type.kind === 'bits' &&
    (typeof operand === 'number' || typeof operand === 'bigint' || typeof operand === 'boolean')
  ) {
    return valueOf(type, literal(operand, type.width));
  }
  if (type.kind === 'enum' && typeof operand === 'string') {
    const value = (type as EnumType).members[operand];
    if (value === undefined) {
      report('H008', `'${operand}' is not a member of ${type.ir.name}: ${Object.keys(type.members).join(', ')}`);
      return zero();
    }
    return valueOf(type, constant(value, type.width, operand));
  }
  if (type.kind === 'struct' && typeof operand === 'object' && operand !== null) {
    const given = operand as Record<string, unknown>;
    const parts = type.ir.fields.map((field: ir.Field) => {
      if (!(field.name in given)) report('H005', `field '${field.name}' of struct '${type.ir.name}' is missing`);
      return coerce(type.fields[field.name], given[field.name] ?? 0, code, `field '${field.name}'`).expr;
    });
    return valueOf(type, { op: 'cat', width: type.width, parts, type: type.ir });
  }
  if (type.kind === 'vec' && Array.isArray(operand) && operand.length === type.length) {
    const parts = operand.map((element, i) => coerce(type.element, element, code, `element ${i}`).expr).reverse();
    return valueOf(type, { op: 'cat', width: type.width, parts, type: type.ir });
  }
  report('H005', `${what} needs a value of ${describe(type)}, but is ${operand === null ? 'null' : typeof operand}`);
  return zero();
}

function describe(type: AnyType): string {
  return type.kind === 'enum' || type.kind === 'struct' ? `${type.kind} ${type.ir.name}` : `${type.width} bits`;
}

/** A number as a constant; a negative one is taken as two's complement. */
export function literal(of: number | bigint | boolean, width: number): Expr {
  if (typeof of === 'number' && !Number.isSafeInteger(of)) {
    report('H002', `${of} is not a whole number that is exact; write it as a bigint`);
    return constant(0n, width);
  }
  const value = BigInt(of);
  const fits = value >= 0n ? value >> BigInt(width) === 0n : -value <= 1n << BigInt(width - 1);
  if (!fits) report('H002', `${value} does not fit ${width} bits`);
  return constant(BigInt.asUintN(width, value), width);
}
