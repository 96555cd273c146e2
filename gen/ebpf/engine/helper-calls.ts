/** Calls of helper functions: out by the helper port, and back into the memory stage. */
import { allOf, assertThat, bitsFor, bool, enumeration, muxCase, reg, u, when, wire } from '../../hdl/index.ts';
import type { Bool, Io, UInt, UIntType, Wire } from '../../hdl/index.ts';
import { fires } from '../../lib/stream.ts';
import { ErrorClass } from '../isa.ts';
import type { Core } from './core.ts';
import { errorType } from './decoder.ts';
import { HelperAnswer, helperPatience, type helperPort } from './interface.ts';

const State = enumeration('helper_state', ['IDLE', 'WAIT', 'DONE']);

/** The helper port as the memory stage sees it. */
export interface HelperCalls {
  /** The instruction in the memory stage is a call, and no error of its own keeps it from being made. */
  readonly valid: Wire<UIntType<1>>;
  /** A call that is there is not finished. */
  readonly wait: Bool;
  /** What the function returns, and how it failed, 0 for not at all; both where `wait` is 0. */
  readonly r0: UInt<64>;
  readonly error: UInt<8>;
}

/**
 * A call goes out when everything older has written its register, and the answer passes through a register: two cycles
 * beyond what the function takes, three behind an instruction that is still in writeback.
 * @param passed r1 to r5
 */
export function helperCalls(
  { stages: { memory, writeback }, item }: Core,
  { call, answer }: Io<typeof helperPort>,
  passed: readonly UInt<64>[],
): HelperCalls {
  const valid = wire(bool);
  const state = reg(State, 'IDLE');
  const result = reg(HelperAnswer);
  /** The answer to a call that was given up is still to come. */
  const owed = reg(bool, 0);
  const waited = reg(u(bitsFor(helperPatience) + 1), 0);
  const isDone = state.is('DONE');
  const expired = waited.high(1);

  const [r1, r2, r3, r4, r5] = passed;
  call.valid.value = allOf(valid, state.is('IDLE'), writeback.valid.not(), owed.not());
  call.bits.value = { number: memory.get(item.computed).low(32), r1, r2, r3, r4, r5 };
  const taken = fires({ valid: call.valid, ready: call.ready });
  const open = taken.or(state.is('WAIT'));

  when(taken, () => {
    state.next = 'WAIT';
  });
  when(answer.valid, () => {
    owed.next = 0;
  });
  when(open.and(answer.valid), () => {
    result.next = answer.bits;
    state.next = 'DONE';
  }).elseWhen(allOf(valid, isDone.not(), expired), () => {
    result.status.next = 'FAULT';
    state.next = 'DONE';
    owed.next = open.or(owed.and(answer.valid.not()));
  });
  waited.next = waited.add(1);
  when(valid.not().or(isDone), () => {
    waited.next = 0;
  });
  when(isDone, () => {
    state.next = 'IDLE';
  });
  assertThat(isDone.not().or(memory.firing), 'a call does not leave with its answer');
  assertThat(answer.valid.not().or(open).or(owed), 'a helper function answers though nobody has called it');

  const error = muxCase(
    [
      [result.status.is('UNKNOWN'), errorType.of(ErrorClass.E_HELPER_UNKNOWN)],
      [result.status.is('FAULT'), errorType.of(ErrorClass.E_HELPER_FAULT)],
    ],
    errorType.of(0),
  );
  return { valid, wait: memory.get(item.helper).and(isDone.not()), r0: result.r0, error };
}
