/** The meaning of a netlist, computed in the most obvious way: an independent oracle for everything that is made from one. */
import {
  allStatements,
  type Expr,
  type Instance,
  type Module,
  type Signal,
  type Statement,
} from '../../../gen/ir/index.ts';

const ones = (width: number): bigint => (1n << BigInt(width)) - 1n;

export class Reference {
  readonly #module: Module;
  readonly #input: (port: Signal) => bigint;
  readonly #state = new Map<Signal, bigint>();
  readonly #rows = new Map<string, bigint[]>();
  /** First register of two-cycle reads. */
  readonly #early = new Map<Signal, bigint>();
  readonly #children = new Map<Instance, Reference>();
  #values = new Map<Signal | Expr, bigint>();

  /** Registers start at 0, those of an enum at their reset value; memories at 0 or their initial content. */
  constructor(module: Module, input: (port: Signal) => bigint) {
    this.#module = module;
    this.#input = input;
    for (const { name, depth, init } of module.memories)
      this.#rows.set(
        name,
        Array.from({ length: depth }, (_, i) => init?.[i] ?? 0n),
      );
    for (const instance of module.instances) {
      this.#children.set(
        instance,
        new Reference(instance.module, (port) =>
          this.signal(instance.ports.find(({ port: own }) => own === port)!.net),
        ),
      );
    }
  }

  /** To be called when inputs change. */
  settle(): void {
    this.#values = new Map();
    for (const child of this.#children.values()) child.settle();
  }

  signal(signal: Signal): bigint {
    const known = this.#values.get(signal);
    if (known !== undefined) return known;
    const value = this.#compute(signal);
    this.#values.set(signal, value);
    return value;
  }

  #compute(signal: Signal): bigint {
    switch (signal.kind) {
      case 'input':
      case 'inout':
        return this.#input(signal);
      case 'reg':
        return this.#state.get(signal) ?? (signal.type.kind === 'enum' ? signal.reset : undefined) ?? 0n;
      case 'node':
        return this.expr(signal.value!);
      case 'wire':
      case 'output':
        return this.#run(signal, signal.fallback ? this.expr(signal.fallback) : 0n, this.#module.statements);
      case 'net': {
        for (const { name, reads } of this.#module.memories) {
          const port = reads.find(({ data }) => data === signal);
          if (port)
            return port.latency === 0
              ? this.#rows.get(name)![Number(this.expr(port.address))]!
              : (this.#state.get(signal) ?? 0n);
        }
        const instance = this.#module.instances.find(({ ports }) => ports.some(({ net }) => net === signal))!;
        return this.#children.get(instance)!.signal(instance.ports.find(({ net }) => net === signal)!.port);
      }
    }
  }

  /** `value` after the assignments that the statements make to `signal`. */
  #run(signal: Signal, value: bigint, statements: readonly Statement[]): bigint {
    for (const statement of statements) {
      // A condition is nobody's business but that of the signals assigned below it.
      if (!targetsOf(statement).has(signal)) continue;
      if (statement.kind === 'assign') {
        const { target } = statement;
        let lo = target.lo;
        if (target.kind === 'element') {
          const index = this.expr(target.index);
          if (index >= target.length) continue;
          lo += Number(index) * target.width;
        }
        const mask = ones(target.width) << BigInt(lo);
        value = (value & ~mask) | (this.expr(statement.value) << BigInt(lo));
      } else if (statement.kind === 'when') {
        const branch = statement.branches.find(({ condition }) => !condition || this.expr(condition) === 1n);
        value = this.#run(signal, value, branch?.body ?? []);
      } else if (statement.kind === 'switch') {
        const subject = this.expr(statement.subject);
        const body = statement.cases.find(({ values }) => values.includes(subject))?.body ?? statement.otherwise ?? [];
        value = this.#run(signal, value, body);
      }
    }
    return value;
  }

  /** A clock edge, of all domains. */
  edge(): void {
    const finish = this.#prepareEdge();
    finish();
    this.settle();
  }

  #prepareEdge(): () => void {
    const { signals, memories, statements, ports } = this.#module;
    const next = new Map<Signal, bigint>();
    for (const signal of signals) {
      if (signal.kind !== 'reg') continue;
      const { reset, resetActive } = signal.domain!;
      const active = this.signal(ports.find(({ name }) => name === reset)!) === (resetActive === 'low' ? 0n : 1n);
      next.set(
        signal,
        active && signal.reset !== undefined ? signal.reset : this.#run(signal, this.signal(signal), statements),
      );
    }
    const early = new Map<Signal, bigint>();
    const rows = new Map<string, bigint[]>();
    for (const { name, reads, writes, lane, width } of memories) {
      const now = this.#rows.get(name)!;
      for (const { latency, address, enable, data } of reads) {
        const sampled = !enable || this.expr(enable) === 1n ? now[Number(this.expr(address))]! : undefined;
        if (latency === 1 && sampled !== undefined) next.set(data, sampled);
        if (latency === 2) {
          next.set(data, this.#early.get(data) ?? 0n);
          if (sampled !== undefined) early.set(data, sampled);
        }
      }
      const after = [...now];
      for (const { address, enable, data, mask } of writes) {
        if (this.expr(enable) === 0n) continue;
        const at = Number(this.expr(address));
        for (let i = 0; i < width / lane; i++) {
          if (mask && ((this.expr(mask) >> BigInt(i)) & 1n) === 0n) continue;
          const bits = ones(lane) << BigInt(i * lane);
          after[at] = (after[at]! & ~bits) | (this.expr(data) & bits);
        }
      }
      rows.set(name, after);
    }
    const children = [...this.#children.values()].map((child) => child.#prepareEdge());
    return () => {
      for (const [signal, value] of next) this.#state.set(signal, value);
      for (const [signal, value] of early) this.#early.set(signal, value);
      for (const [name, content] of rows) this.#rows.set(name, content);
      for (const child of children) child();
    };
  }

  expr(expr: Expr): bigint {
    const known = this.#values.get(expr);
    if (known !== undefined) return known;
    const value = this.#evaluate(expr);
    if (value < 0n || value > ones(expr.width)) throw new Error(`${expr.op}: ${value} does not fit ${expr.width} bits`);
    this.#values.set(expr, value);
    return value;
  }

  #evaluate(expr: Expr): bigint {
    const { width } = expr;
    const wrap = (value: bigint): bigint => BigInt.asUintN(width, value);
    const of = (operand: Expr): bigint => this.expr(operand);
    const signed = (operand: Expr): bigint => BigInt.asIntN(operand.width, of(operand));
    switch (expr.op) {
      case 'const':
        return expr.value;
      case 'ref':
        return this.signal(expr.signal);
      case 'not':
        return ones(width) - of(expr.a);
      case 'neg':
        return wrap(-of(expr.a));
      case 'redand':
        return BigInt(of(expr.a) === ones(expr.a.width));
      case 'redor':
        return BigInt(of(expr.a) > 0n);
      case 'redxor':
        return BigInt(of(expr.a).toString(2).replaceAll('0', '').length % 2);
      case 'mux':
        return of(expr.sel) === 1n ? of(expr.a) : of(expr.b);
      case 'slice':
        return wrap(of(expr.a) >> BigInt(expr.lo));
      case 'index': {
        const index = of(expr.index);
        return index < expr.a.width / width ? wrap(of(expr.a) >> (index * BigInt(width))) : 0n;
      }
      case 'cat':
        return expr.parts.reduce((high, part) => (high << BigInt(part.width)) + of(part), 0n);
      case 'zext':
        return of(expr.a);
      case 'sext':
        return wrap(signed(expr.a));
      case 'add':
        return wrap(of(expr.a) + of(expr.b));
      case 'sub':
        return wrap(of(expr.a) - of(expr.b));
      case 'mul':
        return wrap(of(expr.a) * of(expr.b));
      case 'and':
        return of(expr.a) & of(expr.b);
      case 'or':
        return of(expr.a) | of(expr.b);
      case 'xor':
        return of(expr.a) ^ of(expr.b);
      case 'eq':
        return BigInt(of(expr.a) === of(expr.b));
      case 'ne':
        return BigInt(of(expr.a) !== of(expr.b));
      case 'ult':
        return BigInt(of(expr.a) < of(expr.b));
      case 'ule':
        return BigInt(of(expr.a) <= of(expr.b));
      case 'slt':
        return BigInt(signed(expr.a) < signed(expr.b));
      case 'sle':
        return BigInt(signed(expr.a) <= signed(expr.b));
      case 'shl':
        return of(expr.b) >= BigInt(width) ? 0n : wrap(of(expr.a) << of(expr.b));
      case 'shr':
        return of(expr.b) >= BigInt(width) ? 0n : of(expr.a) >> of(expr.b);
      case 'sar':
        return wrap(signed(expr.a) >> (of(expr.b) >= BigInt(width) ? BigInt(width) : of(expr.b)));
    }
  }
}

const targets = new WeakMap<Statement, ReadonlySet<Signal>>();

function targetsOf(statement: Statement): ReadonlySet<Signal> {
  let found = targets.get(statement);
  if (!found)
    targets.set(
      statement,
      (found = new Set(
        [...allStatements([statement])].flatMap((inner) => (inner.kind === 'assign' ? [inner.target.signal] : [])),
      )),
    );
  return found;
}
