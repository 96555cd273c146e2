import { allStatements, expressionsOf, type Module, type Signal } from '../../ir/index.ts';
import { readsOf } from './groups.ts';

const known = new WeakMap<Module, ReadonlySet<string>>();

/** Names of the outputs that may follow an input within the same cycle; too many rather than too few. */
export function dependsOnInputs(module: Module): ReadonlySet<string> {
  let names = known.get(module);
  if (!names) known.set(module, (names = compute(module)));
  return names;
}

function compute(module: Module): ReadonlySet<string> {
  const outputs = module.ports.filter(({ kind }) => kind === 'output');
  if (module.blackBox) return new Set(outputs.map(({ name }) => name));
  const users = new Map<Signal, Signal[]>();
  const link = (sources: readonly Signal[], targets: readonly Signal[]): void => {
    for (const source of sources) {
      const all = users.get(source);
      if (all) all.push(...targets);
      else users.set(source, [...targets]);
    }
  };
  for (const statement of module.statements) {
    const inner = [...allStatements([statement])];
    const targets = new Set(
      inner.flatMap((one) => (one.kind === 'assign' && one.target.signal.kind !== 'reg' ? [one.target.signal] : [])),
    );
    link(readsOf(inner.flatMap(expressionsOf)), [...targets]);
  }
  for (const signal of [...module.ports, ...module.signals]) {
    if (signal.value) link(readsOf([signal.value]), [signal]);
    if (signal.fallback) link(readsOf([signal.fallback]), [signal]);
  }
  for (const { latency, address, data } of module.memories.flatMap(({ reads }) => reads))
    if (latency === 0) link(readsOf([address]), [data]);
  for (const { module: child, ports } of module.instances) {
    const through = dependsOnInputs(child);
    const from = ports.filter(({ port }) => port.kind !== 'output').map(({ net }) => net);
    link(
      from,
      ports.filter(({ port }) => through.has(port.name)).map(({ net }) => net),
    );
  }
  const reached = new Set(module.ports.filter(({ kind }) => kind !== 'output'));
  for (const signal of reached) for (const user of users.get(signal) ?? []) reached.add(user);
  return new Set(outputs.filter((output) => reached.has(output)).map(({ name }) => name));
}
