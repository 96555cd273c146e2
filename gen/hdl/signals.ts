/** Signals inside a module: wires, registers, conditional assignment. */
import type { Branch, Case, Domain, Statement } from '../ir/netlist.ts';
import { builder, type Draft } from './builder.ts';
import { captureOrigin } from './origin.ts';
import { report } from './report.ts';
import {
  bool,
  type AnyType,
  type Bool,
  type Operand,
  type Reg,
  type UIntType,
  type ValueOf,
  type Wire,
} from './types.ts';
import { anyOf, muxCase } from './combine.ts';
import { coerce } from './coerce.ts';
import { type EnumValue, refTo, UInt, type Value } from './values.ts';

/** A combinational signal driven with `.value`. It takes `fallback` where nothing assigns it; without one, every path must. */
export function wire<T extends AnyType>(type: T, fallback?: Operand<T>): Wire<T> {
  const value = fallback === undefined ? undefined : coerce(type, fallback, 'H004', 'the fallback').expr;
  return builder().signal(type, 'wire', value ? { fallback: value } : {}) as unknown as Wire<T>;
}

/**
 * A register, driven with `.next`; it holds where nothing assigns it. With `reset` it takes that constant under the
 * domain's synchronous reset; without, it is a data register that no reset reaches.
 */
export function reg<T extends AnyType>(type: T, reset?: Operand<T>): Reg<T> {
  return register(type, reset, {});
}

/** The first flip-flop of a synchroniser: the only place where a signal of another domain may be sampled. */
export function synchroniser<T extends AnyType>(type: T, reset?: Operand<T>): Reg<T> {
  return register(type, reset, { synchroniser: true });
}

function register<T extends AnyType>(type: T, reset: Operand<T> | undefined, extra: Partial<Draft>): Reg<T> {
  const module = builder();
  const value = reset === undefined ? undefined : constantOf(coerce(type, reset, 'H004', 'the reset value'));
  return module.signal(type, 'reg', {
    ...extra,
    domain: module.useDomain(),
    ...(value === undefined ? {} : { reset: value }),
  }) as unknown as Reg<T>;
}

/** The number behind a constant expression. */
function constantOf(value: Value): bigint {
  const fold = (expr: Value['expr']): bigint | undefined => {
    if (expr.op === 'const') return expr.value;
    if (expr.op !== 'cat') return undefined;
    return expr.parts.reduce<bigint | undefined>((high, part) => {
      const low = fold(part);
      return high === undefined || low === undefined ? undefined : (high << BigInt(part.width)) | low;
    }, 0n);
  };
  const found = fold(value.expr);
  if (found === undefined) report('H005', 'a reset value is a constant');
  return found ?? 0n;
}

/** A value that takes part in nothing on purpose: silences the check for unused signals. */
export function unused(...values: Value[]): void {
  for (const value of values) if (value.expr.op === 'ref') (value.expr.signal as Draft).unusedOk = true;
}

/** Continues a `when`. */
export interface WhenChain {
  elseWhen(condition: Bool, body: () => void): WhenChain;
  otherwise(body: () => void): void;
}

/** Statements of `body` apply where `condition` is 1; the last assignment in program order wins. */
export function when(condition: Bool, body: () => void): WhenChain {
  const module = builder();
  const branches: Branch[] = [];
  const earlier: Bool[] = [];
  const add = (tested: Bool | undefined, inner: () => void): void => {
    const checked = tested && coerce(bool, tested, 'H001', 'a condition');
    const statements = module.nested([...earlier.map((other) => other.not()), ...(checked ? [checked] : [])], inner);
    branches.push(checked ? { condition: checked.expr, body: statements } : { body: statements });
    if (checked) earlier.push(checked);
  };
  module.statement({ kind: 'when', branches, origin: captureOrigin() });
  add(condition, body);
  const chain: WhenChain = {
    elseWhen(next, inner) {
      if (branches.at(-1)?.condition === undefined) report('H023', '`elseWhen` follows `otherwise`');
      add(next, inner);
      return chain;
    },
    otherwise(inner) {
      if (branches.at(-1)?.condition === undefined) report('H023', '`otherwise` is given twice');
      add(undefined, inner);
    },
  };
  return chain;
}

type EnumCases<M extends string> = Partial<Record<M, () => void>>;
type NumberCases = readonly (readonly [number | bigint | readonly (number | bigint)[], () => void])[];

/** Statements by the value of `subject`: an object keyed by the members of an enumeration, or pairs of numbers and bodies. */
export function switchOn(subject: UInt, cases: NumberCases, otherwise?: () => void): void;
export function switchOn<M extends string>(subject: EnumValue<M>, cases: EnumCases<M>, otherwise?: () => void): void;
export function switchOn(
  subject: EnumValue | UInt,
  cases: EnumCases<string> | NumberCases,
  otherwise?: () => void,
): void {
  const module = builder();
  const list: [Value[], () => void][] = Array.isArray(cases)
    ? (cases as NumberCases).map(([values, body]) => [
        [values].flat().map((value) => coerce(subject.type, value) as Value),
        body,
      ])
    : Object.entries(cases as EnumCases<string>).map(([member, body]) => [
        [coerce(subject.type, member) as Value],
        body!,
      ]);
  const made: Case[] = [];
  const tests: Bool[] = [];
  const compare = (value: Value): Bool => new UInt(bool, { op: 'eq', width: 1, a: subject.expr, b: value.expr });
  const statement: { kind: 'switch'; otherwise?: Statement[] } & Omit<
    Extract<Statement, { kind: 'switch' }>,
    'otherwise'
  > = {
    kind: 'switch',
    subject: subject.expr,
    type: subject.type.ir,
    cases: made,
    origin: captureOrigin(),
  };
  module.statement(statement);
  for (const [values, body] of list) {
    const test = anyOf(...values.map(compare));
    tests.push(test);
    made.push({ values: values.map(constantOf), body: module.nested([test], body) });
  }
  if (otherwise)
    (statement as { otherwise?: Statement[] }).otherwise = module.nested(
      tests.map((test) => test.not()),
      otherwise,
    );
}

/** The operand that belongs to the value of `subject`; `otherwise` fixes the type and serves the members not named. */
export function select<M extends string, T extends AnyType>(
  subject: EnumValue<M>,
  cases: Partial<Record<M, Operand<T>>>,
  otherwise: Value<T>,
): ValueOf<T> {
  const list = Object.entries(cases) as [M, Operand<T>][];
  return muxCase(
    list.map(([member, value]) => [subject.is(member), value] as const),
    otherwise,
  );
}

/** The same signal one clock edge later, without reset. */
export function delay<V extends Value>(value: V): V {
  const delayed = reg(value.type) as Reg<UIntType>;
  delayed.next = value as never;
  return delayed as never;
}

/** The reset of the domain that is in force here, as a signal: to be combined with others for an instance's reset. */
export function domainReset(): Bool {
  const module = builder();
  return new UInt(bool, refTo(module.domainPort(module.useDomain().reset)));
}

/** Registers, memories and assertions created in `body` belong to `domain`. */
export function inDomain<R>(domain: Domain, body: () => R): R {
  const module = builder();
  const outer = module.domain;
  module.domain = domain;
  try {
    return body();
  } finally {
    module.domain = outer;
  }
}
