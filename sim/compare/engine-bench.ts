/** One engine on its own, in lockstep with the model. */
import { errorName } from '../../gen/ebpf/abi.ts';
import { engine } from '../../gen/ebpf/engine/engine.ts';
import type { EngineConfig } from '../../gen/ebpf/engine/interface.ts';
import { elaborate } from '../../gen/hdl/index.ts';
import type { Module } from '../../gen/ir/index.ts';
import type { Simulator } from '../simulator.ts';
import { Lockstep, type Result } from './lockstep.ts';
import { retirementPort } from './retired.ts';
import { SlotModel, type SlotTiming } from './slot-model.ts';

/** How a run ended, and how long it took. */
export interface EngineResult extends Result {
  /** What the engine counts: from the first fetch to the retirement of the exit, both included. */
  readonly cycles: number;
  /** Edges from the one that sees `start` to the first retirement, and to `done`. */
  readonly toFirst: number;
  readonly toDone: number;
}

export interface EngineRun {
  readonly program: Uint8Array;
  /** Beginning of the data slot; the rest is zero. The slot stays as it is when absent. */
  readonly data?: Uint8Array;
  /** Program slot; a program that was there the last time stays resident unless it is different. */
  readonly slot?: number;
  /** Length of the program as the command gives it, in bytes; the program's unless told. */
  readonly length?: number;
  readonly name?: string;
  /** Edges before the start: what a host needs at least between two runs, and the engine to set its registers. */
  readonly pause?: number;
  /** Edges after which a run counts as hung. */
  readonly patience?: number;
}

export class EngineBench {
  readonly simulator: Simulator;
  readonly slots: SlotModel;
  readonly #config: EngineConfig;
  readonly #retired: ReturnType<typeof retirementPort>;
  /** What the program slots hold. */
  readonly #programs = new Map<number, Uint8Array>();

  /** The engine's netlist, with retirement port. */
  static netlist(config: EngineConfig): Module {
    return elaborate(() => engine({ ...config, retirePort: true })).top;
  }

  constructor(simulator: Simulator, config: EngineConfig, timing: SlotTiming) {
    this.simulator = simulator;
    this.#config = config;
    this.slots = new SlotModel(simulator, config, timing);
    this.#retired = retirementPort(simulator, 'retire_');
    simulator.poke('rst_n', 0);
    simulator.cycle(2);
    simulator.poke('rst_n', 1);
  }

  /** Takes one edge with the slots served. */
  cycle(): void {
    this.slots.serve();
    this.simulator.cycle();
  }

  /** Runs a program in lockstep with the model. @throws Divergence, or Error when it does not end */
  run({
    program,
    data,
    slot = 0,
    length = program.length,
    name = 'program',
    pause = 12,
    patience = 1_000_000,
  }: EngineRun): EngineResult {
    const { simulator, slots } = this;
    this.#place(slot, program);
    if (data) {
      slots.data.fill(0);
      slots.data.set(data);
    }
    const { stepLimit, programSlotBytes } = this.#config;
    const lockstep = new Lockstep(name, {
      program: length === program.length ? program : new Uint8Array(length),
      data: slots.data,
      stepLimit,
      programLimit: programSlotBytes,
    });
    for (let i = 0; i < pause; i++) this.cycle();
    simulator.poke('run_start', 1);
    simulator.poke('run_program_slot', slot);
    simulator.poke('run_length', length);
    const begin = simulator.cycles;
    let first = 0;
    while (simulator.cycles - begin < patience) {
      slots.serve();
      const retirement = this.#retired();
      if (retirement) {
        first ||= simulator.cycles - begin;
        lockstep.retire(retirement);
      }
      const isDone = simulator.peekNumber('run_done') === 1;
      const toDone = simulator.cycles - begin;
      simulator.cycle();
      simulator.poke('run_start', 0);
      if (!isDone) continue;
      const result = this.#result();
      lockstep.finish(result, slots.data);
      return { ...result, cycles: Number(simulator.peek('run_cycles')), toFirst: first, toDone };
    }
    throw new Error(`${name}: no end after ${patience} cycles`);
  }

  #result(): Result {
    const { simulator } = this;
    const code = simulator.peekNumber('run_error');
    return {
      r0: simulator.peek('run_r0'),
      error:
        code === 0 ? null : { class: errorName(code) ?? `class ${code}`, pc: simulator.peekNumber('run_error_pc') },
      instructions: Number(simulator.peek('run_instructions')),
    };
  }

  /** Writes a program slot, unless it holds the program already. */
  #place(slot: number, program: Uint8Array): void {
    const old = this.#programs.get(slot);
    this.slots.program.set(program);
    if (old && Buffer.from(old).equals(program)) return;
    this.#programs.set(slot, Uint8Array.from(program));
    this.simulator.poke('run_changed', 1);
    this.simulator.poke('run_changed_slot', slot);
    this.cycle();
    this.simulator.poke('run_changed', 0);
  }
}
