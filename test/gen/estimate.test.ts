import { describe, expect, test } from 'vitest';
import { configure, presets, type Config } from '../../gen/config.ts';
import { estimate, memoryBudget, most, shortages, total } from '../../gen/estimate.ts';
import { shells } from '../../gen/shells.ts';

const sumOf = (config: Config) => total(estimate(config).map(({ resources }) => resources));

/** Measured with Yosys, module by module, engines left out: what the model was made from, and has to meet. */
const measured = [
  { engines: 1, slots: 2, lut: 13497, ff: 11202 },
  { engines: 4, slots: 4, lut: 27620, ff: 20555 },
  { engines: 2, slots: 8, lut: 40885, ff: 25823 },
  { engines: 6, slots: 6, lut: 45090, ff: 28261 },
];

test.each(measured)('$engines engines and $slots slots, within 5 %', ({ engines, slots, lut, ff }) => {
  const parts = estimate({ ...presets.default, engines, dataSlots: slots, programSlots: slots });
  const around = total(parts.filter(({ name }) => name !== 'engines').map(({ resources }) => resources));
  expect(Math.abs(around.lut / lut - 1)).toBeLessThan(0.05);
  expect(Math.abs(around.ff / ff - 1)).toBeLessThan(0.05);
});

test('the parts hold the memory that is counted from the shapes', () => {
  for (const preset of Object.values(presets)) expect(sumOf(preset)).toMatchObject(memoryBudget(preset));
});

test('a measured engine takes the place of the estimate', () => {
  const one = { lut: 10, ff: 20, bram: 1.5, uram: 0, dsp: 3 };
  const [engines] = estimate({ ...presets.default, engines: 3 }, one);
  expect(engines).toMatchObject({ name: 'engines', count: 3, resources: { lut: 30, ff: 60, bram: 4.5, dsp: 9 } });
});

describe.each(['f1', 'f2'] as const)('on %s', (shell) => {
  const config = { ...presets.default, shell };

  test('every preset fits', () => {
    for (const preset of Object.values(presets)) expect(shortages({ ...preset, shell })).toEqual([]);
  });

  test('the most is accepted, and one more is refused with its cure', () => {
    for (const [setting, limit] of [
      ['engines', 85],
      ['dataSlots', 255],
    ] as const) {
      const fits = most(config, setting, limit);
      expect(fits).toBeLessThan(limit);
      expect(configure({ ...config, [setting]: fits })).toMatchObject({ [setting]: fits });
      const more = { ...config, [setting]: fits + 1 };
      expect(() => configure(more)).toThrow(
        new RegExp(
          `^configuration: needs .*but ${shells[shell].cloud} leaves \\d+ of its ${shells[shell].part}: fewer`,
          'm',
        ),
      );
    }
  });
});

test('the larger part takes more engines', () => {
  const engines = (shell: 'f1' | 'f2') => most({ ...presets.default, shell }, 'engines', 85);
  expect(engines('f2')).toBeGreaterThan(engines('f1'));
});

test('what is estimated is said to be so', () => {
  expect(() => configure({ engines: 85 })).toThrow(/needs about \d+ LUTs/);
  expect(() => configure({ dataSlots: 25, dataSlotBytes: 1 << 20 })).toThrow(/needs 816 UltraRAMs/);
});
