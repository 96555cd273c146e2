/**
 * npm run formal: proves the formal tasks. `npm run formal -- fifo/ alu` runs those whose names begin so, `--deep` goes to the
 * greater depths, `--list` names them all, `--record` writes docs/records/formal.json, `--report FILE` the counts as JSON.
 */
import { formalTasks } from '../sim/formal/tasks/index.ts';
import { executeAll, jobsOf, nameOf } from '../sim/formal/jobs.ts';

const names = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const deep = process.argv.includes('--deep');
const tasks = formalTasks.filter((task) => names.length === 0 || names.some((name) => task.name.startsWith(name)));
const jobs = tasks.flatMap((task) => jobsOf(task, deep));
const outcomes = await executeAll(jobs, 2, ({ job, passed, seconds, answer }) => {
  console.log(passed ? 'ok    ' : 'FAILED', nameOf(job), job.task.mode, job.depth ?? '', seconds.toFixed(1), answer.verdict, answer.where ?? '', passed ? '' : (answer.trace ?? ''));
});
process.exitCode = outcomes.every(({ passed }) => passed) ? 0 : 1;
