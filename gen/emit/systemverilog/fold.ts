/** Values of operators on constants, as bigints: what emission folds away. */
import type { BinaryOp, UnaryExpr } from '../../ir/index.ts';

export const ones = (width: number): bigint => (1n << BigInt(width)) - 1n;
const signed = (width: number, value: bigint): bigint => BigInt.asIntN(width, value);

export function foldUnary(op: UnaryExpr['op'], width: number, a: bigint): bigint {
  switch (op) {
    case 'not':
      return ~a & ones(width);
    case 'neg':
      return BigInt.asUintN(width, -a);
    case 'redand':
      return BigInt(a === ones(width));
    case 'redor':
      return BigInt(a !== 0n);
    case 'redxor':
      return BigInt(a.toString(2).replaceAll('0', '').length & 1);
  }
}

/** `width` is that of the left operand. */
export function foldBinary(op: BinaryOp, width: number, a: bigint, b: bigint): bigint {
  switch (op) {
    case 'add':
      return BigInt.asUintN(width, a + b);
    case 'sub':
      return BigInt.asUintN(width, a - b);
    case 'mul':
      return BigInt.asUintN(width, a * b);
    case 'and':
      return a & b;
    case 'or':
      return a | b;
    case 'xor':
      return a ^ b;
    case 'eq':
      return BigInt(a === b);
    case 'ne':
      return BigInt(a !== b);
    case 'ult':
      return BigInt(a < b);
    case 'ule':
      return BigInt(a <= b);
    case 'slt':
      return BigInt(signed(width, a) < signed(width, b));
    case 'sle':
      return BigInt(signed(width, a) <= signed(width, b));
    case 'shl':
      return b >= BigInt(width) ? 0n : BigInt.asUintN(width, a << b);
    case 'shr':
      return b >= BigInt(width) ? 0n : a >> b;
    case 'sar':
      return BigInt.asUintN(width, signed(width, a) >> (b >= BigInt(width) ? BigInt(width) : b));
  }
}
