/**
 * The semantics of the netlist, executed as they are written down: big integers, every statement in every pass, passes
 * until nothing changes. Slow, and shares nothing with the simulator.
 */
import type { Expr, Instance, Memory, Module, ReadPort, Signal, Statement } from '../../../gen/ir/index.ts';

const cut = (value: bigint, width: number): bigint => BigInt.asUintN(width, value);
const bool = (condition: boolean): bigint => (condition ? 1n : 0n);

class Part {
  readonly module: Module;
  readonly path: string;
  readonly values = new Map<Signal, bigint>();
  readonly children = new Map<Instance, Part>();
  readonly rows = new Map<Memory, bigint[]>();
  readonly delayed = new Map<ReadPort, bigint>();

  constructor(module: Module, path: string) {
    this.module = module.blackBox?.model ?? module;
    this.path = path;
    for (const instance of this.module.instances) {
      this.children.set(instance, new Part(instance.module, path === '' ? instance.name : `${path}.${instance.name}`));
    }
    for (const memory of this.module.memories) {
      const init = memory.init ?? [];
      this.rows.set(
        memory,
        Array.from({ length: memory.depth }, (_, i) => init[i] ?? 0n),
      );
    }
  }

  value(expr: Expr, memo: Map<Expr, bigint>): bigint {
    const known = memo.get(expr);
    if (known !== undefined) return known;
    const value = cut(this.#evaluate(expr, memo), expr.width);
    memo.set(expr, value);
    return value;
  }

  #evaluate(expr: Expr, memo: Map<Expr, bigint>): bigint {
    const of = (operand: Expr): bigint => this.value(operand, memo);
    const signed = (operand: Expr): bigint => BigInt.asIntN(operand.width, of(operand));
    switch (expr.op) {
      case 'const':
        return expr.value;
      case 'ref':
        return expr.signal.kind === 'node' ? of(expr.signal.value!) : (this.values.get(expr.signal) ?? 0n);
      case 'not':
        return ~of(expr.a);
      case 'neg':
        return -of(expr.a);
      case 'redand':
        return bool(of(expr.a) === cut(-1n, expr.a.width));
      case 'redor':
        return bool(of(expr.a) !== 0n);
      case 'redxor':
        return BigInt(of(expr.a).toString(2).replaceAll('0', '').length % 2);
      case 'add':
        return of(expr.a) + of(expr.b);
      case 'sub':
        return of(expr.a) - of(expr.b);
      case 'mul':
        return of(expr.a) * of(expr.b);
      case 'and':
        return of(expr.a) & of(expr.b);
      case 'or':
        return of(expr.a) | of(expr.b);
      case 'xor':
        return of(expr.a) ^ of(expr.b);
      case 'eq':
        return bool(of(expr.a) === of(expr.b));
      case 'ne':
        return bool(of(expr.a) !== of(expr.b));
      case 'ult':
        return bool(of(expr.a) < of(expr.b));
      case 'ule':
        return bool(of(expr.a) <= of(expr.b));
      case 'slt':
        return bool(signed(expr.a) < signed(expr.b));
      case 'sle':
        return bool(signed(expr.a) <= signed(expr.b));
      case 'shl':
        return of(expr.b) >= BigInt(expr.width) ? 0n : of(expr.a) << of(expr.b);
      case 'shr':
        return of(expr.a) >> of(expr.b);
      case 'sar':
        return signed(expr.a) >> of(expr.b);
      case 'mux':
        return of(expr.sel) ? of(expr.a) : of(expr.b);
      case 'slice':
        return of(expr.a) >> BigInt(expr.lo);
      case 'index':
        return of(expr.a) >> (of(expr.index) * BigInt(expr.width));
      case 'cat':
        return expr.parts.reduce((sum, part) => (sum << BigInt(part.width)) | of(part), 0n);
      case 'zext':
        return of(expr.a);
      case 'sext':
        return signed(expr.a);
    }
  }

  inReset(memory: { readonly domain: { readonly reset: string; readonly resetActive: 'low' | 'high' } }): boolean {
    const port = this.module.ports.find(({ name }) => name === memory.domain.reset);
    if (!port) return false;
    return ((this.values.get(port) ?? 0n) === 1n) === (memory.domain.resetActive === 'high');
  }

  /** Runs statements on what has been assigned so far; `failed` is told of violated assertions. */
  run(
    statements: readonly Statement[],
    next: Map<Signal, bigint>,
    memo: Map<Expr, bigint>,
    failed: (s: string) => void,
  ): void {
    for (const statement of statements) {
      switch (statement.kind) {
        case 'assign': {
          const { target } = statement;
          let { lo } = target;
          if (target.kind === 'element') {
            const index = this.value(target.index, memo);
            if (index >= BigInt(target.length)) break;
            lo += Number(index) * target.width;
          }
          const mask = cut(-1n, target.width) << BigInt(lo);
          const old = next.get(target.signal) ?? 0n;
          next.set(target.signal, (old & ~mask) | (this.value(statement.value, memo) << BigInt(lo)));
          break;
        }
        case 'when': {
          const taken = statement.branches.find(({ condition }) => !condition || this.value(condition, memo) === 1n);
          if (taken) this.run(taken.body, next, memo, failed);
          break;
        }
        case 'switch': {
          const subject = this.value(statement.subject, memo);
          const taken = statement.cases.find(({ values }) => values.includes(subject));
          this.run(taken?.body ?? statement.otherwise ?? [], next, memo, failed);
          break;
        }
        case 'assert':
          if (this.value(statement.condition, memo) === 0n && !this.inReset(statement)) failed(statement.message);
          break;
      }
    }
  }

