/** The function-level reset: what the host does when it takes the device away from one owner and gives it to the next. */
import { bool, enumeration, reg, switchOn, u, when } from '../hdl/index.ts';
import type { Bool } from '../hdl/index.ts';

/** Cycles for which everything is held at least, so that what was under way inside engines and DMA has come to rest. */
const holdCycles = 16;

export interface FunctionReset {
  /** Engines and commands are held in reset. */
  readonly stopped: Bool;
  /** All slots are freed; a pulse, when nobody uses them any more. */
  readonly clear: Bool;
  /** The reset that is asked for is complete. */
  readonly done: Bool;
}

/** Runs once for each time that `asked` is raised; `quiet` says that slot memory has answered everything. */
export function functionReset(asked: Bool, quiet: Bool): FunctionReset {
  const state = reg(enumeration('reset_state', ['IDLE', 'HOLD', 'CLEAR', 'DONE']), 'IDLE');
  const count = reg(u(Math.log2(holdCycles)), 0);
  switchOn(state, {
    IDLE: () => {
      when(asked, () => {
        state.next = 'HOLD';
      });
    },
    HOLD: () => {
      when(count.andReduce().not(), () => {
        count.next = count.add(1);
      }).elseWhen(quiet, () => {
        count.next = 0;
        state.next = 'CLEAR';
      });
    },
    CLEAR: () => {
      state.next = 'DONE';
    },
    DONE: () => {
      when(asked.not(), () => {
        state.next = 'IDLE';
      });
    },
  });
  const stopped = reg(bool, 0);
  stopped.next = state.isOneOf('HOLD', 'CLEAR');
  return { stopped, clear: state.is('CLEAR'), done: state.is('DONE') };
}
