/** Netlists by hand, for tests of what reads them: a module under construction with a shorthand for each kind of part. */
import { Diagnostics } from '../../../gen/diagnostics/index.ts';
import { check } from '../../../gen/ir/index.ts';
import type {
  BinaryOp,
  Branch,
  Case,
  Domain,
  Expr,
  Instance,
  Memory,
  Module,
  Origin,
  Signal,
  SignalKind,
  Statement,
  Type,
} from '../../../gen/ir/index.ts';

export const bits = (width: number): Type => ({ kind: 'bits', width });
export const clockA: Domain = { name: 'a', clock: 'clk_a', reset: 'rst_a', resetActive: 'high' };
export const clockB: Domain = { name: 'b', clock: 'clk_b', reset: 'rst_b', resetActive: 'high' };

export const ref = (signal: Signal): Expr => ({ op: 'ref', width: signal.type.width, signal });
export const lit = (value: number | bigint, width = 1): Expr => ({ op: 'const', width, value: BigInt(value) });
export const slice = (a: Expr, lo: number, width: number): Expr => ({ op: 'slice', width, a, lo });
export const cat = (...parts: Expr[]): Expr => ({
  op: 'cat',
  width: parts.reduce((sum, part) => sum + part.width, 0),
  parts,
});
export const mux = (sel: Expr, a: Expr, b: Expr): Expr => ({ op: 'mux', width: a.width, sel, a, b });
export const bin = (op: BinaryOp, a: Expr, b: Expr): Expr => ({
  op,
  a,
  b,
  width: ['eq', 'ne', 'ult', 'ule', 'slt', 'sle'].includes(op) ? 1 : a.width,
});

export const set = (signal: Signal, value: Expr, lo = 0): Statement => ({
  kind: 'assign',
  target: { kind: 'bits', signal, lo, width: value.width },
  value,
});
export const setAt = (signal: Signal, index: Expr, value: Expr): Statement => ({
  kind: 'assign',
  target: { kind: 'element', signal, lo: 0, index, width: value.width, length: signal.type.width / value.width },
  value,
});
export const when = (...branches: Branch[]): Statement => ({ kind: 'when', branches });
export const switchOn = (subject: Expr, type: Type, cases: Case[], otherwise?: Statement[]): Statement => ({
  kind: 'switch',
  subject,
  type,
  cases,
  ...(otherwise ? { otherwise } : {}),
});

/** A module under construction; it is a legal netlist module at any time. */
export class Draft implements Module {
  readonly name: string;
  readonly ports: Signal[] = [];
  readonly domains: Domain[] = [];
  readonly signals: Signal[] = [];
  readonly statements: Statement[] = [];
  readonly memories: Memory[] = [];
  readonly instances: Instance[] = [];
  readonly blackBox?: Module['blackBox'];

  constructor(name: string, domains: Domain[] = [], blackBox?: Module['blackBox']) {
    this.name = name;
    this.domains = domains;
    for (const { clock, reset } of domains) for (const port of [clock, reset]) this.add('input', port, 1);
    if (blackBox) this.blackBox = blackBox;
  }

  add(kind: SignalKind, name: string, type: number | Type, extra: Partial<Signal> = {}): Signal {
    const signal: Signal = { kind, name, type: typeof type === 'number' ? bits(type) : type, ...extra };
    (['input', 'output', 'inout'].includes(kind) ? this.ports : this.signals).push(signal);
    return signal;
  }
  input(name: string, type: number | Type = 1): Signal {
    return this.add('input', name, type);
  }
  output(name: string, type: number | Type = 1): Signal {
    return this.add('output', name, type);
  }
  wire(name: string, type: number | Type = 1, extra: Partial<Signal> = {}): Signal {
    return this.add('wire', name, type, extra);
  }
  node(name: string, value: Expr): Signal {
    return this.add('node', name, value.width, { value });
  }
  reg(name: string, width: number, domain: Domain, extra: Partial<Signal> = {}): Signal {
    return this.add('reg', name, width, { domain, reset: 0n, ...extra });
  }
  do(...statements: Statement[]): this {
    this.statements.push(...statements);
    return this;
  }
  /** An instance whose nets are called `name_port`; clocks connect to this module's. */
  place(name: string, module: Module, origin?: Origin): Record<string, Signal> {
    const nets: Record<string, Signal> = {};
    for (const port of module.ports) {
      const clock = this.ports.find(
        (own) => own.name === port.name && module.domains.some((d) => d.clock === own.name || d.reset === own.name),
      );
      nets[port.name] = clock ?? this.add(port.kind === 'output' ? 'net' : 'wire', `${name}_${port.name}`, port.type);
    }
    const ports = module.ports.map((port) => ({ port, net: nets[port.name]! }));
    this.instances.push({ name, module, ports, ...(origin ? { origin } : {}) });
    return nets;
  }
}

/** What the checks say of a design, one line a diagnostic: code and message. */
export function findings(top: Module): string[] {
  const diagnostics = new Diagnostics();
  check(top, diagnostics);
  return diagnostics.all.map(({ code, message }) => `${code} ${message}`);
}