  /** One pass over the combinational logic; whether anything changed. */
  settle(): boolean {
    let changed = false;
    const set = (part: Part, signal: Signal, value: bigint): void => {
      if (part.values.get(signal) === value) return;
      part.values.set(signal, value);
      changed = true;
    };
    const memo = new Map<Expr, bigint>();
    const next = new Map<Signal, bigint>();
    const driven = [...this.module.signals, ...this.module.ports].filter(
      ({ kind }) => kind === 'wire' || kind === 'output',
    );
    for (const signal of driven) next.set(signal, signal.fallback ? this.value(signal.fallback, memo) : 0n);
    this.run(this.module.statements, next, memo, () => {});
    for (const signal of driven) set(this, signal, next.get(signal)!);
    for (const memory of this.module.memories) {
      for (const port of memory.reads) {
        if (port.latency === 0) set(this, port.data, this.#row(memory, port, memo));
      }
    }
    for (const [instance, child] of this.children) {
      for (const { port, net } of instance.ports) {
        const inner = child.module.ports.find(({ name }) => name === port.name)!;
        if (port.kind === 'output') set(this, net, child.values.get(inner) ?? 0n);
        else set(child, inner, this.values.get(net) ?? 0n);
      }
      changed = child.settle() || changed;
    }
    return changed;
  }

  #row(memory: Memory, port: ReadPort, memo: Map<Expr, bigint>): bigint {
    const address = this.value(port.address, memo);
    return address < BigInt(memory.depth) ? this.rows.get(memory)![Number(address)]! : 0n;
  }

  check(failed: (message: string, path: string) => void): void {
    this.run(this.module.statements, new Map(), new Map(), (message) => failed(message, this.path));
    for (const child of this.children.values()) child.check(failed);
  }

  /** Everything that happens at an edge, as a list of things to do once all have been decided. */
  edge(): (() => void)[] {
    const memo = new Map<Expr, bigint>();
    const todo: (() => void)[] = [...this.children.values()].flatMap((child) => child.edge());
    const next = new Map<Signal, bigint>();
    const registers = this.module.signals.filter(({ kind }) => kind === 'reg');
    for (const signal of registers) next.set(signal, this.values.get(signal) ?? 0n);
    this.run(this.module.statements, next, memo, () => {});
    for (const signal of registers) {
      const value =
        signal.reset !== undefined && this.inReset({ domain: signal.domain! }) ? signal.reset : next.get(signal)!;
      todo.push(() => this.values.set(signal, value));
    }
    for (const memory of this.module.memories) {
      for (const port of memory.reads) {
        if (port.latency === 0) continue;
        const enabled = !port.enable || this.value(port.enable, memo) === 1n;
        const row = this.#row(memory, port, memo);
        if (port.latency === 1) {
          if (enabled) todo.push(() => this.values.set(port.data, row));
          continue;
        }
        const before = this.delayed.get(port) ?? 0n;
        todo.push(() => this.values.set(port.data, before));
        if (enabled) todo.push(() => this.delayed.set(port, row));
      }
      for (const port of memory.writes) {
        const address = this.value(port.address, memo);
        if (this.value(port.enable, memo) === 0n || address >= BigInt(memory.depth)) continue;
        const data = this.value(port.data, memo);
        const mask = port.mask ? this.value(port.mask, memo) : cut(-1n, memory.width / memory.lane);
        let bits = 0n;
        for (let lane = 0; lane < memory.width / memory.lane; lane++) {
          if ((mask >> BigInt(lane)) & 1n) bits |= cut(-1n, memory.lane) << BigInt(lane * memory.lane);
        }
        const rows = this.rows.get(memory)!;
        const row = Number(address);
        todo.push(() => {
          rows[row] = (rows[row]! & ~bits) | (data & bits);
        });
      }
    }
    return todo;
  }
}

export class Reference {
  readonly #top: Part;

  constructor(top: Module) {
    this.#top = new Part(top, '');
  }

  poke(name: string, value: bigint): void {
    this.#top.values.set(this.#port(name), value);
  }

  peek(name: string): bigint {
    return this.signal(this.#port(name).name)!;
  }

  eval(): void {
    for (let pass = 0; this.#top.settle(); pass++) if (pass > 20_000) throw new Error('the design does not settle');
  }

  /** Takes an edge; or, if an assertion forbids it, none, and returns its path and message. */
  cycle(): string | undefined {
    this.eval();
    let failure: string | undefined;
    this.#top.check((message, path) => (failure ??= `${path}:${message}`));
    if (failure !== undefined) return failure;
    for (const act of this.#top.edge()) act();
    return undefined;
  }

  /** A settled signal by its path. */
  signal(path: string): bigint {
    this.eval();
    const [name, part] = this.#find(path);
    const signal = [...part.module.ports, ...part.module.signals].find((candidate) => candidate.name === name)!;
    return signal.kind === 'node' ? part.value(signal.value!, new Map()) : (part.values.get(signal) ?? 0n);
  }

  memory(path: string): readonly bigint[] {
    const [name, part] = this.#find(path);
    return part.rows.get(part.module.memories.find((memory) => memory.name === name)!)!;
  }

  #find(path: string): [string, Part] {
    const names = path.split('.');
    const name = names.pop()!;
    const part = names.reduce(
      (at, step) => [...at.children].find(([instance]) => instance.name === step)![1],
      this.#top,
    );
    return [name, part];
  }

  #port(name: string): Signal {
    return this.#top.module.ports.find((port) => port.name === name)!;
  }
}
