import type { BinaryOp, Expr } from './netlist.ts';

const infix: Readonly<Record<BinaryOp, string>> = {
  add: '+', sub: '-', mul: '*', and: '&', or: '|', xor: '^',
  eq: '==', ne: '!=', ult: '<', ule: '<=', slt: '<ₛ', sle: '<=ₛ',
  shl: '<<', shr: '>>', sar: '>>>',
}; // prettier-ignore

/** Levels of an expression that a message shows; below stands an ellipsis. */
const DEPTH = 4;

/** An expression as a reader of the TypeScript source would write it in a sentence; deep ones are cut. */
export function showExpr(expr: Expr, depth = DEPTH): string {
  if (expr.op === 'const') return expr.member ?? showNumber(expr.value);
  if (expr.op === 'ref') return expr.signal.name;
  if (depth === 0) return '…';
  const inner = (e: Expr): string => {
    const text = showExpr(e, depth - 1);
    return 'b' in e && text !== '…' ? `(${text})` : text;
  };
  switch (expr.op) {
    case 'not':
      return `${expr.width === 1 ? '!' : '~'}${inner(expr.a)}`;
    case 'neg':
      return `-${inner(expr.a)}`;
    case 'redand':
      return `&${inner(expr.a)}`;
    case 'redor':
      return `|${inner(expr.a)}`;
    case 'redxor':
      return `^${inner(expr.a)}`;
    case 'mux':
      return `${inner(expr.sel)} ? ${inner(expr.a)} : ${inner(expr.b)}`;
    case 'slice': {
      const { lo, width, field } = expr;
      return `${inner(expr.a)}${field ? `.${field}` : width === 1 ? `[${lo}]` : `[${lo + width - 1}:${lo}]`}`;
    }
    case 'index':
      return `${inner(expr.a)}[${showExpr(expr.index, depth - 1)}]`;
    case 'cat':
      return `{${expr.parts.map((part) => showExpr(part, depth - 1)).join(', ')}}`;
    case 'zext':
    case 'sext':
      return showExpr(expr.a, depth);
    default:
      return `${inner(expr.a)} ${infix[expr.op]} ${inner(expr.b)}`;
  }
}

export const showNumber = (value: bigint): string => (value < 1024n ? String(value) : `0x${value.toString(16)}`);
