import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fewest, simpler, simplest } from '../../../sim/fuzz/minimise.ts';

test('what a failure needs is left, and nothing else', async () => {
  const lists = fc.uniqueArray(fc.nat(200), { minLength: 1, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(lists, fc.infiniteStream(fc.boolean()), async (list, choices) => {
      const needed = new Set(list.filter(() => choices.next().value as boolean));
      const left = await fewest(list, async (part) => [...needed].every((each) => part.includes(each)));
      expect(left).toEqual(list.filter((each) => needed.has(each)));
    }),
  );
});

test('elements that need each other go together', async () => {
  const list = [...Array(40).keys()];
  // 7 fails on its own; anything below 4 only together with all the others below 4.
  const fails = async (part: readonly number[]): Promise<boolean> => {
    const few = part.filter((each) => each < 4).length;
    return part.includes(7) && (few === 0 || few === 4);
  };
  expect(await fewest(list, fails)).toEqual([7]);
});

test('a few of many need not many trials', async () => {
  let trials = 0;
  const fails = async (part: readonly number[]): Promise<boolean> => {
    trials += 1;
    return part.includes(500) && part.includes(501);
  };
  expect(await fewest([...Array(1000).keys()], fails)).toEqual([500, 501]);
  expect(trials).toBeLessThan(120);
});

test('the plainest candidate that still fails is taken', async () => {
  expect(await simplest(9, [1, 5, 7], async (value) => value > 4)).toBe(5);
  expect(await simplest(9, [1, 2], async (value) => value > 4)).toBe(9);
  const sum = (list: readonly number[]): number => list.reduce((total, each) => total + each, 0);
  expect(
    await simpler(
      [8, 8, 8],
      () => [0, 1],
      async (list) => sum(list) >= 9,
    ),
  ).toEqual([0, 1, 8]);
});
