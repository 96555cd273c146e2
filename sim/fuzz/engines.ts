/** Runs cases on one engine with its slots, in lockstep with the model. */
import type { EngineConfig } from '../../gen/ebpf/engine/interface.ts';
import type { Module } from '../../gen/ir/index.ts';
import { EngineBench, type SlotTiming } from '../compare/index.ts';
import { modelOf } from '../golden/helpers.ts';
import { Machine, type Helper } from '../golden/interpreter.ts';
import { random } from '../shell/random.ts';
import { simulatorOf } from '../shell/create.ts';
import type { Simulator } from '../simulator.ts';
import { WasmSimulator, type Snapshot } from '../wasm/index.ts';
import { failingHelper, variantOf, type EngineName, type Job, type ProgramCase, type Timing } from './cases.ts';

export type Backend = 'wasm' | 'verilator';

/** What was done, and where it went wrong. */
export interface Outcome {
  readonly programs: number;
  readonly instructions: number;
  readonly cycles: number;
  /** How the programs ended: `exit` or the class of an error, and how often. */
  readonly ends: Readonly<Record<string, number>>;
  /** The first difference ends a case. @property job which of its programs was running */
  readonly failure?: { readonly error: Error; readonly job: number };
}

export interface RunOptions {
  /** Wait for an end only as long as the model makes likely, for cases that hang. */
  readonly hasty?: boolean;
}

/** The design of an engine as it is to be simulated. */
export const netlistOf = (name: EngineName): Module => {
  const { config, blocks = false } = variantOf(name);
  return blocks ? EngineBench.servedNetlist(config) : EngineBench.netlist(config);
};

/** Makes a simulator of an engine. */
export type MakeSimulator = (name: EngineName) => Promise<Simulator>;

export class Engines {
  readonly #make: MakeSimulator;
  readonly #made = new Map<EngineName, { readonly simulator: Simulator; readonly fresh?: Snapshot }>();

  constructor(backend: Backend, make: MakeSimulator = (name) => simulatorOf(backend, netlistOf(name))) {
    this.#make = make;
  }

  /** Runs the programs one after the other, from reset: nothing of the cases before is left. */
  async run({ engine, jobs }: ProgramCase, { hasty = false }: RunOptions = {}): Promise<Outcome> {
    const { config, blocks: served = false } = variantOf(engine);
    const functions = functionsOf(config, served);
    const simulator = await this.#fresh(engine);
    const begin = simulator.cycles;
    const bench = new EngineBench(simulator, config, slotTiming(jobs[0]!.timing), { functions, served });
    const disturb = snooping(bench, simulator, config);
    const ends: Record<string, number> = {};
    let [programs, instructions] = [0, 0];
    const done = (): Omit<Outcome, 'failure'> => ({ programs, instructions, cycles: simulator.cycles - begin, ends });
    for (const [index, job] of jobs.entries()) {
      bench.slots.timing = slotTiming(job.timing);
      if (bench.helpers) bench.helpers.timing = slotTiming({ ...job.timing, latency: job.timing.latency - 1 });
      disturb(job.timing);
      const { name, program, length, data, slot, pause } = job;
      const patience = hasty ? likely(job, config, functions) : 50_000 + 300 * config.stepLimit;
      try {
        for (let turn = 0; turn <= Number(job.again); turn++) {
          const what = { name, program, slot, pause, patience, ...(length !== undefined && { length }) };
          const { error, instructions: retired } = bench.run({ ...what, ...(turn === 0 && { data }) });
          instructions += retired;
          programs += 1;
          const end = error?.class ?? 'exit';
          ends[end] = (ends[end] ?? 0) + 1;
        }
      } catch (error) {
        // The simulator is left in the middle of something.
        if (!(simulator instanceof WasmSimulator)) this.#made.delete(engine);
        return { ...done(), failure: { error: error as Error, job: index } };
      }
    }
    return done();
  }

  /** Takes the simulators down. */
  close(): void {
    for (const { simulator } of this.#made.values()) simulator.close();
    this.#made.clear();
  }

  async #fresh(name: EngineName): Promise<Simulator> {
    const known = this.#made.get(name);
    if (known) {
      if (known.fresh) (known.simulator as WasmSimulator).restore(known.fresh);
      return known.simulator;
    }
    const simulator = await this.#make(name);
    this.#made.set(name, { simulator, ...(simulator instanceof WasmSimulator && { fresh: simulator.snapshot() }) });
    return simulator;
  }
}

/** The same as the bench takes it. */
export function slotTiming({ latency, stalls, seed }: Timing): SlotTiming {
  const chance = random(seed);
  return { latency, stalls, random: () => chance.next() };
}

/** What helper functions compute, by their numbers. */
export function functionsOf(config: EngineConfig, blocks: boolean): ReadonlyMap<number, Helper> {
  const { helpers } = modelOf(config);
  const fails: Helper = () => {
    throw new Error('this function always fails');
  };
  return helpers.size === 0 || blocks ? helpers : new Map([...helpers, [failingHelper, fails]]);
}

/** Cycles that a program takes at most, from what the model says of it. */
function likely(
  { program, length = program.length, data }: Job,
  config: EngineConfig,
  helpers: ReadonlyMap<number, Helper>,
): number {
  const memory = new Uint8Array(config.dataSlotBytes);
  memory.set(data);
  const machine = new Machine({ ...modelOf(config), helpers, program: program.slice(0, length), data: memory });
  return 5000 + 300 * machine.run().instructions;
}

/** Lets the slot announce lines that somebody has written, near those that programs use, without any change to them. */
export function snooping(bench: EngineBench, simulator: Simulator, config: EngineConfig): (timing: Timing) => void {
  const { slots } = bench;
  const serve = slots.serve.bind(slots);
  const [valid, line] = [simulator.port('snoop_valid'), simulator.port('snoop_line')];
  let now: Timing | undefined;
  let chance = random(0);
  slots.serve = () => {
    serve();
    const heard = now !== undefined && now.snoops > 0 && chance.next() < now.snoops;
    valid.set(heard ? 1 : 0);
    if (heard) line.set(chance.below(4) > 0 ? chance.below(8) : chance.below(config.dataSlotBytes / 64));
  };
  return (timing) => {
    now = timing;
    chance = random(timing.seed ^ 0x5a5a);
  };
}
