/** What one module says about each of its signals, found once however often the module is used. */
import {
  expressionsOf,
  operandsOf,
  reach,
  visitExprs,
  allStatements,
  type Domain,
  type Expr,
  type Module,
  type Signal,
  type Statement,
  type Target,
} from '../../gen/ir/index.ts';

/** The statements that concern one signal, in the order of the text. */
export type Step =
  | { readonly kind: 'assign'; readonly target: Target; readonly value: Expr }
  | {
      readonly kind: 'when';
      readonly branches: readonly { readonly condition?: Expr; readonly steps: readonly Step[] }[];
    }
  | {
      readonly kind: 'switch';
      readonly subject: Expr;
      readonly cases: readonly { readonly values: readonly bigint[]; readonly steps: readonly Step[] }[];
      readonly otherwise: readonly Step[];
    };

/** Bits [from, to) of a signal. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Assertion {
  /** A wire that is 1 where the assertion is violated; its steps are among the module's. */
  readonly violated: Signal;
  readonly message: string;
  readonly domain: Domain;
}

export interface Facts {
  readonly steps: ReadonlyMap<Signal, readonly Step[]>;
  readonly assertions: readonly Assertion[];
  /** Positions at which an assignment to the signal begins or ends. */
  readonly writes: ReadonlyMap<Signal, readonly number[]>;
  readonly reads: ReadonlyMap<Signal, readonly Span[]>;
}

export function factsOf(module: Module): Facts {
  const assertions: Assertion[] = [];
  const steps = stepsOf(module.statements, assertions);
  const writes = new Map<Signal, number[]>();
  for (const [signal, list] of steps) writes.set(signal, list.flatMap(boundaries));
  return { steps, assertions, writes, reads: readsOf(module) };
}

function stepsOf(statements: readonly Statement[], assertions: Assertion[]): Map<Signal, Step[]> {
  const found = new Map<Signal, Step[]>();
  const add = (signal: Signal, step: Step): void => {
    const list = found.get(signal);
    if (list) list.push(step);
    else found.set(signal, [step]);
  };
  for (const statement of statements) {
    switch (statement.kind) {
      case 'assign':
        add(statement.target.signal, statement);
        break;
      case 'when': {
        const bodies = statement.branches.map(({ body }) => stepsOf(body, assertions));
        for (const signal of keysOf(bodies)) {
          const branches = statement.branches.map(({ condition }, i) => ({
            condition,
            steps: bodies[i]!.get(signal) ?? [],
          }));
          add(signal, { kind: 'when', branches });
        }
        break;
      }
      case 'switch': {
        const bodies = statement.cases.map(({ body }) => stepsOf(body, assertions));
        const otherwise = stepsOf(statement.otherwise ?? [], assertions);
        for (const signal of keysOf([...bodies, otherwise])) {
          const cases = statement.cases.map(({ values }, i) => ({ values, steps: bodies[i]!.get(signal) ?? [] }));
          add(signal, { kind: 'switch', subject: statement.subject, cases, otherwise: otherwise.get(signal) ?? [] });
        }
        break;
      }
      case 'assert': {
        const violated = flagSignal(`assertion ${assertions.length}`);
        assertions.push({ violated, message: statement.message, domain: statement.domain });
        const target: Target = { kind: 'bits', signal: violated, lo: 0, width: 1 };
        add(violated, { kind: 'assign', target, value: { op: 'not', width: 1, a: statement.condition } });
        break;
      }
    }
  }
  return found;
}

function flagSignal(name: string): Signal {
  return { kind: 'wire', name, type: { kind: 'bits', width: 1 }, fallback: { op: 'const', width: 1, value: 0n } };
}

function keysOf(maps: readonly ReadonlyMap<Signal, unknown>[]): Set<Signal> {
  return new Set(maps.flatMap((map) => [...map.keys()]));
}

function boundaries(step: Step): number[] {
  switch (step.kind) {
    case 'assign': {
      const { lo, width } = reach(step.target);
      const found = [lo, lo + width];
      // Small elements share words, so that a bitmap does not become one value a bit.
      const stride = step.target.width * Math.max(1, step.target.width < 32 ? Math.floor(64 / step.target.width) : 1);
      if (step.target.kind === 'element') for (let at = lo + stride; at < lo + width; at += stride) found.push(at);
      return found;
    }
    case 'when':
      return step.branches.flatMap(({ steps }) => steps.flatMap(boundaries));
    case 'switch':
      return [...step.cases.flatMap(({ steps }) => steps), ...step.otherwise].flatMap(boundaries);
  }
}

function readsOf(module: Module): Map<Signal, Span[]> {
  const reads = new Map<Signal, Span[]>();
  const add = (signal: Signal, span: Span): void => {
    const list = reads.get(signal);
    if (list) list.push(span);
    else reads.set(signal, [span]);
  };
  const whole = (expr: Expr): void => {
    if (expr.op === 'ref') add(expr.signal, { from: 0, to: expr.width });
  };
  const seen = new Set<Expr>();
  for (const root of rootsOf(module)) {
    whole(root);
    visitExprs(root, seen, (expr) => {
      if (expr.op === 'slice' && expr.a.op === 'ref') {
        add(expr.a.signal, { from: expr.lo, to: expr.lo + expr.width });
      } else if (expr.op === 'index' && expr.a.op === 'ref' && expr.width >= 32) {
        for (let from = 0; from < expr.a.width; from += expr.width) add(expr.a.signal, { from, to: from + expr.width });
        whole(expr.index);
      } else {
        operandsOf(expr).forEach(whole);
      }
    });
  }
  return reads;
}

function rootsOf(module: Module): Expr[] {
  const roots = [
    ...[...allStatements(module.statements)].flatMap(expressionsOf),
    ...module.signals.flatMap(({ value, fallback }) => [value, fallback]),
    ...module.ports.map(({ fallback }) => fallback),
    ...module.memories.flatMap((memory) => [
      ...memory.reads.flatMap(({ address, enable }) => [address, enable]),
      ...memory.writes.flatMap(({ address, enable, data, mask }) => [address, enable, data, mask]),
    ]),
  ];
  return roots.filter((root) => root !== undefined);
}
