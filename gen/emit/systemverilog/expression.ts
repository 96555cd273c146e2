/**
 * Expressions as SystemVerilog text.
 *
 * Verilog evaluates operands at the width of their context. Here every operand has the width that the netlist says:
 * extensions are concatenations, constants are sized, signed operators stand between `$signed` and `$unsigned`. So no
 * context ever widens anything, and a result does not depend on where it is used.
 */
import type { BinaryOp, Expr, Signal, Type, UnaryExpr } from '../../ir/index.ts';
import { isChain, isSelect, type Definition, type Definitions } from './definitions.ts';
import { ones } from './fold.ts';
import { literal } from './literals.ts';
import { fieldPath, typeOf, type Types } from './types.ts';

/** Binding strength of SystemVerilog's operators. */
const P = {
  choice: 0,
  lor: 1,
  land: 2,
  or: 3,
  xor: 4,
  and: 5,
  equal: 6,
  compare: 7,
  shift: 8,
  add: 9,
  mul: 10,
  unary: 11,
  primary: 12,
} as const;
type Strength = (typeof P)[keyof typeof P];

interface Text {
  readonly text: string;
  readonly strength: Strength;
}

const infix: Readonly<Record<BinaryOp, readonly [string, Strength]>> = {
  add: ['+', P.add], sub: ['-', P.add], mul: ['*', P.mul], and: ['&', P.and], or: ['|', P.or], xor: ['^', P.xor],
  eq: ['==', P.equal], ne: ['!=', P.equal],
  ult: ['<', P.compare], ule: ['<=', P.compare], slt: ['<', P.compare], sle: ['<=', P.compare],
  shl: ['<<', P.shift], shr: ['>>', P.shift], sar: ['>>>', P.shift],
}; // prettier-ignore

const unary = { not: '~', neg: '-', redand: '&', redor: '|', redxor: '^' } as const;

export class Expressions {
  readonly #definitions: Definitions;
  readonly #types: Types;
  readonly #structs: ReadonlySet<Signal>;
  /** Which bits of what has a name were printed. */
  readonly #read = new Map<Signal | Definition, bigint>();

  /** `structs` are the signals declared as one. */
  constructor(definitions: Definitions, types: Types, structs: ReadonlySet<Signal>) {
    this.#definitions = definitions;
    this.#types = types;
    this.#structs = structs;
  }

  /** On one line, to be followed by anything that binds weaker than a comparison, such as `)` or `;`. */
  inline(expr: Expr, type?: Type): string {
    return this.text(expr, type).text;
  }

  /** A name with bits selected. */
  part(signal: Signal, lo = 0, width = signal.type.width): string {
    const path =
      this.#structs.has(signal) && width !== signal.type.width ? fieldPath(signal.type, lo, width) : undefined;
    return path ? `${signal.name}.${path}` : signal.name + range(signal.type.width, lo, width);
  }

  /** Clocks and resets that processes name. */
  readonly clocks = new Set<string>();

  /** Notes that a process names a clock or reset. */
  uses(clock: string): void {
    this.clocks.add(clock);
  }

  /** Notes that something reads bits of a name. */
  read(what: Signal | Definition, width: number, lo = 0, bits = width): void {
    const known = this.#read.get(what) ?? 0n;
    const all = ones(width);
    if (known !== all) this.#read.set(what, bits === width ? all : known | (ones(bits) << BigInt(lo)));
  }

