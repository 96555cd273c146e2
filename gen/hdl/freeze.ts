/** From a finished builder to an immutable netlist module: names are settled here, once. */
import type { Expr, Module, Signal } from '../ir/netlist.ts';
import { allStatements, expressionsOf, visitExprs } from '../ir/walk.ts';
import { hintOf, type Builder, type Draft, type Nameable } from './builder.ts';
import { isReserved } from './reserved.ts';
import { report } from './report.ts';

const legal = /^[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*_?$/;

export function freeze(built: Builder, doc?: string): Module {
  const clocks = built.domains.flatMap((domain) => [built.domainPort(domain.clock), built.domainPort(domain.reset)]);
  const ports = [...clocks, ...built.ports.filter((port) => !clocks.includes(port))];
  const taken = new Set<string>();
  for (const port of ports) namePort(port, taken);
  // Declared names come first, so that what is derived from them gives way.
  for (const instance of built.instances) give(instance, taken, '');
  for (const memory of built.memories) give(memory, taken, '');
  for (const draft of built.drafts) give(draft, taken, draft.kind === 'reg' ? '_q' : '');
  checkOwners(built);
  for (const draft of [...ports, ...built.drafts]) strip(draft);
  for (const other of [...built.instances, ...built.memories]) strip(other);
  return {
    name: built.name,
    ports: ports as Signal[],
    domains: built.domains,
    signals: built.drafts as Signal[],
    statements: built.statements,
    memories: built.memories,
    instances: built.instances,
    ...(doc ? { doc } : {}),
  };
}

function namePort(port: Draft, taken: Set<string>): void {
  const name = hintOf(port);
  if (!legal.test(name)) report('H011', `port '${name}'`);
  if (isReserved(name)) report('H012', `port '${name}'`);
  if (taken.has(name)) report('H013', `port '${name}' is declared twice`);
  taken.add(name);
  port.name = name;
}

function give(draft: Nameable, taken: Set<string>, suffix: string): void {
  const wished = (draft.verbatim ? hintOf(draft) : snake(hintOf(draft))) + suffix;
  let name = isReserved(wished) ? `${wished}_` : wished;
  for (let n = 2; taken.has(name); n++) name = `${wished}_${n}`;
  taken.add(name);
  draft.name = name;
}

/** camelCase and other TypeScript names as an identifier with single underscores. */
export function snake(name: string): string {
  const cleaned = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  return /^[a-z]/.test(cleaned) ? cleaned : `n_${cleaned}`;
}

/** Every signal that an expression reads belongs to this module. */
function checkOwners(built: Builder): void {
  const roots: (Expr | undefined)[] = [
    ...[...allStatements(built.statements)].flatMap(expressionsOf),
    ...built.drafts.flatMap((draft) => [draft.value, draft.fallback]),
    ...built.memories.flatMap((memory) => [
      ...memory.reads.flatMap((port) => [port.address, port.enable]),
      ...memory.writes.flatMap((port) => [port.address, port.enable, port.data, port.mask]),
    ]),
  ];
  const seen = new Set<Expr>();
  const foreign = new Set<Draft>();
  for (const root of roots) {
    if (root)
      visitExprs(
        root,
        seen,
        (expr) => expr.op === 'ref' && ownerOf(expr.signal) !== built && foreign.add(expr.signal as Draft),
      );
  }
  for (const signal of foreign) {
    const owner = ownerOf(signal);
    report(
      'H007',
      `\`${signal.name || hintOf(signal)}\` belongs to ${owner ? `module \`${owner.name}\`` : 'a finished module'}, but \`${built.name}\` reads it`,
    );
  }
}

function ownerOf(signal: Signal): Builder | undefined {
  return (signal as Partial<Draft>).owner;
}

function strip(draft: object): void {
  for (const key of ['hint', 'prefix', 'owner', 'instancePort', 'verbatim'] as const)
    delete (draft as Record<string, unknown>)[key];
}
