/** Random designs: everything that a netlist can say, free of combinational loops, shrinking when a test fails. */
import type { Expr, Module, ReadPort, Signal, Statement, Type, WritePort } from '../../../gen/ir/index.ts';
import { Choices, type Draw } from './choices.ts';
import { Expressions, type Readable } from './expressions.ts';
import * as n from './netlist.ts';

class ModuleMaker {
  readonly #choices: Choices;
  readonly #builder: n.ModuleBuilder;
  readonly #expressions: Expressions;
  readonly #later: (() => void)[] = [];
  readonly #levels: number;
  #count = 0;

  constructor(choices: Choices, name: string, levels: number) {
    this.#choices = choices;
    this.#builder = new n.ModuleBuilder(name);
    this.#expressions = new Expressions(choices);
    this.#levels = levels;
  }

  make(): Module {
    const c = this.#choices;
    this.#open({ signal: this.#builder.rst, lo: 0, width: 1 });
    for (let i = c.int(1, 4); i > 0; i--) this.#whole(this.#builder.input(this.#name('in'), this.#type()));
    for (let i = c.int(0, 4); i > 0; i--) this.#register();
    const items = [
      () => this.#node(),
      () => this.#wire(),
      () => this.#fields(),
      () => this.#memory(),
      ...(this.#levels > 0 ? [() => this.#instance()] : []),
    ];
    for (let i = c.int(1, 8); i > 0; i--) c.of(items)();
    for (const finish of this.#later) finish();
    if (c.chance(10)) this.#assertion();
    for (let i = c.int(1, 4); i > 0; i--) this.#output();
    return this.#builder.module();
  }

  #name(kind: string): string {
    return `${kind}${this.#count++}`;
  }

  #expr(width: number): Expr {
    return this.#expressions.expr(width);
  }

