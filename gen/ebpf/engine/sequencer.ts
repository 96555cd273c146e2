/** From a Run command to its answer: load, run, drain; and what is counted meanwhile. */
import { allOf, bitsFor, bool, enumeration, reg, switchOn, u, when } from '../../hdl/index.ts';
import type { Bool, Io } from '../../hdl/index.ts';
import type { Core } from './core.ts';
import type { runPort } from './interface.ts';

const State = enumeration('engine_state', ['IDLE', 'LOAD', 'RUN', 'DRAIN']);

/** What has to be waited for. */
export interface Conditions {
  /** The program is in the program memory, and registers have their entry values. */
  readonly loaded: Bool;
  /** The outermost frame of the stack is clear. */
  readonly clear: Bool;
  /** The first line of the data slot is on its way. */
  readonly warm: Bool;
  /** Everything that the program wrote is visible. */
  readonly drained: Bool;
}

export interface Sequence {
  /** No program runs, and nothing may be fetched for one. */
  readonly idle: Bool;
  /** As many instructions as the step limit allows have left the memory stage. */
  readonly exhausted: Bool;
}

export function sequencer(
  run: Io<typeof runPort>,
  { config, stages, item, begins, running, fails, ends }: Core,
  { loaded, clear, warm, drained }: Conditions,
): Sequence {
  const { memory, writeback } = stages;
  const state = reg(State, 'IDLE');
  const prepared = state.is('LOAD').and(clear);
  begins.value = allOf(prepared, loaded, warm);
  running.value = state.is('RUN');
  const answers = state.is('DRAIN').and(drained);
  switchOn(state, {
    IDLE: () => when(run.start, () => (state.next = 'LOAD')),
    LOAD: () => when(begins, () => (state.next = 'RUN')),
    RUN: () => when(fails.or(ends), () => (state.next = 'DRAIN')),
    DRAIN: () => when(drained, () => (state.next = 'IDLE')),
  });

  const error = reg(u(8), 0);
  const errorPc = reg(u(32), 0);
  /** Enough for 13 days. */
  const cycles = reg(u(48), 0);
  /** Instructions that may still retire. */
  const steps = u(bitsFor(config.stepLimit + 1));
  const left = reg(steps, config.stepLimit);
  const exhausted = reg(bool, 0);
  when(running, () => {
    cycles.next = cycles.add(1);
  });
  when(memory.firing.and(memory.get(item.fault).orReduce().not()), () => {
    left.next = left.sub(1);
    exhausted.next = left.eq(1);
  });
  when(begins, () => {
    cycles.next = 0;
    left.next = config.stepLimit;
    exhausted.next = 0;
    error.next = 0;
  });

  when(fails, () => {
    error.next = writeback.get(item.fault);
    errorPc.next = writeback.get(item.pc).zext(32);
  });

  run.busy.value = state.is('IDLE').not();
  run.done.value = answers;
  run.error.value = error;
  run.error_pc.value = errorPc;
  run.cycles.value = cycles.zext(64);
  run.instructions.value = steps.of(config.stepLimit).sub(left).zext(64);
  return { idle: prepared.or(running).not(), exhausted };
}
