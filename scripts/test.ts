/**
 * npm test: installs the simulation tools, then runs everything: the unit tests on WebAssembly, those of the device once
 * more on Verilator, the cocotb regressions, and the formal proofs. The last line is `N passed, N failed` over all of them.
 *
 * `npm test -- --no-tools` runs what needs nothing but Node; `npm test -- --record` writes the counts to docs/records/tests.json.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Table from 'cli-table3';
import pc from 'picocolors';
import { installTools } from '../sim/tools/install.ts';
import { root, run, toolEnv, venv } from '../sim/tools/index.ts';

/** Tests of devices, which run on every simulator. */
const deviceTests = ['test/sim/shell', 'test/sim/compare', 'test/sim/conformance', 'test/gen/shell'];

interface Result {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Runner {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** File with the counts, written by the runner. */
  readonly report: string;
  readonly read: (report: string) => Result;
}

const reports = join(root, 'build/test');

function vitest(name: string, files: readonly string[], env: NodeJS.ProcessEnv): Runner {
  const report = join(reports, `${name.replaceAll(' ', '-')}.json`);
  return {
    name,
    program: join(root, 'node_modules/.bin/vitest'),
    args: ['run', ...files, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    env: { ...toolEnv, ...env },
    report,
    read: (text) => {
      const counts = JSON.parse(text) as Record<'numPassedTests' | 'numFailedTests' | 'numPendingTests', number>;
      return { passed: counts.numPassedTests, failed: counts.numFailedTests, skipped: counts.numPendingTests };
    },
  };
}

const cocotb: Runner = {
  name: 'cocotb',
  program: join(venv, 'bin/pytest'),
  args: ['sim/cocotb', '-q', `--junitxml=${join(reports, 'cocotb.xml')}`],
  env: toolEnv,
  report: join(reports, 'cocotb.xml'),
  read: (xml) => {
    const count = (name: string): number => Number(new RegExp(`<testsuite [^>]*\\b${name}="(\\d+)"`).exec(xml)?.[1]);
    const failed = count('failures') + count('errors');
    return { passed: count('tests') - failed - count('skipped'), failed, skipped: count('skipped') };
  },
};

const formal: Runner = {
  name: 'formal proofs',
  program: process.execPath,
  args: [join(root, 'bin/run-ts.mjs'), join(root, 'scripts/formal.ts'), '--report', join(reports, 'formal.json')],
  env: toolEnv,
  report: join(reports, 'formal.json'),
  read: (text) => ({ ...(JSON.parse(text) as Omit<Result, 'skipped'>), skipped: 0 }),
};

/** Runs one and counts. A runner that ends badly without a failed test, or writes no report, is itself one failure. */
async function execute({ program, args, env, report, read }: Runner): Promise<Result> {
  rmSync(report, { force: true });
  const { code } = await run(program, args, { env, show: true });
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
  const result = read(readFileSync(report, 'utf8'));
  return code !== 0 && result.failed === 0 ? { ...result, failed: 1 } : result;
}

const runners = [vitest('unit tests', [], { HERMES_SIM: 'wasm' })];
const results = new Map<string, Result & { seconds: number }>();
mkdirSync(reports, { recursive: true });

if (!process.argv.includes('--no-tools')) {
  try {
    await installTools((text) => console.log(pc.cyan(`setup: ${text}`)));
    runners.push(vitest('device on verilator', deviceTests, { HERMES_SIM: 'verilator' }), cocotb, formal);
  } catch (error) {
    // What needs Node alone runs all the same, but a test that could not run has not passed.
    console.error(pc.red(`setup: ${(error as Error).message}`));
    results.set('simulation tools', { passed: 0, failed: 1, skipped: 0, seconds: 0 });
  }
}

for (const runner of runners) {
  console.log(pc.bold(`\n${runner.name}`));
  const start = performance.now();
  const result = await execute(runner);
  results.set(runner.name, { ...result, seconds: (performance.now() - start) / 1000 });
}

const table = new Table({
  head: ['', 'passed', 'failed', 'skipped', 'seconds'],
  style: { head: [], border: [], compact: true },
});
for (const [name, { passed, failed, skipped, seconds }] of results) {
  table.push([name, passed, failed === 0 ? '0' : pc.red(failed), skipped, seconds.toFixed(1)]);
}
if (process.argv.includes('--record')) {
  const counts = [...results].map(([name, { passed, failed }]) => [name, { passed, failed }]);
  writeFileSync(join(root, 'docs/records/tests.json'), `${JSON.stringify(Object.fromEntries(counts), null, 2)}\n`);
}
const sum = (key: keyof Result): number => [...results.values()].reduce((total, result) => total + result[key], 0);
console.log(`\n${table.toString()}\n${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') === 0 ? 0 : 1;
