/** What a benchmark is, and how times are taken. */

/** One measured number. */
export interface Row {
  /** What was measured, for instance a program or a resource. */
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** Which direction is good; the ratio to the reference is above 1 where the value is better. */
  readonly better: 'lower' | 'higher';
  /** What the value is compared with. */
  readonly reference?: { readonly what: string; readonly value: number };
  /** The value must be at least (`higher`) or at most (`lower`) this. */
  readonly bar?: number;
}

export interface Benchmark {
  /** Short name for the command line. */
  readonly name: string;
  /** Heading of its table. */
  readonly title: string;
  /** Measures. `say` shows progress on the terminal. */
  readonly run: (say: (text: string) => void) => Promise<readonly Row[]>;
}

/** How many times better the value is than the reference; undefined without a reference. */
export function ratio({ value, better, reference }: Row): number | undefined {
  if (reference === undefined) return undefined;
  return better === 'lower' ? reference.value / value : value / reference.value;
}

/** Whether the value meets its bar; undefined without a bar. */
export function meetsBar({ value, better, bar }: Row): boolean | undefined {
  if (bar === undefined) return undefined;
  return better === 'lower' ? value <= bar : value >= bar;
}

export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error('there is no median of no values');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Median time in seconds of `runs` runs, after one that does not count (compilers warm up). */
export async function medianSeconds(runs: number, work: () => unknown): Promise<number> {
  const times = [];
  for (let run = -1; run < runs; run++) {
    const start = performance.now();
    await work();
    if (run >= 0) times.push((performance.now() - start) / 1000);
  }
  return median(times);
}
