/** Random netlists that are legal by construction: every wire reads only what was made before it. */
import type {
  BinaryOp,
  Case,
  Domain,
  Expr,
  Instance,
  Memory,
  Module,
  ReadPort,
  Signal,
  SignalKind,
  Statement,
  Target,
  Type,
  UnaryExpr,
  WritePort,
} from '../../../gen/ir/index.ts';
import { random } from '../../../sim/shell/random.ts';

/** Random numbers from a seed. */
export class Random {
  readonly next: () => number;
  constructor(seed: number) {
    this.next = random(seed).next;
  }
  below(n: number): number {
    return Math.floor(this.next() * n);
  }
  chance(p: number): boolean {
    return this.next() < p;
  }
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
  bits(width: number): bigint {
    let value = 0n;
    for (let i = 0; i < width; i += 32) value = (value << 32n) | BigInt(this.below(2 ** 32));
    const style = this.below(6);
    if (style === 0) value = BigInt(this.below(4));
    if (style === 1) value = -1n - BigInt(this.below(2));
    if (style === 2) value = 1n << BigInt(width - 1);
    return BigInt.asUintN(width, value);
  }
}

const widths = [1, 1, 1, 2, 3, 4, 5, 8, 8, 13, 16, 31, 32, 33, 40, 64, 65, 100];
const binary: BinaryOp[] = ['add', 'sub', 'mul', 'and', 'or', 'xor'];
const compare: BinaryOp[] = ['eq', 'ne', 'ult', 'ule', 'slt', 'sle'];
const shift: BinaryOp[] = ['shl', 'shr', 'sar'];
const unary: UnaryExpr['op'][] = ['not', 'neg'];
const reduce: UnaryExpr['op'][] = ['redand', 'redor', 'redxor'];

const bits = (width: number): Type => ({ kind: 'bits', width });
const full: Type = {
  kind: 'enum',
  name: 'Mode',
  width: 2,
  members: ['idle', 'run', 'stop', 'fail'].map((name, value) => ({ name, value: BigInt(value) })),
};
const sparse: Type = {
  kind: 'enum',
  name: 'Kind',
  width: 3,
  members: ['ALU', 'LOAD', 'KIND_STORE', 'Jump', 'exitNow'].map((name, i) => ({ name, value: BigInt(i + 1) })),
};
const pair: Type = {
  kind: 'struct',
  name: 'Pair',
  width: 11,
  fields: [
    { name: 'tag', type: sparse, lo: 8 },
    { name: 'data', type: bits(8), lo: 0 },
  ],
};
const vecOf = (element: Type, length: number): Type => ({
  kind: 'vec',
  width: element.width * length,
  element,
  length,
});
const record: Type = {
  kind: 'struct',
  name: 'bigRecord',
  width: 1 + 11 + 2 + 20,
  fields: [
    { name: 'valid', type: bits(1), lo: 33 },
    { name: 'inner', type: pair, lo: 22 },
    { name: 'mode', type: full, lo: 20 },
    { name: 'lanes', type: vecOf(bits(5), 4), lo: 0 },
  ],
};
const shapes: Type[] = [
  full,
  sparse,
  pair,
  record,
  vecOf(bits(8), 4),
  vecOf(bits(7), 5),
  vecOf(bits(1), 6),
  vecOf(full, 3),
  vecOf(pair, 3),
];

const domain: Domain = { name: 'main', clock: 'clk', reset: 'rst_n', resetActive: 'low' };
const otherDomain: Domain = { name: 'main', clock: 'clk', reset: 'rst', resetActive: 'high' };

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export interface Options {
  readonly name: string;
  /** Rough number of wires, values and registers. */
  readonly size: number;
  /** Levels of instances below. */
  readonly levels: number;
  /** Children that may be used, so that modules are shared. */
  readonly children?: Module[];
}

export function randomModule(random: Random, options: Options): Module {
  return new Generator(random, options).build();
}

class Generator {
  readonly #random: Random;
  readonly #options: Options;
  readonly #ports: Signal[] = [];
  readonly #signals: Signal[] = [];
  readonly #statements: Statement[] = [];
  readonly #memories: Memory[] = [];
  readonly #instances: Instance[] = [];
  readonly #registers: Signal[] = [];
  /** What may be read now. */
  readonly #pool: Expr[] = [];
  readonly #domain: Domain;
  #count = 0;

  constructor(random: Random, options: Options) {
    this.#random = random;
    this.#options = options;
    this.#domain = random.chance(0.7) ? domain : otherDomain;
  }

