/** One fault of a design, and the faults to choose from. */
import { createHash } from 'node:crypto';
import { allStatements, modulesOf, type Module, type Origin } from '../../gen/ir/index.ts';
import { mutationsOf, type Kind, type Mutation } from './mutators.ts';
import { edited, withModules } from './rewrite.ts';

export interface Fault {
  /** `divider-3f2a91`: stays while the place and what is wrong there stay. */
  readonly id: string;
  /** Name of the module. */
  readonly module: string;
  readonly kind: Kind;
  /** See `Place`. */
  readonly path: string;
  readonly signal: string;
  readonly origin: Origin | undefined;
  /** What is wrong there. */
  readonly what: string;
  /** `divider.quotient_q: … becomes …`. */
  readonly text: string;
  /** What finds it in a module. */
  readonly key: string;
}

const known = new WeakMap<Module, ReadonlyMap<string, Mutation>>();

/** The mutations of a module by their keys. */
function keyed(module: Module): ReadonlyMap<string, Mutation> {
  let mutations = known.get(module);
  if (!mutations) {
    mutations = new Map(mutationsOf(module).map((each) => [`${each.kind} ${each.path} ${each.variant}`, each]));
    known.set(module, mutations);
  }
  return mutations;
}

/** Everything that may be wrong in a module. */
export function faultsOf(module: Module): Fault[] {
  return [...keyed(module)].map(([key, { kind, path, signal, origin, text }]) => ({
    id: `${module.name}-${createHash('sha256').update(`${module.name} ${key}`).digest('hex').slice(0, 8)}`,
    module: module.name,
    kind,
    path,
    signal,
    origin,
    what: text,
    text: `${module.name}.${signal}: ${text}`,
    key,
  }));
}

/** A module's name without its parameters: `fifo_w8_d32` is a `fifo`. */
export const baseName = (name: string): string => name.replace(/_[a-z]\d+(_.*)?$/, '');

/**
 * The fault's place in a module. Where a module of other parameters has another expression at that place, the one that
 * reads the same is meant, if there is one.
 */
function found(module: Module, { key, kind, signal, what }: Fault): Mutation | undefined {
  const there = keyed(module).get(key);
  if (there?.text === what) return there;
  const alike = [...keyed(module).values()].find(
    (each) => each.kind === kind && each.signal === signal && each.text === what,
  );
  return alike ?? there;
}

/** The same fault in a module of another name, which has the same lines of source: a block that is no module of its own. */
function foundInSource(module: Module, { kind, signal, what, origin }: Fault): Mutation | undefined {
  const line = sourceLine(origin);
  return [...keyed(module).values()].find(
    (each) =>
      each.kind === kind && each.signal === signal && each.text === what && line === sourceLine(each.origin) && line,
  );
}

/** File and line in which something was written; empty when unknown. */
function sourceLine(origin: Origin | undefined): string {
  const frame = origin?.frames[0];
  return frame ? `${frame.file}:${frame.line}` : '';
}

/** Files that the text of a module comes from. */
export function sourcesOf(module: Module): Set<string> {
  const { ports, signals, statements } = module;
  const origins = [...ports, ...signals, ...allStatements(statements)].map(({ origin }) => origin?.frames[0]?.file);
  return new Set(origins.filter((file) => file !== undefined));
}

/**
 * The design with the fault: in the module of that name; where a design has none, in those of other parameters; and where it
 * has none of these either, in modules that were written by the same line. Undefined where the design has no such place.
 * Pure: the same design and fault give the same netlist.
 */
export function withFault(top: Module, fault: Fault): Module | undefined {
  const modules = modulesOf(top).filter(({ blackBox }) => !blackBox);
  const exact = modules.filter(({ name }) => name === fault.module);
  const alike = exact.length > 0 ? exact : modules.filter(({ name }) => baseName(name) === baseName(fault.module));
  const replaced = new Map<Module, Module>();
  for (const module of alike.length > 0 ? alike : modules) {
    const mutation = alike.length > 0 ? found(module, fault) : foundInSource(module, fault);
    if (mutation) replaced.set(module, edited(module, mutation.edit));
  }
  return replaced.size > 0 ? withModules(top, replaced) : undefined;
}
