/** Runs test files of this project in this process, with a fault in every design that they simulate. */
import { relative } from 'node:path';
import { startTests, type File, type Task, type VitestRunner } from '@vitest/runner';
import { modulesOf, type Module } from '../../gen/ir/index.ts';
import { WasmSimulator } from '../wasm/index.ts';
import { baseName, sourcesOf } from './fault.ts';
import { registerStandIn } from './resolve.mjs';
import { root } from './tests.ts';
import { assertions } from './vitest.ts';

/** What became of one test file. */
export interface Outcome {
  /** The first test that failed, and what it said; absent when all passed. */
  readonly failure?: { readonly test: string; readonly message: string };
  /** Modules of the designs that it simulates, without their parameters. */
  readonly modules: readonly string[];
  /** Source files, from the root of the project, of these designs; only of a run without a fault. */
  readonly sources: readonly string[];
  /** Clock cycles of all its simulators, up to the failure. */
  readonly cycles: number;
  readonly seconds: number;
}

/** A simulation that goes on far longer than without the fault. */
class Hang extends Error {}

/** Of the file that runs now. */
let faulty: (top: Module) => Module | undefined = () => undefined;
let limit = Infinity;
let cycles = 0;
const modules = new Set<string>();
const designs = new Set<Module>();
let runs = 0;

/** Puts faults into what `WasmSimulator.create` makes, and counts its cycles. */
function install(): void {
  registerStandIn();
  const create = WasmSimulator.create.bind(WasmSimulator);
  const count = (taken: number): void => {
    cycles += taken;
    if (cycles > limit) throw new Hang(`no end after ${limit} cycles`);
  };
  WasmSimulator.create = (top, options) => {
    for (const module of modulesOf(top)) {
      modules.add(baseName(module.name));
      designs.add(module);
    }
    const simulator = create(faulty(top) ?? top, options);
    simulator.cycle = (n?: number) => {
      count(n ?? 1);
      WasmSimulator.prototype.cycle.call(simulator, n);
    };
    simulator.cycleUntil = (port, value, max) => {
      const most = Math.min(max, limit - cycles + 1);
      const taken = WasmSimulator.prototype.cycleUntil.call(simulator, port, value, most);
      count(taken);
      return taken;
    };
    return simulator;
  };
}
install();

/**
 * Runs one test file up to its first failure.
 * @param path from the root of the project
 * @param most clock cycles after which it hangs
 */
export async function runTests(path: string, fault?: typeof faulty, most = Infinity): Promise<Outcome> {
  [faulty, limit, cycles] = [fault ?? (() => undefined), most, 0];
  modules.clear();
  designs.clear();
  runs += 1;
  const begin = performance.now();
  const [file] = await startTests([`${root}${path}`], new FirstFailure(runs));
  const failure = failureOf(file!);
  const sources = new Set(fault ? [] : [...designs].flatMap((module) => [...sourcesOf(module)]));
  return {
    ...(failure && { failure }),
    modules: [...modules],
    sources: [...sources].map((file) => relative(root, file)),
    cycles,
    seconds: (performance.now() - begin) / 1000,
  };
}

class FirstFailure implements VitestRunner {
  readonly config: VitestRunner['config'];
  readonly #run: number;
  #failed = false;

  constructor(run: number) {
    this.#run = run;
    this.config = {
      root,
      setupFiles: [`${root}test/setup.ts`],
      name: undefined,
      passWithNoTests: false,
      testNamePattern: undefined,
      allowOnly: false,
      sequence: { seed: 1, hooks: 'stack', setupFiles: 'list' },
      chaiConfig: undefined,
      maxConcurrency: 1,
      testTimeout: 600_000,
      hookTimeout: 600_000,
      retry: 0,
      includeTaskLocation: false,
      tags: [],
      tagsFilter: undefined,
      strictTags: false,
    };
  }

  /** Each time anew: what a test file makes when it is imported has the fault of this run. */
  importFile(path: string): Promise<unknown> {
    return import(`file://${path}?run=${this.#run}`);
  }

  onBeforeRunSuite(suite: { mode: string }): void {
    if (this.#failed) suite.mode = 'skip';
  }

  onBeforeRunTask(test: { mode: string }): void {
    if (this.#failed) test.mode = 'skip';
  }

  onBeforeTryTask(): void {
    Object.assign(assertions, { expected: false, made: 0 });
  }

  onAfterTryTask(): void {
    if (assertions.expected && assertions.made === 0) throw new Error('the test asserts nothing');
  }

  onAfterRunTask(test: Task): void {
    this.#failed ||= test.result?.state === 'fail';
  }
}

function failureOf(task: File | Task, path = ''): Outcome['failure'] {
  const name = task.type === 'suite' && 'filepath' in task ? '' : `${path}${path && ' > '}${task.name}`;
  for (const inner of 'tasks' in task ? task.tasks : []) {
    const failure = failureOf(inner, name);
    if (failure) return failure;
  }
  if (task.result?.state !== 'fail') return undefined;
  return { test: name || 'when it is loaded', message: task.result.errors?.[0]?.message.split('\n')[0] ?? 'failed' };
}
