/** One engine on its own, with models of what is around it: runs programs and says how they ended. */
import { DataBase, errorName } from '../../gen/ebpf/abi.ts';
import type { EngineConfig } from '../../gen/ebpf/engine/interface.ts';
import type { Helper } from '../golden/interpreter.ts';
import type { Port, Simulator } from '../simulator.ts';
import { HelperModel } from './helper-model.ts';
import type { Result } from './lockstep.ts';
import { SlotModel, type SlotTiming } from './slot-model.ts';

export interface EngineRun {
  readonly program: Uint8Array;
  /** Beginning of the data slot; the rest is zero. The slot stays as it is when absent. */
  readonly data?: Uint8Array;
  /** Program slot; a program that was there the last time stays resident unless it is different. */
  readonly slot?: number;
  /** Length of the program as the command gives it, in bytes; the program's unless told. */
  readonly length?: number;
  readonly name?: string;
  /** Entry values of r1 and r2, for an engine with an entry port; address and size of the data slot unless told. */
  readonly r1?: bigint;
  readonly r2?: bigint;
  /** Edges before the start: what a host needs at least between two runs, and the engine to set its registers. */
  readonly pause?: number;
  /** Edges after which a run counts as hung. */
  readonly patience?: number;
}

/** How a run ended, and how long it took. */
export interface DrivenResult extends Result {
  /** What the engine counts: from the first fetch to the retirement of the exit, both included. */
  readonly cycles: number;
  /** Edges from the one that sees `start` to `done`. */
  readonly toDone: number;
}

const runPorts = ['start', 'program_slot', 'length', 'done', 'changed', 'changed_slot'] as const;
type RunPorts = Readonly<Record<(typeof runPorts)[number], Port>>;

export class EngineDriver {
  readonly simulator: Simulator;
  readonly slots: SlotModel;
  /** Where the engine has a helper port of its own. */
  readonly helpers: HelperModel | undefined;
  protected readonly config: EngineConfig;
  readonly #run: RunPorts;
  /** What the program slots hold. */
  readonly #programs = new Map<number, Uint8Array>();

  /** @param functions serve the helper port; absent for an engine that has none, or that comes with its helper functions */
  constructor(simulator: Simulator, config: EngineConfig, timing: SlotTiming, functions?: ReadonlyMap<number, Helper>) {
    this.simulator = simulator;
    this.config = config;
    this.slots = new SlotModel(simulator, config, timing);
    this.helpers = functions && new HelperModel(simulator, functions);
    this.#run = Object.fromEntries(runPorts.map((name) => [name, simulator.port(`run_${name}`)])) as RunPorts;
    this.reset();
  }

  reset(): void {
    this.helpers?.reset();
    this.simulator.poke('rst_n', 0);
    this.simulator.cycle(2);
    this.simulator.poke('rst_n', 1);
  }

  /** Takes one edge with everything around the engine served. */
  cycle(): void {
    this.#serve();
    this.simulator.cycle();
  }

  #serve(): void {
    this.slots.serve();
    this.helpers?.serve();
  }

  /**
   * Runs a program.
   * @param look is called once in each cycle before its edge, with the edges since the one that sees `start`
   * @throws Error when it does not end
   */
  execute(run: EngineRun, look: (elapsed: number) => void = () => {}): DrivenResult {
    const { program, slot = 0, length = program.length, name = 'program', pause = 12, patience = 1_000_000 } = run;
    const { simulator } = this;
    const ports = this.#run;
    this.#place(run);
    for (let i = 0; i < pause; i++) this.cycle();
    if (this.config.entryPort) {
      simulator.poke('entry_r1', run.r1 ?? BigInt(DataBase));
      simulator.poke('entry_r2', run.r2 ?? BigInt(this.config.dataSlotBytes));
    }
    ports.start.set(1);
    ports.program_slot.set(slot);
    ports.length.set(length);
    const begin = simulator.cycles;
    while (simulator.cycles - begin < patience) {
      this.#serve();
      look(simulator.cycles - begin);
      const isDone = ports.done.get() === 1;
      const toDone = simulator.cycles - begin;
      simulator.cycle();
      ports.start.set(0);
      if (isDone) return { ...this.#result(), toDone };
    }
    throw new Error(`${name}: no end after ${patience} cycles`);
  }

  /** Brings program and data into their slots; a program slot that holds the program already is left alone. */
  #place({ program, data, slot = 0 }: EngineRun): void {
    const { slots } = this;
    if (data) {
      slots.data.fill(0);
      slots.data.set(data);
    }
    const old = this.#programs.get(slot);
    slots.program.set(program);
    if (old && Buffer.from(old).equals(program)) return;
    this.#programs.set(slot, Uint8Array.from(program));
    this.#run.changed.set(1);
    this.#run.changed_slot.set(slot);
    this.cycle();
    this.#run.changed.set(0);
  }

  #result(): Omit<DrivenResult, 'toDone'> {
    const { simulator } = this;
    const code = simulator.peekNumber('run_error');
    return {
      r0: simulator.peek('run_r0'),
      error:
        code === 0 ? null : { class: errorName(code) ?? `class ${code}`, pc: simulator.peekNumber('run_error_pc') },
      instructions: Number(simulator.peek('run_instructions')),
      cycles: Number(simulator.peek('run_cycles')),
    };
  }
}
