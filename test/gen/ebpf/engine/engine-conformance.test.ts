import { describe, expect, test } from 'vitest';
import { benchOf, conformance, randomFrom, served, small } from './bench.ts';

const timings = [
  ['steady slots', { latency: 4, stalls: 0, random: () => 0 }],
  ['slots that stall', { latency: 3, stalls: 0.4, random: randomFrom(313) }],
] as const;
const none = new Uint8Array(0);

describe.each(timings)('the conformance suite in lockstep with the model, %s', (_, timing) => {
  const bench = benchOf({ ...served, stepLimit: 2000 }, timing);

  test.each(conformance())('$name', ({ name, program, memory, r0, instructions }) => {
    const entry = memory === undefined ? { r1: 0n, r2: 0n } : { r2: BigInt(memory.length) };
    const result = bench.run({ name, program, data: memory ?? none, ...entry });
    expect(result).toMatchObject({ r0, instructions, error: null });
  });
});

describe('an engine without helper functions and with the entry values of the device', () => {
  const bench = benchOf({ ...small, stepLimit: 2000 });
  const refused: Readonly<Record<string, string>> = { call_unwind_fail: 'E_HELPER_UNKNOWN', callx: 'E_OPCODE' };

  test.each(conformance().filter(({ name }) => name !== 'mem-len'))('$name', ({ name, program, memory, r0 }) => {
    const { error, ...result } = bench.run({ name, program, data: memory ?? none });
    expect(error?.class).toBe(refused[name]);
    if (!error) expect(result.r0).toBe(r0);
  });
});
