import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expected, simulated, stimulus } from './icarus.ts';
import { Random, randomModule } from './random.ts';

/** Raised by hand for a long search. */
const RUNS = Number(process.env['HERMES_RUNS'] ?? 5);
const DESIGNS = 8;
const CYCLES = 40;

describe('random netlists, emitted', () => {
  test('Icarus is silent and agrees with the reference', { timeout: 60_000 * RUNS }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0 }), async (seed) => {
        const random = new Random(seed);
        const designs = Array.from({ length: DESIGNS }, (_, i) => {
          const top = randomModule(random, { name: `d${i}`, size: 4 + random.below(14), levels: random.below(3) });
          return { top, cycles: stimulus(random, top, CYCLES) };
        });
        const { said, lines } = await simulated(designs);
        expect(said).toBe('');
        expect(lines).toEqual(designs.map(({ top, cycles }) => expected(top, cycles)));
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  });
});
