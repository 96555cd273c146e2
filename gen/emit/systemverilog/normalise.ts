/**
 * Expressions in the one form that is printed. Equal expressions become the same object, so that sharing is seen by
 * identity; what a linter would call constant is folded; selects reach through to what they select from; and what
 * SystemVerilog defines differently from the netlist (an index past the end, a huge shift amount) is spelt out.
 */
import { operandsOf, type BinaryExpr, type Expr, type Signal, type UnaryExpr } from '../../ir/index.ts';
import { foldBinary, foldUnary, ones } from './fold.ts';

type Op<K extends Expr['op']> = Extract<Expr, { readonly op: K }>;

/** Verilator takes no shift amounts of more than 32 bits, and Icarus takes time in proportion to the amount. */
const MAX_AMOUNT = 16;

export class Normaliser {
  readonly #interned = new Map<string, Expr>();
  readonly #ids = new Map<Expr | Signal, number>();
  readonly #done = new Map<Expr, Expr>();

  /** Iterative, for chains of thousands are normal. */
  expr(root: Expr): Expr {
    const todo = [root];
    for (let expr = todo.at(-1); expr; expr = todo.at(-1)) {
      const missing = this.#done.has(expr) ? [] : operandsOf(expr).filter((operand) => !this.#done.has(operand));
      if (missing.length > 0) {
        todo.push(...missing);
        continue;
      }
      todo.pop();
      if (!this.#done.has(expr)) this.#done.set(expr, this.make(this.#withDone(expr)));
    }
    return this.#done.get(root)!;
  }

  /** The normal form of an expression whose operands have it. */
  make(expr: Expr): Expr {
    return this.#intern(this.#simplified(expr));
  }

  const(value: bigint, width: number): Expr {
    return this.make({ op: 'const', width, value });
  }
  not(a: Expr): Expr {
    return this.make({ op: 'not', width: a.width, a });
  }
  and(a: Expr, b: Expr): Expr {
    return this.make({ op: 'and', width: a.width, a, b });
  }
  slice(a: Expr, lo: number, width: number): Expr {
    return this.make({ op: 'slice', width, a, lo });
  }

  #withDone(expr: Expr): Expr {
    const of = (operand: Expr): Expr => this.#done.get(operand)!;
    switch (expr.op) {
      case 'const':
      case 'ref':
        return expr;
      case 'mux':
        return { ...expr, sel: of(expr.sel), a: of(expr.a), b: of(expr.b) };
      case 'index':
        return { ...expr, a: of(expr.a), index: of(expr.index) };
      case 'cat':
        return { ...expr, parts: expr.parts.map(of) };
      default:
        return 'b' in expr ? { ...expr, a: of(expr.a), b: of(expr.b) } : { ...expr, a: of(expr.a) };
    }
  }

  #intern(expr: Expr): Expr {
    if (this.#ids.has(expr)) return expr;
    const key = this.#key(expr);
    const known = this.#interned.get(key);
    if (known) return known;
    this.#interned.set(key, expr);
    this.#id(expr);
    return expr;
  }

