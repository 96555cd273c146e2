import type { Diagnostics, Note } from '../../diagnostics/index.ts';
import type { Signal, Statement } from '../netlist.ts';
import { showExpr } from '../show.ts';
import { bodiesOf, reach } from '../walk.ts';
import { bitNames } from './drivers.ts';
import { type Facts, label, maskOf } from './facts.ts';

/** Bits of a signal that a statement assigns on every path, and on at least one. */
export interface Cover {
  readonly sure: bigint;
  readonly maybe: bigint;
}

/** A note for each decision that leaves bits open; more would not help. */
const NOTES = 4;

/** H102: bits that nothing drives; H105: bits that only some paths drive. */
export function checkPaths(facts: Facts, diagnostics: Diagnostics): void {
  const { module, drivers } = facts;
  const covers = coverOf(module.statements);
  for (const signal of [...module.ports, ...module.signals]) {
    if (signal.kind === 'input' || signal.kind === 'inout' || signal.kind === 'node') continue;
    if (drivers.get(signal)?.some(({ kind }) => kind !== 'assign')) continue;
    const { sure, maybe } = covers.get(signal) ?? { sure: 0n, maybe: 0n };
    const all = maskOf(0, signal.type.width);
    const never = all & ~maybe;
    const sometimes = all & maybe & ~sure;
    const { kind, type, origin, fallback } = signal;
    if (fallback || (kind === 'reg' && signal.reset !== undefined && maybe !== 0n)) continue;
    if (never !== 0n) {
      const which = never === all ? label(facts, signal) : `${bitNames(signal, never)} of ${label(facts, signal)}`;
      const constant = kind === 'reg' && signal.reset !== undefined ? ': it keeps its reset value' : '';
      diagnostics.report({ code: 'H102', message: `${which} is never driven${constant}`, origin });
    } else if (sometimes !== 0n && kind !== 'reg') {
      const which =
        sometimes === maskOf(0, type.width)
          ? label(facts, signal)
          : `${bitNames(signal, sometimes)} of ${label(facts, signal)}`;
      const notes = gaps(module.statements, signal, sometimes).slice(0, NOTES);
      diagnostics.report({ code: 'H105', message: `${which} is not assigned on every path`, origin, notes });
    }
  }
}

/** What a list of statements assigns. */
export function coverOf(statements: readonly Statement[]): Map<Signal, Cover> {
  const covers = new Map<Signal, Cover>();
  for (const statement of statements) {
    for (const [signal, { sure, maybe }] of coversOf(statement)) {
      const known = covers.get(signal);
      covers.set(signal, known ? { sure: known.sure | sure, maybe: known.maybe | maybe } : { sure, maybe });
    }
  }
  return covers;
}

const computed = new WeakMap<Statement, Map<Signal, Cover>>();

/** What one statement assigns. */
export function coversOf(statement: Statement): ReadonlyMap<Signal, Cover> {
  let covers = computed.get(statement);
  if (!covers) computed.set(statement, (covers = compute(statement)));
  return covers;
}

function compute(statement: Statement): Map<Signal, Cover> {
  if (statement.kind === 'assert') return new Map();
  if (statement.kind === 'assign') {
    const { target } = statement;
    const { lo, width } = reach(target);
    const maybe = maskOf(lo, width);
    return new Map([[target.signal, { sure: target.kind === 'bits' ? maybe : 0n, maybe }]]);
  }
  const bodies = bodiesOf(statement).map(coverOf);
  const complete = isComplete(statement);
  const merged = new Map<Signal, { sure: bigint; maybe: bigint; bodies: number }>();
  for (const body of bodies) {
    for (const [signal, { sure, maybe }] of body) {
      const known = merged.get(signal);
      if (known) {
        known.sure &= sure;
        known.maybe |= maybe;
        known.bodies++;
      } else {
        merged.set(signal, { sure, maybe, bodies: 1 });
      }
    }
  }
  for (const cover of merged.values()) if (!complete || cover.bodies < bodies.length) cover.sure = 0n;
  return merged;
}

type Decision = Extract<Statement, { kind: 'when' | 'switch' }>;

/** True when one of the bodies is always taken. */
function isComplete(statement: Decision): boolean {
  if (statement.kind === 'when')
    return statement.branches.some(
      ({ condition }) => !condition || (condition.op === 'const' && condition.value === 1n),
    );
  return statement.otherwise !== undefined || uncovered(statement).length === 0;
}

/** Values without a case, as text; at most a few of them. */
function uncovered({ type, cases }: Extract<Statement, { kind: 'switch' }>): string[] {
  const covered = new Set(cases.flatMap(({ values }) => values));
  if (type.kind === 'enum') return type.members.flatMap(({ name, value }) => (covered.has(value) ? [] : [name]));
  const missing: string[] = [];
  for (let value = 0n; value < 1n << BigInt(type.width) && missing.length < 3; value++) {
    if (!covered.has(value)) missing.push(String(value));
  }
  return missing;
}

/** The decisions that leave some of `bits` open, in the order of the text. */
function gaps(statements: readonly Statement[], signal: Signal, bits: bigint): Note[] {
  const open = bits & ~(coverOf(statements).get(signal)?.sure ?? 0n);
  const notes: Note[] = [];
  for (const statement of statements) {
    const cover = coversOf(statement).get(signal);
    if (!cover || (cover.maybe & open) === 0n || (cover.sure & open) === open) continue;
    if (statement.kind === 'assign') {
      notes.push({ message: 'assigns only the element that an index chooses', origin: statement.origin });
    } else if (statement.kind !== 'assert') {
      notes.push(...decisionGaps(statement, signal, open));
    }
  }
  return notes;
}

function decisionGaps(statement: Decision, signal: Signal, open: bigint): Note[] {
  const bodyGaps = (where: string, body: readonly Statement[]): Note[] => {
    const cover = coverOf(body).get(signal);
    if (((cover?.sure ?? 0n) & open) === open) return [];
    const inner = (cover?.maybe ?? 0n) & open ? gaps(body, signal, open) : [];
    return inner.length > 0 ? inner : [{ message: `not assigned where ${where}`, origin: statement.origin }];
  };
  const elsewhere = (where: string): Note[] =>
    isComplete(statement) ? [] : [{ message: `not assigned where ${where}`, origin: statement.origin }];

  if (statement.kind === 'when') {
    const conditions = statement.branches.flatMap(({ condition }) => (condition ? [`\`${showExpr(condition)}\``] : []));
    const none = `${conditions.join(' and ')} ${conditions.length > 1 ? 'are' : 'is'} 0`;
    const inside = statement.branches.flatMap(({ condition, body }) =>
      bodyGaps(condition ? `\`${showExpr(condition)}\` is 1` : none, body),
    );
    return [...inside, ...elsewhere(none)];
  }
  const subject = `\`${showExpr(statement.subject)}\``;
  const { type } = statement;
  const nameOf = (value: bigint): string =>
    (type.kind === 'enum' ? type.members.find((m) => m.value === value)?.name : undefined) ?? String(value);
  const inside = statement.cases.flatMap(({ values, body }) =>
    bodyGaps(`${subject} is ${values.map(nameOf).join(' or ')}`, body),
  );
  const rest = statement.otherwise ? bodyGaps(`${subject} is none of the cases`, statement.otherwise) : [];
  return [...inside, ...rest, ...elsewhere(`${subject} is ${uncovered(statement).join(' or ')}`)];
}
