/**
 * npm run formal: proves the formal tasks, two at a time. `npm run formal -- fifo/ alu/add` runs those whose names begin so.
 * Exit code 1 if a proof failed, 2 for a name that fits no task or a tool that is missing.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { executeAll, jobsOf, type Outcome } from '../sim/formal/jobs.ts';
import { explain, line, record, table } from '../sim/formal/report.ts';
import { formalTasks } from '../sim/formal/tasks/index.ts';
import { FormalError, type Task } from '../sim/formal/task.ts';
import { root } from '../sim/tools/index.ts';
import { commandLine } from './command-line.ts';

/** Proofs at the same time: one for each core of the machines that this runs on. */
const atOnce = 2;

const { read } = commandLine(
  'formal',
  `npm run formal -- [options] [NAME…]
  NAME           tasks whose names begin so, instead of all
  --deep         greater depths, and what takes too long otherwise
  --list         name the tasks, and prove nothing
  --record       enter the run in docs/records/formal.json
  --report FILE  write how many passed and failed, as JSON`,
);

function options() {
  return parseArgs({
    allowPositionals: true,
    options: {
      deep: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
      report: { type: 'string' },
    },
  });
}

/** The tasks that are asked for by name, or all; those for `--deep` alone only with it or by their full name. */
function chosen(names: readonly string[], deep: boolean): Task[] {
  const stray = names.find((name) => !formalTasks.some((task) => task.name.startsWith(name)));
  if (stray !== undefined) {
    throw new Error(
      `no formal task begins with "${stray}"; there are ${formalTasks.map(({ name }) => name).join(', ')}`,
    );
  }
  return formalTasks.filter(
    (task) =>
      names.includes(task.name) ||
      ((names.length === 0 || names.some((name) => task.name.startsWith(name))) && (deep || task.deepOnly !== true)),
  );
}

async function main(): Promise<number> {
  const { values, positionals } = read(options);
  const tasks = chosen(positionals, values.deep);
  if (values.list) {
    for (const { name, what, mode } of tasks) console.log(`${name.padEnd(22)} ${mode.padEnd(13)} ${what}`);
    return 0;
  }
  const jobs = tasks.flatMap((task) => jobsOf(task, values.deep));
  const outcomes: readonly Outcome[] = await executeAll(jobs, atOnce, (outcome) => console.log(line(outcome)));
  console.log(`\n${table(outcomes)}`);
  const failed = outcomes.filter(({ passed }) => !passed);
  for (const outcome of failed) console.log(`\n${explain(outcome)}`);
  console.log(`${outcomes.length - failed.length} formal jobs passed, ${failed.length} failed`);
  if (values.report !== undefined) {
    mkdirSync(dirname(values.report), { recursive: true });
    writeFileSync(
      values.report,
      `${JSON.stringify({ passed: outcomes.length - failed.length, failed: failed.length })}\n`,
    );
  }
  if (values.record) {
    const file = join(root, 'docs/records/formal.json');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, await record(outcomes, existsSync(file) ? readFileSync(file, 'utf8') : undefined));
  }
  return failed.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(pc.red((error as Error).message));
  process.exitCode = error instanceof FormalError ? 1 : 2;
}
