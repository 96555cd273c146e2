/** The process that tries faults, one job after the other. The campaign starts it anew when it grows large or stands still. */
import type { Module } from '../../gen/ir/index.ts';
import { runTests, type Outcome } from './bench.ts';
import { faultsOf, withFault, type Fault } from './fault.ts';
import { compiled, refusal, scopeOf, type Scope, type ScopeName } from './scopes.ts';

export type Job =
  /** A test file without any fault. */
  | { readonly path: string }
  /** Test files one after the other until one fails, each with the clock cycles that it may take. */
  | {
      readonly scope: ScopeName;
      readonly id: string;
      readonly files: readonly { readonly path: string; readonly most: number }[];
    };

export type Verdict =
  | { readonly verdict: 'found'; readonly file: string; readonly test: string; readonly message: string }
  /** The netlist's checks refuse it, or the simulator does. */
  | { readonly verdict: 'checks'; readonly message: string }
  /** It compiles to what the design compiles to. */
  | { readonly verdict: 'equivalent' }
  | { readonly verdict: 'survived' };

export type Answer = { readonly outcome: Outcome } | { readonly verdict: Verdict; readonly seconds: number };

interface Known {
  readonly scope: Scope;
  readonly faults: ReadonlyMap<string, Fault>;
  readonly bytes: Buffer;
}
const designs = new Map<ScopeName, Known>();

function design(name: ScopeName): Known {
  let known = designs.get(name);
  if (!known) {
    const scope = scopeOf(name);
    const faults = scope.modules.flatMap(faultsOf).map((fault): [string, Fault] => [fault.id, fault]);
    known = { scope, faults: new Map(faults), bytes: Buffer.from(compiled(scope.top)) };
    designs.set(name, known);
  }
  return known;
}

/** Puts one fault into the design and looks who notices. */
export async function tryFault({ scope: name, id, files }: Extract<Job, { id: string }>): Promise<Verdict> {
  const { scope, faults, bytes } = design(name);
  const fault = faults.get(id)!;
  const top = withFault(scope.top, fault)!;
  const message = refusal(top);
  if (message !== undefined) return { verdict: 'checks', message };
  try {
    if (bytes.equals(compiled(top))) return { verdict: 'equivalent' };
  } catch (error) {
    return { verdict: 'checks', message: (error as Error).message };
  }
  // A test makes many simulators of one design; it is changed, and then compiled, once.
  const made = new Map<Module, Module | undefined>();
  const changed = (good: Module): Module | undefined => {
    if (!made.has(good)) made.set(good, withFault(good, fault));
    return made.get(good);
  };
  for (const { path, most } of files) {
    const { failure } = await runTests(path, changed, most);
    if (failure) return { verdict: 'found', file: path, ...failure };
  }
  return { verdict: 'survived' };
}

process.on('message', (job: Job) => {
  const begin = performance.now();
  const answer = async (): Promise<Answer> =>
    'path' in job
      ? { outcome: await runTests(job.path) }
      : { verdict: await tryFault(job), seconds: (performance.now() - begin) / 1000 };
  void answer().then((found) => process.send!(found));
});
