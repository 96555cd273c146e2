/** Modules, their ports, and their instances. */
import type { BlackBox, Domain, Module, Origin } from '../ir/netlist.ts';
import { Builder, builder, building, hintOf, isPort, type DraftInstance } from './builder.ts';
import { freeze } from './freeze.ts';
import { captureOrigin } from './origin.ts';
import { report } from './report.ts';
import { bool, type AnyType, type Bool, type Operand, type ValueOf, type Wire } from './types.ts';
import { coerce } from './coerce.ts';
import { placeOf, Value } from './values.ts';

export interface Port<
  T extends AnyType = AnyType,
  D extends 'input' | 'output' | 'inout' = 'input' | 'output' | 'inout',
> {
  readonly direction: D;
  readonly type: T;
  readonly doc?: string;
  /** Outputs: value where no statement assigns. */
  readonly fallback?: unknown;
  readonly origin: Origin;
}

/** Ports by name; a nested record is a bundle, whose ports are named `bundle_port`. */
export interface Ports {
  readonly [name: string]: Port | Ports;
}

/** A port that the module reads. */
export function input<T extends AnyType>(type: T): Port<T, 'input'> {
  return { direction: 'input', type, origin: captureOrigin() };
}

/** A port that the module drives with `.value`; `fallback` holds where nothing assigns it. */
export function output<T extends AnyType>(type: T, fallback?: Operand<T>): Port<T, 'output'> {
  return { direction: 'output', type, fallback, origin: captureOrigin() };
}

/** A pin that only passes through to a black box. */
export function inout<T extends AnyType>(type: T): Port<T, 'inout'> {
  return { direction: 'inout', type, origin: captureOrigin() };
}

/** The same ports seen from the other side. */
export type Flip<P> =
  P extends Port<infer T, infer D>
    ? Port<T, D extends 'input' ? 'output' : D extends 'output' ? 'input' : 'inout'>
    : { readonly [K in keyof P]: Flip<P[K]> };

/** Turns inputs into outputs and outputs into inputs. */
export function flip<P extends Ports>(ports: P): Flip<P> {
  const turn = (entry: Port | Ports): Port | Ports => {
    if (!isPortSpec(entry)) return mapPorts(entry, turn) as Ports;
    const direction = entry.direction === 'input' ? 'output' : entry.direction === 'output' ? 'input' : 'inout';
    return { ...entry, direction };
  };
  return turn(ports) as Flip<P>;
}

/** The signals of ports as the module's body sees them: inputs are read, outputs are driven. */
export type Io<P> =
  P extends Port<infer T, infer D> ? (D extends 'input' ? ValueOf<T> : Wire<T>) : { readonly [K in keyof P]: Io<P[K]> };

function isPortSpec(entry: Port | Ports): entry is Port {
  return 'direction' in entry && typeof entry.direction === 'string';
}

function mapPorts(ports: Ports, map: (entry: Port | Ports, name: string) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(ports).map(([name, entry]) => [name, map(entry, name)]));
}

/** A finished module with its port declaration, ready to be instantiated or emitted. */
export interface ModuleDef<P extends Ports = Ports> {
  readonly name: string;
  readonly ports: P;
  readonly netlist: Module;
}

export interface ModuleOptions {
  /** Clock and reset; default `clk` and synchronous, active-low `rst_n`. */
  readonly domain?: Domain;
  readonly doc?: string;
}

/** The domain that a module has unless it says otherwise. */
export const mainDomain: Domain = { name: 'main', clock: 'clk', reset: 'rst_n', resetActive: 'low' };

/** Describes a hardware module: `body` runs once, with the ports as signals, and what it creates becomes the netlist. */
export function module<const P extends Ports>(
  name: string,
  ports: P,
  body: (io: Io<P>) => void,
  options: ModuleOptions = {},
): ModuleDef<P> {
  const origin = captureOrigin();
  const made = new Builder(name, options.domain ?? mainDomain);
  return building(made, () => {
    const io = declare(made, ports, '');
    body(io as Io<P>);
    for (const finish of made.finishers) finish();
    return { name, ports, netlist: { ...freeze(made, options.doc), origin } };
  });
}

/** A module written by hand or by a vendor: only its ports are known here. `model` stands in for it in simulation. */
export function blackBox<const P extends Ports>(
  name: string,
  ports: P,
  options: {
    file?: string;
    parameters?: BlackBox['parameters'];
    model?: ModuleDef<P>;
    domains?: readonly Domain[];
    doc?: string;
  } = {},
): ModuleDef<P> {
  const made = new Builder(name, mainDomain);
  return building(made, () => {
    declare(made, ports, '');
    made.domains.push(...(options.domains ?? []));
    const box: BlackBox = {
      parameters: options.parameters ?? {},
      ...(options.file ? { file: options.file } : {}),
      ...(options.model ? { model: options.model.netlist } : {}),
    };
    return { name, ports, netlist: { ...freeze(made, options.doc), blackBox: box } };
  });
}

