/**
 * A design that remembers what has been seen in it: the netlist with a register more in each module, in which every
 * point leaves a 1, and with flags that travel down the pipeline with each instruction. The simulation reads them; the
 * design itself is as it was.
 */
import type { Expr, Instance, Module, Signal, Statement } from '../../gen/ir/index.ts';
import { allOf, choose, constant, either, gathered, not, ref } from './netlist.ts';
import { pointsOf, stagesOf, type Point } from './points.ts';

/** Register of a module in which its points leave their marks, the first in bit 0. */
export const seenName = 'coverage_seen';
/** Flags of the instruction in the last stage of the pipeline. */
export const passageName = 'coverage_passage';

/** Something to be known about each instruction that goes down a pipeline. */
export interface Flag {
  readonly name: string;
  readonly stage: string;
  /** `leaving`: whether it holds when the instruction leaves the stage; `ever`: in any cycle that it spends there. */
  readonly when: 'leaving' | 'ever';
  /** The module instance within the pipeline's module that the condition belongs to; the module itself when absent. */
  readonly instance?: string;
  /** The condition, of the module that has it. */
  readonly condition: (module: Module) => Expr;
}

export interface Instrumented {
  readonly top: Module;
  /** Points by hierarchical path of the module that has them; the top module's is empty. */
  readonly points: ReadonlyMap<string, readonly Point[]>;
  /** Paths of the modules that have the flags. */
  readonly pipelines: readonly string[];
}

/**
 * Instruments the modules that are a pipeline, or parts of one; what is around them stays as it is.
 * @param pipeline name of the module whose instructions carry the flags
 */
export function instrument(top: Module, pipeline: string, flags: readonly Flag[]): Instrumented {
  const points = new Map<string, readonly Point[]>();
  const pipelines: string[] = [];
  const around = new Map<Module, Module>();
  const within = new Map<Module, Module>();

  const enter = (module: Module, path: string, isWithin: boolean): Module => {
    if (module.blackBox) return module;
    const isPipeline = module.name === pipeline;
    const isWatched = isWithin || isPipeline;
    if (isPipeline) pipelines.push(path);
    const instances = module.instances.map((each): Instance => {
      const inner = path === '' ? each.name : `${path}.${each.name}`;
      return { ...each, module: enter(each.module, inner, isWatched) };
    });
    const seen = isWatched ? pointsOf(module) : [];
    if (seen.length > 0) points.set(path, seen);
    // Modules that are used several times are made once.
    const known = isWatched ? within : around;
    const made = known.get(module) ?? make({ ...module, instances }, module, seen);
    known.set(module, made);
    return made;
  };
  const make = (module: Module, original: Module, seen: readonly Point[]): Module => {
    const watched = seen.length > 0 ? withSeen(module, seen) : module;
    return original.name === pipeline ? withFlags(watched, original, flags) : watched;
  };
  return { top: enter(top, '', false), points, pipelines };
}

const signal = (kind: Signal['kind'], name: string, width: number, value?: Expr): Signal => ({
  kind,
  name,
  type: { kind: 'bits', width },
  ...(value && { value }),
});

const assign = (target: Signal, value: Expr): Statement => ({
  kind: 'assign',
  target: { kind: 'bits', signal: target, lo: 0, width: value.width },
  value,
});

function withSeen(module: Module, points: readonly Point[]): Module {
  // What is seen before or under reset does not count; where there is no clock, nothing is known of a reset.
  const [domain] = module.domains;
  const seen: Signal = { ...signal('reg', seenName, points.length), ...(domain && { domain, reset: 0n }) };
  const next = either(ref(seen), gathered(points.map(({ condition }) => condition)));
  return {
    ...module,
    signals: [...module.signals, seen],
    statements: [...module.statements, assign(seen, next)],
  };
}

/** @param original the module before it was changed: what its own expressions refer to */
function withFlags(module: Module, original: Module, flags: readonly Flag[]): Module {
  const signals: Signal[] = [];
  const statements: Statement[] = [];
  const { instances, conditions } = exported(module, original, flags, signals);
  let carried: Expr | undefined;
  const stages = stagesOf(original);
  const last = stages.at(-1)!;
  for (const { name, valid, firing, flushes } of stages) {
    if (name === last.name) break;
    const own = flags.filter(({ stage }) => stage === name);
    const parts: Expr[] = carried ? [carried] : [];
    if (own.length > 0) {
      const now = gathered(own.map((flag) => conditions.get(flag)!));
      const ever = own.reduce((bits, { when }, i) => (when === 'ever' ? bits | (1n << BigInt(i)) : bits), 0n);
      const before = signal('reg', `coverage_${name}_before`, own.length);
      const stays = allOf(valid, not(firing), ...flushes.map(not));
      const so: Expr = { op: 'and', width: own.length, a: either(ref(before), now), b: constant(own.length, ever) };
      signals.push(before);
      statements.push(assign(before, choose(stays, so, constant(own.length, 0n))));
      parts.unshift(either(ref(before), now));
    }
    if (parts.length === 0) continue;
    const value: Expr = { op: 'cat', width: parts.reduce((sum, { width }) => sum + width, 0), parts };
    const beyond = signal('reg', `coverage_${name}_passed`, value.width);
    signals.push(beyond);
    statements.push(assign(beyond, choose(firing, value, ref(beyond))));
    carried = ref(beyond);
  }
  if (!carried) return module;
  const passage = signal('node', passageName, carried.width, carried);
  return {
    ...module,
    instances,
    signals: [...module.signals, ...signals, passage],
    statements: [...module.statements, ...statements],
  };
}

/** Flags in the order in which they stand in the passage, the first in bit 0. */
export const inOrder = (stages: readonly string[], flags: readonly Flag[]): Flag[] =>
  stages.flatMap((name) => flags.filter(({ stage }) => stage === name));

/** Brings out conditions that belong to an instance. */
function exported(module: Module, original: Module, flags: readonly Flag[], signals: Signal[]) {
  const conditions = new Map<Flag, Expr>();
  for (const flag of flags) if (flag.instance === undefined) conditions.set(flag, flag.condition(original));
  const instances = module.instances.map((instance): Instance => {
    const own = flags.filter((flag) => flag.instance === instance.name);
    if (own.length === 0) return instance;
    const child = original.instances.find(({ name }) => name === instance.name)!.module;
    const port = signal('output', 'coverage_conditions', own.length);
    const net = signal('net', `${instance.name}_coverage_conditions`, own.length);
    signals.push(net);
    own.forEach((flag, lo) => {
      conditions.set(flag, own.length === 1 ? ref(net) : { op: 'slice', width: 1, a: ref(net), lo });
    });
    const statement = assign(port, gathered(own.map((flag) => flag.condition(child))));
    const { module: inner } = instance;
    const ports = [...inner.ports, port];
    const changed: Module = { ...inner, ports, statements: [...inner.statements, statement] };
    return { ...instance, module: changed, ports: [...instance.ports, { port, net }] };
  });
  const missing = flags.find((flag) => !conditions.has(flag));
  if (missing)
    throw new Error(`coverage looks into \`${missing.instance}\` of ${module.name}, which has no such instance`);
  return { instances, conditions };
}
