/**
 * Ports at which a design is likely to be cut between dies of the part (SLRs): whether the signals that pass them come
 * straight from a register, and go straight into one. A crossing takes much of a cycle at 250 MHz, and leaves little for
 * logic beside it.
 */
import {
  allStatements,
  expressionsOf,
  operandsOf,
  type Expr,
  type Instance,
  type Memory,
  type Module,
  type Origin,
  type Signal,
} from '../../gen/ir/index.ts';

/** An instance whose ports are looked at: the module around it, and a pattern of instance names. */
export interface Cut {
  readonly module: string;
  readonly instance: RegExp;
  readonly what: string;
}

/** Where Vivado is likely to cut the device: pblocks of engines, the columns of UltraRAM, the ports of the shell. */
export const cuts: readonly Cut[] = [
  { module: 'hermes', instance: /^engine\d+$/, what: 'engine' },
  { module: 'hermes', instance: /^slots$/, what: 'slot memory' },
  { module: 'hermes', instance: /^dma$/, what: 'DMA' },
  { module: 'hermes', instance: /^command\d+$/, what: 'commands (BAR0)' },
  { module: 'slot_memory', instance: /^(data\d+|programs)$/, what: 'bank of slot memory' },
  { module: 'cl_hermes', instance: /^hermes$/, what: 'shell ports' },
];

export interface Crossing {
  readonly what: string;
  /** `slot_memory.data0`; of instances that differ in their number, the first. */
  readonly instance: string;
  readonly port: string;
  readonly width: number;
  readonly direction: 'in' | 'out';
  /** It comes straight from registers, RAM outputs or the edge of the design, through wires alone. */
  readonly fromRegister: boolean;
  /** All that reads it are registers, which may be enabled by something else. */
  readonly toRegister: boolean;
  /** Where the port's logic stands, as `file:line`; of the port itself, where that is unknown. */
  readonly place?: string;
}

