/** First stage: the tree of instances, with every port and what it is connected to as one net. */
import type { Memory, Module, ReadPort, Signal } from '../../gen/ir/index.ts';
import { factsOf, type Facts, type Span } from './facts.ts';

/** One instance of a module. */
export interface Scope {
  readonly id: number;
  /** Instance names from the top downwards, separated by dots; empty for the top module. */
  readonly path: string;
  /** Instance name; for the top module the module's. */
  readonly name: string;
  readonly module: Module;
  readonly facts: Facts;
  readonly nets: Map<Signal, Net>;
  readonly children: Scope[];
}

/** What gives a net its value. */
export type Source =
  /** A port of the top module. */
  | { readonly kind: 'input' }
  /** Statements; a register's give its next value. */
  | { readonly kind: 'register' | 'logic' }
  /** The signal's own expression. */
  | { readonly kind: 'expression' }
  | { readonly kind: 'read'; readonly memory: Memory; readonly port: ReadPort }
  /** A black box without a model. */
  | { readonly kind: 'missing'; readonly module: string };

export interface Net {
  readonly width: number;
  readonly source: Source;
  /** The module instance and signal that drive it. */
  readonly scope: Scope;
  readonly signal: Signal;
  /** Every name that it has, driver first. */
  readonly names: { readonly scope: Scope; readonly signal: Signal }[];
}

export interface Flat {
  readonly top: Scope;
  /** Parents before children. */
  readonly scopes: readonly Scope[];
  readonly nets: readonly Net[];
}

export const pathOf = (scope: Scope, name: string): string => (scope.path === '' ? name : `${scope.path}.${name}`);

export function flatten(top: Module): Flat {
  const scopes: Scope[] = [];
  const nets: Net[] = [];
  const known = new Map<Module, Facts>();

  const enter = (module: Module, name: string, path: string, connected: ReadonlyMap<string, Net>): Scope => {
    const model = module.blackBox?.model ?? module;
    const facts = known.get(model) ?? factsOf(model);
    known.set(model, facts);
    const scope: Scope = { id: scopes.length, path, name, module: model, facts, nets: new Map(), children: [] };
    scopes.push(scope);

    const add = (signal: Signal, source: Source): void => {
      const net: Net = { width: signal.type.width, source, scope, signal, names: [] };
      nets.push(net);
      join(signal, net);
    };
    const join = (signal: Signal, net: Net): void => {
      net.names.push({ scope, signal });
      scope.nets.set(signal, net);
    };
    const outputs: Source = model.blackBox ? { kind: 'missing', module: model.name } : { kind: 'logic' };

    for (const port of model.ports) {
      const outer = connected.get(port.name);
      if (outer) join(port, outer);
      else add(port, port.kind === 'output' ? outputs : { kind: 'input' });
    }
    for (const signal of model.signals) {
      if (signal.kind === 'wire') add(signal, { kind: 'logic' });
      if (signal.kind === 'reg') add(signal, { kind: 'register' });
      if (signal.kind === 'node') add(signal, { kind: 'expression' });
    }
    for (const { violated } of facts.assertions) add(violated, { kind: 'logic' });
    for (const memory of model.memories) {
      for (const port of memory.reads) add(port.data, { kind: 'read', memory, port });
    }
    for (const instance of model.instances) {
      const inputs = new Map<string, Net>();
      for (const { port, net } of instance.ports) {
        const driven = port.kind === 'output' ? undefined : scope.nets.get(net);
        if (driven) inputs.set(port.name, driven);
      }
      const child = enter(instance.module, instance.name, pathOf(scope, instance.name), inputs);
      scope.children.push(child);
      for (const { port, net } of instance.ports) {
        if (inputs.has(port.name)) continue;
        const inner = child.module.ports.find(({ name }) => name === port.name);
        if (!inner)
          throw new Error(
            `the simulation model of ${instance.module.name} has no port '${port.name}'; give it the same ports`,
          );
        join(net, child.nets.get(inner)!);
      }
    }
    return scope;
  };

  const scope = enter(top, top.name, '', new Map());
  return { top: scope, scopes, nets };
}

/**
 * Where a net is cut into parts that are computed and stored on their own: where an assignment begins or ends (else
 * fields of a struct would seem to depend on each other), and where a read does if no other read needs both sides.
 */
export function cutsOf(net: Net): number[] {
  const cuts = [0, net.width];
  if (net.source.kind === 'register' || net.source.kind === 'logic') {
    cuts.push(...(net.scope.facts.writes.get(net.signal) ?? []));
    const reads = net.names.flatMap(({ scope, signal }) => scope.facts.reads.get(signal) ?? []);
    if (reads.every(({ from, to }) => from > 0 || to < net.width)) cuts.push(...uncrossed(reads));
  }
  return cuts.length === 2 ? cuts : [...new Set(cuts)].sort((a, b) => a - b);
}

/** Ends of spans that lie strictly inside no other. */
function uncrossed(spans: readonly Span[]): number[] {
  const found: number[] = [];
  let to = 0;
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    if (span.from >= to) found.push(span.from, to);
    to = Math.max(to, span.to);
  }
  return [...found, to];
}
