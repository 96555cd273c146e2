/**
 * npm run check: types, lint and format in seconds. `npm run check -- --fix` mends what can be mended by itself.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import pc from 'picocolors';

const root = fileURLToPath(new URL('..', import.meta.url));
const fix = process.argv.includes('--fix');

const checks = [
  { name: 'types', command: ['tsc', '--project', '.', '--pretty'] },
  { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings', ...(fix ? ['--fix'] : [])] },
  { name: 'format', command: ['oxfmt', fix ? '--write' : '--check'] },
];

/** Runs one checker of node_modules/.bin and gives back its output; rejects nothing, a failure is `ok: false`. */
function run(name: string, [program, ...args]: string[]): Promise<{ name: string; ok: boolean; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(`${root}node_modules/.bin/${program}`, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (text) => (output += text));
    child.stderr.on('data', (text) => (output += text));
    child.on('error', (error) => resolve({ name, ok: false, output: `${error.message}. Run "npm install" first.\n` }));
    child.on('close', (code) => resolve({ name, ok: code === 0, output }));
  });
}

// Mending must not race with itself: lint and format both write. Checking runs side by side.
const results = [];
if (fix) {
  for (const { name, command } of checks) results.push(await run(name, command));
} else results.push(...(await Promise.all(checks.map(({ name, command }) => run(name, command)))));

for (const { name, ok, output } of results) {
  if (!ok) process.stdout.write(output);
  console.log(`${ok ? pc.green('ok    ') : pc.red('failed')} ${name}`);
}
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;
