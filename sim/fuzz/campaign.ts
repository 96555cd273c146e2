/** Runs cases of several kinds until it is enough, and tells what came of it. */
import { jobsPerCase, nthCase, type EngineName, type Kind } from './cases.ts';
import { Devices } from './devices.ts';
import { Engines, type Backend } from './engines.ts';
import { toText } from './kept.ts';
import { caseText } from './report.ts';
import type { ShapeName } from './shapes.ts';
import { shrunk } from './shrink.ts';
import { HostTraffic } from './traffic.ts';

/** What there is to run, and how much of the time it gets when all of it is run. */
export const kinds = {
  programs: { share: 5, aims: 'programs that should run, on one engine' },
  invalid: { share: 1, aims: 'programs that should not, on one engine' },
  device: { share: 2, aims: 'both through whole devices, several engines at once' },
  host: { share: 2, aims: 'traffic of a hostile host on a whole device' },
} as const;

export type KindName = keyof typeof kinds;

export const kindNames = Object.keys(kinds) as readonly KindName[];

/** What one step of a kind has done. */
export interface Batch {
  /** Programs, or scripts of host traffic. */
  readonly runs: number;
  readonly instructions: number;
  readonly cycles: number;
  /** Accesses, transfers and resets of the host. */
  readonly actions: number;
  /** How runs ended, and how often. */
  readonly ends: Readonly<Record<string, number>>;
  readonly found?: Found;
}

/** A difference, made as small as it gets. */
export interface Found {
  readonly kind: KindName;
  /** What went wrong, in the words of whoever noticed, in the small case. */
  readonly difference: string;
  /** The small case, for a person. */
  readonly text: string;
  /** The first run and the number of runs that show it again. */
  readonly from: number;
  readonly count: number;
  /** The text of a file that keeps the small case. */
  readonly kept: string;
}

/** One kind at work. The n-th run is the same whenever it is run. */
export interface Worker {
  /** Runs what comes next, from the run of that number on. */
  step(from: number): Promise<Batch>;
  close(): void;
}

export interface Choice {
  readonly seed: number;
  readonly backend: Backend;
  readonly shape?: ShapeName;
}

/** Engines that are worth the minutes that Verilator takes for each. */
const verilated: readonly EngineName[] = ['small', 'served'];

/** @param kind which cases @param runner runs them */
class Programs implements Worker {
  readonly #name: KindName;
  readonly #choice: Choice;
  readonly #runner: Engines | Devices;
  readonly #kindAt: (index: number) => Kind;

  constructor(name: KindName, choice: Choice) {
    const { backend, shape } = choice;
    this.#name = name;
    this.#choice = choice;
    this.#runner = name === 'device' ? new Devices(backend) : new Engines(backend);
    const common = { ...(shape && { shape }), ...(backend === 'verilator' && { engines: verilated }) };
    // Of the programs for devices, one case in four is of invalid ones.
    this.#kindAt =
      name === 'device'
        ? (index) => ({ ...common, target: 'device', invalid: index % 4 === 3 })
        : () => ({ ...common, target: 'engine', invalid: name === 'invalid' });
  }

  async step(from: number): Promise<Batch> {
    const index = Math.floor(from / jobsPerCase);
    const given = nthCase(this.#kindAt(index), this.#choice.seed, index);
    const { programs, failure, ...done } = await this.#runner.run(given);
    const batch = { runs: programs, actions: 0, ...done };
    if (!failure) return batch;
    const small = await shrunk(given, failure, (one, options) => this.#runner.run(one, options));
    const again = (await this.#runner.run(small)).failure?.error ?? failure.error;
    const found: Found = {
      kind: this.#name,
      difference: again.message,
      text: caseText(small),
      from: index * jobsPerCase,
      count: jobsPerCase,
      kept: toText(small, again.message.split('\n', 1)[0]!),
    };
    return { ...batch, found };
  }

  close(): void {
    this.#runner.close();
  }
}

export const workerOf = (kind: KindName, choice: Choice): Worker =>
  kind === 'host' ? new HostTraffic(choice) : new Programs(kind, choice);

/** What a kind has done in a campaign. */
export interface Tally extends Omit<Batch, 'found'> {
  readonly kind: KindName;
  readonly seconds: number;
  readonly differences: number;
}

export interface Limits {
  readonly kinds: readonly KindName[];
  /** Number of the first run of each kind. */
  readonly from?: number;
  /** Stops after so many seconds, or so many runs in all, whichever comes first. */
  readonly seconds?: number;
  readonly runs?: number;
  /** Stops after so many differences; 5 unless told. */
  readonly differences?: number;
  /** Stops after the step under way. */
  readonly signal?: AbortSignal;
}

/** @param seen is called after every step with what was done so far, and with the difference that it found */
export async function campaign(
  choice: Choice,
  { kinds: chosen, from = 0, seconds = Infinity, runs = Infinity, differences = 5, signal }: Limits,
  seen: (tallies: readonly Tally[], found?: Found) => void = () => {},
): Promise<readonly Tally[]> {
  const begin = performance.now();
  const parts = chosen.map((kind) => ({ kind, worker: workerOf(kind, choice), next: from, tally: emptyTally(kind) }));
  const sum = (key: 'runs' | 'differences'): number => parts.reduce((total, { tally }) => total + tally[key], 0);
  const tallies = (): Tally[] => parts.map(({ tally }) => tally);
  const isEnough = (): boolean =>
    signal?.aborted === true ||
    performance.now() - begin >= 1000 * seconds ||
    sum('runs') >= runs ||
    sum('differences') >= differences;
  try {
    while (!isEnough()) {
      const used = ({ kind, tally }: (typeof parts)[number]): number => tally.seconds / kinds[kind].share;
      const part = parts.toSorted((a, b) => used(a) - used(b))[0]!;
      const start = performance.now();
      const batch = await part.worker.step(part.next);
      part.next += part.kind === 'host' ? 1 : jobsPerCase;
      part.tally = added(part.tally, batch, (performance.now() - start) / 1000);
      seen(tallies(), batch.found);
      // A signal gets its turn.
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    for (const { worker } of parts) worker.close();
  }
  return tallies();
}

const emptyTally = (kind: KindName): Tally => ({
  kind,
  runs: 0,
  instructions: 0,
  cycles: 0,
  actions: 0,
  ends: {},
  seconds: 0,
  differences: 0,
});

function added(tally: Tally, { found, ends, ...batch }: Batch, seconds: number): Tally {
  const all: Record<string, number> = { ...tally.ends };
  for (const [end, times] of Object.entries(ends)) all[end] = (all[end] ?? 0) + times;
  return {
    kind: tally.kind,
    runs: tally.runs + batch.runs,
    instructions: tally.instructions + batch.instructions,
    cycles: tally.cycles + batch.cycles,
    actions: tally.actions + batch.actions,
    ends: all,
    seconds: tally.seconds + seconds,
    differences: tally.differences + (found ? 1 : 0),
  };
}
