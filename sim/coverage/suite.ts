/** The fixed suite: vectors, programs made from the bins, and a share of random ones; on one engine and on a device. */
import { readFileSync } from 'node:fs';
import type { ErrorName } from '../../gen/ebpf/abi.ts';
import { helperPatience } from '../../gen/ebpf/engine/interface.ts';
import { EngineBench, type SlotTiming } from '../compare/index.ts';
import { failingHelper, nthCase, type Job } from '../fuzz/cases.ts';
import { functionsOf, slotTiming, snooping } from '../fuzz/engines.ts';
import { random } from '../shell/random.ts';
import { WasmSimulator } from '../wasm/index.ts';
import type { Pace } from './bins.ts';
import { aimedAt } from './closure.ts';
import { Code } from './code.ts';
import { Collector, isObserved } from './collector.ts';
import { covered } from './covered.ts';
import { coverDevice } from './device.ts';
import { modelOf } from './model.ts';
import { rowNamed } from './rows.ts';

const vectorFile = new URL('../../test/vectors/bpf_conformance.json', import.meta.url);

/** The vectors of bpf_conformance. */
export function conformanceVectors(): Vector[] {
  const { vectors } = JSON.parse(readFileSync(vectorFile, 'utf8')) as {
    vectors: { readonly name: string; readonly program: string; readonly memory?: string }[];
  };
  const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
  return vectors.map(({ name, program, memory = '' }) => ({ name, program: bytes(program), data: bytes(memory) }));
}

/** A program with the beginning of its data slot. */
export interface Vector {
  readonly name: string;
  readonly program: Uint8Array;
  readonly data: Uint8Array;
}

export interface SuiteOptions {
  readonly vectors: readonly Vector[];
  /** Random programs. */
  readonly programs: number;
  readonly seed: number;
  /** Engines of the device; 0: no device is run. */
  readonly engines: number;
  /** What is being done. */
  readonly note?: (what: string) => void;
}

/** Runs everything. @throws Divergence */
export async function runSuite({
  vectors,
  programs,
  seed,
  engines,
  note = () => {},
}: SuiteOptions): Promise<Collector> {
  note('making the bins');
  const collector = new Collector(modelOf(EngineBench.netlist(covered), covered, engines));
  const engine = new CoveredEngine(collector);
  note(`${vectors.length} vectors`);
  for (const { name, program, data } of vectors) engine.bench.run({ name, program, data });
  note(`${programs} random programs`);
  for (const job of randomJobs(programs, seed)) engine.runJob(job);
  note('programs made from the bins');
  engine.close();
  engine.flood();
  engine.giveUp();
  engine.readPoints();
  if (engines > 0) note(`a device of ${engines} engines`);
  if (engines > 0) await coverDevice(collector, engines, seed);
  return collector;
}

const paces: Readonly<Record<Pace, Omit<SlotTiming, 'random'>>> = {
  steady: { latency: 4, stalls: 0 },
  slow: { latency: 20, stalls: 0.9 },
};

/** Programs of all shapes, and now and then some with something wrong. */
function* randomJobs(count: number, seed: number): Generator<Job> {
  let left = count;
  for (let index = 0; left > 0; index++) {
    const { jobs } = nthCase({ target: 'engine', invalid: index % 4 === 3, engines: ['served'] }, seed, index);
    // Lengths that are none are aimed at by scenes.
    const taken = jobs.filter(({ length }) => length === undefined).slice(0, left);
    yield* taken;
    left -= taken.length;
  }
}

/** The instrumented engine with its slots, in lockstep with the model. */
export class CoveredEngine {
  readonly bench: EngineBench;
  #collector: Collector;
  readonly #simulator: WasmSimulator;
  readonly #disturb: ReturnType<typeof snooping>;

  constructor(collector: Collector) {
    const { config, instrumented } = collector.model;
    this.#collector = collector;
    this.#simulator = WasmSimulator.create(instrumented.top, { keep: isObserved });
    const functions = functionsOf(config, false);
    this.bench = new EngineBench(this.#simulator, config, { ...paces.steady, random: () => 0 }, { functions });
    this.#disturb = snooping(this.bench, this.#simulator, config);
    this.listen(collector);
  }

  /** From now on this collector is told of everything. */
  listen(collector: Collector): Collector {
    this.#collector = collector;
    this.bench.watcher = collector.watching(this.#simulator);
    return collector;
  }

  /** A random program, with everything around it as the job has it. */
  runJob(job: Job): void {
    const { name, program, data, slot, pause, timing, again } = job;
    this.bench.slots.timing = slotTiming(timing);
    if (this.bench.helpers) this.bench.helpers.timing = slotTiming(timing);
    this.#disturb(timing);
    for (let turn = 0; turn <= Number(again); turn++) {
      this.bench.run({ name, program, slot, pause, ...(turn === 0 && { data }) });
    }
  }

  /** Aims at what is missed. */
  close(): void {
    this.#disturb({ latency: 4, stalls: 0, snoops: 0, seed: 0 });
    const chance = random(1);
    const programs = aimedAt(
      this.#collector.model.bins.filter(({ group }) => group !== 'engine'),
      this.#collector,
    );
    const nothing = new Uint8Array(0);
    for (let made = programs.next(); !made.done;) {
      const { program, length, pace } = made.value;
      this.bench.slots.timing = { ...paces[pace], random: () => chance.next() };
      const { error } = this.bench.run({ name: 'scenes', program, length, data: nothing });
      made = programs.next(error && { class: error.class as ErrorName, pc: error.pc });
    }
  }

  /** Stores on and on to a slot that takes them at once and answers much later. */
  flood(): void {
    this.bench.slots.timing = { latency: 150, stalls: 0, random: () => 0 };
    const code = new Code();
    for (let i = 0; i < 100; i++) code.emit(rowNamed('stdw'), { dst: 1 });
    code.emit(rowNamed('exit'));
    this.bench.run({ name: 'a flood of stores', program: code.bytes, data: new Uint8Array(0) });
  }

  /** Calls a function whose answer comes when nobody waits for it any more. */
  giveUp(): void {
    const { helpers } = this.bench;
    if (!helpers) return;
    const { timing } = helpers;
    helpers.timing = { ...timing, latency: helperPatience + 100 };
    const code = new Code();
    code.emit(rowNamed('call-helper'), { imm: failingHelper });
    for (const data of [new Uint8Array(0), undefined]) {
      this.bench.run({ name: 'a call without an answer', program: code.bytes, ...(data && { data }) });
      helpers.timing = timing;
    }
  }

  /** Takes over which points of the hardware have been seen so far. */
  readPoints(): void {
    this.#collector.readPoints(this.#simulator);
  }
}
