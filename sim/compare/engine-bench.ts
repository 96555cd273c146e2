/** One engine on its own, in lockstep with the model. */
import { engine } from '../../gen/ebpf/engine/engine.ts';
import type { EngineConfig } from '../../gen/ebpf/engine/interface.ts';
import { hasHelpers } from '../../gen/ebpf/engine/repertoire.ts';
import { servedEngine } from '../../gen/ebpf/helpers/served-engine.ts';
import { elaborate, shared } from '../../gen/hdl/index.ts';
import type { Module } from '../../gen/ir/index.ts';
import { modelOf } from '../golden/helpers.ts';
import type { Helper } from '../golden/interpreter.ts';
import type { Simulator } from '../simulator.ts';
import { EngineDriver, type DrivenResult, type EngineRun } from './engine-driver.ts';
import { Lockstep, type Watcher } from './lockstep.ts';
import { retirementPort } from './retired.ts';
import type { SlotTiming } from './slot-model.ts';

export interface EngineResult extends DrivenResult {
  /** Edges from the one that sees `start` to the first retirement. */
  readonly toFirst: number;
}

export interface BenchOptions {
  /** What helper functions compute, by their numbers; those of the configuration unless told. */
  readonly functions?: ReadonlyMap<number, Helper>;
  /** The simulator has their blocks, too: it runs the served netlist. */
  readonly served?: boolean;
}

export class EngineBench extends EngineDriver {
  /** Is told of every instruction. */
  watcher: Watcher | undefined;
  readonly #functions: ReadonlyMap<number, Helper>;
  readonly #retired: ReturnType<typeof retirementPort>;

  /** The engine's netlist, with retirement port. */
  static readonly netlist = shared(
    (config: EngineConfig): Module => elaborate(() => engine({ ...config, retirePort: true })).top,
  );

  /** The same with the blocks of its helper functions. */
  static servedNetlist(config: EngineConfig): Module {
    return elaborate(() => servedEngine({ ...config, retirePort: true })).top;
  }

  constructor(simulator: Simulator, config: EngineConfig, timing: SlotTiming, options: BenchOptions = {}) {
    const { functions = modelOf(config).helpers, served = false } = options;
    super(simulator, config, timing, hasHelpers(config) && !served ? functions : undefined);
    this.#functions = functions;
    this.#retired = retirementPort(simulator, 'retire_');
  }

  /** Runs a program in lockstep with the model. @throws Divergence, or Error when it does not end */
  run(run: EngineRun): EngineResult {
    const { length = run.program.length, name = 'program', r1, r2 } = run;
    const begin = (): Lockstep => {
      const program = this.#text(length);
      const options = {
        ...modelOf(this.config),
        helpers: this.#functions,
        program,
        data: this.slots.data,
        programLimit: this.config.programSlotBytes,
        ...(r1 !== undefined && { r1 }),
        ...(r2 !== undefined && { r2 }),
      };
      return new Lockstep(name, options, this.watcher?.({ program, engine: 0 }));
    };
    // The slots are filled when the first cycle is looked at.
    let lockstep: Lockstep | undefined;
    let toFirst = 0;
    const result = this.execute(run, (elapsed) => {
      lockstep ??= begin();
      const retirement = this.#retired();
      if (!retirement) return;
      toFirst ||= elapsed;
      lockstep.retire(retirement);
    });
    lockstep!.finish(result, this.slots.data);
    return { ...result, toFirst };
  }

  /** What a command of that length finds in the program slot; of a length that is too large, as much as is needed to see it. */
  #text(length: number): Uint8Array {
    const { program } = this.slots;
    if (length <= program.length) return program.slice(0, length);
    return new Uint8Array(program.length + 8 + (length % 8));
  }
}
