import type { Diagnostics } from '../../diagnostics/index.ts';
import type { Domain, Module, Origin } from '../netlist.ts';
import { type Cones, pathTo } from './cones.ts';
import { type Facts, factsOf } from './facts.ts';
import type { Point } from './points.ts';

interface Named {
  readonly name: string;
  readonly origin?: Origin;
}

/** Something clocked, and what it samples. */
interface Sink {
  /** Found on demand for what lies inside an instance. */
  readonly self: () => Named;
  readonly domain: Domain;
  readonly points: readonly Point[];
}

/** What a module samples of its inputs: one entry for an input and a clock. */
interface Sample {
  readonly input: string;
  readonly lo: number;
  readonly width: number;
  readonly domain: Domain;
  readonly by: () => Named;
}

/** H107: something clocked samples what another clock moves, and is no synchroniser. */
export function checkDomains(
  top: Module,
  modules: readonly Module[],
  cones: ReadonlyMap<Module, Cones>,
  diagnostics: Diagnostics,
): void {
  if (new Set(modules.flatMap(({ domains }) => domains.map(({ name }) => name))).size < 2) return;
  const samples = new Map<Module, readonly Sample[]>();
  for (const module of modules) {
    const own = cones.get(module)!;
    samples.set(
      module,
      module.blackBox
        ? boxSamples(module, samples)
        : checkModule(own, sinksOf(factsOf(module), own, samples), diagnostics),
    );
  }
  sharedInputs(top, samples.get(top) ?? [], diagnostics);
}

function checkModule(cones: Cones, sinks: readonly Sink[], diagnostics: Diagnostics): Sample[] {
  const samples: Sample[] = [];
  for (const domain of domainsOf(sinks)) {
    const group = sinks.filter((sink) => sink.domain.name === domain.name);
    for (const end of cones.ends(group.flatMap(({ points }) => points))) {
      const sinksHere = group.filter(({ points }) => cones.meets(points, end));
      if (end.input) {
        const { signal, lo, width } = end.input;
        samples.push({ input: signal.name, lo, width, domain, by: () => sinksHere[0]!.self() });
      } else if (end.domain!.name !== domain.name) {
        for (const { self, points } of sinksHere)
          reportCrossing(self(), domain, clocked(points, end.domain!), end.domain!, diagnostics);
      }
    }
  }
  return samples;
}

/** One for each clock. */
const domainsOf = (sinks: readonly Sink[]): Iterable<Domain> =>
  new Map(sinks.map(({ domain }) => [domain.name, domain])).values();

function reportCrossing(sink: Named, to: Domain, source: Named, from: Domain, diagnostics: Diagnostics): void {
  diagnostics.report({
    code: 'H107',
    message: `\`${sink.name}\`, clocked by \`${to.clock}\`, samples \`${source.name}\`, clocked by \`${from.clock}\``,
    origin: sink.origin,
    notes: [{ message: `\`${source.name}\` is declared here`, origin: source.origin }],
  });
}

/** The nearest thing behind `points` that a clock moves. */
function clocked(points: readonly Point[], domain: Domain): Named {
  const moves = ({ domain: own, child }: Point): boolean =>
    own?.name === domain.name || (child?.cones.meets([child.end], { domain }) ?? false);
  const { signal, child } = points.find(moves) ?? pathTo(points, moves)[0]!;
  if (!child) return signal!;
  const { name, origin } = clocked([child.end], domain);
  return { name: `${child.instance.name}.${name}`, origin };
}

function sinksOf({ module, asserts }: Facts, cones: Cones, samples: ReadonlyMap<Module, readonly Sample[]>): Sink[] {
  const sinks: Sink[] = [];
  for (const signal of module.signals) {
    const { kind, domain, synchroniser } = signal;
    if (kind === 'reg' && domain && !synchroniser)
      sinks.push({ self: () => signal, domain, points: cones.points.assigned(signal) });
  }
  for (const memory of module.memories) {
    const { domain, reads, writes } = memory;
    const exprs = [
      ...reads.flatMap(({ latency, address, enable }) => (latency === 0 ? [] : [address, enable])),
      ...writes.flatMap(({ address, enable, data, mask }) => [address, enable, data, mask]),
    ];
    sinks.push({
      self: () => memory,
      domain,
      points: exprs.flatMap((expr) => (expr ? [cones.points.expr(expr)] : [])),
    });
  }
  for (const { assert, guard } of asserts) {
    const { domain, origin, condition, message } = assert;
    sinks.push({
      self: () => ({ name: message, origin }),
      domain,
      points: [cones.points.expr(condition), ...cones.points.guard(guard)],
    });
  }
  for (const instance of module.instances) {
    for (const { input, lo, width, domain, by } of samples.get(instance.module) ?? []) {
      const net = instance.ports.find(({ port }) => port.name === input)?.net;
      if (!net) continue;
      const self = (): Named => ({ name: `${instance.name}.${by().name}`, origin: instance.origin });
      sinks.push({ self, domain, points: [cones.points.signal(net, lo, width)] });
    }
  }
  return sinks;
}

/** A black box without a model samples all its inputs by its clock, if it has just one. */
function boxSamples(
  { blackBox, domains, ports }: Module,
  samples: ReadonlyMap<Module, readonly Sample[]>,
): readonly Sample[] {
  if (blackBox?.model) return samples.get(blackBox.model) ?? [];
  const [domain, other] = domains;
  if (!domain || other) return [];
  const inputs = ports.filter(({ kind, name }) => kind === 'input' && name !== domain.clock && name !== domain.reset);
  return inputs.map(({ name, type }) => ({ input: name, lo: 0, width: type.width, domain, by: () => ({ name }) }));
}

/** An input of the whole design belongs to one clock at most. */
function sharedInputs(top: Module, samples: readonly Sample[], diagnostics: Diagnostics): void {
  for (const port of top.ports) {
    const [first, ...others] = samples.filter(({ input }) => input === port.name);
    const other = others.find(({ domain }) => domain.name !== first!.domain.name);
    if (!first || !other) continue;
    const [one, two] = [first, other].map(({ domain, by }) => `by \`${by().name}\` with \`${domain.clock}\``);
    diagnostics.report({
      code: 'H107',
      message: `input \`${port.name}\` is sampled ${one} and ${two}`,
      origin: port.origin,
      notes: [first, other].map(({ by }) => ({ message: `\`${by().name}\` is clocked here`, origin: by().origin })),
    });
  }
}
