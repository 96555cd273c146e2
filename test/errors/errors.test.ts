import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { codes, HermesError, render } from '../../gen/diagnostics/index.ts';
import { elaborate, type ModuleDef } from '../../gen/hdl/index.ts';

/**
 * One design for each code in cases/, with what the generator says of it beside it. `npx vitest run test/errors -u` rewrites
 * the texts; read the difference.
 */
const folder = new URL('cases/', import.meta.url);
const cases = readdirSync(folder).flatMap((file) => (file.endsWith('.ts') ? [file.slice(0, -3)] : []));

/** Reported by rooms that have tests of their own. */
const elsewhere = ['H043', 'H061', 'H062', 'H063', 'H071'];

describe('diagnostics of wrong designs', () => {
  test.each(cases)('%s', async (name) => {
    const { default: describeDesign } = (await import(new URL(`${name}.ts`, folder).href)) as {
      default: () => ModuleDef;
    };
    const found = diagnosticsOf(describeDesign);
    expect(found.length).toBeGreaterThan(0);
    if (name in codes) expect(found.map(({ code }) => code)).toContain(name);
    await expect(`${render(found)}\n`).toMatchFileSnapshot(`cases/${name}.txt`);
  });

  test('every code has a case', () => {
    expect([...cases.filter((name) => name in codes), ...elsewhere].sort()).toEqual(Object.keys(codes));
  });
});

function diagnosticsOf(describeDesign: () => ModuleDef) {
  try {
    return elaborate(describeDesign).warnings;
  } catch (error) {
    if (error instanceof HermesError) return error.diagnostics;
    throw error;
  }
}
