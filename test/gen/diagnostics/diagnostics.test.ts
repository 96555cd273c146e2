import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { codes, diagnostic, Diagnostics, fail, HermesError, render } from '../../../gen/diagnostics/index.ts';
import { diagnosticsPage } from '../../../gen/diagnostics/page.ts';

const folder = mkdtempSync(join(tmpdir(), 'diagnostics-'));
afterAll(() => rmSync(folder, { recursive: true }));

const source = join(folder, 'design.ts');
writeFileSync(source, `${'\n'.repeat(8)}\tconst sum = a.add(b);\nfinal.value = sum;\n`);
const at = (line: number, column: number, file = source) => ({ frames: [{ file, line, column }] });

describe('rendered text', () => {
  test('shows the line with a caret below the word, tabs kept, and aligned numbers', () => {
    const found = diagnostic({
      code: 'H001',
      message: 'widths 8 and 4',
      origin: at(9, 16),
      notes: [{ message: 'used here', origin: at(10, 1) }],
      cure: 'widen',
    });
    expect(render([found]).split('\n')).toEqual([
      'error[H001]: widths 8 and 4',
      ` --> ${source}:9:16`,
      '  |',
      '9 | \tconst sum = a.add(b);',
      '  | \t              ^^^ widths differ',
      `  ::: ${source}:10:1`,
      '   |',
      '10 | final.value = sum;',
      '   | ^^^^^ used here',
      'help: widen',
    ]);
  });

  test('puts the caret on what follows, where the column points at a space', () => {
    expect(render([diagnostic({ code: 'H001', message: '', origin: at(9, 13) })])).toContain(
      '\t            ^ widths differ',
    );
  });

  test('does without a source that is gone, too short, or unknown', () => {
    const gone = join(folder, 'gone.ts');
    const text = (origin?: ReturnType<typeof at>): string[] =>
      render([diagnostic({ code: 'H102', message: 'x', origin, cure: 'y' })]).split('\n');
    expect(text(at(3, 1, gone))).toEqual(['error[H102]: x', ` --> ${gone}:3:1`, '  = never driven', 'help: y']);
    expect(text(at(99, 1))).toEqual(['error[H102]: x', `  --> ${source}:99:1`, '   = never driven', 'help: y']);
    expect(text()).toEqual(['error[H102]: x', '  = never driven', 'help: y']);
  });

  test('names who asked for a block of the library, but not who runs a design', () => {
    const inLibrary = { file: new URL('../../../gen/hdl/index.ts', import.meta.url).href, line: 1, column: 1 };
    const [user, runner] = [at(10, 1).frames[0]!, at(9, 2).frames[0]!];
    const text = (...frames: (typeof user)[]): string =>
      render([diagnostic({ code: 'H102', message: 'x', origin: { frames } })]);
    expect(text(inLibrary, user, runner)).toContain(`= called at ${source}:10:1\nhelp`);
    expect(text(user, runner)).not.toContain('called at');
  });

  test('has colour where asked for', () => {
    const found = [diagnostic({ code: 'H106', message: 'x' })];
    expect(render(found)).not.toContain('\u001b[');
    expect(render(found, { color: true })).toContain('\u001b[33mwarning[H106]');
  });
});

describe('collecting', () => {
  test('keeps everything in order, and throws it all when there is an error', () => {
    const diagnostics = new Diagnostics();
    diagnostics.report({ code: 'H106', message: 'first' });
    expect(diagnostics.hasErrors).toBe(false);
    diagnostics.throwIfErrors();
    diagnostics.report({ code: 'H102', message: 'second' });
    diagnostics.report({ code: 'H102', message: 'third' });
    expect(diagnostics.hasErrors).toBe(true);
    expect(() => diagnostics.throwIfErrors()).toThrow(HermesError);
    expect(() => diagnostics.throwIfErrors()).toThrow(/first[^]*second[^]*third/);
  });

  test('takes severity and cure from the code', () => {
    expect(diagnostic({ code: 'H106', message: 'x' })).toMatchObject({
      severity: 'warning',
      cure: codes.H106.cure,
      notes: [],
    });
    expect(diagnostic({ code: 'H102', message: 'x', cure: 'other' })).toMatchObject({
      severity: 'error',
      cure: 'other',
    });
  });

  test('says the same of one place once', () => {
    const diagnostics = new Diagnostics();
    for (const line of [9, 9, 10]) diagnostics.report({ code: 'H102', message: 'x', origin: at(line, 1) });
    diagnostics.report({ code: 'H102', message: 'x' });
    diagnostics.report({ code: 'H102', message: 'x' });
    expect(diagnostics.all).toHaveLength(4);
  });

  test('fail gives up at once', () => {
    expect(() => fail({ code: 'H071', message: 'engines: 0' })).toThrow('error[H071]: engines: 0');
  });
});

test('the page has a row for each code', () => {
  const rows = diagnosticsPage()
    .split('\n')
    .filter((line) => /^\| H\d/.test(line));
  expect(rows.map((row) => row.split(' ')[1])).toEqual(Object.keys(codes));
  for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(5);
});
