/** How two operands can relate so that something special has to happen. */
import type { Instruction } from '../../gen/ebpf/isa.ts';
import { isConditional, isMove } from './rows.ts';

const unsigned = (width: number, value: bigint): bigint => BigInt.asUintN(width, value);
const signed = (width: number, value: bigint): bigint => BigInt.asIntN(width, value);

export interface Relation {
  readonly label: string;
  readonly holds: (left: bigint, right: bigint) => boolean;
  /** An example. */
  readonly of: readonly [bigint, bigint];
}

export function relationsOf(row: Instruction): readonly Relation[] {
  const { width, operation } = row;
  if (isConditional(row)) return operation === 'jset' ? overlaps(width) : orders(width);
  switch (operation) {
    case 'add':
      return additions(width);
    case 'sub':
      return [...orders(width), ...subtractions(width)];
    case 'mul':
      return products(width);
    case 'lsh':
    case 'rsh':
    case 'arsh':
      return shifts(width);
    case 'div':
    case 'mod':
      return divisions(width);
    case 'sdiv':
    case 'smod':
      return [...divisions(width), ...signedDivisions(width)];
    default:
      return isMove(row) ? [] : [equal];
  }
}

const equal: Relation = { label: 'equal', holds: (a, b) => a === b, of: [7n, 7n] };

function orders(width: number): readonly Relation[] {
  const less = (a: bigint, b: bigint): boolean => signed(width, a) < signed(width, b);
  return [
    equal,
    { label: 'below, and less when signed', holds: (a, b) => a < b && less(a, b), of: [1n, 7n] },
    { label: 'above, and greater when signed', holds: (a, b) => a > b && less(b, a), of: [9n, 7n] },
    { label: 'below, but greater when signed', holds: (a, b) => a < b && less(b, a), of: [1n, -7n] },
    { label: 'above, but less when signed', holds: (a, b) => a > b && less(a, b), of: [-1n, 7n] },
    ...(width === 64
      ? [
          { label: 'differ in the upper half only', holds: differs(32n), of: [7n | (1n << 32n), 7n] } as const,
          { label: 'differ in the lower half only', holds: differs(0n), of: [6n, 7n] } as const,
        ]
      : []),
    {
      label: 'differ in the top bit only',
      holds: (a, b) => (a ^ b) === 1n << BigInt(width - 1),
      of: [7n | (1n << BigInt(width - 1)), 7n],
    },
  ];
}

const differs =
  (from: bigint) =>
  (a: bigint, b: bigint): boolean =>
    a !== b && unsigned(32, (a ^ b) >> from) << from === (a ^ b);

function overlaps(width: number): readonly Relation[] {
  const top = 1n << BigInt(width - 1);
  return [
    equal,
    { label: 'no common bit', holds: (a, b) => (a & b) === 0n && a !== 0n && b !== 0n, of: [5n, 2n] },
    { label: 'bit 0 in common only', holds: (a, b) => (a & b) === 1n, of: [5n, 3n] },
    {
      label: 'the top bit in common only',
      holds: (a, b) => (a & b) === top,
      of: [top | 1n, signed(32, -0x8000_0000n)],
    },
  ];
}

function additions(width: number): readonly Relation[] {
  const end = 1n << BigInt(width);
  const sum = (a: bigint, b: bigint): bigint => signed(width, a) + signed(width, b);
  const all: Relation[] = [
    equal,
    { label: 'carry out of the top', holds: (a, b) => a + b >= end, of: [-1n, 7n] },
    { label: 'overflow to negative', holds: (a, b) => sum(a, b) >= end / 2n, of: [end / 2n - 1n, 7n] },
    { label: 'overflow to positive', holds: (a, b) => sum(a, b) < -end / 2n, of: [end / 2n, -7n] },
  ];
  const half = (value: bigint): bigint => unsigned(32, value);
  if (width === 64)
    all.push({
      label: 'carry into the upper half',
      holds: (a, b) => half(a) + half(b) >= 1n << 32n,
      of: [0xffff_ffffn, 1n],
    });
  return all;
}

function subtractions(width: number): readonly Relation[] {
  const end = 1n << BigInt(width);
  const difference = (a: bigint, b: bigint): bigint => signed(width, a) - signed(width, b);
  return [
    { label: 'overflow to negative', holds: (a, b) => difference(a, b) >= end / 2n, of: [end / 2n - 1n, -7n] },
    { label: 'overflow to positive', holds: (a, b) => difference(a, b) < -end / 2n, of: [end / 2n, 7n] },
  ];
}

