/** Every operator on values of every kind of width, simulated and compared with its formula on whole numbers. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allOf, anyOf, balanced, bool, cat, input, module, mux, muxCase, oneHot } from '../../../gen/hdl/index.ts';
import { output, repeat, u, vec, type UInt } from '../../../gen/hdl/index.ts';
import { simulated } from './simulated.ts';

/** A word, its neighbours, several words. */
const widths = [1, 2, 8, 31, 32, 33, 63, 64, 65, 100, 128, 200];

const cut = (width: number, value: bigint): bigint => BigInt.asUintN(width, value);
const signed = (width: number, value: bigint): bigint => BigInt.asIntN(width, value);
const bit = (holds: boolean): bigint => (holds ? 1n : 0n);
const ones = (value: bigint): number => value.toString(2).replaceAll('0', '').length;

interface Case {
  readonly a: bigint;
  readonly b: bigint;
  readonly amount: bigint;
}

type Operator = readonly [
  name: string,
  hardware: (a: UInt, b: UInt, amount: UInt) => UInt,
  formula: (given: Case, width: number) => bigint,
];

const operators: readonly Operator[] = [
  ['add', (a, b) => a.add(b), ({ a, b }, w) => cut(w, a + b)],
  ['sub', (a, b) => a.sub(b), ({ a, b }, w) => cut(w, a - b)],
  ['mul', (a, b) => a.mul(b), ({ a, b }, w) => cut(w, a * b)],
  ['and', (a, b) => a.and(b), ({ a, b }) => a & b],
  ['or', (a, b) => a.or(b), ({ a, b }) => a | b],
  ['xor', (a, b) => a.xor(b), ({ a, b }) => a ^ b],
  ['not', (a) => a.not(), ({ a }, w) => cut(w, ~a)],
  ['neg', (a) => a.neg(), ({ a }, w) => cut(w, -a)],
  ['eq', (a, b) => a.eq(b), ({ a, b }) => bit(a === b)],
  ['ne', (a, b) => a.ne(b), ({ a, b }) => bit(a !== b)],
  ['lt', (a, b) => a.lt(b), ({ a, b }) => bit(a < b)],
  ['le', (a, b) => a.le(b), ({ a, b }) => bit(a <= b)],
  ['gt', (a, b) => a.gt(b), ({ a, b }) => bit(a > b)],
  ['ge', (a, b) => a.ge(b), ({ a, b }) => bit(a >= b)],
  ['gt_literal', (a) => a.gt(1), ({ a }) => bit(a > 1n)],
  ['is_one_of', (a) => a.isOneOf(0, 1), ({ a }) => bit(a < 2n)],
  ['signed_lt', (a, b) => a.signed.lt(b.signed), ({ a, b }, w) => bit(signed(w, a) < signed(w, b))],
  ['signed_le', (a, b) => a.signed.le(b.signed), ({ a, b }, w) => bit(signed(w, a) <= signed(w, b))],
  ['signed_gt', (a, b) => a.signed.gt(b.signed), ({ a, b }, w) => bit(signed(w, a) > signed(w, b))],
  ['signed_ge', (a, b) => a.signed.ge(b.signed), ({ a, b }, w) => bit(signed(w, a) >= signed(w, b))],
  ['shl', (a, _, n) => a.shl(n), ({ a, amount }, w) => cut(w, a << amount)],
  ['shr', (a, _, n) => a.shr(n), ({ a, amount }) => a >> amount],
  ['signed_shr', (a, _, n) => a.signed.shr(n), ({ a, amount }, w) => cut(w, signed(w, a) >> amount)],
  ['shl_constant', (a) => a.shl(3), ({ a }, w) => cut(w, a << 3n)],
  ['shr_constant', (a) => a.shr(3), ({ a }) => a >> 3n],
  ['signed_shr_constant', (a) => a.signed.shr(3), ({ a }, w) => cut(w, signed(w, a) >> 3n)],
  ['shift_past_end', (a) => a.shl(300).or(a.shr(300)), () => 0n],
  ['signed_past_end', (a) => a.signed.shr(300), ({ a }, w) => cut(w, signed(w, a) < 0n ? -1n : 0n)],
  ['low', (a) => a.low(Math.ceil(a.width / 2)), ({ a }, w) => cut(Math.ceil(w / 2), a)],
  ['high', (a) => a.high(Math.ceil(a.width / 2)), ({ a }, w) => a >> BigInt(w - Math.ceil(w / 2))],
  ['bit_constant', (a) => a.bit(a.width - 1), ({ a }, w) => a >> BigInt(w - 1)],
  ['bit_dynamic', (a, _, n) => a.bit(n), ({ a, amount }) => (a >> amount) & 1n],
  ['zext', (a) => a.zext(a.width + 70), ({ a }) => a],
  ['sext', (a) => a.sext(a.width + 70), ({ a }, w) => cut(w + 70, signed(w, a))],
  ['resize_down', (a) => a.resize(1), ({ a }) => a & 1n],
  ['resize_up', (a) => a.resize(a.width + 1), ({ a }) => a],
  ['or_reduce', (a) => a.orReduce(), ({ a }) => bit(a !== 0n)],
  ['and_reduce', (a) => a.andReduce(), ({ a }, w) => bit(a === cut(w, -1n))],
  ['xor_reduce', (a) => a.xorReduce(), ({ a }) => BigInt(ones(a) % 2)],
  ['cat', (a, b, n) => cat(a, n, b), ({ a, b, amount }, w) => (((a << 9n) | amount) << BigInt(w)) | b],
  ['repeat', (a) => repeat(a, 3), ({ a }, w) => (((a << BigInt(w)) | a) << BigInt(w)) | a],
  ['repeat_bit', (a) => repeat(a.bit(0), 70), ({ a }) => (a & 1n ? cut(70, -1n) : 0n)],
  ['mux', (a, b, n) => mux(n.bit(0), a, b), ({ a, b, amount }) => (amount & 1n ? a : b)],
  [
    'mux_case',
    (a, b, n) =>
      muxCase(
        [
          [n.bit(0), a],
          [n.bit(1), b],
        ],
        u(a.width).of(1),
      ),
    ({ a, b, amount }) => (amount & 1n ? a : amount & 2n ? b : 1n),
  ],
  [
    'one_hot',
    (a, b, n) =>
      oneHot(u(a.width), [
        [n.bit(0), a],
        [n.bit(1), b],
      ]),
    ({ a, b, amount }) => (amount & 1n ? a : 0n) | (amount & 2n ? b : 0n),
  ],
  ['all_of', (a) => allOf(...a.toBits()), ({ a }, w) => bit(a === cut(w, -1n))],
  ['any_of', (a) => anyOf(...a.toBits()), ({ a }) => bit(a !== 0n)],
  [
    'balanced_sum',
    (a) =>
      balanced(
        a.toBits().map((each) => each.zext(9)),
        (x, y) => x.add(y),
      )!,
    ({ a }) => BigInt(ones(a)),
  ],
  ['as_vector', (a, _, n) => a.as(vec(bool, a.width)).at(n), ({ a, amount }) => (a >> amount) & 1n],
];

