/** Which signals are assigned together, and which must not be. */
import {
  allStatements,
  expressionsOf,
  visitExprs,
  type Expr,
  type Module,
  type Signal,
  type Statement,
} from '../../ir/index.ts';
import { dependsOnInputs } from './feedthrough.ts';
import type { Normaliser } from './normalise.ts';
import { assignedIn } from './statements.ts';

/** A module with its statements and values in normal form. */
export interface Context {
  readonly module: Module;
  readonly statements: readonly Statement[];
  readonly values: ReadonlyMap<Signal, Expr>;
  readonly fallbacks: ReadonlyMap<Signal, Expr>;
  readonly normal: Normaliser;
}

/** Signals that are assigned together, and the top-level statements that do. */
export interface Group {
  readonly signals: Set<Signal>;
  readonly statements: number[];
}

/** Signals of one statement belong together, and those of statements that follow each other and are `related`. */
export function grouped(
  assigned: readonly ReadonlySet<Signal>[],
  signals: readonly Signal[],
  related: (a: number, b: number) => boolean,
): Group[] {
  const parent = new Map(signals.map((signal) => [signal, signal]));
  const find = (signal: Signal): Signal => {
    let root = signal;
    while (parent.get(root) !== root) root = parent.get(root)!;
    for (let at = signal; at !== root;) {
      const next = parent.get(at)!;
      parent.set(at, root);
      at = next;
    }
    return root;
  };
  let previous: { readonly i: number; readonly signal: Signal } | undefined;
  assigned.forEach((all, i) => {
    const [first, ...others] = [...all].filter((signal) => parent.has(signal));
    if (!first) return;
    for (const other of others) parent.set(find(other), find(first));
    if (previous && related(previous.i, i)) parent.set(find(first), find(previous.signal));
    previous = { i, signal: first };
  });
  const groups = new Map<Signal, Group>();
  const groupOf = (signal: Signal): Group => {
    const root = find(signal);
    let group = groups.get(root);
    if (!group) groups.set(root, (group = { signals: new Set(), statements: [] }));
    return group;
  };
  assigned.forEach((all, i) => {
    for (const signal of all) {
      if (!parent.has(signal)) continue;
      const group = groupOf(signal);
      group.signals.add(signal);
      if (group.statements.at(-1) !== i) group.statements.push(i);
    }
  });
  for (const signal of signals) groupOf(signal).signals.add(signal);
  return [...groups.values()];
}

/**
 * A process that reads what it assigns would see values that are not final: a group that may depend on itself, even
 * through other processes, falls apart into its signals.
 */
export function untangled(groups: readonly Group[], context: Context): Group[] {
  const { statements } = context;
  const sources = new Map<object, readonly object[]>();
  const groupOf = new Map<Signal, Group>();
  for (const group of groups) for (const signal of group.signals) groupOf.set(signal, group);
  for (const group of groups) {
    const exprs = [...allStatements(group.statements.map((i) => statements[i]!))].flatMap(expressionsOf);
    for (const signal of group.signals) if (context.fallbacks.has(signal)) exprs.push(context.fallbacks.get(signal)!);
    sources.set(
      group,
      readsOf(exprs).map((signal) => groupOf.get(signal) ?? signal),
    );
  }
  for (const [signal, value] of context.values)
    sources.set(
      signal,
      readsOf([value]).map((read) => groupOf.get(read) ?? read),
    );
  for (const instance of context.module.instances) {
    const inputs = instance.ports
      .filter(({ port }) => port.kind !== 'output')
      .map(({ net }) => groupOf.get(net) ?? net);
    sources.set(instance, inputs);
    const through = dependsOnInputs(instance.module);
    for (const { port, net } of instance.ports)
      if (port.kind === 'output' && through.has(port.name)) sources.set(net, [instance]);
  }
  for (const memory of context.module.memories) {
    for (const { latency, address, data } of memory.reads)
      if (latency === 0)
        sources.set(
          data,
          readsOf([address]).map((read) => groupOf.get(read) ?? read),
        );
  }
  const tangled = inCycles(sources);
  return groups.flatMap((group) => {
    if (group.signals.size === 1 || !tangled.has(group)) return [group];
    return [...group.signals].map((signal) => ({
      signals: new Set([signal]),
      statements: group.statements.filter((i) => assignedIn(statements[i]!).has(signal)),
    }));
  });
}

/** The signals that expressions read. */
export function readsOf(roots: readonly Expr[]): Signal[] {
  const signals = new Set<Signal>();
  const seen = new Set<Expr>();
  for (const root of roots) visitExprs(root, seen, (expr) => expr.op === 'ref' && signals.add(expr.signal));
  return [...signals];
}

/** What lies on a cycle, or on a way from one to another. */
function inCycles(sources: ReadonlyMap<object, readonly object[]>): Set<object> {
  const users = new Map<object, object[]>();
  for (const [user, all] of sources) {
    for (const source of all) {
      const known = users.get(source);
      if (known) known.push(user);
      else users.set(source, [user]);
    }
  }
  const left = new Set(sources.keys());
  const peel = (
    ahead: ReadonlyMap<object, readonly object[]>,
    behind: ReadonlyMap<object, readonly object[]>,
  ): void => {
    const open = new Map(
      [...left].map((vertex) => [vertex, (ahead.get(vertex) ?? []).filter((other) => left.has(other)).length]),
    );
    const todo = [...left].filter((vertex) => open.get(vertex) === 0);
    for (let vertex = todo.pop(); vertex; vertex = todo.pop()) {
      left.delete(vertex);
      for (const other of behind.get(vertex) ?? []) {
        if (!left.has(other)) continue;
        open.set(other, open.get(other)! - 1);
        if (open.get(other) === 0) todo.push(other);
      }
    }
  };
  peel(sources, users);
  peel(users, sources);
  return left;
}
