/**
 * The kits make the manifest of an image from the text of cl_id_defines.vh. How they cut it up is told here independently:
 * both take the third word of the line; F1's drops the underscores and splits 4 and 4 digits from the end of the base, F2's
 * strips leading characters that occur in `32'h` and splits at the underscore.
 */
import { describe, expect, it } from 'vitest';
import { idDefines, type PciIds } from '../../../gen/shell/ids.ts';
import { shellTables } from '../../../gen/shell/index.ts';

const valueOf = (text: string, n: 0 | 1): string =>
  text
    .split('\n')
    .find((line) => line.includes(`\`define CL_SH_ID${n}`))!
    .split(/\s+/)[2]!;

const kits = {
  f1: (value: string) =>
    value
      .replace(/^32'h/, '')
      .replaceAll('_', '')
      .match(/^(....)(....)$/)!
      .slice(1),
  f2: (value: string) => value.replace(/^[32'h]+/, '').split('_'),
};

const read = (kit: keyof typeof kits, ids: PciIds): string[] => {
  const text = idDefines(ids);
  return ([0, 1] as const).flatMap((n) => [...kits[kit](valueOf(text, n))]).map((digits) => digits.toLowerCase());
};

describe('cl_id_defines.vh', () => {
  it.each([
    ['f1', ['3000', '1de5', '0001', '1de5']],
    ['f2', ['f200', '1de5', '0001', '1de5']],
  ] as const)('gives the kit of %s the identity that the ports show', (kit, identity) => {
    expect(read(kit, shellTables[kit].ids)).toEqual(identity);
  });

  it('would lose digits of the F1 identity in the kit of F2, which is why F2 has its own', () => {
    expect(read('f2', shellTables.f1.ids)[0]).toBe('000');
  });

  it('is a header that can be included twice', () => {
    expect(idDefines(shellTables.f1.ids).split('\n')).toEqual([
      '`ifndef CL_ID_DEFINES',
      '`define CL_ID_DEFINES',
      "`define CL_SH_ID0 32'h3000_1DE5",
      "`define CL_SH_ID1 32'h0001_1DE5",
      '`endif',
      '',
    ]);
  });
});
