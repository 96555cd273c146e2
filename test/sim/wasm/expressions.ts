/** Random expressions of any width over what may be read so far. */
import type { BinaryOp, Expr, Signal } from '../../../gen/ir/index.ts';
import type { Choices } from './choices.ts';
import * as n from './netlist.ts';

/** Bits of a signal that expressions may read. */
export interface Readable {
  readonly signal: Signal;
  readonly lo: number;
  readonly width: number;
}

const comparisons: BinaryOp[] = ['eq', 'ne', 'ult', 'ule', 'slt', 'sle'];
const arithmetic: BinaryOp[] = ['add', 'sub', 'mul', 'and', 'or', 'xor'];

export class Expressions {
  readonly #choices: Choices;
  /** Never empty when an expression is asked for. */
  readonly readable: Readable[] = [];
  /** Expressions that may be used again, as the same object. */
  readonly #pool: Expr[] = [];

  constructor(choices: Choices) {
    this.#choices = choices;
  }

  expr(width: number, depth = this.#choices.int(0, 3)): Expr {
    const c = this.#choices;
    if (this.#pool.length > 0 && c.chance(15)) return this.#fit(c.of(this.#pool), width);
    if (depth === 0) return this.#leaf(width);
    const less = depth - 1;
    const made = c.of([
      () => this.#unary(width, less),
      () => this.#binary(width, less),
      () => this.#binary(width, less),
      () => this.#mux(width, less),
      () => this.#cat(width, less),
      () => this.#shift(width, less),
      () => this.#index(width, less),
      () => this.#narrow(width, less),
      () => this.#leaf(width),
    ])();
    if (c.chance(30)) this.#pool.push(made);
    return made;
  }

  #leaf(width: number): Expr {
    const c = this.#choices;
    if (c.chance(20)) return n.constant(c.value(width), width);
    const { signal, lo, width: whole } = c.of(this.readable);
    const all = lo === 0 && whole === signal.type.width ? n.ref(signal) : n.slice(n.ref(signal), lo, whole);
    return this.#fit(all, width);
  }

  #fit(a: Expr, width: number): Expr {
    const c = this.#choices;
    if (a.width === width) return a;
    if (a.width > width) return n.slice(a, c.int(0, a.width - width), width);
    return n.extend(c.of(['zext', 'sext'] as const), a, width);
  }

  #unary(width: number, depth: number): Expr {
    const c = this.#choices;
    if (width === 1 && c.chance(60))
      return n.reduce(c.of(['redand', 'redor', 'redxor'] as const), this.expr(c.width(), depth));
    return { op: c.of(['not', 'neg'] as const), width, a: this.expr(width, depth) };
  }

  #binary(width: number, depth: number): Expr {
    const c = this.#choices;
    if (width === 1 && c.chance(60)) {
      const operands = c.width();
      return n.binary(c.of(comparisons), this.expr(operands, depth), this.expr(operands, depth));
    }
    return n.binary(c.of(arithmetic), this.expr(width, depth), this.expr(width, depth));
  }

  #mux(width: number, depth: number): Expr {
    return n.mux(this.expr(1, depth), this.expr(width, depth), this.expr(width, depth));
  }

  #cat(width: number, depth: number): Expr {
    if (width === 1) return this.#leaf(1);
    const low = this.#choices.int(1, width - 1);
    const [a, b] = [this.expr(width - low, depth), this.expr(low, depth)];
    return b.op === 'cat' && this.#choices.chance(50) ? n.cat(a, ...b.parts) : n.cat(a, b);
  }

  #shift(width: number, depth: number): Expr {
    const c = this.#choices;
    const amount = c.of([
      () => n.constant(c.int(0, width + 2) % 2 ** 12, 12),
      () => this.expr(c.int(1, 12), depth),
      () => this.expr(c.width(), depth),
    ]);
    return n.binary(c.of(['shl', 'shr', 'sar'] as const), this.expr(width, depth), amount());
  }

  #index(width: number, depth: number): Expr {
    const c = this.#choices;
    const length = c.int(1, width > 100 ? 3 : 12);
    const vector = c.chance(20)
      ? n.constant(c.value(width * length), width * length)
      : c.chance(50)
        ? n.cat(...Array.from({ length }, () => this.expr(width, 0)))
        : this.expr(width * length, depth);
    return n.index(vector, this.expr(c.of([1, 2, 3, 4, 6, 33, 70]), depth), width);
  }

  #narrow(width: number, depth: number): Expr {
    const c = this.#choices;
    return this.#fit(this.expr(c.chance(50) ? width + c.int(1, 90) : c.int(1, width), depth), width);
  }
}