const caseOf = (width: number): fc.Arbitrary<Case> => {
  const edge = fc.constantFrom(
    0n,
    1n,
    cut(width, -1n),
    1n << BigInt(width - 1),
    cut(width, (1n << BigInt(width - 1)) - 1n),
  );
  const value = fc.oneof(edge, fc.bigInt({ min: 0n, max: cut(width, -1n) }));
  return fc.record({ a: value, b: value, amount: fc.oneof(fc.bigInt(0n, BigInt(width) + 1n), fc.bigInt(0n, 511n)) });
};

describe.each(widths)('on %i bits', (width) => {
  const design = () => {
    // Results first: their widths are those of the outputs.
    const results: Record<string, number> = {};
    module('probe', { a: input(u(width)), b: input(u(width)), amount: input(u(9)) }, (io) => {
      for (const [name, hardware] of operators) results[name] = hardware(io.a, io.b, io.amount).type.width;
    });
    const outputs = Object.fromEntries(operators.map(([name]) => [`${name}_`, output(u(results[name]))]));
    return module(
      `operators_${width}`,
      { a: input(u(width)), b: input(u(width)), amount: input(u(9)), ...outputs },
      (io) => {
        for (const [name, hardware] of operators) (io as any)[`${name}_`].value = hardware(io.a, io.b, io.amount);
      },
    );
  };

  test('every operator equals its formula', () => {
    const simulator = simulated(design);
    fc.assert(
      fc.property(caseOf(width), (given) => {
        for (const [port, value] of Object.entries(given)) simulator.poke(port, value as bigint);
        const found = Object.fromEntries(operators.map(([name]) => [name, simulator.peek(`${name}_`)]));
        const wanted = Object.fromEntries(operators.map(([name, , formula]) => [name, formula(given, width)]));
        expect(found).toEqual(wanted);
      }),
      { numRuns: 200 },
    );
  });
});