  #key(expr: Expr): string {
    switch (expr.op) {
      case 'const':
        return `const ${expr.width} ${expr.value}`;
      case 'ref':
        return `ref ${this.#id(expr.signal)}`;
      default: {
        const extra =
          expr.op === 'slice' ? expr.lo : expr.op === 'cat' && expr.type && 'name' in expr.type ? expr.type.name : '';
        return `${expr.op} ${expr.width} ${extra} ${operandsOf(expr)
          .map((operand) => this.#id(operand))
          .join()}`;
      }
    }
  }

  #id(object: Expr | Signal): number {
    let id = this.#ids.get(object);
    if (id === undefined) this.#ids.set(object, (id = this.#ids.size));
    return id;
  }

  #simplified(expr: Expr): Expr {
    switch (expr.op) {
      case 'const':
      case 'ref':
        return expr;
      case 'not':
        return this.#not(expr);
      case 'neg':
      case 'redand':
      case 'redor':
      case 'redxor':
        if (expr.a.op === 'const') return this.const(foldUnary(expr.op, expr.a.width, expr.a.value), expr.width);
        return expr.a.width === 1 ? expr.a : expr;
      case 'mux':
        return this.#mux(expr);
      case 'slice':
        return this.#slice(expr);
      case 'index':
        return this.#index(expr);
      case 'cat':
        return this.#cat(expr);
      case 'zext':
      case 'sext':
        return this.#extension(expr);
      case 'shl':
      case 'shr':
      case 'sar':
        return this.#shift(expr);
      default:
        return this.#binary(expr);
    }
  }

  #not(expr: UnaryExpr): Expr {
    const { a } = expr;
    if (a.op === 'const') return this.const(foldUnary('not', a.width, a.value), a.width);
    if (a.op === 'not') return a.a;
    if (a.op === 'redor') return { op: 'eq', width: 1, a: a.a, b: this.const(0n, a.a.width) };
    if (a.op === 'eq' || a.op === 'ne') return { op: a.op === 'eq' ? 'ne' : 'eq', width: 1, a: a.a, b: a.b };
    return expr;
  }

  #binary(expr: BinaryExpr): Expr {
    const { op, width, a, b } = expr;
    if (a.op === 'const' && b.op === 'const') return this.const(foldBinary(op, a.width, a.value, b.value), width);
    if (op === 'eq' || op === 'ne') {
      if (a.op === 'const') return this.make({ ...expr, a: b, b: a });
      if (b.op === 'const' && b.width === 1) return (b.value === 1n) === (op === 'eq') ? a : this.not(a);
      return expr;
    }
    // An operand at the end of its range decides, or does nothing.
    const full = ones(a.width);
    const is = (operand: Expr, value: bigint): boolean => operand.op === 'const' && operand.value === value;
    const either = (value: bigint): boolean => is(a, value) || is(b, value);
    const other = is(a, 0n) || is(a, full) ? b : a;
    switch (op) {
      case 'and':
        return either(0n) ? this.const(0n, width) : either(full) ? other : expr;
      case 'or':
        return either(full) ? this.const(full, width) : either(0n) ? other : (this.#anyOfBoth(expr) ?? expr);
      case 'xor':
        return either(full) ? this.not(other) : either(0n) ? other : expr;
      case 'add':
        return either(0n) ? other : expr;
      case 'sub':
        return is(b, 0n) ? a : expr;
      case 'ult':
      case 'slt': {
        const [least, most] = op === 'ult' ? [0n, full] : [(full >> 1n) + 1n, full >> 1n];
        return is(b, least) || is(a, most) ? this.const(0n, 1) : expr;
      }
      case 'ule':
      case 'sle': {
        const [least, most] = op === 'ule' ? [0n, full] : [(full >> 1n) + 1n, full >> 1n];
        return is(a, least) || is(b, most) ? this.const(1n, 1) : expr;
      }
      default:
        return expr;
    }
  }

  /** `|x[7:4] || |x[3:0]` is `|x[7:0]`. */
  #anyOfBoth({ a, b }: BinaryExpr): Expr | undefined {
    if (a.op !== 'redor' || b.op !== 'redor' || a.a.op !== 'slice' || b.a.op !== 'slice' || a.a.a !== b.a.a)
      return undefined;
    const [low, high] = a.a.lo < b.a.lo ? [a.a, b.a] : [b.a, a.a];
    if (low.lo + low.width !== high.lo) return undefined;
    return this.make({ op: 'redor', width: 1, a: this.slice(low.a, low.lo, low.width + high.width) });
  }

  #shift(expr: BinaryExpr): Expr {
    const { op, width, a, b } = expr;
    if (a.op === 'const' && b.op === 'const') return this.const(foldBinary(op, width, a.value, b.value), width);
    if (b.op === 'const') {
      if (b.value === 0n) return a;
      if (b.value < width) return expr;
      return op === 'sar' ? this.make({ op: 'sext', width, a: this.slice(a, width - 1, 1) }) : this.const(0n, width);
    }
    if (b.width <= MAX_AMOUNT) return expr;
    const huge = this.make({ op: 'redor', width: 1, a: this.slice(b, MAX_AMOUNT, b.width - MAX_AMOUNT) });
    const far = op === 'sar' ? this.make({ op: 'sext', width, a: this.slice(a, width - 1, 1) }) : this.const(0n, width);
    return this.make({
      op: 'mux',
      width,
      sel: huge,
      a: far,
      b: this.make({ ...expr, b: this.slice(b, 0, MAX_AMOUNT) }),
    });
  }

  #mux(expr: Op<'mux'>): Expr {
    const { sel, a, b, width } = expr;
    if (sel.op === 'const') return sel.value === 1n ? a : b;
    if (a === b) return a;
    if (width === 1 && a.op === 'const' && b.op === 'const') return a.value === 1n ? sel : this.not(sel);
    return expr;
  }

  #slice(expr: Op<'slice'>): Expr {
    const { a, lo, width } = expr;
    if (width === a.width) return a;
    if (a.op === 'const') return this.const((a.value >> BigInt(lo)) & ones(width), width);
    if (a.op === 'slice') return { op: 'slice', width, a: a.a, lo: a.lo + lo };
    if (a.op === 'zext' || a.op === 'sext') {
      if (lo + width <= a.a.width) return this.slice(a.a, lo, width);
      if (a.op === 'zext' && lo >= a.a.width) return this.const(0n, width);
    }
    if (a.op === 'cat') {
      let base = a.width;
      const touched = a.parts
        .map((part) => ({ part, lo: (base -= part.width) }))
        .filter(({ part, lo: at }) => at < lo + width && lo < at + part.width);
      const [high, low] = [touched[0]!, touched.at(-1)!];
      if (touched.length === 1) return this.slice(high.part, lo - high.lo, width);
      if (low.lo === lo && high.lo + high.part.width === lo + width)
        return this.make({ op: 'cat', width, parts: touched.map(({ part }) => part) });
    }
    return expr;
  }

  /** In range by construction, or guarded. */
  #index(expr: Op<'index'>): Expr {
    const { a, index, width } = expr;
    const length = a.width / width;
    if (index.op === 'const')
      return index.value < length ? this.slice(a, Number(index.value) * width, width) : this.const(0n, width);
    if (a.op === 'const' && a.value === 0n) return a.width === width ? a : this.const(0n, width);
    const needed = Math.max(1, Math.ceil(Math.log2(length)));
    if (index.width <= needed && 2 ** index.width <= length) return expr;
    const low = index.width > needed ? this.slice(index, 0, needed) : index;
    const inside =
      length === 1 ? a : low.op === 'const' ? this.#index({ ...expr, index: low }) : { ...expr, index: low };
    return this.make({
      op: 'mux',
      width,
      sel: this.inRange(index, length),
      a: this.#intern(inside),
      b: this.const(0n, width),
    });
  }

  /** One bit: `index` is less than `length`. */
  inRange(index: Expr, length: number): Expr {
    if (2 ** index.width <= length) return this.const(1n, 1);
    return this.make({ op: 'ult', width: 1, a: index, b: this.const(BigInt(length), index.width) });
  }

  #cat(expr: Op<'cat'>): Expr {
    const { width, type } = expr;
    if (expr.parts.length === 1) return expr.parts[0]!;
    if (expr.parts.every((part) => part.op === 'const')) {
      return this.const(
        expr.parts.reduce((high, part) => (high << BigInt(part.width)) | (part as Op<'const'>).value, 0n),
        width,
      );
    }
    if (type?.kind === 'struct') return expr;
    const parts = expr.parts.flatMap((part): readonly Expr[] => {
      if (part.op === 'zext') return [this.const(0n, part.width - part.a.width), part.a];
      return part.op === 'cat' && part.type?.kind !== 'struct' ? part.parts : [part];
    });
    const [head, ...rest] = parts;
    const isZext = head!.op === 'const' && head!.value === 0n;
    if (isZext)
      return this.make({ op: 'zext', width, a: this.make({ op: 'cat', width: width - head!.width, parts: rest }) });
    return { op: 'cat', width, parts };
  }

  #extension(expr: Op<'zext' | 'sext'>): Expr {
    const { op, width, a } = expr;
    if (a.width === width) return a;
    if (a.op === 'const')
      return this.const(op === 'zext' ? a.value : BigInt.asUintN(width, BigInt.asIntN(a.width, a.value)), width);
    if (a.op === 'zext') return { op: 'zext', width, a: a.a };
    return a.op === op ? { op, width, a: a.a } : expr;
  }
}
