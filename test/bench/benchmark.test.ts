import { expect, test } from 'vitest';
import { median, medianSeconds, meetsBar, ratio, type Row } from '../../bench/benchmark.ts';

const row: Row = { what: 'fib50', value: 200, unit: 'cycles', better: 'lower' };

test('a ratio is above 1 where the value is better', () => {
  expect(ratio(row)).toBeUndefined();
  expect(ratio({ ...row, reference: { what: 'peer', value: 400 } })).toBe(2);
  expect(ratio({ ...row, better: 'higher', reference: { what: 'peer', value: 400 } })).toBe(0.5);
});

test('a bar is met from its good side, and by equality', () => {
  expect(meetsBar(row)).toBeUndefined();
  expect([199, 200, 201].map((bar) => meetsBar({ ...row, bar }))).toEqual([false, true, true]);
  expect([199, 200, 201].map((bar) => meetsBar({ ...row, better: 'higher', bar }))).toEqual([true, true, false]);
});

test('the median', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(() => median([])).toThrow('no median');
});

test('times leave out the first run', async () => {
  let runs = 0;
  const seconds = await medianSeconds(3, () => (runs += 1));
  expect(runs).toBe(4);
  expect(seconds).toBeGreaterThanOrEqual(0);
});
