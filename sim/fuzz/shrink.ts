/** Makes a failing case small: fewer programs, fewer instructions, plainer operands, data and timing. */
import { decode } from '../../gen/ebpf/slot.ts';
import type { Job, ProgramCase, Timing } from './cases.ts';
import { itemsOf, keep, programOf, type Item } from './listing.ts';
import { fewest, simpler, simplest } from './minimise.ts';
import type { Outcome, RunOptions } from './engines.ts';

export type RunCase = (of: ProgramCase, options?: RunOptions) => Promise<Outcome>;

/** Rounds over a program at most; each one can make room for the next. */
const rounds = 4;

const plainTiming: Timing = { latency: 4, stalls: 0, snoops: 0, seed: 0 };

/**
 * The smallest case found that fails with an error of the same name. One that fails no longer, or that is gone when it is
 * run alone, comes back as it is.
 */
export async function shrunk(
  found: ProgramCase,
  { error, job }: NonNullable<Outcome['failure']>,
  run: RunCase,
): Promise<ProgramCase> {
  const fails = async (jobs: readonly Job[]): Promise<boolean> => {
    if (jobs.length === 0) return false;
    const { failure } = await run({ ...found, jobs }, { hasty: true });
    return failure !== undefined && failure.error.name === error.name;
  };
  const upTo = found.jobs.slice(0, found.target === 'engine' ? job + 1 : undefined);
  if (!(await fails(upTo))) return found;
  const alone = [found.jobs[job]!];
  let jobs = (await fails(alone)) ? alone : await fewest(upTo, fails);
  for (let index = 0; index < jobs.length; index++) {
    const others = jobs;
    const one = await smaller(jobs[index]!, (job) => fails(others.with(index, job)));
    jobs = others.with(index, one);
  }
  return { ...found, jobs };
}

type JobFails = (job: Job) => Promise<boolean>;

/** One program as small as it gets. */
async function smaller(job: Job, fails: JobFails): Promise<Job> {
  let left = await settings(job, fails);
  for (let round = 0; round < rounds; round++) {
    const before = left;
    left = await program(left, fails);
    left = await data(left, fails);
    left = await settings(left, fails);
    if (Buffer.from(before.program).equals(left.program) && Buffer.from(before.data).equals(left.data)) break;
  }
  return left;
}

/** What is not part of the program: where it lies, how it is started, how memory answers. */
async function settings(job: Job, fails: JobFails): Promise<Job> {
  const candidates: ((job: Job) => Job)[] = [
    ({ length: _length, ...whole }) => whole,
    (job) => ({ ...job, again: false }),
    (job) => ({ ...job, slot: 0 }),
    (job) => ({ ...job, pause: 12 }),
    (job) => ({ ...job, timing: plainTiming }),
    (job) => ({ ...job, timing: { ...job.timing, snoops: 0 } }),
    (job) => ({ ...job, timing: { ...job.timing, stalls: 0 } }),
    (job) => ({ ...job, timing: { ...job.timing, latency: 4 } }),
  ];
  let left = job;
  for (const change of candidates) {
    const changed = change(left);
    if (JSON.stringify(changed) !== JSON.stringify(left) && (await fails(changed))) left = changed;
  }
  return left;
}

async function program(job: Job, fails: JobFails): Promise<Job> {
  const failing = (items: readonly Item[]): Promise<boolean> => fails({ ...job, program: programOf(items) });
  const all = itemsOf(job.program);
  const places = await fewest([...all.keys()], (left) => failing(keep(all, left)));
  const items = await simpler(keep(all, places), plainer, failing);
  return { ...job, program: programOf(items) };
}

/** Plainer versions of an instruction, the plainest first. */
function plainer(item: Item): Item[] {
  const { slot, second } = item;
  const with_ = (fields: Partial<Item['slot']>): Item => ({ ...item, slot: { ...slot, ...fields } });
  const half = Math.trunc(slot.imm / 2);
  const versions = [
    // A constant in place of whatever makes the value.
    ...(decode(slot, second).instruction?.dst === 'written' && slot.opcode !== 0xb7
      ? [0, 1].map((imm): Item => ({ slot: { opcode: 0xb7, dst: slot.dst, src: 0, off: 0, imm } }))
      : []),
    ...(slot.imm !== 0 ? [with_({ imm: 0 })] : []),
    ...(slot.imm !== 0 && slot.imm !== 1
      ? [with_({ imm: 1 }), ...(half !== 0 && half !== 1 ? [with_({ imm: half })] : [])]
      : []),
    ...(slot.off !== 0 ? [with_({ off: 0 })] : []),
    ...(slot.off > 64 ? [with_({ off: slot.off % 64 })] : []),
    ...(slot.dst > 0 && slot.dst < 10 ? [with_({ dst: 0 })] : []),
    ...(slot.src > 0 && slot.src < 10 ? [with_({ src: 0 })] : []),
    ...(second && second.imm !== 0 ? [{ ...item, second: { ...second, imm: 0 } }] : []),
  ];
  return versions;
}

/** Zeros in place of data, then no more of it than needed. */
async function data(job: Job, fails: JobFails): Promise<Job> {
  const withData = (data: Uint8Array): Job => ({ ...job, data });
  const bytes = await simplest(job.data, job.data.length === 0 ? [] : [new Uint8Array(0)], (data) =>
    fails(withData(data)),
  );
  const words = [...Array(Math.ceil(bytes.length / 8)).keys()];
  const only = (kept: readonly number[]): Uint8Array => {
    const left = new Uint8Array(kept.length === 0 ? 0 : Math.min(bytes.length, 8 * kept.at(-1)! + 8));
    for (const word of kept) left.set(bytes.subarray(8 * word, 8 * word + 8), 8 * word);
    return left;
  };
  const kept = await fewest(words, (left) => fails(withData(only(left))));
  return withData(only(kept));
}
