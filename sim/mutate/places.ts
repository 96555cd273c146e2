/**
 * The places of a module at which something may be wrong. Each has a name that text elsewhere in the module does not change
 * (the signal that is driven there, and the way into its expression), so that it is found again in a module of other parameters.
 */
import {
  allStatements,
  expressionsOf,
  partName,
  type Expr,
  type Memory,
  type Module,
  type Origin,
  type Signal,
  type Statement,
} from '../../gen/ir/index.ts';

export interface Place {
  /** `pc_next#2.a.sel`: in the second assignment to `pc_next`, the select of its first operand. */
  readonly path: string;
  /** The signal or memory that the place belongs to, as the emitted text calls it. */
  readonly signal: string;
  readonly origin: Origin | undefined;
}

type At<T> = Place & { readonly at: T };

export interface Places {
  readonly exprs: readonly At<Expr>[];
  readonly statements: readonly At<Statement>[];
  readonly memories: readonly At<Memory>[];
  /** Registers with a reset value. */
  readonly resets: readonly At<Signal>[];
  /** Signals that something in the module reads. */
  readonly reads: readonly At<Signal>[];
}

/** What only assertions read is no hardware, and not among the places. */
export function placesOf(module: Module): Places {
  const exprs: At<Expr>[] = [];
  const statements: At<Statement>[] = [];
  const seen = new Set<Expr>();
  const read = new Set<Signal>();
  const enter = (root: Expr, place: Place): void => {
    const todo = [{ at: root, ...place }];
    for (let found = todo.pop(); found; found = todo.pop()) {
      const { at, path } = found;
      if (at.op === 'ref') read.add(at.signal);
      if (seen.has(at)) continue;
      seen.add(at);
      exprs.push(found);
      for (const [name, operand] of operandNames(at).toReversed())
        todo.push({ ...found, at: operand, path: `${path}.${name}` });
    }
  };

  for (const signal of [...module.ports, ...module.signals]) {
    const { name, origin, value, fallback } = signal;
    if (value) enter(value, { path: name, signal: name, origin });
    if (fallback) enter(fallback, { path: `${name}#0`, signal: name, origin });
  }
  const counts = new Map<string, number>();
  for (const statement of allStatements(module.statements)) {
    if (statement.kind === 'assert') continue;
    const signal = targetName(statement);
    if (signal === undefined) continue;
    const name = statement.kind === 'assign' ? signal : `${statement.kind} ${signal}`;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    const place = { path: `${name}#${count}`, signal, origin: statement.origin };
    statements.push({ at: statement, ...place });
    expressionsOf(statement).forEach((root, i) => enter(root, { ...place, path: `${place.path}.${i}` }));
  }
  for (const { name, origin, reads, writes } of module.memories) {
    const enterAll = (port: string, operands: Readonly<Record<string, Expr | undefined>>): void => {
      for (const [operand, root] of Object.entries(operands))
        if (root) enter(root, { path: `${name}.${port}.${operand}`, signal: name, origin });
    };
    reads.forEach(({ address, enable }, i) => enterAll(`read${i}`, { address, enable }));
    writes.forEach(({ address, enable, data, mask }, i) => enterAll(`write${i}`, { address, enable, data, mask }));
  }

  const clocks = new Set(module.domains.flatMap(({ clock, reset }) => [clock, reset]));
  const named = (signal: Signal): At<Signal> => ({
    at: signal,
    path: signal.name,
    signal: signal.name,
    origin: signal.origin,
  });
  return {
    exprs,
    statements,
    memories: module.memories.map((memory) => ({
      at: memory,
      path: memory.name,
      signal: memory.name,
      origin: memory.origin,
    })),
    resets: module.signals.filter(({ reset }) => reset !== undefined).map(named),
    reads: [...module.ports, ...module.signals]
      .filter((signal) => read.has(signal) && !clocks.has(signal.name))
      .map(named),
  };
}

function operandNames(expr: Expr): [string, Expr][] {
  switch (expr.op) {
    case 'const':
    case 'ref':
      return [];
    case 'mux':
      return [['sel', expr.sel], ['a', expr.a], ['b', expr.b]]; // prettier-ignore
    case 'index':
      return [['a', expr.a], ['index', expr.index]]; // prettier-ignore
    case 'cat':
      return expr.parts.map((part, i) => [String(i), part]);
    default:
      return 'b' in expr ? [['a', expr.a], ['b', expr.b]] : [['a', expr.a]]; // prettier-ignore
  }
}

/** What a statement assigns first; undefined for one that only asserts. */
function targetName(statement: Statement): string | undefined {
  for (const inner of allStatements([statement])) {
    if (inner.kind !== 'assign') continue;
    const { signal, lo, width } = inner.target;
    return inner.target.kind === 'element' ? signal.name : partName(signal.name, signal.type, lo, width);
  }
  return undefined;
}
