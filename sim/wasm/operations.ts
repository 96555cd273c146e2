/** Code of single operations. A value of at most 32 bits is an i32, others are i64; bits above its width are always 0. */
import { access, type Access, type Code } from './encoder.ts';
import { maskOf, type Node } from './graph.ts';

export const typeOf = (width: number): 'i32' | 'i64' => (width <= 32 ? 'i32' : 'i64');
const bitsOf = (width: number): 32 | 64 => (width <= 32 ? 32 : 64);

/** Loads a value of `width` bits that takes `bytes` bytes in memory, by default those of a machine word. */
export function loadOf(width: number, bytes = 8): Access {
  if (width > 32) return access.i64.load;
  return bytes === 1 ? access.i32.load8 : bytes === 2 ? access.i32.load16 : access.i32.load;
}

/** Stores a value of `width` bits into `bytes` bytes. */
export function storeOf(width: number, bytes = 8): Access {
  if (width > 32) return access.i64.store;
  return bytes === 1 ? access.i32.store8 : bytes === 2 ? access.i32.store16 : access.i32.store;
}

/** Puts an operand's value on the stack. */
export type Push = (node: Node) => void;

/** Puts the result on the stack. Not for what is read from memory, nor for `mux` and `pick`. */
export function operation(code: Code, node: Node, push: Push): void {
  const [a, b] = node.args;
  const { width } = node;
  const type = typeOf(width);
  switch (node.op) {
    case 'not':
      push(a!);
      if (width === 1) code.on('i32', 'eqz');
      else constant(code, maskOf(width), width).on(type, 'xor');
      return;
    case 'and':
    case 'or':
    case 'xor':
      push(a!);
      push(b!);
      code.on(type, node.op);
      return;
    case 'add':
    case 'sub':
    case 'mul':
      push(a!);
      push(b!);
      code.on(type, node.op);
      return cutTo(code, width);
    case 'eq':
    case 'ne':
      push(a!);
      if (node.op === 'eq' && b!.op === 'const' && b!.value === 0n) return void code.on(typeOf(a!.width), 'eqz');
      push(b!);
      code.on(typeOf(a!.width), node.op);
      return;
    case 'ult':
    case 'ule':
      push(a!);
      push(b!);
      code.on(typeOf(a!.width), node.op === 'ult' ? 'lt_u' : 'le_u');
      return;
    case 'slt':
    case 'sle':
      for (const operand of [a!, b!]) {
        push(operand);
        toTop(code, operand.width);
      }
      code.on(typeOf(a!.width), node.op === 'slt' ? 'lt_s' : 'le_s');
      return;
    case 'shl':
    case 'shr':
    case 'sar':
      return shift(code, node, push);
    case 'parity':
      push(a!);
      code.on(typeOf(a!.width), 'popcnt');
      if (a!.width > 32) code.convert('wrap');
      code.i32(1).on('i32', 'and');
      return;
    case 'slice':
      push(a!);
      return slice(code, a!.width, node.at, width);
    case 'zext':
      push(a!);
      return convert(code, a!.width, width);
    case 'sext':
      return signExtend(code, a!, width, push);
    case 'cat':
      return concatenate(code, node, push);
    default:
      throw new Error(`'${node.op}' is no plain operation`);
  }
}

export function constant(code: Code, value: bigint, width: number): Code {
  return width <= 32 ? code.i32(Number(value)) : code.i64(value);
}

/** Clears the bits above the width. */
function cutTo(code: Code, width: number): void {
  if (width !== 32 && width !== 64) constant(code, maskOf(width), width).on(typeOf(width), 'and');
}

/** Moves the value so that its highest bit is the machine's sign bit. */
function toTop(code: Code, width: number): void {
  const distance = bitsOf(width) - width;
  if (distance > 0) constant(code, BigInt(distance), width).on(typeOf(width), 'shl');
}

/** From the representation of one width to that of another; the value fits both. */
function convert(code: Code, from: number, to: number): void {
  if (from <= 32 && to > 32) code.convert('extend_u');
  if (from > 32 && to <= 32) code.convert('wrap');
}

function slice(code: Code, from: number, at: number, width: number): void {
  if (at > 0) constant(code, BigInt(at), from).on(typeOf(from), 'shr_u');
  convert(code, from, width);
  if (at + width < from) cutTo(code, width);
}

function signExtend(code: Code, operand: Node, width: number, push: Push): void {
  const from = operand.width;
  const type = typeOf(width);
  // 0 − x makes one bit all ones or none.
  if (from === 1) constant(code, 0n, width);
  push(operand);
  if (from === 32) {
    code.convert('extend_s');
    return cutTo(code, width);
  }
  convert(code, from, width);
  if (from === 1) {
    code.on(type, 'sub');
  } else if (from === 8 || from === 16) {
    code.on(type, `extend${from}_s`);
  } else {
    const distance = BigInt(bitsOf(width) - from);
    constant(code, distance, width).on(type, 'shl');
    constant(code, distance, width).on(type, 'shr_s');
  }
  cutTo(code, width);
}

function concatenate(code: Code, { args, width }: Node, push: Push): void {
  let at = 0;
  let isFirst = true;
  for (const part of args) {
    if (part.op !== 'const' || part.value !== 0n) {
      push(part);
      convert(code, part.width, width);
      if (at > 0) constant(code, BigInt(at), width).on(typeOf(width), 'shl');
      if (!isFirst) code.on(typeOf(width), 'or');
      isFirst = false;
    }
    at += part.width;
  }
}

/** Machine shifts take the amount modulo 32 or 64: larger ones are handled where they can occur. */
function shift(code: Code, { op, args, width }: Node, push: Push): void {
  const [a, amount] = args as [Node, Node];
  const type = typeOf(width);
  const bits = bitsOf(width);
  const fits = 2 ** amount.width <= bits;
  const machine = op === 'shl' ? 'shl' : op === 'shr' ? 'shr_u' : 'shr_s';
  const pushOperand = (): void => {
    push(a);
    if (op === 'sar') {
      toTop(code, width);
      if (bits > width) constant(code, BigInt(bits - width), width).on(type, machine);
    }
  };
  if (fits) {
    pushOperand();
    push(amount);
    convert(code, amount.width, width);
    code.on(type, machine);
    return op === 'shr' ? undefined : cutTo(code, width);
  }
  const kept = code.local(typeOf(amount.width));
  const isSmall = (): void => {
    constant(code.get(kept), BigInt(bits), amount.width).on(typeOf(amount.width), 'lt_u');
  };
  push(amount);
  code.set(kept);
  if (op === 'sar') {
    pushOperand();
    code.get(kept);
    constant(code, BigInt(bits - 1), amount.width);
    isSmall();
    code.op('select');
    convert(code, amount.width, width);
    code.on(type, machine);
    return cutTo(code, width);
  }
  pushOperand();
  code.get(kept);
  convert(code, amount.width, width);
  code.on(type, machine);
  if (op === 'shl') cutTo(code, width);
  constant(code, 0n, width);
  isSmall();
  code.op('select');
}