  /** Bits that nothing printed so far reads. */
  unread(what: Signal | Definition, width: number): bigint {
    return ones(width) & ~(this.#read.get(what) ?? 0n);
  }

  /** The name that stands for an expression, if it has one. */
  nameOf(expr: Expr): Definition | undefined {
    return this.#definitions.of(expr);
  }

  /** A definition's name, or bits of it. */
  named(definition: Definition, lo = 0, width = definition.expr.width): string {
    this.read(definition.signal ?? definition, definition.expr.width, lo, width);
    return definition.name + range(definition.expr.width, lo, width);
  }

  /** An expression by name or by operator; `type` gives constants their names. */
  text(expr: Expr, type?: Type): Text {
    const definition = this.nameOf(expr);
    return definition ? primary(this.named(definition)) : this.structure(expr, type);
  }

  /** The operator itself, even where a name stands for the expression. */
  structure(expr: Expr, type?: Type): Text {
    switch (expr.op) {
      case 'const':
        return primary(this.member(expr.value, type) ?? literal(expr.value, expr.width));
      case 'ref':
        this.read(expr.signal, expr.width);
        return primary(expr.signal.name);
      case 'not':
        return this.#not(expr);
      case 'neg':
      case 'redand':
      case 'redor':
      case 'redxor':
        return this.#unary(expr);
      case 'mux': {
        const of = type ?? typeOf(expr);
        const text = `${this.condition(expr.sel)} ? ${this.branch(expr.a, of)} : ${this.text(expr.b, of).text}`;
        return { text, strength: P.choice };
      }
      case 'slice':
        return primary(this.#select(expr.a, expr.lo, expr.width));
      case 'index':
        return primary(this.#element(expr));
      case 'cat': {
        const [first, ...rest] = expr.parts;
        if (rest.length > 0 && rest.every((part) => part === first))
          return primary(`{${expr.parts.length}{${this.text(first!).text}}}`);
        return primary(`{${expr.parts.map((part) => this.text(part).text).join(', ')}}`);
      }
      case 'zext': {
        const { text } = this.text(expr.a);
        const isList = expr.a.op === 'cat' && !/^\{\d+\{/.test(text) && text.startsWith('{');
        return primary(`{${literal(0n, expr.width - expr.a.width)}, ${isList ? text.slice(1, -1) : text}}`);
      }
      case 'sext': {
        const copies = expr.width - expr.a.width;
        if (expr.a.width === 1) return primary(`{${expr.width}{${this.text(expr.a).text}}}`);
        const sign = this.#select(expr.a, expr.a.width - 1, 1);
        return primary(`{${copies === 1 ? sign : `{${copies}{${sign}}}`}, ${this.text(expr.a).text}}`);
      }
      default:
        return this.#binary(expr);
    }
  }

  #not(expr: UnaryExpr): Text {
    const { a } = expr;
    // A comparison is turned round rather than negated.
    if (!this.nameOf(a) && (a.op === 'ult' || a.op === 'ule' || a.op === 'slt' || a.op === 'sle')) {
      return this.#compare(a, { '<': '>=', '<=': '>' }[infix[a.op][0]]!);
    }
    return this.#unary(expr);
  }

  #binary(expr: Extract<Expr, { op: BinaryOp }>): Text {
    const { op, a, b, width } = expr;
    switch (op) {
      case 'ult':
      case 'ule':
      case 'slt':
      case 'sle':
        return this.#compare(expr, infix[op][0]);
      case 'sar':
        return primary(`$unsigned(${this.#signed(a)} >>> ${this.#amount(b)})`);
      case 'shl':
      case 'shr':
        return { text: `${this.operand(a, P.primary)} ${infix[op][0]} ${this.#amount(b)}`, strength: P.shift };
      default: {
        const [symbol, strength] =
          width === 1 && op === 'and'
            ? (['&&', P.land] as const)
            : width === 1 && op === 'or'
              ? (['||', P.lor] as const)
              : infix[op];
        const type = op === 'eq' || op === 'ne' ? (typeOf(a) ?? typeOf(b)) : undefined;
        return {
          text: this.#chain(expr)
            .map((operand, i) => this.#inside(operand, strength, op !== 'sub' || i === 0, type))
            .join(` ${symbol} `),
          strength,
        };
      }
    }
  }

  /** With a constant on the right, as one says it. */
  #compare({ op, a, b }: Extract<Expr, { op: BinaryOp }>, symbol: string): Text {
    const isSigned = op === 'slt' || op === 'sle';
    const side = (operand: Expr): string => (isSigned ? this.#signed(operand) : this.operand(operand, P.unary));
    const mirrored = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' }[symbol];
    const text = a.op === 'const' ? `${side(b)} ${mirrored} ${side(a)}` : `${side(a)} ${symbol} ${side(b)}`;
    return { text, strength: P.compare };
  }

  #signed(expr: Expr): string {
    return `$signed(${this.text(expr).text})`;
  }

  #unary(expr: UnaryExpr): Text {
    const { op, a, width } = expr;
    const symbol = op === 'not' && width === 1 ? '!' : unary[op];
    return { text: symbol + this.operand(a, P.primary), strength: P.unary };
  }

  /** Operands of a chain of one operator, in order. */
  #chain(expr: Extract<Expr, { op: BinaryOp }>): Expr[] {
    const operands: Expr[] = [];
    const todo: Expr[] = [expr.b, expr.a];
    for (let operand = todo.pop(); operand; operand = todo.pop()) {
      if (operand.op === expr.op && isChain(expr, operand) && !this.nameOf(operand))
        todo.push((operand as typeof expr).b, (operand as typeof expr).a);
      else operands.push(operand);
    }
    return operands;
  }

  /** An operand of a binary operator: in parentheses where needed, and where a reader would have to think. */
  #inside(operand: Expr, outer: Strength, isLeft: boolean, type?: Type): string {
    const { text, strength } = this.text(operand, type);
    const isLogical = outer === P.land || outer === P.lor;
    const clear =
      strength >= P.unary ||
      (isLogical && (strength === P.equal || strength === P.compare)) ||
      (outer === P.add && (strength === P.mul || (isLeft && strength === P.add)));
    return clear && !isReduction(text) ? text : `(${text})`;
  }

