/**
 * What is to be seen in the hardware, read out of the design itself: why the stages of a pipeline wait and are emptied,
 * every branch of every `when` and `switch`, and both values of every signal and of every expression of one bit.
 */
import { showExpr } from '../../gen/ir/show.ts';
import {
  allStatements,
  expressionsOf,
  visitExprs,
  type Expr,
  type Module,
  type Origin,
  type Signal,
  type Statement,
} from '../../gen/ir/index.ts';
import { allOf, alternatives, both, constant, driverOf, either, not, ref, signalOf } from './netlist.ts';

/** A condition of one bit. `name` is unique among those of its kind in a module. */
export interface Point {
  readonly kind: 'stall' | 'flush' | 'branch' | 'condition' | 'signal';
  readonly name: string;
  readonly condition: Expr;
  /** Where the signal or the statement was written. */
  readonly origin?: Origin;
}

/** A stage of a pipeline, as the pipeline construct of the language makes it. */
export interface StageSignals {
  readonly name: string;
  readonly valid: Expr;
  readonly firing: Expr;
  /** Each reason to wait, each reason to throw away the item that is here. */
  readonly halts: readonly Expr[];
  readonly flushes: readonly Expr[];
  /** The next stage can take an item. */
  readonly free: Expr;
}

const valid = /^(?<stage>\w+)_valid(?:_q)?$/;

/** The stages of the module's pipeline, first to last; none when it has no pipeline. */
export function stagesOf(module: Module): StageSignals[] {
  return module.signals.flatMap((signal): StageSignals[] => {
    const name = signal.name.match(valid)?.groups!['stage'];
    const of = (what: string): Signal | undefined => module.signals.find((each) => each.name === `${name}_${what}`);
    const [firing, ready] = [of('firing'), of('ready')];
    if (!firing || !ready) return [];
    // ready = !(halts) & free; firing = valid & ready & !(flushes): see gen/hdl/pipeline.ts.
    const [holds, empties] = [driverOf(module, ready), driverOf(module, firing)];
    if (holds.op !== 'and' || holds.a.op !== 'not' || empties.op !== 'and' || empties.b.op !== 'not')
      throw new Error(`the hand-shake of stage ${name} in ${module.name} has another form than coverage knows`);
    return [
      {
        name: name!,
        valid: ref(signal),
        firing: ref(firing),
        halts: alternatives(holds.a.a),
        flushes: alternatives(empties.b.a),
        free: holds.b,
      },
    ];
  });
}

const text = (condition: Expr): string => showExpr(condition, 12);

const placed = ({ origin }: { readonly origin?: Origin }): Pick<Point, 'origin'> => (origin ? { origin } : {});

function pipelinePoints(module: Module): Point[] {
  return stagesOf(module).flatMap(({ name, valid: here, halts, flushes, free }): Point[] => [
    ...halts.map((halt): Point => ({ kind: 'stall', name: `${name}: ${text(halt)}`, condition: both(here, halt) })),
    ...(free.op === 'const'
      ? []
      : [{ kind: 'stall', name: `${name}: the next stage is held up`, condition: both(here, not(free)) } as const]),
    ...flushes.map((flush): Point => ({
      kind: 'flush',
      name: `${name}: ${text(flush)}`,
      condition: both(here, flush),
    })),
  ]);
}

/** Every body that can be entered, and where no body has to be, that none is. */
function branchPoints(statements: readonly Statement[], within: readonly Expr[] = []): Point[] {
  return statements.flatMap((statement) =>
    armsOf(statement).flatMap(({ conditions, body }): Point[] => {
      const all = [...within, ...conditions];
      return [
        { kind: 'branch', name: all.map(text).join(', '), condition: allOf(...all), ...placed(statement) },
        ...branchPoints(body, all),
      ];
    }),
  );
}

interface Arm {
  /** All of them hold when the body is entered. */
  readonly conditions: readonly Expr[];
  readonly body: readonly Statement[];
}

