/** Expressions as words: any range of at most 64 bits of any expression, computing no more than that range needs. */
import type { Expr, Signal } from '../../gen/ir/index.ts';
import type { Deferral } from './deferral.ts';
import { maskOf, wordWidth, wordsIn, type Graph, type Node } from './graph.ts';
import type { Scope } from './flatten.ts';
import { addWide, anySet, equalWide, lessWide, mulWide, shiftWide } from './wide.ts';

/** What expressions need to know about signals. */
export interface Signals {
  read(scope: Scope, signal: Signal, lo: number, width: number): Node;
  /** Whether the signal is made of several values, so that a part of it is best taken before anything else. */
  isSplit(scope: Scope, signal: Signal): boolean;
}

/** A range of an expression that has been found, and the one found before it. */
interface Found {
  readonly lo: number;
  readonly node: Node;
  readonly before: Found | undefined;
}

export class Words {
  readonly #graph: Graph;
  readonly #signals: Signals;
  readonly #deferral: Deferral;
  /** Takes parts of operands wherever the operation works bit by bit, so that no bit waits for another. */
  readonly #exact: boolean;
  readonly #memo: Map<Expr, Found>[] = [];
  readonly #composite = new Map<Scope, Map<Expr, boolean>>();

  constructor(graph: Graph, signals: Signals, deferral: Deferral, exact: boolean) {
    this.#graph = graph;
    this.#signals = signals;
    this.#deferral = deferral;
    this.#exact = exact;
  }

