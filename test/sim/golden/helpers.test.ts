import { expect, test } from 'vitest';
import { helperNames } from '../../../gen/ebpf/helpers/functions.ts';
import { modelOf } from '../../../sim/golden/helpers.ts';

const { helpers } = modelOf({ stepLimit: 1, helpers: helperNames });
const call = (number: number, r1 = 0n, r2 = 0n, r3 = 0n, r4 = 0n, r5 = 0n): bigint =>
  helpers.get(number)!(r1, r2, r3, r4, r5);

test.each<[bigint, bigint]>([
  [0n, 0n],
  [1n, 1n],
  [3n, 1n],
  [4n, 2n],
  [99n, 9n],
  [100n, 10n],
  [2n ** 62n - 1n, 2n ** 31n - 1n],
  [2n ** 62n, 2n ** 31n],
  [2n ** 64n - 1n, 2n ** 32n - 1n],
])('the root of %i is %i', (square, root) => expect(call(3, square)).toBe(root));

test('every root up to 5000 is the largest number whose square fits', () => {
  for (let n = 0n; n <= 5000n; n++) {
    const root = call(3, n);
    expect(root * root <= n && (root + 1n) * (root + 1n) > n).toBe(true);
  }
});

test('bytes are gathered with that of r1 highest', () => {
  expect(call(0, 0x11aan, 0x22bbn, 0x33ccn, 0x44ddn, 0x55een)).toBe(0xaa_bb_cc_dd_een);
});

test('unwind returns its argument', () => expect(call(5, 2n ** 64n - 1n)).toBe(2n ** 64n - 1n));

test('a configuration has what it names', () => {
  expect([...modelOf({ stepLimit: 9, helpers: ['sqrti'] }).helpers.keys()]).toEqual([3]);
  expect(modelOf({ stepLimit: 9 })).toEqual({ stepLimit: 9, helpers: new Map(), callx: false });
  expect(() => modelOf({ stepLimit: 1, helpers: ['sqrt'] })).toThrow('there is no helper function sqrt');
});
