/** Netlists written by hand, for tests of what reads netlists. */
import type {
  BinaryOp,
  Domain,
  Expr,
  Instance,
  Memory,
  Module,
  Signal,
  SignalKind,
  Statement,
  Target,
  Type,
} from '../../../gen/ir/index.ts';

export const domain: Domain = { name: 'core', clock: 'clk', reset: 'rst', resetActive: 'high' };

export const bits = (width: number): Type => ({ kind: 'bits', width });

/** A packed struct of the fields, first field highest. */
export function struct(name: string, fields: Readonly<Record<string, Type>>): Type {
  const entries = Object.entries(fields);
  let lo = entries.reduce((sum, [, type]) => sum + type.width, 0);
  const width = lo;
  return {
    kind: 'struct',
    name,
    width,
    fields: entries.map(([field, type]) => ({ name: field, type, lo: (lo -= type.width) })),
  };
}

export const vec = (element: Type, length: number): Type => ({
  kind: 'vec',
  width: element.width * length,
  element,
  length,
});

export const constant = (value: bigint | number, width: number): Expr => ({ op: 'const', width, value: BigInt(value) });
export const ref = (signal: Signal): Expr => ({ op: 'ref', width: signal.type.width, signal });
export const slice = (a: Expr, lo: number, width: number): Expr => ({ op: 'slice', width, a, lo });
export const cat = (...parts: Expr[]): Expr => ({
  op: 'cat',
  width: parts.reduce((sum, part) => sum + part.width, 0),
  parts,
});
export const mux = (sel: Expr, a: Expr, b: Expr): Expr => ({ op: 'mux', width: a.width, sel, a, b });
export const not = (a: Expr): Expr => ({ op: 'not', width: a.width, a });
export const reduce = (op: 'redand' | 'redor' | 'redxor', a: Expr): Expr => ({ op, width: 1, a });
export const extend = (op: 'zext' | 'sext', a: Expr, width: number): Expr => ({ op, width, a });
export const index = (a: Expr, at: Expr, width: number): Expr => ({ op: 'index', width, a, index: at });

export function binary(op: BinaryOp, a: Expr, b: Expr): Expr {
  const comparison = ['eq', 'ne', 'ult', 'ule', 'slt', 'sle'].includes(op);
  return { op, width: comparison ? 1 : a.width, a, b };
}

/** The bits, or the field of a struct, that an assignment writes; by default the whole signal. */
export function part(signal: Signal, lo = 0, width = signal.type.width - lo): Target {
  return { kind: 'bits', signal, lo, width };
}

export function fieldOf(signal: Signal, name: string): { lo: number; width: number } {
  const field = signal.type.kind === 'struct' ? signal.type.fields.find((f) => f.name === name) : undefined;
  if (!field) throw new Error(`${signal.name} has no field ${name}`);
  return { lo: field.lo, width: field.type.width };
}

export function element(
  signal: Signal,
  at: Expr,
  width: number,
  lo = 0,
  length = (signal.type.width - lo) / width,
): Target {
  return { kind: 'element', signal, lo, index: at, width, length };
}

export const assign = (target: Target | Signal, value: Expr): Statement => ({
  kind: 'assign',
  target: 'type' in target ? part(target) : target,
  value,
});

export const when = (...branches: [Expr | undefined, ...Statement[]][]): Statement => ({
  kind: 'when',
  branches: branches.map(([condition, ...body]) => (condition ? { condition, body } : { body })),
});

export function switchOn(subject: Expr, cases: [number[], ...Statement[]][], otherwise?: Statement[]): Statement {
  return {
    kind: 'switch',
    subject,
    type: bits(subject.width),
    cases: cases.map(([values, ...body]) => ({ values: values.map(BigInt), body })),
    ...(otherwise ? { otherwise } : {}),
  };
}

type RegOptions = { reset?: bigint | number; domain?: Domain };

/** Collects what a module consists of. */
export class ModuleBuilder {
  readonly name: string;
  readonly clk: Signal;
  readonly rst: Signal;
  readonly #domain: Domain;
  readonly #ports: Signal[] = [];
  readonly #signals: Signal[] = [];
  readonly #memories: Memory[] = [];
  readonly #instances: Instance[] = [];
  readonly statements: Statement[] = [];

  constructor(name: string, clocked = domain) {
    this.name = name;
    this.#domain = clocked;
    this.clk = this.#port('input', clocked.clock, bits(1));
    this.rst = this.#port('input', clocked.reset, bits(1));
  }

  input(name: string, type: Type | number): Signal {
    return this.#port('input', name, type);
  }

  output(name: string, type: Type | number, value?: Expr): Signal {
    const port = this.#port('output', name, type);
    if (value) this.statements.push(assign(port, value));
    return port;
  }

  wire(name: string, type: Type | number, fallback?: Expr): Signal {
    return this.#signal({ kind: 'wire', name, type: typeOf(type), ...(fallback ? { fallback } : {}) });
  }

  reg(name: string, type: Type | number, { reset }: RegOptions = {}): Signal {
    const value = reset === undefined ? {} : { reset: BigInt(reset) };
    return this.#signal({ kind: 'reg', name, type: typeOf(type), domain: this.#domain, ...value });
  }

  node(name: string, value: Expr): Signal {
    return this.#signal({ kind: 'node', name, type: bits(value.width), value });
  }

  net(name: string, type: Type | number): Signal {
    return this.#signal({ kind: 'net', name, type: typeOf(type) });
  }

  memory(name: string, depth: number, width: number, rest: Partial<Memory>): void {
    this.#memories.push({
      name,
      depth,
      width,
      lane: width,
      domain: this.#domain,
      style: 'auto',
      reads: [],
      writes: [],
      ...rest,
    });
  }

  /** Connects clock and reset by name, inputs by what is given, outputs to new nets, which are returned. */
  instance(name: string, module: Module, inputs: Readonly<Record<string, Expr>>): Record<string, Signal> {
    const outputs: Record<string, Signal> = {};
    const ports = module.ports.map((port) => {
      const net = this.#connection(name, port, inputs[port.name]);
      if (port.kind === 'output') outputs[port.name] = net;
      return { port, net };
    });
    this.#instances.push({ name, module, ports });
    return outputs;
  }

  add(...statements: Statement[]): this {
    this.statements.push(...statements);
    return this;
  }

  module(extra: Partial<Module> = {}): Module {
    const { name, statements } = this;
    return {
      name,
      ports: this.#ports,
      domains: [this.#domain],
      signals: this.#signals,
      statements,
      memories: this.#memories,
      instances: this.#instances,
      ...extra,
    };
  }

  #connection(name: string, port: Signal, value: Expr | undefined): Signal {
    if (port.kind === 'output') return this.net(`${name}_${port.name}`, port.type);
    if (port.name === this.clk.name) return this.clk;
    if (port.name === this.rst.name) return this.rst;
    if (!value) throw new Error(`${name}.${port.name} is not connected`);
    const wire = this.wire(`${name}_${port.name}`, port.type);
    this.statements.push(assign(wire, value));
    return wire;
  }

  #port(kind: SignalKind, name: string, type: Type | number): Signal {
    const port: Signal = { kind, name, type: typeOf(type) };
    this.#ports.push(port);
    return port;
  }

  #signal(signal: Signal): Signal {
    this.#signals.push(signal);
    return signal;
  }
}

function typeOf(type: Type | number): Type {
  return typeof type === 'number' ? bits(type) : type;
}
