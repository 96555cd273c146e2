import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { fromText, read, toText, write } from '../../sim/fuzz/kept.ts';
import { nthCase } from '../../sim/fuzz/cases.ts';
import { record, type Records } from '../../sim/fuzz/record.ts';

const script = (root: string): string[] => [join(root, 'bin/run-ts.mjs'), join(root, 'scripts/fuzz.ts')];
const root = fileURLToPath(new URL('../..', import.meta.url));

function fuzz(...options: string[]) {
  const run = spawnSync(process.execPath, [...script(root), ...options], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { code: run.status, text: run.stdout, errors: run.stderr };
}

test('runs as many programs as asked for, and says what was done', () => {
  const { code, text } = fuzz('--kind', 'invalid', '--programs', '20', '--seed', '3');
  expect(text).toMatch(/^fuzz: seed 3, invalid, wasm\n/);
  expect(text).toMatch(/invalid\s+│ (3\d|4\d) /);
  expect(text).toMatch(/no difference\n$/);
  expect(code).toBe(0);
});

test.each([
  [['--minutes', 'x'], '--minutes takes a number'],
  [['--kind', 'hosts'], 'there is no kind hosts; there are programs, invalid, device, host'],
  [['--seeds', '1'], "Unknown option '--seeds'"],
])('%j: what is wrong, what would be right, and exit code 2', (options, message) => {
  const { code, errors } = fuzz(...options);
  expect(errors).toContain(`fuzz: ${message}`);
  expect(errors).toContain('npm run fuzz -- --help');
  expect(code).toBe(2);
});

test('Ctrl-C ends it with a summary', async () => {
  const running = spawn(process.execPath, [...script(root), '--kind', 'invalid', '--minutes', '5'], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1' },
  });
  let text = '';
  running.stdout.setEncoding('utf8').on('data', (more: string) => {
    text += more;
    // The first line comes before the first program.
    if (more.startsWith('fuzz:')) setTimeout(() => running.kill('SIGINT'), 500);
  });
  const [code] = (await once(running, 'close')) as [number | null];
  expect(text).toMatch(/│ invalid │ \d+ [^]*stopped early\nno difference\n$/);
  expect(code).toBe(0);
});

test('a case that is kept is the same when it is read again; a record grows', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hermes-fuzz-'));
  try {
    const one = nthCase({ target: 'engine', invalid: true }, 1, 2);
    write('programs', toText(one, 'for the test'), folder);
    const { text } = read('programs', folder)[0]!;
    expect(fromText(text)).toEqual({ ...one, was: 'for the test' });
    expect(() => fromText(text.replace(`"${one.engine}"`, '"steam"'))).toThrow(
      'there is no engine steam; there are small',
    );
    const file = join(folder, 'records', 'fuzz.json');
    const tally = { kind: 'programs', runs: 5, instructions: 1, cycles: 1, actions: 0, ends: {}, seconds: 1 } as const;
    for (const seed of [1, 2, 2]) record(file, { seed, backend: 'wasm', from: 0 }, [{ ...tally, differences: 0 }]);
    expect((JSON.parse(readFileSync(file, 'utf8')) as Records).total.programs).toBe(10);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