/** Every port, but for clocks and resets, of the instances that are cut out; of numbered instances and ports the first. */
export function crossings(top: Module, at: readonly Cut[] = cuts): Crossing[] {
  const tree = new Tree(top);
  const found: Crossing[] = [];
  const seen = new Set<string>();
  for (const node of tree.nodes) {
    const cut = at.find(({ module, instance }) => module === node.parent?.module.name && instance.test(node.name));
    if (!cut) continue;
    for (const { port, net } of node.instance!.ports) {
      if (port.kind === 'inout' || node.module.domains.some(({ clock, reset }) => [clock, reset].includes(port.name)))
        continue;
      const alike = [node.name, port.name.split('_', 1)[0]!].map((name) => name.replace(/\d+$/, ''));
      const key = `${node.parent!.module.name} ${node.module.name} ${alike.join(' ')} ${port.name.replace(/^[^_]*/, '')}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const inward = port.kind === 'input';
      const source = tree.source(inward ? node.parent! : node, inward ? net : port);
      const sink = tree.sink(inward ? node : node.parent!, inward ? port : net);
      const place = placeOf((source ?? sink)?.origin ?? port.origin);
      found.push({
        what: cut.what,
        instance: `${node.parent!.module.name}.${node.name}`,
        port: port.name,
        width: port.type.width,
        direction: inward ? 'in' : 'out',
        fromRegister: source === undefined,
        toRegister: sink === undefined,
        ...(place !== undefined && { place }),
      });
    }
  }
  return found;
}

function placeOf(origin: Origin | undefined): string | undefined {
  const frame = origin?.frames[0];
  return frame && `${frame.file.replace(`${process.cwd()}/`, '')}:${frame.line}`;
}

/** A module where it is instantiated. */
interface Node {
  readonly name: string;
  readonly module: Module;
  readonly instance?: Instance;
  readonly parent?: Node;
  readonly children: ReadonlyMap<Instance, Node>;
}

/** What is not a register: the signal at which the wires end in logic. */
type Logic = Pick<Signal, 'name' | 'origin'>;

/** Uses of the signals of one module. */
interface Uses {
  /** The values that drive a wire, an output or a register, without the conditions around them. */
  readonly drivers: ReadonlyMap<Signal, readonly { readonly value: Expr; readonly origin?: Origin }[]>;
  /** Wires and outputs with more than one assignment: a choice, which is logic. */
  readonly chosen: ReadonlySet<Signal>;
  readonly nets: ReadonlyMap<Signal, { readonly instance: Instance; readonly port: Signal }>;
  readonly feeds: ReadonlyMap<Signal, { readonly instance: Instance; readonly port: Signal }>;
  readonly reads: ReadonlyMap<Signal, Memory['reads'][number]>;
  /** Signals that get this one by wires alone. */
  readonly wired: ReadonlyMap<Signal, readonly { readonly to: Signal; readonly origin?: Origin }[]>;
  /** Signals that logic, a condition or the port of a memory reads, and where. */
  readonly logic: ReadonlyMap<Signal, Logic>;
}

class Tree {
  readonly nodes: Node[] = [];
  readonly #uses = new Map<Module, Uses>();

  constructor(top: Module) {
    const grow = (name: string, module: Module, instance?: Instance, parent?: Node): Node => {
      const children = new Map<Instance, Node>();
      const node: Node = { name, module, children, ...(instance && { instance }), ...(parent && { parent }) };
      this.nodes.push(node);
      for (const child of module.instances) children.set(child, grow(child.name, child.module, child, node));
      return node;
    };
    grow(top.name, top);
  }

  /** The first logic behind a signal, against its flow; nothing where registers drive it. */
  source(node: Node, signal: Signal, seen = new Set<string>()): Logic | undefined {
    const key = `${this.nodes.indexOf(node)} ${signal.name}`;
    if (seen.has(key) || signal.kind === 'reg') return undefined;
    seen.add(key);
    const uses = this.#of(node.module);
    const follow = (values: readonly Expr[], origin: Origin | undefined): Logic | undefined => {
      for (const value of values) {
        const leaves = wires(value);
        if (leaves === undefined)
          return { name: signal.name, ...((origin ?? signal.origin) && { origin: origin ?? signal.origin! }) };
        for (const leaf of leaves) {
          const logic = this.source(node, leaf, seen);
          if (logic) return logic;
        }
      }
      return undefined;
    };
    if (signal.kind === 'input') {
      const outer = node.instance?.ports.find(({ port }) => port.name === signal.name)?.net;
      return outer && node.parent ? this.source(node.parent, outer, seen) : undefined;
    }
    if (signal.kind === 'node') return follow(signal.value ? [signal.value] : [], signal.origin);
    const net = uses.nets.get(signal);
    if (net) {
      const child = node.children.get(net.instance)!;
      const port = child.module.ports.find(({ name }) => name === net.port.name);
      return child.module.blackBox || !port ? undefined : this.source(child, port, seen);
    }
    const read = uses.reads.get(signal);
    if (read) return read.latency === 0 ? signal : undefined;
    const drivers = uses.drivers.get(signal) ?? [];
    if (uses.chosen.has(signal)) return { ...signal, origin: drivers[0]?.origin ?? signal.origin! };
    return follow(
      drivers.map(({ value }) => value),
      drivers[0]?.origin,
    );
  }

  /** The first logic in front of a signal, along its flow; nothing where only registers take it. */
  sink(node: Node, signal: Signal, seen = new Set<string>()): Logic | undefined {
    const key = `${this.nodes.indexOf(node)} ${signal.name}`;
    if (seen.has(key)) return undefined;
    seen.add(key);
    const uses = this.#of(node.module);
    const logic = uses.logic.get(signal);
    if (logic) return logic;
    for (const { to, origin } of uses.wired.get(signal) ?? []) {
      if (to.kind === 'reg') continue;
      if (uses.chosen.has(to)) return { name: to.name, ...(origin && { origin }) };
      const later = this.sink(node, to, seen);
      if (later) return later;
    }
    if (signal.kind === 'output') {
      const outer = node.instance?.ports.find(({ port }) => port.name === signal.name)?.net;
      return outer && node.parent ? this.sink(node.parent, outer, seen) : undefined;
    }
    const feed = uses.feeds.get(signal);
    if (!feed) return undefined;
    const child = node.children.get(feed.instance)!;
    const port = child.module.ports.find(({ name }) => name === feed.port.name);
    return child.module.blackBox || !port ? undefined : this.sink(child, port, seen);
  }

  #of(module: Module): Uses {
    let uses = this.#uses.get(module);
    if (!uses) this.#uses.set(module, (uses = usesOf(module)));
    return uses;
  }
}

/** The signals that an expression only rearranges; undefined where it computes. */
function wires(root: Expr): Signal[] | undefined {
  const found: Signal[] = [];
  const todo = [root];
  for (let expr = todo.pop(); expr; expr = todo.pop()) {
    if (expr.op === 'const') continue;
    if (expr.op === 'ref') found.push(expr.signal);
    else if (['slice', 'cat', 'zext', 'sext'].includes(expr.op)) todo.push(...operandsOf(expr));
    else return undefined;
  }
  return found;
}

/** Every signal below an expression. */
function signalsIn(root: Expr): Signal[] {
  const seen = new Set<Expr>();
  const found: Signal[] = [];
  const todo = [root];
  for (let expr = todo.pop(); expr; expr = todo.pop()) {
    if (seen.has(expr)) continue;
    seen.add(expr);
    if (expr.op === 'ref') found.push(expr.signal);
    todo.push(...operandsOf(expr));
  }
  return found;
}

function usesOf(module: Module): Uses {
  const drivers = new Map<Signal, { value: Expr; origin?: Origin }[]>();
  const covered = new Map<Signal, { lo: number; width: number }[]>();
  const chosen = new Set<Signal>();
  const wired = new Map<Signal, { to: Signal; origin?: Origin }[]>();
  const logic = new Map<Signal, Logic>();

  const compute = (value: Expr, at: Logic): void => {
    for (const signal of signalsIn(value)) if (!logic.has(signal)) logic.set(signal, at);
  };
  const carry = (value: Expr, to: Signal, origin: Origin | undefined): void => {
    const leaves = wires(value);
    const at: Logic = { name: to.name, ...((origin ?? to.origin) && { origin: origin ?? to.origin! }) };
    if (leaves === undefined) return compute(value, at);
    for (const leaf of leaves) {
      const entry = { to, ...(origin && { origin }) };
      const known = wired.get(leaf);
      if (known) known.push(entry);
      else wired.set(leaf, [entry]);
    }
  };

  const outermost = new Set(module.statements);
  for (const statement of allStatements(module.statements)) {
    if (statement.kind === 'assert') continue;
    if (statement.kind !== 'assign') {
      const at: Logic = { name: 'a condition', ...(statement.origin && { origin: statement.origin }) };
      for (const condition of expressionsOf(statement)) compute(condition, at);
      continue;
    }
    const { target, value, origin } = statement;
    const { signal } = target;
    const known = drivers.get(signal) ?? drivers.set(signal, []).get(signal)!;
    known.push({ value, ...(origin && { origin }) });
    if (target.kind === 'element') {
      chosen.add(signal);
      compute(target.index, { name: signal.name, ...(origin && { origin }) });
    } else {
      const parts = covered.get(signal) ?? covered.set(signal, []).get(signal)!;
      const overlaps = parts.some(({ lo, width }) => target.lo < lo + width && lo < target.lo + target.width);
      if (overlaps || !outermost.has(statement)) chosen.add(signal);
      parts.push(target);
    }
    // A register that several statements write has a multiplexer before it.
    if (signal.kind === 'reg' && known.length > 1 && new Set(known.map((driver) => driver.value)).size > 1) {
      for (const driver of known) compute(driver.value, { name: signal.name, ...(origin && { origin }) });
    } else carry(value, signal, origin);
  }
  for (const signal of [...module.signals, ...module.ports]) {
    if (signal.value) carry(signal.value, signal, signal.origin);
    if (signal.fallback) carry(signal.fallback, signal, signal.origin);
  }
  const reads = new Map<Signal, Memory['reads'][number]>();
  for (const { name, origin, reads: ports, writes } of module.memories) {
    const at: Logic = { name, ...(origin && { origin }) };
    for (const port of ports) {
      reads.set(port.data, port);
      if (port.latency === 0) compute(port.address, at);
    }
    // Synchronous ports of a memory take their inputs as a register does, if nothing is computed before.
    const inputs = [
      ...ports.filter(({ latency }) => latency > 0).flatMap(({ address, enable }) => [address, enable]),
      ...writes.flatMap(({ address, enable, data, mask }) => [address, enable, data, mask]),
    ];
    for (const input of inputs) if (input && wires(input) === undefined) compute(input, at);
  }
  const nets = new Map<Signal, { instance: Instance; port: Signal }>();
  const feeds = new Map<Signal, { instance: Instance; port: Signal }>();
  for (const instance of module.instances)
    for (const { port, net } of instance.ports) (port.kind === 'output' ? nets : feeds).set(net, { instance, port });
  return { drivers, chosen, nets, feeds, reads, wired, logic };
}