function products(width: number): readonly Relation[] {
  const end = 1n << BigInt(width);
  return [
    equal,
    { label: 'the product fits', holds: (a, b) => a > 1n && b > 1n && a * b < end, of: [11n, 7n] },
    { label: 'the product does not fit', holds: (a, b) => a * b >= end, of: [end - 3n, 7n] },
    { label: 'both negative', holds: (a, b) => signed(width, a) < 0n && signed(width, b) < 0n, of: [-3n, -7n] },
  ];
}

function shifts(width: number): readonly Relation[] {
  const by = (amount: number): Relation => ({
    label: `by ${amount}`,
    holds: (_, b) => b === BigInt(amount),
    of: [-0x1234_5678_9abcn, BigInt(amount)],
  });
  return [
    ...[0, 1, width / 2, width - 1, width, width + 1, 2 * width - 1, 2 * width].map(by),
    { label: 'by a negative amount', holds: (_, b) => signed(width, b) < 0n, of: [5n, -3n] },
    {
      label: 'by 0 modulo the width, with bits above it',
      holds: (_, b) => b > BigInt(width) && b % BigInt(width) === 0n,
      of: [5n, 4096n],
    },
    { label: 'a negative value', holds: (a, b) => signed(width, a) < 0n && b > 0n && b < BigInt(width), of: [-5n, 3n] },
    { label: 'a positive value', holds: (a, b) => signed(width, a) > 0n && b > 0n && b < BigInt(width), of: [5n, 3n] },
  ];
}

const bitsOf = (value: bigint): number => (value === 0n ? 0 : value.toString(2).length);

function divisions(width: number): readonly Relation[] {
  const all = (1n << BigInt(width)) - 1n;
  /** The dividend gives a quotient of so many bits with the divisor 1 or 3. */
  const long = (bits: number): Relation => ({
    label: `quotient of ${bits} bits`,
    holds: (a, b) => b !== 0n && bitsOf(a / b) === bits,
    of: [1n << BigInt(bits - 1), 1n],
  });
  return [
    equal,
    { label: 'by 0', holds: (_, b) => b === 0n, of: [7n, 0n] },
    { label: '0 by 0', holds: (a, b) => a === 0n && b === 0n, of: [0n, 0n] },
    { label: 'by 1', holds: (a, b) => b === 1n && a !== 0n, of: [all, 1n] },
    { label: 'dividend below divisor', holds: (a, b) => a < b && a !== 0n, of: [2n, 7n] },
    { label: 'without remainder', holds: (a, b) => b > 1n && a > b && a % b === 0n, of: [21n, 7n] },
    { label: 'with remainder', holds: (a, b) => b > 1n && a > b && a % b !== 0n, of: [22n, 7n] },
    { label: 'divisor with its top bit set', holds: (_, b) => b >> BigInt(width - 1) === 1n, of: [5n, -7n] },
    ...[1, 2, 3, 4, width / 2, width - 1, width].map(long),
  ];
}

function signedDivisions(width: number): readonly Relation[] {
  const least = 1n << BigInt(width - 1);
  const minus = (value: bigint): boolean => signed(width, value) < 0n;
  const some = (a: bigint, b: bigint): boolean => b !== 0n && a !== 0n && signed(width, a) % signed(width, b) !== 0n;
  return [
    { label: 'smallest by -1', holds: (a, b) => a === least && signed(width, b) === -1n, of: [least, -1n] },
    { label: 'smallest by smallest', holds: (a, b) => a === least && b === least, of: [least, least] },
    { label: 'smallest by 1', holds: (a, b) => a === least && b === 1n, of: [least, 1n] },
    { label: 'negative by 0', holds: (a, b) => minus(a) && b === 0n, of: [-7n, 0n] },
    { label: 'by -1', holds: (a, b) => signed(width, b) === -1n && a !== least && a !== 0n, of: [5n, -1n] },
    {
      label: 'positive by positive, with remainder',
      holds: (a, b) => !minus(a) && !minus(b) && some(a, b),
      of: [22n, 7n],
    },
    {
      label: 'negative by positive, with remainder',
      holds: (a, b) => minus(a) && !minus(b) && some(a, b),
      of: [-22n, 7n],
    },
    {
      label: 'positive by negative, with remainder',
      holds: (a, b) => !minus(a) && minus(b) && some(a, b),
      of: [22n, -7n],
    },
    {
      label: 'negative by negative, with remainder',
      holds: (a, b) => minus(a) && minus(b) && some(a, b),
      of: [-22n, -7n],
    },
  ];
}
