/** What formal runs tell: a table as they go, counterexamples, and the record for the documentation. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import Table from 'cli-table3';
import pc from 'picocolors';
import { root, tools } from '../tools/index.ts';
import { folderOf, jobsOf, nameOf, type Outcome } from './jobs.ts';
import { formalTasks } from './tasks/index.ts';
import { keySignals } from './trace.ts';

/** Which program answers: SMT solver or ABC. */
const engineOf = ({ job }: Outcome): string => {
  const { mode, gates: inGates = false } = job.task;
  const gates = (job.kind === 'proof' && mode === 'reachability') || (job.kind !== 'cover' && inGates);
  return gates ? 'abc' : 'yices';
};

const modeOf = ({ job }: Outcome): string => (job.kind === 'proof' ? job.task.mode : job.kind);

/** One line about an outcome. */
export function line(outcome: Outcome): string {
  const { job, passed, seconds } = outcome;
  const state = passed ? pc.green('ok    ') : pc.red('FAILED');
  const depth = job.depth === undefined ? '' : `, ${job.depth} cycles`;
  return `${state} ${nameOf(job)} (${modeOf(outcome)}${depth}, ${seconds.toFixed(1)} s)`;
}

/** The table of a run: task, engine, mode, depth, seconds, result. */
export function table(outcomes: readonly Outcome[]): string {
  const made = new Table({
    head: ['task', 'engine', 'mode', 'depth', 'seconds', 'result'],
    style: { head: [], border: [], compact: true },
  });
  for (const outcome of outcomes) {
    const { job, passed, seconds } = outcome;
    const result = passed ? 'ok' : pc.red('failed');
    made.push([nameOf(job), engineOf(outcome), modeOf(outcome), job.depth ?? '-', seconds.toFixed(1), result]);
  }
  return made.toString();
}

/** Why a job failed: what broke, where it is written, the trace and what the properties saw in its last cycles. */
export function explain({ job, answer }: Outcome): string {
  const lines = [pc.bold(nameOf(job))];
  if (job.kind === 'fault') {
    lines.push(`  the planted fault was not noticed within ${job.depth} cycles: the properties are too weak`);
    return lines.join('\n');
  }
  const what = {
    proof: answer.verdict === 'unknown' ? 'not inductive: a good state leads to' : 'broken:',
    cover: 'never reached:',
  }[job.kind];
  lines.push(
    `  ${what} ${answer.where === undefined ? 'see the output of the solver' : place(answer.where, folderOf(job))}`,
  );
  if (answer.trace === undefined)
    return [...lines, ...(answer.where === undefined ? [answer.output.trim()] : [])].join('\n');
  lines.push(`  trace: ${relative(root, answer.trace)}`);
  const { first, rows } = keySignals(answer.trace);
  const width = Math.max(...rows.map(({ name }) => name.length));
  lines.push(`  in cycles ${first} to ${first + (rows[0]?.values.length ?? 1) - 1}:`);
  for (const { name, values } of rows) lines.push(`    ${name.padEnd(width)}  ${values.join('  ')}`);
  return lines.join('\n');
}

/** A labelled assertion with the line that it stands on. */
function place(where: string, folder: string): string {
  const label = /^[\w.]*?(\w+)$/.exec(where)?.[1];
  if (label === undefined || !existsSync(folder)) return where;
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.sv'))) {
    const lines = readFileSync(join(folder, file), 'utf8').split('\n');
    const at = lines.findIndex((text) => text.trimStart().startsWith(`${label}:`));
    if (at >= 0) return `${label}, ${file}:${at + 1}: ${lines[at]!.trim()}`;
  }
  return where;
}

/** One job in docs/records/formal.json. */
interface Recorded {
  readonly task: string;
  readonly what: string;
  readonly engine: string;
  readonly mode: string;
  readonly depth?: number;
  readonly result: 'ok' | 'failed';
  readonly seconds: number;
}

/** The record after a run: its jobs in place of what an earlier record says of them. Jobs that no task has any more go. */
export async function record(outcomes: readonly Outcome[], earlier: string | undefined): Promise<string> {
  const versions = await Promise.all([tools.yosys(), tools.yices(), tools.abc()]);
  const known = earlier === undefined ? [] : (JSON.parse(earlier) as { jobs: Recorded[] }).jobs;
  const byTask = new Map(known.map((job) => [job.task, job]));
  for (const outcome of outcomes) {
    const { job, passed, seconds } = outcome;
    byTask.set(nameOf(job), {
      task: nameOf(job),
      what: job.kind === 'proof' ? job.task.what : job.kind,
      engine: engineOf(outcome),
      mode: modeOf(outcome),
      ...(job.depth !== undefined && { depth: job.depth }),
      result: passed ? 'ok' : 'failed',
      seconds: Number(seconds.toFixed(1)),
    });
  }
  const names = formalTasks.flatMap((task) => jobsOf(task, false).map(nameOf));
  const content = {
    tools: Object.fromEntries(versions.map(({ name, version }) => [name, version])),
    jobs: names.flatMap((name) => byTask.get(name) ?? []),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}
