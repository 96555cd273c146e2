/** Building and taking apart expressions of the netlist. */
import type { Expr, Module, Signal } from '../../gen/ir/index.ts';

export const ref = (signal: Signal): Expr => ({ op: 'ref', width: signal.type.width, signal });
export const not = (a: Expr): Expr => ({ op: 'not', width: a.width, a });
export const both = (a: Expr, b: Expr): Expr => ({ op: 'and', width: a.width, a, b });
export const either = (a: Expr, b: Expr): Expr => ({ op: 'or', width: a.width, a, b });
export const choose = (sel: Expr, a: Expr, b: Expr): Expr => ({ op: 'mux', width: a.width, sel, a, b });
export const constant = (width: number, value: bigint): Expr => ({ op: 'const', width, value });
export const allOf = (...conditions: readonly Expr[]): Expr => conditions.reduce(both);

/** Conditions in one value, the first in bit 0. */
export const gathered = (conditions: readonly Expr[]): Expr => ({
  op: 'cat',
  width: conditions.length,
  parts: conditions.toReversed(),
});

/** The conditions of a disjunction, as it was written: named expressions are not looked into. */
export function alternatives(expr: Expr): Expr[] {
  if (expr.op === 'or') return [...alternatives(expr.a), ...alternatives(expr.b)];
  return expr.op === 'const' && expr.value === 0n ? [] : [expr];
}

/** The values that a chain of multiplexers chooses from, each with its condition; the last one is what is left. */
export function choices(expr: Expr): { readonly value: Expr; readonly condition: Expr }[] {
  const found: { value: Expr; condition: Expr }[] = [];
  let rest = constant(1, 1n);
  let at = expr;
  for (; at.op === 'mux'; at = at.b) {
    found.push({ value: at.a, condition: both(rest, at.sel) });
    rest = both(rest, not(at.sel));
  }
  return [...found, { value: at, condition: rest }];
}

/** @throws Error that names the module when it has no such signal */
export function signalOf(module: Module, name: string): Signal {
  const found = [...module.ports, ...module.signals].find((signal) => signal.name === name);
  if (found) return found;
  throw new Error(
    `coverage looks at \`${name}\` of module ${module.name}, which has no such signal: name what took its place`,
  );
}

/** A field of a signal that is a struct. */
export function fieldOf(signal: Signal, name: string): Expr {
  const { type } = signal;
  const field = type.kind === 'struct' ? type.fields.find((each) => each.name === name) : undefined;
  if (!field)
    throw new Error(`coverage looks at \`${signal.name}.${name}\`, which is not there: name what took its place`);
  return { op: 'slice', width: field.type.width, a: ref(signal), lo: field.lo, field: name };
}

/** The one value that the module's statements give a wire, without conditions around it. */
export function driverOf(module: Module, signal: Signal): Expr {
  const drivers = module.statements.filter((each) => each.kind === 'assign' && each.target.signal === signal);
  const [driver] = drivers;
  if (drivers.length === 1 && driver?.kind === 'assign') return driver.value;
  throw new Error(`\`${signal.name}\` of module ${module.name} is not driven by one plain assignment`);
}
