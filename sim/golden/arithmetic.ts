import type { Operation } from '../../gen/ebpf/isa.ts';

/**
 * An operation on two operands that are already cut to `width` bits, unsigned. The result may be any integer: the caller
 * keeps its low `width` bits. `from` is the width a sign extension starts at.
 */
export type Binary = (a: bigint, b: bigint, width: number, from: number) => bigint;

const signed = (value: bigint, width: number): bigint => BigInt.asIntN(width, value);
const amount = (b: bigint, width: number): bigint => b & BigInt(width - 1);

function reverseBytes(value: bigint, width: number): bigint {
  let result = 0n;
  for (let bit = 0; bit < width; bit += 8) result = (result << 8n) | ((value >> BigInt(bit)) & 0xffn);
  return result;
}

/** RFC 9669, 4.1 and 4.2. Division by zero gives 0, a remainder by zero the dividend; both truncate toward zero. */
export const arithmetic = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => (b === 0n ? 0n : a / b),
  sdiv: (a, b, width) => (b === 0n ? 0n : signed(a, width) / signed(b, width)),
  mod: (a, b) => (b === 0n ? a : a % b),
  smod: (a, b, width) => (b === 0n ? a : signed(a, width) % signed(b, width)),
  or: (a, b) => a | b,
  and: (a, b) => a & b,
  xor: (a, b) => a ^ b,
  lsh: (a, b, width) => a << amount(b, width),
  rsh: (a, b, width) => a >> amount(b, width),
  arsh: (a, b, width) => signed(a, width) >> amount(b, width),
  neg: (a) => -a,
  mov: (_, b) => b,
  movsx: (_, b, _width, from) => signed(b, from),
  le: (a) => a,
  be: (a, _, width) => reverseBytes(a, width),
  bswap: (a, _, width) => reverseBytes(a, width),
} satisfies Partial<Record<Operation, Binary>>;

/** A comparison of two operands that are already cut to `width` bits, unsigned. */
export type Condition = (a: bigint, b: bigint, width: number) => boolean;

/** RFC 9669, 4.3: whether a conditional jump is taken. */
export const conditions = {
  jeq: (a, b) => a === b,
  jne: (a, b) => a !== b,
  jgt: (a, b) => a > b,
  jge: (a, b) => a >= b,
  jlt: (a, b) => a < b,
  jle: (a, b) => a <= b,
  jset: (a, b) => (a & b) !== 0n,
  jsgt: (a, b, width) => signed(a, width) > signed(b, width),
  jsge: (a, b, width) => signed(a, width) >= signed(b, width),
  jslt: (a, b, width) => signed(a, width) < signed(b, width),
  jsle: (a, b, width) => signed(a, width) <= signed(b, width),
} satisfies Partial<Record<Operation, Condition>>;

/** What an atomic leaves in memory, from the old value, src and r0; undefined when it writes nothing. */
export type Atomic = (old: bigint, src: bigint, r0: bigint) => bigint | undefined;

/** RFC 9669, 5.3. */
export const atomics = {
  atomicAdd: (old, src) => old + src,
  atomicOr: (old, src) => old | src,
  atomicAnd: (old, src) => old & src,
  atomicXor: (old, src) => old ^ src,
  xchg: (_, src) => src,
  cmpxchg: (old, src, r0) => (old === r0 ? src : undefined),
} satisfies Partial<Record<Operation, Atomic>>;