  build(): Module {
    const random = this.#random;
    const { size, levels, name } = this.#options;
    for (const port of [this.#domain.clock, this.#domain.reset])
      this.#ports.push({ kind: 'input', name: port, type: bits(1) });
    for (let i = 2 + random.below(4); i > 0; i--) this.#readable(this.#signal('input', this.#type()));
    for (let i = random.below(size / 3); i >= 0; i--) this.#register();
    const later: (() => void)[] = [];
    if (random.chance(0.5)) later.push(this.#memory());
    for (let i = size; i > 0; i--) this.#part();
    const children = this.#options.children ?? [];
    for (let i = levels > 0 ? 1 + random.below(2) : 0; i > 0; i--) {
      if (children.length === 0 || random.chance(0.6))
        children.push(
          randomModule(random, {
            name: `${name}_sub${children.length}`,
            size: size >> 1,
            levels: levels - 1,
            children,
          }),
        );
      this.#instance(random.pick(children));
      for (let j = size >> 2; j > 0; j--) this.#part();
    }
    for (const finish of later) finish();
    for (const register of this.#registers)
      this.#statements.push(this.#assign(register, this.#value(register.type, 2)));
    this.#drive(this.#registers);
    const unread = [...this.#pool];
    for (let i = 2 + random.below(3); i > 0; i--) {
      const output = this.#signal('output', this.#type());
      this.#statements.push(this.#assign(output, this.#expr(output.type.width, 3)));
    }
    // Nothing may stay unseen: the last output reads everything.
    const parity = unread.map((a): Expr => ({ op: 'redxor', width: 1, a }));
    const seen = this.#signal('output', bits(parity.length));
    this.#statements.push(this.#assign(seen, { op: 'cat', width: parity.length, parts: parity }));
    return {
      name,
      ports: this.#ports,
      domains: [this.#domain],
      signals: this.#signals,
      statements: this.#statements,
      memories: this.#memories,
      instances: this.#instances,
    };
  }

  #type(): Type {
    return this.#random.chance(0.3) ? this.#random.pick(shapes) : bits(this.#random.pick(widths));
  }

  #signal(kind: SignalKind, type: Type, extra: Partial<Signal> = {}): Signal {
    const name = `${{ input: 'i', output: 'o', wire: 'w', reg: 'r', node: 'v', net: 'n', inout: 'p' }[kind]}${this.#count++}${kind === 'reg' ? '_q' : ''}`;
    const signal: Signal = {
      kind,
      name,
      type,
      ...(this.#random.chance(0.1) && { doc: `Says what ${name} is.` }),
      ...extra,
    };
    (kind === 'input' || kind === 'output' ? this.#ports : this.#signals).push(signal);
    return signal;
  }

  #readable(signal: Signal): Signal {
    this.#pool.push({ op: 'ref', width: signal.type.width, signal });
    return signal;
  }

  #register(): Signal {
    const random = this.#random;
    const type = this.#type();
    const reset = type.kind === 'enum' ? random.pick(type.members).value : random.bits(type.width);
    const register = this.#readable(
      this.#signal('reg', type, {
        domain: this.#domain,
        ...((type.kind === 'enum' || random.chance(0.7)) && { reset }),
      }),
    );
    this.#registers.push(register);
    return register;
  }

  /** A named value, or wires driven together. */
  #part(): void {
    const random = this.#random;
    if (random.chance(0.5)) {
      const type = this.#type();
      this.#readable(this.#signal('node', type, { value: this.#value(type, 3) }));
      return;
    }
    const wires = Array.from({ length: 1 + random.below(3) }, () => {
      const type = this.#type();
      return this.#signal('wire', type, random.chance(0.5) ? { fallback: this.#value(type, 1) } : {});
    });
    for (const wire of wires) if (!wire.fallback) this.#statements.push(this.#assign(wire, this.#value(wire.type, 2)));
    this.#drive(wires);
  }