function declare(module: Builder, ports: Ports, prefix: string): unknown {
  return mapPorts(ports, (entry, name) => {
    if (!isPortSpec(entry)) return declare(module, entry, `${prefix}${name}_`);
    const doc = entry.doc ? { doc: entry.doc } : {};
    const fallback = entry.fallback === undefined ? {} : { fallback: coerce(entry.type, entry.fallback).expr };
    return module.signal(entry.type, entry.direction, {
      hint: prefix + name,
      prefix: [],
      origin: entry.origin,
      ...doc,
      ...fallback,
    });
  });
}

/** What `connect` and `instance` accept for ports: a value for each input, and anything or nothing for the rest. */
export type Connections<P> = {
  readonly [K in keyof P]?: P[K] extends Port<infer T, infer D>
    ? D extends 'input'
      ? Operand<T>
      : D extends 'inout'
        ? ValueOf<T>
        : never
    : Connections<P[K]> | Io<P[K]> | Io<Flip<P[K]>>;
};

export interface InstanceOptions {
  /** Its name, where no variable gives one. */
  readonly name?: string;
  /** Replaces the reset that the child would get from this module's domain; same polarity. */
  readonly reset?: Bool;
}

/**
 * Places `definition` in the module that is being described. The result has the child's ports from outside: its outputs are
 * read, its inputs are driven with `.value`. `connections` drives inputs at once.
 */
export function instance<P extends Ports>(
  definition: ModuleDef<P>,
  connections: Connections<P> = {},
  options: InstanceOptions = {},
): Io<Flip<P>> {
  const module = builder();
  const child = definition.netlist;
  const placed: DraftInstance = {
    name: '',
    hint: options.name ?? definition.name,
    verbatim: options.name !== undefined,
    prefix: options.name ? [] : [...module.prefix],
    module: child,
    ports: [],
    origin: captureOrigin(),
  };
  module.instances.push(placed);
  const nets = new Map<string, Value>();
  const declareNets = (ports: Ports, prefix: string, given: Record<string, unknown>): unknown =>
    mapPorts(ports, (entry, name) => {
      if (!isPortSpec(entry))
        return declareNets(entry, `${prefix}${name}_`, (given[name] ?? {}) as Record<string, unknown>);
      const port = prefix + name;
      if (entry.direction === 'inout' && given[name] instanceof Value) {
        nets.set(port, given[name]);
        return given[name];
      }
      const hint = (): string => `${hintOf(placed)}_${port}`;
      const net = module.signal(entry.type, entry.direction === 'output' ? 'net' : 'wire', {
        hint,
        prefix: [],
        instancePort: true,
      });
      nets.set(port, net as Value);
      return net;
    });
  const io = declareNets(definition.ports, '', connections as Record<string, unknown>) as Io<Flip<P>>;
  handles.set(io as object, placed);
  placed.ports = child.ports.map((port) => ({
    port,
    net: nets.has(port.name) ? netOf(nets.get(port.name)!) : domainNet(module, child, port.name, placed, options),
  }));
  drive(io as Record<string, unknown>, connections as Record<string, unknown>, definition.name);
  return io;
}

/** Which instance an object of nets belongs to, for naming. */
export const handles = new WeakMap<object, DraftInstance>();

function netOf(value: Value) {
  return placeOf(value)!.signal;
}

/** The child's clock or reset: this module's own of the same domain. */
function domainNet(module: Builder, child: Module, port: string, placed: DraftInstance, options: InstanceOptions) {
  const domain = child.domains.find((candidate) => candidate.clock === port || candidate.reset === port)!;
  const own =
    module.domains.find((candidate) => candidate.name === domain.name) ??
    (module.domain.name === domain.name ? module.domain : domain);
  if (!module.domains.includes(own)) module.domains.push(own);
  if (port === domain.reset && options.reset) {
    const reset = module.signal(bool, 'wire', {
      hint: () => `${hintOf(placed)}_${port}`,
      prefix: [],
      instancePort: true,
    });
    (reset as Wire<typeof bool>).value = options.reset;
    return netOf(reset);
  }
  return module.domainPort(port === domain.clock ? own.clock : own.reset);
}

function drive(io: Record<string, unknown>, given: Record<string, unknown>, name: string): void {
  for (const [port, value] of Object.entries(given)) {
    const net = io[port];
    if (net === undefined)
      report('H041', `module '${name}' has no port '${port}'; it has ${Object.keys(io).join(', ')}`);
    else if (net === value) continue; // an inout is the same net on both sides
    else if (net instanceof Value) (net as unknown as { value: unknown }).value = value;
    else connect(net as object, value as object);
  }
}

/** Connects two bundles of the same shape: on each leaf the side that can be driven is driven by the other. */
export function connect(one: object, other: object): void {
  for (const [name, a] of Object.entries(one)) {
    const b = (other as Record<string, unknown>)[name];
    if (b === undefined) report('H041', `the other side of the connection has no '${name}'`);
    else if (!(a instanceof Value)) connect(a as object, b as object);
    else if (isDrivable(a) && !(isDrivable(b as Value) && isPort(placeOf(a as Value)!.signal.kind)))
      (a as unknown as { value: unknown }).value = b;
    else if (isDrivable(b as Value)) (b as { value: unknown }).value = a;
    else report('H021', `'${name}' cannot be connected: neither side can be driven`);
  }
}

function isDrivable(value: unknown): boolean {
  const kind = value instanceof Value ? placeOf(value)?.signal.kind : undefined;
  return kind === 'wire' || kind === 'output';
}