  /** Bits [lo + width - 1 : lo]; at most 64. */
  range(scope: Scope, expr: Expr, lo: number, width: number): Node {
    if (expr.op === 'ref') return this.#signals.read(scope, expr.signal, lo, width);
    if (expr.op === 'slice' && expr.a.op === 'ref')
      return this.#signals.read(scope, expr.a.signal, expr.lo + lo, width);
    if (expr.op === 'const') return this.#graph.const((expr.value >> BigInt(lo)) & maskOf(width), width);
    const memo = (this.#memo[scope.id] ??= new Map());
    for (let found = memo.get(expr); found; found = found.before) {
      if (found.lo === lo && found.node.width === width) return found.node;
    }
    if (this.#deferral.isDeep) this.#deferral.putOff(() => this.range(scope, expr, lo, width));
    this.#deferral.enter();
    const index = lo / 64;
    const isWord = Number.isInteger(index) && width === wordWidth(expr.width, index);
    const node =
      this.#through(scope, expr, lo, width) ??
      (isWord ? this.#computed(scope, expr, index) : this.#fromWords(scope, expr, lo, width));
    this.#deferral.leave();
    memo.set(expr, { lo, node, before: memo.get(expr) });
    return node;
  }

  /** The whole value. */
  row(scope: Scope, expr: Expr): Node[] {
    return Array.from({ length: wordsIn(expr.width) }, (_, i) => this.#word(scope, expr, i));
  }

  /** One bit. */
  bit(scope: Scope, expr: Expr): Node {
    return this.#word(scope, expr, 0);
  }

  /** A number for indexing: 32 bits, all ones where the value is larger. */
  index(scope: Scope, expr: Expr): Node {
    const graph = this.#graph;
    const [low, ...high] = this.row(scope, expr);
    if (low!.width <= 32 && high.length === 0) return low!;
    const over = anySet(graph, [graph.slice(low!, 32, low!.width - 32), ...high]);
    return graph.mux(over, graph.const(0xffff_ffff, 32), graph.slice(low!, 0, 32));
  }

  #word(scope: Scope, expr: Expr, index: number): Node {
    return this.range(scope, expr, 64 * index, wordWidth(expr.width, index));
  }

  /** A range out of the words that it touches. */
  #fromWords(scope: Scope, expr: Expr, lo: number, width: number): Node {
    const parts: Node[] = [];
    for (let at = lo; at < lo + width;) {
      const index = Math.floor(at / 64);
      const end = Math.min(lo + width, 64 * (index + 1));
      parts.push(this.#graph.slice(this.#word(scope, expr, index), at - 64 * index, end - at));
      at = end;
    }
    return this.#graph.cat(parts);
  }

  /** The range, where it can be had as ranges of operands; undefined where whole words have to be computed. */
  #through(scope: Scope, expr: Expr, lo: number, width: number): Node | undefined {
    const graph = this.#graph;
    switch (expr.op) {
      case 'slice':
        return this.range(scope, expr.a, expr.lo + lo, width);
      case 'cat':
        return this.#parts(scope, expr.parts, expr.width, lo, width);
      case 'zext': {
        if (lo >= expr.a.width) return graph.const(0, width);
        const inside = Math.min(width, expr.a.width - lo);
        return graph.zext(this.range(scope, expr.a, lo, inside), width);
      }
      case 'sext': {
        const from = Math.min(lo, expr.a.width - 1);
        const inside = Math.min(width, expr.a.width - from);
        return graph.make('sext', width, [this.range(scope, expr.a, from, inside)]);
      }
      case 'shl': {
        if (expr.b.op !== 'const') return undefined;
        const shift = expr.b.value >= BigInt(expr.width) ? expr.width : Number(expr.b.value);
        const skipped = Math.min(width, Math.max(0, shift - lo));
        if (skipped === width) return graph.const(0, width);
        const rest = this.range(scope, expr.a, lo + skipped - shift, width - skipped);
        return skipped === 0 ? rest : graph.cat([graph.const(0, skipped), rest]);
      }
      case 'shr': {
        if (expr.b.op !== 'const') return undefined;
        if (expr.b.value + BigInt(lo) >= BigInt(expr.width)) return graph.const(0, width);
        const from = lo + Number(expr.b.value);
        return graph.zext(this.range(scope, expr.a, from, Math.min(width, expr.width - from)), width);
      }
      case 'mux':
        if (!this.#exact && !this.#isComposite(scope, expr)) return undefined;
        return graph.mux(
          this.bit(scope, expr.sel),
          this.range(scope, expr.a, lo, width),
          this.range(scope, expr.b, lo, width),
        );
      case 'not':
        return this.#exact ? graph.not(this.range(scope, expr.a, lo, width)) : undefined;
      case 'and':
      case 'or':
      case 'xor':
        if (!this.#exact) return undefined;
        return graph.binary(expr.op, this.range(scope, expr.a, lo, width), this.range(scope, expr.b, lo, width));
      case 'index':
        return this.#element(scope, expr.a, expr.index, expr.width, lo, width);
      default:
        return undefined;
    }
  }

  /** A range of a concatenation, most significant part first. */
  #parts(scope: Scope, parts: readonly Expr[], total: number, lo: number, width: number): Node {
    const found: Node[] = [];
    let base = total;
    for (const part of parts) {
      base -= part.width;
      const from = Math.max(lo, base);
      const to = Math.min(lo + width, base + part.width);
      if (from < to) found.push(this.range(scope, part, from - base, to - from));
    }
    return this.#graph.cat(found.reverse());
  }

  /** Word `index` of the result of an operation. */
  #computed(scope: Scope, expr: Expr, index: number): Node {
    const graph = this.#graph;
    switch (expr.op) {
      case 'not':
        return graph.not(this.#word(scope, expr.a, index));
      case 'and':
      case 'or':
      case 'xor':
        return graph.binary(expr.op, this.#word(scope, expr.a, index), this.#word(scope, expr.b, index));
      case 'mux':
        return graph.mux(this.bit(scope, expr.sel), this.#word(scope, expr.a, index), this.#word(scope, expr.b, index));
      case 'eq':
        return equalWide(graph, this.row(scope, expr.a), this.row(scope, expr.b));
      case 'ne':
        return graph.not(equalWide(graph, this.row(scope, expr.a), this.row(scope, expr.b)));
      case 'ult':
      case 'ule':
      case 'slt':
      case 'sle':
        return lessWide(
          graph,
          this.row(scope, expr.a),
          this.row(scope, expr.b),
          expr.op.endsWith('le'),
          expr.op.startsWith('s'),
        );
      case 'redor':
        return anySet(graph, this.row(scope, expr.a));
      case 'redand':
        return graph.not(
          anySet(
            graph,
            this.row(scope, expr.a).map((word) => graph.not(word)),
          ),
        );
      case 'redxor':
        return this.row(scope, expr.a)
          .map((word) => graph.make('parity', 1, [word]))
          .reduce((a, b) => graph.binary('xor', a, b));
      default: {
        const words = this.#arithmetic(scope, expr);
        const memo = this.#memo[scope.id]!;
        words.forEach((node, i) => memo.set(expr, { lo: 64 * i, node, before: memo.get(expr) }));
        return words[index]!;
      }
    }
  }

  /** Operations whose words depend on each other: all at once. */
  #arithmetic(scope: Scope, expr: Expr): Node[] {
    const graph = this.#graph;
    switch (expr.op) {
      case 'neg': {
        const a = this.row(scope, expr.a);
        return addWide(
          graph,
          a.map((word) => graph.const(0, word.width)),
          a,
          true,
        );
      }
      case 'add':
      case 'sub':
        return addWide(graph, this.row(scope, expr.a), this.row(scope, expr.b), expr.op === 'sub');
      case 'mul':
        return mulWide(graph, this.row(scope, expr.a), this.row(scope, expr.b), expr.width);
      case 'shl':
      case 'shr':
      case 'sar':
        return shiftWide(graph, expr.op, this.row(scope, expr.a), this.row(scope, expr.b), expr.width);
      default:
        throw new Error(`no rule for '${expr.op}'`);
    }
  }

  /** Bits [lo + width - 1 : lo] of element `index` of a vector. */
  #element(scope: Scope, vector: Expr, index: Expr, stride: number, lo: number, width: number): Node {
    const graph = this.#graph;
    const count = Math.floor(vector.width / stride);
    const at = this.index(scope, index);
    const apart =
      stride >= 32 || count <= 4 || 64 % stride !== 0 || vector.op === 'const' || this.#isComposite(scope, vector);
    if (apart || this.#exact) {
      const elements = Array.from({ length: count }, (_, k) => this.range(scope, vector, k * stride + lo, width));
      return graph.make('pick', width, [at, ...elements]);
    }
    // Small elements: the word that holds it, then the place in the word.
    const bits = Math.log2(64 / stride);
    const wide = graph.zext(at, 32);
    const word = graph.make('pick', 64, [
      graph.slice(wide, bits, 32 - bits),
      ...this.row(scope, vector).map((node) => graph.zext(node, 64)),
    ]);
    const amount = graph.cat([graph.const(0, 6 - bits), graph.slice(wide, 0, bits)]);
    return graph.slice(graph.make('shr', 64, [word, amount]), lo, width);
  }

  /** Whether a part of the value is cheaper taken from its parts than from the value. */
  #isComposite(scope: Scope, expr: Expr): boolean {
    let known = this.#composite.get(scope);
    if (!known) this.#composite.set(scope, (known = new Map()));
    const found = known.get(expr);
    if (found !== undefined) return found;
    if (this.#deferral.isDeep) this.#deferral.putOff(() => this.#isComposite(scope, expr));
    this.#deferral.enter();
    const composite = this.#findComposite(scope, expr);
    this.#deferral.leave();
    known.set(expr, composite);
    return composite;
  }

  #findComposite(scope: Scope, expr: Expr): boolean {
    switch (expr.op) {
      case 'cat':
        return true;
      case 'ref':
        return expr.signal.kind === 'node'
          ? this.#isComposite(scope, expr.signal.value!)
          : this.#signals.isSplit(scope, expr.signal);
      case 'mux':
        return this.#isComposite(scope, expr.a) || this.#isComposite(scope, expr.b);
      case 'slice':
      case 'zext':
      case 'sext':
        return this.#isComposite(scope, expr.a);
      default:
        return false;
    }
  }
}
