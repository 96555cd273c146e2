/** What `npm run coverage` says to a command line that it cannot use: before anything is run, and with nothing written. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'hermes-coverage-'));
afterAll(() => rmSync(folder, { recursive: true }));

function coverage(...args: string[]) {
  const command = [join(root, 'bin/run-ts.mjs'), join(root, 'scripts/coverage.ts'), ...args];
  const { status, stderr, stdout } = spawnSync(process.execPath, command, { encoding: 'utf8' });
  return { status, stderr, stdout };
}

const wrong = join(folder, 'wrong.json');
writeFileSync(wrong, '{"operand/add-reg/left/0": "often"}');

test.each([
  [['--programs', 'many'], "--programs is a whole number between 0 and 1000000, not 'many'"],
  [['--engines', '5'], "--engines is a whole number between 1 and 4, not '5'"],
  [['--merge', wrong], `--merge ${wrong}: not the counts of a run; give a counts.json that this command wrote`],
  [['--merge', join(folder, 'none.json')], 'ENOENT'],
  [['--faster'], "Unknown option '--faster'"],
])('%j', (args, message) => {
  const { status, stderr, stdout } = coverage(...args);
  expect(stderr).toContain(message);
  expect(stderr).toContain('the options: npm run coverage -- --help\n');
  expect([status, stdout]).toEqual([2, '']);
});

test('--help', () => {
  const { status, stdout } = coverage('--help');
  expect(stdout).toContain('--record');
  expect(status).toBe(0);
});