  /** Enclosed where it binds weaker than `atLeast`; by default than a unary operator. */
  operand(expr: Expr, atLeast: Strength = P.unary): string {
    const { text, strength } = this.text(expr);
    return strength >= atLeast ? text : `(${text})`;
  }

  /** Before a `?`. */
  condition(expr: Expr): string {
    const { text, strength } = this.text(expr);
    return strength >= P.unary && !isReduction(text) ? text : `(${text})`;
  }

  /** Shift amounts are on their own in width, so a constant needs none. */
  #amount(expr: Expr): string {
    return expr.op === 'const' ? String(expr.value) : this.operand(expr, P.primary);
  }

  /** What a choice gives where its condition holds. */
  branch(expr: Expr, type?: Type): string {
    const { text, strength } = this.text(expr, type);
    return strength === P.choice ? `(${text})` : text;
  }

  /** The member of an enum that has a value. */
  member(value: bigint, type: Type | undefined): string | undefined {
    return type?.kind === 'enum' ? this.#types.member(type, value) : undefined;
  }

  /** Bits of what has a name. */
  #select(of: Expr, lo: number, width: number): string {
    const definition = this.nameOf(of);
    if (definition) return this.named(definition, lo, width);
    if (isSelect(of)) return this.#select(of.a, of.lo + lo, width);
    if (of.op !== 'ref') throw new Error(`emission bug: bits of '${of.op}', which has no name`);
    this.read(of.signal, of.width, lo, width);
    return this.part(of.signal, lo, width);
  }

  /** An element chosen by a signal. The product is 32 bits wide by itself, as is the `+:` that uses it. */
  #element(expr: Extract<Expr, { op: 'index' }>): string {
    const definition = this.nameOf(expr.a);
    if (definition) return this.named(definition) + this.position(expr.index, 0, expr.width, definition.expr.width);
    const [base, lo] = isSelect(expr.a) ? [expr.a.a, expr.a.lo] : [expr.a, 0];
    if (base.op !== 'ref') throw new Error(`emission bug: an element of '${base.op}', which has no name`);
    this.read(base.signal, base.width, lo, expr.a.width);
    return base.signal.name + this.position(expr.index, lo, expr.width, base.width);
  }

  /** `[index * width +: width]` in a vector that starts at bit `lo` of a signal of `total` bits. */
  position(index: Expr, lo: number, width: number, total: number): string {
    const text = this.text(index).text;
    if (width > 1) return `[${lo > 0 ? `${lo} + ` : ''}${text} * ${width} +: ${width}]`;
    // Verilator wants the index of a bit as wide as the vector needs.
    const needed = Math.ceil(Math.log2(total));
    if (lo > 0) return `[${lo} + ${index.width < 32 ? `{${literal(0n, 32 - index.width)}, ${text}}` : text} +: 1]`;
    return index.width < needed ? `[{${literal(0n, needed - index.width)}, ${text}}]` : `[${text}]`;
  }
}

/** `&x` beside another operator is easily misread. */
const isReduction = (text: string): boolean => /^[&|^]/.test(text);
const primary = (text: string): Text => ({ text, strength: P.primary });

/** Bits of a name of `total` bits. */
export function range(total: number, lo: number, width: number): string {
  if (width === total) return '';
  return width === 1 ? `[${lo}]` : `[${lo + width - 1}:${lo}]`;
}
