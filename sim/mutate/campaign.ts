/** Many faults, one after the other: who is asked in which order, what is known from before, and what came out. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import type { Outcome } from './bench.ts';
import { baseName, type Fault } from './fault.ts';
import { scopeNames, type Scope, type ScopeName } from './scopes.ts';
import { root, testsOf } from './tests.ts';
import type { Answer, Job, Verdict } from './worker.ts';

/** What was found out about one fault. */
export type Result = Verdict & { readonly seconds: number };

/** Kept between runs. What was found stays found while the design is the same; what survived gets another chance when tests change. */
interface Memo {
  /** By scope: the design's digest, and results by the fault's id. */
  designs: Record<string, { digest: string; results: Record<string, Result> }>;
  /** Digest of the test files, and what each takes without a fault. */
  tests: { digest: string; sound: Record<string, Outcome> };
}

/** Faults that one process tries: test files that are imported again and again stay in memory. */
const jobsPerProcess = 80;
/** Milliseconds without an answer after which a process counts as hung. */
const silence = 600_000;
/** Clock cycles that a test file may take with a fault. */
const mostCycles = ({ cycles }: Outcome): number => 3 * cycles + 20_000;

type TestsOf = (scope: ScopeName) => readonly string[];

/** A test file that fails without any fault, of whatever cause, can tell nothing. */
export class Unsound extends Error {}

export class Campaign {
  readonly #file: string;
  readonly #tests: TestsOf;
  readonly #memo: Memo;
  readonly #note: (text: string) => void;
  #child: ChildProcess | undefined;
  #jobs = 0;

  /**
   * @param file where results are kept between runs
   * @param tests the files that have to find the faults of a design
   * @param note takes what is done before the first fault, which may last minutes
   */
  constructor(
    scopes: readonly Scope[],
    file = `${root}build/mutate/results.json`,
    tests: TestsOf = testsOf,
    note: (text: string) => void = () => {},
  ) {
    this.#note = note;
    this.#file = file;
    this.#tests = tests;
    const old = readMemo(file);
    const digest = testsDigest(tests);
    const same = old.tests.digest === digest;
    this.#memo = { designs: { ...old.designs }, tests: same ? old.tests : { digest, sound: {} } };
    for (const { name, digest: design } of scopes) {
      const known = old.designs[name];
      const results = known?.digest === design ? Object.entries(known.results) : [];
      const kept = results.filter(([, { verdict }]) => same || verdict !== 'survived');
      this.#memo.designs[name] = { digest: design, results: Object.fromEntries(kept) };
    }
  }

  /** What is known about a fault. */
  known({ id }: Fault, scope: ScopeName): Result | undefined {
    return this.#memo.designs[scope]!.results[id];
  }

  /** Tries a fault, unless it is known. @throws Unsound */
  async result(fault: Fault, scope: ScopeName): Promise<Result> {
    const known = this.known(fault, scope);
    if (known) return known;
    const sound = await this.#sound(scope);
    const files = this.#order(fault, scope, sound).map((path) => ({ path, most: mostCycles(sound.get(path)!) }));
    const answer = await this.#ask({ scope, id: fault.id, files });
    const result: Result =
      answer && 'verdict' in answer
        ? { ...answer.verdict, seconds: answer.seconds }
        : { verdict: 'found', file: '', test: 'the process', message: 'no answer', seconds: silence / 1000 };
    this.#memo.designs[scope]!.results[fault.id] = result;
    this.#save();
    return result;
  }

  close(): void {
    this.#child?.kill();
    this.#child = undefined;
  }

  /** The tests without a fault: they have to pass. */
  async #sound(scope: ScopeName): Promise<Map<string, Outcome>> {
    const { sound } = this.#memo.tests;
    const fresh = this.#tests(scope).filter((path) => !sound[path]);
    for (const [i, path] of fresh.entries()) {
      this.#note(`${scope}: first without a fault, test file ${i + 1} of ${fresh.length}`);
      const answer = await this.#ask({ path });
      const outcome = answer && 'outcome' in answer ? answer.outcome : undefined;
      const failure = outcome ? outcome.failure : { test: 'all', message: 'no end' };
      if (failure)
        throw new Unsound(`${path} fails without any fault, at '${failure.test}': ${failure.message}; mend it first`);
      sound[path] = outcome!;
      this.#save();
    }
    return new Map(this.#tests(scope).map((path) => [path, sound[path]!]));
  }

  /** Test files that simulate the fault's module, or what the same source file describes: those first that found faults near it, for the time that they take. */
  #order({ module, origin }: Fault, scope: ScopeName, sound: ReadonlyMap<string, Outcome>): string[] {
    const found = new Map<string, number>();
    for (const [id, result] of Object.entries(this.#memo.designs[scope]!.results)) {
      if (result.verdict !== 'found') continue;
      const near = id.startsWith(`${module}-`) ? 1 : 0.05;
      found.set(result.file, (found.get(result.file) ?? 0) + near);
    }
    const source = relative(root, origin?.frames[0]?.file ?? '');
    const worth = (path: string): number => ((found.get(path) ?? 0) + 0.1) / (0.1 + sound.get(path)!.seconds);
    return [...sound.keys()]
      .filter((path) => {
        const { modules, sources } = sound.get(path)!;
        return modules.includes(baseName(module)) || sources.includes(source);
      })
      .sort((a, b) => worth(b) - worth(a));
  }

  /** Undefined when the process does not answer, or ends. */
  async #ask(job: Job): Promise<Answer | undefined> {
    if (this.#jobs++ % jobsPerProcess === 0) this.close();
    this.#child ??= spawn(process.execPath, [`${root}bin/run-ts.mjs`, `${root}sim/mutate/worker.ts`], {
      cwd: root,
      env: { ...process.env, HERMES_SIM: 'wasm' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const child = this.#child;
    return new Promise((resolve) => {
      const end = (answer?: Answer): void => {
        clearTimeout(timer);
        child.off('message', end).off('exit', lost);
        resolve(answer);
      };
      const lost = (): void => {
        this.close();
        end();
      };
      const timer = setTimeout(lost, silence);
      child.once('message', end).once('exit', lost);
      child.send(job);
    });
  }

  #save(): void {
    mkdirSync(dirname(this.#file), { recursive: true });
    const aside = `${this.#file}.${process.pid}`;
    writeFileSync(aside, JSON.stringify(this.#memo));
    renameSync(aside, this.#file);
  }
}

function readMemo(file: string): Memo {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Memo;
  } catch {
    return { designs: {}, tests: { digest: '', sound: {} } }; // not there yet
  }
}

/** Of the test files and everything beside them, which is what they use; and of all that is here. */
function testsDigest(tests: TestsOf): string {
  const hash = createHash('sha256');
  const folders = scopeNames.flatMap(tests).map((path) => dirname(path));
  for (const folder of new Set(['sim/mutate', ...folders]))
    for (const name of readdirSync(`${root}${folder}`).sort())
      if (/\.m?ts$/.test(name)) hash.update(name).update(readFileSync(`${root}${folder}/${name}`));
  return hash.digest('hex').slice(0, 16);
}
