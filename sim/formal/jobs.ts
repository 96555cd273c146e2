/** The jobs of tasks: each task is proved, shown to be possible, and shown to bite. */
import { join } from 'node:path';
import { root } from '../tools/index.ts';
import { buildModel, type Model } from './model.ts';
import { bounded, boundedInGates, covered, inductive, reachable, type Answer } from './solve.ts';
import { FormalError, type Fault, type Task } from './task.ts';

export const formalFolder = join(root, 'build/formal');

/** A part of a task that passes or fails by itself. */
export interface Job {
  readonly task: Task;
  /** `proof`: the properties hold. `cover`: they apply to something. `fault`: they notice what is wrong. */
  readonly kind: 'proof' | 'cover' | 'fault';
  readonly fault?: Fault;
  /** Cycles; absent where a proof has none. */
  readonly depth?: number;
}

export interface Outcome {
  readonly job: Job;
  readonly passed: boolean;
  readonly seconds: number;
  readonly answer: Answer;
}

/** The jobs of a task. */
export function jobsOf(task: Task, deep: boolean): Job[] {
  const depth = deep ? (task.deep ?? task.depth) : task.depth;
  return [
    { task, kind: 'proof', ...(depth !== undefined && { depth }) },
    { task, kind: 'cover', depth: task.cover },
    ...task.faults.map((fault) => ({ task, kind: 'fault' as const, fault, depth: fault.depth })),
  ];
}

/** How a job is called in tables and on the command line. */
export function nameOf({ task, kind, fault }: Job): string {
  return kind === 'proof' ? task.name : `${task.name} ${kind}${fault === undefined ? '' : `: ${fault.what}`}`;
}

/** Where the files of a job are. */
export const folderOf = (job: Job): string => {
  const part = job.fault === undefined ? 'model' : `fault${job.task.faults.indexOf(job.fault)}`;
  return join(formalFolder, job.task.name.replaceAll('/', '-'), part);
};

/** Proof and cover of a task ask about the same model. */
const models = new Map<string, Promise<Model>>();

function modelOf(job: Job): Promise<Model> {
  const folder = folderOf(job);
  let model = models.get(folder);
  if (model === undefined) models.set(folder, (model = buildModel(job.task, folder, job.fault)));
  return model;
}

/** Builds the model of a job, asks the solver, and says whether the answer is the one that it has to be. */
export async function execute(job: Job): Promise<Outcome> {
  const start = performance.now();
  const answer = await modelOf(job)
    .then((model) => ask(job, model))
    .catch((error: unknown): Answer => {
      // A model that cannot be built, or a solver without an answer, fails its own job and no other.
      if (error instanceof FormalError) return { verdict: 'unknown', output: error.message };
      throw error;
    });
  const passed = answer.verdict === (job.kind === 'fault' ? 'broken' : 'holds');
  return { job, passed, answer, seconds: (performance.now() - start) / 1000 };
}

async function ask({ task, kind, depth = 0 }: Job, model: Model): Promise<Answer> {
  if (kind === 'cover') return covered(model, depth);
  if (kind === 'fault') return task.gates === true ? boundedInGates(model, depth, false) : bounded(model, depth);
  if (task.mode === 'reachability') return reachable(model);
  if (task.gates === true) return boundedInGates(model, depth);
  const base = await bounded(model, depth);
  return task.mode === 'induction' && base.verdict === 'holds' ? inductive(model, depth) : base;
}

/** Runs jobs, `atOnce` at a time, and tells each outcome as it is there. Outcomes are in the order of the jobs. */
export async function executeAll(
  jobs: readonly Job[],
  atOnce: number,
  tell: (outcome: Outcome) => void,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < jobs.length) {
      const at = next++;
      const outcome = await execute(jobs[at]!);
      outcomes[at] = outcome;
      tell(outcome);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return outcomes;
}
