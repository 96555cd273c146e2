import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

function run(name: string, ...options: string[]) {
  const ended = spawnSync(process.execPath, ['bin/run-ts.mjs', join('scripts', `${name}.ts`), ...options], {
    cwd: root,
    encoding: 'utf8',
  });
  return { code: ended.status, text: ended.stdout, errors: ended.stderr };
}

describe.each(['bench', 'coverage', 'formal', 'fuzz', 'mutate'])('npm run %s', (name) => {
  test('explains its options, and does nothing else', () => {
    const { code, text, errors } = run(name, '--help');
    expect([code, errors]).toEqual([0, '']);
    expect(text).toMatch(new RegExp(`^npm run ${name} -- `));
  });

  test('refuses one that it does not have', () => {
    const { code, text, errors } = run(name, '--nonsense');
    expect([code, text]).toEqual([2, '']);
    expect(errors).toMatch(new RegExp(`^${name}: Unknown option '--nonsense'.*\\n.*npm run ${name} -- --help\\n$`));
  });
});
