/** What serves a helper function: the ports of its block, and how one is described. */
import { bool, flip, output, struct, u } from '../../hdl/index.ts';
import type { Io, Operand, UIntType, ValueOf } from '../../hdl/index.ts';
import { stream } from '../../lib/stream.ts';

/** What a program passes to a function. */
export const Arguments = struct('arguments', { r1: u(64), r2: u(64), r3: u(64), r4: u(64), r5: u(64) });

/**
 * A block takes a call at an edge where `call.valid` and `call.ready` are 1, and answers it once: `answer.valid` is 1 for one
 * cycle, the one that ends with this edge or any later one. One call is under way at most. A call that is not taken may be
 * withdrawn. How long a block may take is `helperPatience` in gen/ebpf/engine/interface.ts.
 */
export const blockPorts = {
  call: flip(stream(Arguments)),
  answer: {
    valid: output(bool),
    r0: output(u(64)),
    /** The function has failed, and the program ends with E_HELPER_FAULT. */
    fault: output(bool, 0),
  },
} as const;

/** Describes a block, as the body of a module does. */
export type Block = (io: Io<typeof blockPorts>) => void;

/** A block without registers: `result` is there in the cycle of the call. */
export const atOnce =
  (result: (given: ValueOf<typeof Arguments>) => Operand<UIntType<64>>): Block =>
  ({ call, answer }) => {
    call.ready.value = 1;
    answer.valid.value = call.valid;
    answer.r0.value = result(call.bits);
  };