  /** Some statements that assign the signals; of wires, a later one may read an earlier one. */
  #drive(signals: readonly Signal[]): void {
    const random = this.#random;
    const wires = signals.filter(({ kind }) => kind === 'wire');
    for (let i = random.below(signals.length + 2); i > 0; i--)
      this.#statements.push(this.#statement(signals, 2, this.#pool.length));
    for (const wire of wires) this.#readable(wire);
  }

  #statement(signals: readonly Signal[], depth: number, known: number): Statement {
    const random = this.#random;
    const body = (): Statement[] =>
      Array.from({ length: random.below(3) }, () => this.#statement(signals, depth - 1, known));
    const kind = depth === 0 ? 0 : random.below(4);
    if (kind <= 1) {
      const at = random.below(signals.length);
      // What stands earlier in the same list is final before this one.
      const extra = signals.slice(0, at).filter(({ kind: of }) => of === 'wire');
      for (const signal of extra) this.#pool.push({ op: 'ref', width: signal.type.width, signal });
      const target = this.#target(signals[at]!);
      const type = target.width === signals[at]!.type.width ? signals[at]!.type : bits(target.width);
      const statement: Statement = { kind: 'assign', target, value: this.#value(type, 2) };
      this.#pool.length = known;
      return statement;
    }
    if (kind === 2) {
      const branches = Array.from({ length: 1 + random.below(3) }, () => ({
        condition: this.#expr(1, 2),
        body: body(),
      }));
      return { kind: 'when', branches: random.chance(0.5) ? [...branches, { body: body() }] : branches };
    }
    const type = random.pick([full, sparse, bits(2), bits(4)]);
    const subject = this.#value(type, 1);
    const values = type.kind === 'enum' ? type.members.map(({ value }) => value) : [0n, 1n, 2n, 3n];
    const cases: Case[] = [];
    while (values.length > 0 && random.chance(0.8))
      cases.push({ values: values.splice(0, 1 + random.below(2)), body: body() });
    if (cases.length === 0) cases.push({ values: [values[0]!], body: body() });
    return { kind: 'switch', subject, type, cases, ...(random.chance(0.6) && { otherwise: body() }) };
  }

  #assign(signal: Signal, value: Expr): Statement {
    return { kind: 'assign', target: { kind: 'bits', signal, lo: 0, width: signal.type.width }, value };
  }

  #target(signal: Signal): Target {
    const random = this.#random;
    const { type } = signal;
    const whole: Target = { kind: 'bits', signal, lo: 0, width: type.width };
    if (type.kind === 'vec' && random.chance(0.6)) return this.#elementTarget(signal, type, 0);
    if (type.kind === 'struct' && random.chance(0.6)) {
      const field = random.pick(type.fields);
      if (field.type.kind === 'vec' && random.chance(0.5)) return this.#elementTarget(signal, field.type, field.lo);
      return { ...whole, lo: field.lo, width: field.type.width };
    }
    if (type.kind === 'bits' && random.chance(0.2)) {
      const lo = random.below(type.width);
      return { ...whole, lo, width: 1 + random.below(type.width - lo) };
    }
    return whole;
  }

  #elementTarget(signal: Signal, { element, length }: Extract<Type, { kind: 'vec' }>, lo: number): Target {
    return {
      kind: 'element',
      signal,
      lo,
      index: this.#expr(this.#random.pick([1, 2, 3, 8, 40]), 1),
      width: element.width,
      length,
    };
  }

  /** An expression that mostly means what the type says. */
  #value(type: Type, depth: number): Expr {
    const random = this.#random;
    if (type.kind === 'enum' && random.chance(0.8)) {
      const same = this.#pool.filter((expr) => expr.op === 'ref' && expr.signal.type === type);
      if (depth > 0 && random.chance(0.4))
        return {
          op: 'mux',
          width: type.width,
          sel: this.#expr(1, depth - 1),
          a: this.#value(type, depth - 1),
          b: this.#value(type, depth - 1),
        };
      if (same.length > 0 && random.chance(0.4)) return random.pick(same);
      const { name, value } = random.pick(type.members);
      return { op: 'const', width: type.width, value, member: name };
    }
    if (type.kind === 'struct' && random.chance(0.5))
      return {
        op: 'cat',
        width: type.width,
        parts: type.fields.map((field) => this.#value(field.type, depth - 1)),
        type,
      };
    return this.#expr(type.width, depth);
  }

  #expr(width: number, depth: number): Expr {
    const random = this.#random;
    const made = this.#make(width, depth);
    if (random.chance(0.3)) this.#pool.push(made); // shared by identity later
    return made;
  }

  #make(width: number, depth: number): Expr {
    const random = this.#random;
    if (depth <= 0 || random.chance(0.1)) return this.#leaf(width);
    const sub = (of = width): Expr => this.#expr(of, depth - 1);
    const any = (): number => random.pick(widths);
    switch (random.below(width === 1 ? 12 : 10)) {
      case 0:
        return { op: random.pick(unary), width, a: sub() };
      case 1:
      case 2:
        return { op: random.pick(binary), width, a: sub(), b: sub() };
      case 3:
        return { op: random.pick(shift), width, a: sub(), b: sub(random.pick([1, 3, 6, 8, 33, 40])) };
      case 4:
        return { op: 'mux', width, sel: sub(1), a: sub(), b: sub() };
      case 5: {
        const of = width + random.below(20);
        return { op: 'slice', width, a: sub(of), lo: random.below(of - width + 1) };
      }
      case 6: {
        const length = 1 + random.below(6);
        return { op: 'index', width, a: sub(width * length), index: sub(random.pick([1, 2, 3, 5, 40])) };
      }
      case 7: {
        if (width === 1) return this.#leaf(1);
        const high = 1 + random.below(width - 1);
        return { op: 'cat', width, parts: [sub(high), ...this.#split(width - high).map((part) => sub(part))] };
      }
      case 8:
      case 9: {
        const of = 1 + random.below(width);
        return { op: random.pick(['zext', 'sext'] as const), width, a: sub(of) };
      }
      case 10: {
        const of = any();
        return { op: random.pick(compare), width: 1, a: sub(of), b: sub(of) };
      }
      default:
        return { op: random.pick(reduce), width: 1, a: sub(any()) };
    }
  }

  #split(width: number): number[] {
    if (width <= 1 || this.#random.chance(0.5)) return [width];
    const first = 1 + this.#random.below(width - 1);
    return [first, width - first];
  }

  #leaf(width: number): Expr {
    const random = this.#random;
    const fitting = this.#pool.filter((expr) => expr.width === width);
    if (fitting.length > 0 && random.chance(0.7)) return random.pick(fitting);
    const wider = this.#pool.filter((expr) => expr.width > width);
    if (wider.length > 0 && random.chance(0.7)) {
      const a = random.pick(wider);
      const type = a.op === 'ref' ? a.signal.type : undefined;
      const field = type?.kind === 'struct' ? type.fields.find((of) => of.type.width === width) : undefined;
      if (field) return { op: 'slice', width, a, lo: field.lo, field: field.name };
      return { op: 'slice', width, a, lo: random.below(a.width - width + 1) };
    }
    return { op: 'const', width, value: random.bits(width) };
  }

  /** Declares a memory whose registered reads may be read at once; the ports are connected at the end. */
  #memory(): () => void {
    const random = this.#random;
    const lane = random.pick([1, 8, 5]);
    const lanes = random.pick([1, 1, 4, 8]);
    const addressWidth = 1 + random.below(4);
    const memory: Mutable<Omit<Memory, 'reads' | 'writes'>> & { reads: ReadPort[]; writes: WritePort[] } = {
      name: `m${this.#count++}`,
      domain: this.#domain,
      depth: 2 ** addressWidth,
      width: lane * lanes,
      lane: random.chance(0.7) ? lane : lane * lanes,
      style: random.pick(['auto', 'registers', 'distributed', 'block', 'ultra']),
      reads: [],
      writes: [],
    };
    if (memory.style !== 'ultra' && random.chance(0.4))
      memory.init = Array.from({ length: random.below(memory.depth + 1) }, () => random.bits(memory.width));
    this.#memories.push(memory);
    const ports = Array.from({ length: 1 + random.below(2) }, () => {
      const latency = random.pick([0, 1, 2] as const);
      const data = this.#signal('net', bits(memory.width));
      if (latency > 0) this.#readable(data);
      return { latency, data };
    });
    return () => {
      for (const { latency, data } of ports) {
        memory.reads.push({
          address: this.#expr(addressWidth, 2),
          latency,
          data,
          ...(latency > 0 && random.chance(0.5) && { enable: this.#expr(1, 1) }),
        });
        if (latency === 0) this.#readable(data);
      }
      const writers = 1 + random.below(2);
      // Two ports of one block RAM must not write the same row: there is no later one.
      const apart = writers === 2 && (memory.style === 'block' || memory.style === 'ultra');
      const first = this.#expr(addressWidth, 2);
      for (let i = 0; i < writers; i++) {
        const address: Expr =
          i > 0 && apart ? { op: 'not', width: addressWidth, a: first } : i > 0 ? this.#expr(addressWidth, 2) : first;
        const lanesMask = memory.width / memory.lane;
        memory.writes.push({
          address,
          enable: this.#expr(1, 2),
          data: this.#expr(memory.width, 2),
          ...(random.chance(0.6) && { mask: this.#expr(lanesMask, 2) }),
        });
      }
    };
  }

  #instance(module: Module): void {
    const name = `u${this.#count++}`;
    const inputs: Signal[] = [];
    const own = (port: Signal): Signal => {
      const clocks = [module.domains[0]!.clock, module.domains[0]!.reset];
      if (port.name === clocks[0]) return this.#ports[0]!;
      if (port.name === clocks[1] && module.domains[0] === this.#domain) return this.#ports[1]!;
      const net = this.#signal(port.kind === 'output' ? 'net' : 'wire', port.type);
      if (port.kind === 'input') inputs.push(net);
      return net;
    };
    const ports = module.ports.map((port) => ({ port, net: own(port) }));
    for (const input of inputs)
      this.#statements.push(this.#assign(input, this.#value(input.type, this.#random.below(3))));
    this.#instances.push({ name, module, ports });
    for (const { port, net } of ports) if (port.kind === 'output') this.#readable(net);
  }
}
