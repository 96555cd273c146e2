/** What the stages of the pipeline share: the stages themselves, what an instruction carries, and who may redirect whom. */
import { anyOf, bool, payload, pipeline, u, wire } from '../../hdl/index.ts';
import type { Stage, UIntType, Wire } from '../../hdl/index.ts';
import { Control } from './control-signals.ts';
import { errorType } from './decoder.ts';
import { pcBits, type EngineConfig } from './interface.ts';

export interface Stages {
  readonly fetch: Stage;
  readonly decode: Stage;
  readonly execute: Stage;
  readonly memory: Stage;
  readonly writeback: Stage;
}

export interface Core {
  readonly config: EngineConfig;
  readonly stages: Stages;
  readonly item: ReturnType<typeof items>;
  /** The program begins in the next cycle. */
  readonly begins: Wire<UIntType<1>>;
  /** Instructions are fetched. */
  readonly running: Wire<UIntType<1>>;
  /** The instruction in writeback has failed: everything behind it is void. */
  readonly fails: Wire<UIntType<1>>;
  /** The program's own exit leaves memory: everything behind it is void. */
  readonly ends: Wire<UIntType<1>>;
  /** What the instruction in writeback writes to its register. */
  readonly result: Wire<UIntType<64>>;
  /** A mispredicted jump in execute voids decode; fetch goes on at `to` in the same cycle. */
  readonly jump: Redirection;
  /** A return leaves memory and voids fetch, decode and execute; fetch goes on at `to` in the next cycle. */
  readonly back: Redirection;
}

export interface Redirection {
  readonly valid: Wire<UIntType<1>>;
  readonly to: Wire<UIntType>;
}

export function core(config: EngineConfig): Core {
  const pc = u(pcBits(config));
  const begins = wire(bool);
  const running = wire(bool);
  const fails = wire(bool);
  const ends = wire(bool);
  const result = wire(u(64));
  const jump = { valid: wire(bool), to: wire(pc) };
  const back = { valid: wire(bool), to: wire(pc) };
  const stages = pipeline('fetch', 'decode', 'execute', 'memory', 'writeback');
  stages.fetch.flush(anyOf(fails, ends, back.valid));
  stages.decode.flush(anyOf(fails, ends, back.valid, jump.valid));
  stages.execute.flush(anyOf(fails, ends, back.valid));
  stages.memory.flush(fails);
  return { config, stages, item: items(config), begins, running, fails, ends, result, jump, back };
}

/** What an instruction carries, in the order in which it becomes known. */
function items(config: EngineConfig) {
  const pc = u(pcBits(config));
  return {
    pc: payload(pc, 'pc'),
    /** pc + 1. */
    following: payload(pc, 'following'),
    /** Fetch went on at the target of this jump; it was taken the last time. */
    predicted: payload(bool, 'predicted'),
    firm: payload(bool, 'firm'),
    /** The slot as it stands in the program. */
    slot: payload(u(64), 'slot'),
    /** It takes two slots. */
    wide: payload(bool, 'wide'),
    control: payload(Control, 'control'),
    /** A call of a helper function; put only where there are any. */
    helper: payload(bool, 'helper'),
    /** Error found in decode, 0 for none. */
    illegal: payload(errorType, 'illegal'),
    /** The register that is written. */
    destination: payload(u(4), 'destination'),
    left: payload(u(64), 'left'),
    right: payload(u(64), 'right'),
    /** `right` comes from the instruction in front, which brings it to writeback when this one is in memory. */
    late: payload(bool, 'late'),
    offset: payload(u(16), 'offset'),
    /** Of a jump or call, sign-extended: not yet known to lie in the program. */
    target: payload(u(33), 'target'),
    taken: payload(bool, 'taken'),
    /** Error known after execute. */
    refused: payload(errorType, 'refused'),
    /** The ALU's result, then what is known of the register's new value after memory. */
    computed: payload(u(64), 'computed'),
    loaded: payload(u(64), 'loaded'),
    /** Error known after memory: all there can be. */
    fault: payload(errorType, 'fault'),
    faulty: payload(bool, 'faulty'),
    /** The program's own exit: nothing is left to be done. */
    final: payload(bool, 'final'),
    /** The frame that a call opens or an exit closes. */
    frame: payload(u(3), 'frame'),
  };
}