  #open(readable: Readable): void {
    this.#expressions.readable.push(readable);
  }

  #whole(signal: Signal): Signal {
    this.#open({ signal, lo: 0, width: signal.type.width });
    return signal;
  }

  #type(): Type {
    const c = this.#choices;
    const kind = c.int(1, 4);
    if (kind === 1) return n.struct(this.#name('s'), { x: n.bits(c.width()), y: n.bits(c.int(1, 70)), z: n.bits(1) });
    if (kind === 2) return n.vec(n.bits(c.of([1, 2, 4, 8, 16, 32, 64, c.int(1, 90)])), c.int(1, 9));
    return n.bits(c.width());
  }

  /** Where parts of a value of this type begin, and how wide they are. */
  #partOf(type: Type): { lo: number; width: number } {
    const c = this.#choices;
    if (type.kind === 'struct' && c.chance(70)) {
      const field = c.of(type.fields);
      return { lo: field.lo, width: field.type.width };
    }
    if (type.kind === 'vec' && c.chance(70)) {
      return { lo: c.int(0, type.length - 1) * type.element.width, width: type.element.width };
    }
    const lo = c.chance(60) ? 0 : c.int(0, type.width - 1);
    return { lo, width: lo === 0 && c.chance(70) ? type.width : c.int(1, type.width - lo) };
  }

  // Statements

  #statements(signal: Signal, depth: number): Statement[] {
    return Array.from({ length: this.#choices.int(1, 3) }, () => this.#statement(signal, depth));
  }

  #statement(signal: Signal, depth: number): Statement {
    const c = this.#choices;
    const kind = depth === 0 ? 3 : c.int(1, 5);
    if (kind === 1) {
      const branches = Array.from({ length: c.int(1, 3) }, (): [Expr, ...Statement[]] => [
        this.#expr(1),
        ...this.#statements(signal, depth - 1),
      ]);
      const last: [undefined, ...Statement[]][] = c.chance(50)
        ? [[undefined, ...this.#statements(signal, depth - 1)]]
        : [];
      return n.when(...branches, ...last);
    }
    if (kind === 2) {
      const width = c.of([1, 2, 3, 5, 8, 40, 70]);
      const values = [...new Set(Array.from({ length: c.int(1, 8) }, () => c.int(0, 2 ** Math.min(width, 10) - 1)))];
      const cases: [number[], ...Statement[]][] = [];
      while (values.length > 0) cases.push([values.splice(0, c.int(1, 3)), ...this.#statements(signal, depth - 1)]);
      const otherwise = c.chance(50) ? this.#statements(signal, depth - 1) : undefined;
      return n.switchOn(this.#expr(width), cases, otherwise);
    }
    const { type } = signal;
    if (type.kind === 'vec' && c.chance(50)) {
      const at = this.#expr(c.of([1, 2, 3, 4, 33]));
      return n.assign(n.element(signal, at, type.element.width), this.#expr(type.element.width));
    }
    const { lo, width } = this.#partOf(type);
    return n.assign(n.part(signal, lo, width), this.#expr(width));
  }

  // Things that a module is made of

  #register(): void {
    const c = this.#choices;
    const type = this.#type();
    const reset = c.chance(60) ? { reset: c.value(type.width) } : {};
    const register = this.#whole(this.#builder.reg(this.#name('r'), type, reset));
    this.#later.push(() => this.#builder.add(...this.#statements(register, 2)));
  }

  #node(): void {
    this.#whole(this.#builder.node(this.#name('n'), this.#expr(this.#choices.width())));
  }

  #wire(): void {
    const type = this.#type();
    const wire = this.#builder.wire(this.#name('w'), type, this.#expr(type.width));
    this.#builder.add(...this.#statements(wire, 2));
    this.#whole(wire);
  }

  /** A wire whose later parts may read its earlier ones. */
  #fields(): void {
    const c = this.#choices;
    const width = c.int(3, 150);
    const wire = this.#builder.wire(this.#name('f'), width);
    for (let lo = 0; lo < width;) {
      const size = c.int(1, Math.min(70, width - lo));
      const value = this.#expr(size);
      this.#builder.add(
        c.chance(50)
          ? n.when([this.#expr(1), n.assign(n.part(wire, lo, size), value)])
          : n.assign(n.part(wire, lo, size), value),
      );
      this.#open({ signal: wire, lo, width: size });
      lo += size;
    }
    this.#whole(wire);
  }

  #memory(): void {
    const c = this.#choices;
    const lanes = c.of([1, 1, 2, 3, 8, 16]);
    const lane = lanes === 1 ? c.width() : c.of([1, 2, 3, 4, 8, 9, 32, 64]);
    const width = lanes * lane;
    const depth = c.of([1, 2, 3, 5, 8, 16]);
    const name = this.#name('m');
    const address = (): Expr => this.#expr(c.of([Math.max(1, Math.ceil(Math.log2(depth))), 4, 40]));
    const reads: ReadPort[] = [];
    const writes: WritePort[] = [];
    for (let i = c.int(1, 2); i > 0; i--) {
      const data = this.#builder.net(this.#name(`${name}_q`), width);
      const latency = c.of([0, 1, 1, 2] as const);
      const port = (): ReadPort => ({
        address: address(),
        latency,
        data,
        ...(latency > 0 && c.chance(50) ? { enable: this.#expr(1) } : {}),
      });
      if (latency === 0) reads.push(port());
      else this.#later.push(() => reads.push(port()));
      this.#whole(data);
    }
    this.#later.push(() => {
      for (let i = c.int(1, 2); i > 0; i--) {
        const mask = lanes > 1 ? { mask: this.#expr(lanes) } : {};
        writes.push({ address: address(), enable: this.#expr(1), data: this.#expr(width), ...mask });
      }
    });
    const init = c.chance(30) ? { init: Array.from({ length: depth }, () => c.value(width)) } : {};
    this.#builder.memory(name, depth, width, { lane, reads, writes, ...init });
  }

  #instance(): void {
    const child = new ModuleMaker(this.#choices, this.#name('child'), this.#levels - 1).make();
    for (let i = this.#choices.int(1, 2); i > 0; i--) {
      const inputs = Object.fromEntries(
        child.ports.filter(({ kind }) => kind === 'input').map((port) => [port.name, this.#expr(port.type.width)]),
      );
      const outputs = this.#builder.instance(this.#name('u'), child, inputs);
      for (const net of Object.values(outputs)) this.#whole(net);
    }
  }

  #assertion(): void {
    const condition = n.binary('or', this.#expr(1), n.reduce('redor', this.#expr(6)));
    const check: Statement = { kind: 'assert', condition, message: this.#name('assertion'), domain: n.domain };
    this.#builder.add(this.#choices.chance(50) ? n.when([this.#expr(1), check]) : check);
  }

  #output(): void {
    const { signal, lo, width } = this.#choices.of(this.#expressions.readable);
    const value = this.#choices.chance(30) ? this.#expr(width) : n.slice(n.ref(signal), lo, width);
    this.#builder.output(this.#name('out'), width, value);
  }
}

export function randomModule(draw: Draw): Module {
  return new ModuleMaker(new Choices(draw), 'top', 2).make();
}
