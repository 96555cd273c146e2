/** Helper functions as one engine sees them: for tests of an engine without the blocks that serve it. */
import { HelperAnswer, HelperCall, HelperStatus } from '../../gen/ebpf/engine/interface.ts';
import type { Helper } from '../golden/interpreter.ts';
import type { Simulator } from '../simulator.ts';
import { unpacker } from './fields.ts';

export interface HelperTiming {
  /** Cycles from the one that takes a call to the one with its answer, at least 0; Infinity: there is none. */
  readonly latency: number;
  /** Share of the cycles, 0 to 1, in which no call is taken. */
  readonly stalls: number;
  /** Numbers from 0 to 1, to decide on stalls. */
  readonly random: () => number;
}

/** Answers the calls of an engine with the model's functions. */
export class HelperModel {
  timing: HelperTiming = { latency: 1, stalls: 0, random: () => 0 };
  /** Calls that were taken so far. */
  calls = 0;
  readonly #simulator: Simulator;
  readonly #functions: ReadonlyMap<number, Helper>;
  /** The call under way: the cycle in which it is answered, and how. */
  #pending: { readonly due: number; readonly answer: bigint } | undefined;

  constructor(simulator: Simulator, functions: ReadonlyMap<number, Helper>) {
    this.#simulator = simulator;
    this.#functions = functions;
  }

  /** The part of a cycle before its edge: takes a call, gives an answer that is due. */
  serve(): void {
    const simulator = this.#simulator;
    const { latency, stalls, random } = this.timing;
    const isReady = random() >= stalls;
    simulator.poke('helper_call_ready', Number(isReady));
    if (isReady && simulator.peekNumber('helper_call_valid') === 1) {
      if (this.#pending) throw new Error('the engine calls a helper function before the one before has answered');
      this.calls += 1;
      const answer = this.#answer(callOf(simulator.peek('helper_call_bits')));
      this.#pending = { due: simulator.cycles + latency, answer };
    }
    const isDue = this.#pending !== undefined && this.#pending.due <= simulator.cycles;
    simulator.poke('helper_answer_valid', Number(isDue));
    if (!isDue) return;
    simulator.poke('helper_answer_bits', this.#pending!.answer);
    this.#pending = undefined;
  }

  /** Forgets the call under way, as a reset does. */
  reset(): void {
    this.#pending = undefined;
  }

  #answer({ number, r1, r2, r3, r4, r5 }: Record<string, bigint>): bigint {
    const called = this.#functions.get(Number(BigInt.asIntN(32, number!)));
    if (!called) return answerBits('UNKNOWN');
    try {
      return answerBits('DONE', called(r1!, r2!, r3!, r4!, r5!));
    } catch {
      return answerBits('FAULT');
    }
  }
}

const callOf = unpacker(HelperCall);

function answerBits(status: 'DONE' | 'UNKNOWN' | 'FAULT', r0 = 0n): bigint {
  const values: Record<string, bigint> = { status: HelperStatus.members[status], r0: BigInt.asUintN(64, r0) };
  return HelperAnswer.ir.fields.reduce((bits, { name, lo }) => bits | (values[name]! << BigInt(lo)), 0n);
}
