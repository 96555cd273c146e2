/** Names for expressions that have none: by what they are made of, or by what they are for. */
import { partName, type Expr } from '../../ir/index.ts';

/** Longest name made of operands. */
const MAX_LENGTH = 36;

const joints: Readonly<Partial<Record<Expr['op'], string>>> = {
  add: 'plus', sub: 'minus', mul: 'times', and: 'and', or: 'or', xor: 'xor', eq: 'is', ne: 'is_not',
  ult: 'below', ule: 'up_to', slt: 'below', sle: 'up_to', shl: 'shl', shr: 'shr', sar: 'sar', index: 'at',
}; // prettier-ignore

const prefixes: Readonly<Partial<Record<Expr['op'], string>>> = {
  not: 'not',
  neg: 'minus',
  redand: 'all',
  redor: 'any',
  redxor: 'parity',
};
const suffixes: Readonly<Partial<Record<Expr['op'], string>>> = { zext: 'wide', sext: 'signed' };

/** `pc_plus_1`, `any_error`: the expression in words, if that is short. `nameOf` knows those already named. */
export function described(expr: Expr, nameOf: (expr: Expr) => string | undefined, depth = 3): string | undefined {
  if (depth === 0) return undefined;
  const inner = (operand: Expr): string | undefined => nameOf(operand) ?? described(operand, nameOf, depth - 1);
  const join = (...words: (string | undefined)[]): string | undefined => {
    if (words.includes(undefined)) return undefined;
    const name = words.join('_').replaceAll(/_+/g, '_');
    return name.length <= MAX_LENGTH ? name : undefined;
  };
  switch (expr.op) {
    case 'const':
      return expr.value < 1000n ? String(expr.value) : expr.width <= 32 ? `h${expr.value.toString(16)}` : undefined;
    case 'ref':
      return expr.signal.name.replace(/_q?$/, '');
    case 'slice': {
      const { a, lo, width } = expr;
      const type = a.op === 'ref' ? a.signal.type : ({ kind: 'bits', width: a.width } as const);
      const name = inner(a);
      return (
        name &&
        join(
          partName(name, type, lo, width)
            .replaceAll(/[^a-z0-9]+/gi, '_')
            .replace(/_$/, ''),
        )
      );
    }
    case 'mux':
    case 'cat':
      return undefined;
    case 'index':
      return join(inner(expr.a), 'at', inner(expr.index));
    case 'zext':
    case 'sext':
      return join(inner(expr.a), suffixes[expr.op]);
    default:
      return 'b' in expr ? join(inner(expr.a), joints[expr.op], inner(expr.b)) : join(prefixes[expr.op], inner(expr.a));
  }
}

const roles: Readonly<Partial<Record<Expr['op'], string>>> = {
  add: 'sum', sub: 'difference', mul: 'product', shl: 'shifted', shr: 'shifted', sar: 'shifted', mux: 'value',
  cat: 'bits', const: 'constant', slice: 'part', index: 'element', zext: 'wide', sext: 'signed', neg: 'negated',
  not: 'inverted', and: 'bits', or: 'bits', xor: 'bits',
}; // prettier-ignore

/** What an expression does in a larger one. */
export function roleOf(expr: Expr): string {
  return (expr.width === 1 ? undefined : roles[expr.op]) ?? 'condition';
}

/** Where an operand stands, to tell two of the same role apart. */
export function positionOf(parent: Expr, operand: Expr): string {
  if (parent.op === 'mux') return operand === parent.sel ? 'select' : operand === parent.a ? 'then' : 'else';
  if (parent.op === 'index') return operand === parent.index ? 'index' : 'row';
  if (parent.op === 'cat') return parent.parts.indexOf(operand) === 0 ? 'high' : 'low';
  if (parent.op === 'shl' || parent.op === 'shr' || parent.op === 'sar')
    return operand === parent.a ? 'value' : 'amount';
  return 'b' in parent ? (operand === parent.a ? 'left' : 'right') : 'inner';
}

/** Identifiers of one module, each given once. */
export class Names {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken);
  }

  /** The first of the candidates that is free; the last one with a number only where all are taken. */
  take(...candidates: (string | undefined)[]): string {
    const wished = candidates.filter((name) => name !== undefined && /^[a-z]/i.test(name)) as string[];
    let name = wished.find((candidate) => !this.#taken.has(candidate));
    for (let n = 2; name === undefined; n++)
      if (!this.#taken.has(`${wished.at(-1)}_${n}`)) name = `${wished.at(-1)}_${n}`;
    this.#taken.add(name);
    return name;
  }
}
