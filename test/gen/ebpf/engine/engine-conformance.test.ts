import { describe, expect, test } from 'vitest';
import { benchOf, conformance, randomFrom, small } from './bench.ts';

/** Needs something that the device does not have: helper functions, callx, or data slots of any size. */
const foreign = { call_unwind_fail: 'E_HELPER_UNKNOWN', callx: 'E_OPCODE', 'mem-len': undefined } as const;

describe.each([
  ['steady slots', { latency: 4, stalls: 0, random: () => 0 }],
  ['slots that stall', { latency: 3, stalls: 0.4, random: randomFrom(313) }],
])('the conformance suite in lockstep with the model, %s', (_, timing) => {
  const bench = benchOf({ ...small, stepLimit: 2000 }, timing);

  test.each(conformance())('$name', ({ name, program, memory, r0, instructions }) => {
    const result = bench.run({ name, program, data: memory ?? new Uint8Array(0) });
    if (name in foreign) expect(result.error?.class).toBe(foreign[name as keyof typeof foreign]);
    else expect(result).toMatchObject({ r0, instructions, error: null });
  });
});
