/** What a module's parts read and assign. */
import {
  allStatements,
  expressionsOf,
  operandsOf,
  visitExprs,
  type Expr,
  type Module,
  type Signal,
  type Statement,
} from '../../ir/index.ts';
import { isIndex, type Root } from './definitions.ts';
import type { Process } from './processes.ts';

/** What a process reads, each expression named after the first signal that it decides about. */
export function processRoots(process: Process): Root[] {
  const comb = process.kind === 'comb';
  const body: readonly Statement[] = process.kind === 'assign' ? process.parts : process.body;
  return [...allStatements(body)].flatMap((statement) => {
    const base = targetName(statement);
    const isElement = statement.kind === 'assign' && statement.target.kind === 'element';
    return expressionsOf(statement).map((expr, i): Root => {
      const named = isElement && i === 0 && !isIndex(expr);
      const role = named
        ? 'index'
        : statement.kind === 'when'
          ? 'condition'
          : statement.kind === 'switch'
            ? 'selector'
            : undefined;
      return { expr, base, comb, named, ...(role && { role }), ...(statement.origin && { origin: statement.origin }) };
    });
  });
}

function targetName(statement: Statement): string {
  for (const inner of allStatements([statement]))
    if (inner.kind === 'assign') return inner.target.signal.name.replace(/_q$/, '');
  return 'assertion';
}

/** How many places read a signal. */
export function readersOf(roots: readonly Expr[]): Map<Signal, number> {
  const readers = new Map<Signal, number>();
  const read = (expr: Expr): unknown =>
    expr.op === 'ref' && readers.set(expr.signal, (readers.get(expr.signal) ?? 0) + 1);
  const seen = new Set<Expr>();
  for (const root of roots) {
    read(root);
    visitExprs(root, seen, (expr) => operandsOf(expr).forEach(read));
  }
  return readers;
}

/** What each signal is assigned, as far as it is assigned as a whole. */
export function driversOf(
  processes: readonly Process[],
  values: ReadonlyMap<Signal, Expr>,
): Map<Signal, (Expr | 'part')[]> {
  const drivers = new Map<Signal, (Expr | 'part')[]>([...values].map(([signal, value]) => [signal, [value]]));
  for (const process of processes) {
    for (const statement of allStatements(process.kind === 'assign' ? process.parts : process.body)) {
      if (statement.kind !== 'assign') continue;
      const { signal, width } = statement.target;
      const all = drivers.get(signal) ?? [];
      // Icarus wants a cast for a choice of members, but only from a blocking assignment.
      const isTaken = width === signal.type.width && !(process.kind === 'comb' && statement.value.op === 'mux');
      all.push(isTaken ? statement.value : 'part');
      drivers.set(signal, all);
    }
  }
  return drivers;
}

/** The flip-flops of synchronisers: the first ones, and those that only repeat one. */
export function synchronisers({ signals, statements }: Module): Set<Signal> {
  const found = new Set(signals.filter(({ synchroniser }) => synchroniser));
  for (const statement of statements) {
    if (statement.kind !== 'assign' || statement.value.op !== 'ref' || !statement.value.signal.synchroniser) continue;
    if (statement.target.signal.kind === 'reg') found.add(statement.target.signal);
  }
  return found;
}

/** The runs of ones in a mask, highest first, as they are read. */
export function ranges(bits: bigint): { lo: number; size: number }[] {
  const text = bits.toString(2);
  return [...text.matchAll(/1+/g)].map((match) => ({
    lo: text.length - match.index - match[0].length,
    size: match[0].length,
  }));
}