function armsOf(statement: Statement): Arm[] {
  if (statement.kind === 'switch') {
    const { subject, cases, otherwise } = statement;
    const subjects = cases.map(({ values }) => isOneOf(subject, values));
    const arms = cases.map(({ body }, i): Arm => ({ conditions: [subjects[i]!], body }));
    return otherwise ? [...arms, { conditions: subjects.map(not), body: otherwise }] : arms;
  }
  if (statement.kind !== 'when') return [];
  const earlier: Expr[] = [];
  const arms = statement.branches.map(({ condition, body }): Arm => {
    const conditions = [...earlier.map(not), ...(condition ? [condition] : [])];
    if (condition) earlier.push(condition);
    return { conditions, body };
  });
  const isComplete = earlier.length < arms.length;
  return isComplete ? arms : [...arms, { conditions: earlier.map(not), body: [] }];
}

const isOneOf = (subject: Expr, values: readonly bigint[]): Expr =>
  values.map((value): Expr => ({ op: 'eq', width: 1, a: subject, b: constant(subject.width, value) })).reduce(either);

function signalPoints(module: Module): Point[] {
  const clocks = new Set(module.domains.flatMap(({ clock, reset }) => [clock, reset]));
  return [...module.ports, ...module.signals]
    .filter(({ name, type }) => type.width === 1 && !clocks.has(name))
    .flatMap((signal): Point[] => [
      { kind: 'signal', name: `${signal.name} = 1`, condition: ref(signal), ...placed(signal) },
      { kind: 'signal', name: `${signal.name} = 0`, condition: not(ref(signal)), ...placed(signal) },
    ]);
}

/** Both values of every expression of one bit that has no name of its own. Assertions are there not to be violated. */
function conditionPoints(module: Module): Point[] {
  const seen = new Set<Expr>();
  const found: Point[] = [];
  const look = (expr: Expr, origin: Pick<Point, 'origin'>): void =>
    visitExprs(expr, seen, (each) => {
      if (each.width !== 1 || each.op === 'ref' || isConstant(each)) return;
      found.push({ kind: 'condition', name: `${text(each)} = 1`, condition: each, ...origin });
      found.push({ kind: 'condition', name: `${text(each)} = 0`, condition: not(each), ...origin });
    });
  for (const signal of module.signals) if (signal.value) look(signal.value, placed(signal));
  for (const statement of allStatements(module.statements)) {
    if (statement.kind === 'assert') continue;
    for (const expr of expressionsOf(statement)) look(expr, placed(statement));
  }
  for (const memory of module.memories) {
    for (const port of [...memory.reads, ...memory.writes]) {
      for (const expr of Object.values(port)) if (isExpr(expr)) look(expr, placed(memory));
    }
  }
  return found;
}

const isExpr = (value: unknown): value is Expr => typeof value === 'object' && value !== null && 'op' in value;

/** It always has the same value, whatever it is computed from. */
const isConstant = (expr: Expr): boolean =>
  expr.op === 'const' ||
  (expr.op === 'not' && isConstant(expr.a)) ||
  (expr.op === 'ult' && expr.b.op === 'const' && expr.b.value === 0n);

/** Everything to be seen in one module; what says the same as another point is left out. */
export function pointsOf(module: Module): Point[] {
  const signals = signalPoints(module);
  const points = [...pipelinePoints(module), ...branchPoints(module.statements), ...conditionPoints(module)];
  const known = new Set(signals.map(({ condition }) => text(condition)));
  const names = new Set<string>();
  return [...points, ...signals].filter(({ kind, name }) => {
    const key = kind === 'branch' ? name : `${kind} ${name}`;
    const isNew = !names.has(key) && !known.has(key);
    names.add(key);
    return isNew;
  });
}

/** A signal of a module by its name, as a condition. */
export const named = (module: Module, name: string): Expr => ref(signalOf(module, name));
