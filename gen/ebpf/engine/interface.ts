/** What the parts of an engine, and the engine and the device around it, say to each other. */
import { bool, enumeration, input, output, struct, u, type AnyType, type Port } from '../../hdl/index.ts';
import { AtomicOperation } from '../../lib/atomic.ts';
import { stream } from '../../lib/stream.ts';

export { AtomicOperation };

/** Sizes that an engine is generated for. All are powers of two. */
export interface EngineConfig {
  /** Bytes in one program slot: the engine's program memory holds one. */
  readonly programSlotBytes: number;
  /** Bytes in one data slot. */
  readonly dataSlotBytes: number;
  /** Lines of 64 bytes in the engine's data cache. */
  readonly cacheLines: number;
  /** Entries of the branch target buffer. */
  readonly branchTargets: number;
  /** Instructions a program may execute. */
  readonly stepLimit: number;
  /** Brings out the retirement port. */
  readonly retirePort: boolean;
  /** Helper functions, by their names in `gen/ebpf/helpers`. Only an engine that has any has a helper port. */
  readonly helpers?: readonly string[];
  /** Runs opcode 0x8d, which calls the helper whose number is in a register. */
  readonly callByRegister?: boolean;
  /** Brings out the entry port. */
  readonly entryPort?: boolean;
}

/** Ports or fields that are there only where `present`; to the compiler they always are. */
export const optional = <T extends object>(present: boolean, members: T): T => (present ? members : {}) as T;

export const lineBytes = 64;

/** Bits of a pc, which counts slots of 8 bytes and can be one past the last. */
export function pcBits(config: EngineConfig): any {
  return Math.log2(config.programSlotBytes / 8) + 1;
}

/** Bits that number the lines of the larger kind of slot. */
export function lineBits(config: EngineConfig): any {
  return Math.log2(Math.max(config.programSlotBytes, config.dataSlotBytes) / lineBytes);
}

/** What an engine asks of slot memory. */
export const MemoryKind = enumeration('memory_kind', ['READ', 'WRITE', 'ATOMIC']);

/** Bytes of an access as log2. */
export const sizeType = u(2);

/**
 * A request to the slots of the running command. READ returns the whole line. WRITE stores the bytes
 * [offset, offset + 2^size) of the line; `data` is rotated so that byte i of the line comes from byte i mod 8 of `data`. Bytes
 * past the end of the line are dropped; with `upper` only they are meant, and land at the start of this line (the second
 * half of an access that crosses lines). ATOMIC is aligned, works on 4 or 8 bytes, with `data` and `compare` unrotated.
 */
export function memoryRequest(config: EngineConfig) {
  return struct('memory_request', {
    kind: MemoryKind,
    /** 1: the program slot (READ only), 0: the data slot. */
    program: bool,
    line: u(lineBits(config)),
    offset: u(6),
    size: sizeType,
    upper: bool,
    data: u(64),
    atomic: AtomicOperation,
    compare: u(64),
  });
}

/**
 * One response a request to the data slot, in the order of the requests; an engine always takes it. READ: the line; ATOMIC: the old value,
 * zero-extended, in the lowest 64 bits; WRITE: nothing, and the bytes are visible to everyone from now on.
 */
export const memoryResponse = struct('memory_response', { kind: MemoryKind, data: u(512) });

/** Lines of the program slot, on a way of their own, in the order of their requests. */
export const programPort = { valid: input(bool), line: input(u(512)) };

/** valid/ready request, valid response: seen from the engine. */
export function memoryPort(config: EngineConfig) {
  return {
    request_valid: output(bool),
    request_ready: input(bool),
    request: output(memoryRequest(config)),
    response_valid: input(bool),
    response: input(memoryResponse),
  };
}

/**
 * A line of the engine's data slot that somebody else (host or another engine) has just written. It comes no later than the
 * response to any request that the slot served after that write.
 */
export function snoopPort(config: EngineConfig) {
  return { valid: input(bool), line: input(u(lineBits(config))) };
}

/** A Run command. `start` is a pulse, given only while `busy` is 0, and the fields are valid with it. */
export const runPort = {
  start: input(bool),
  /** Which program slot, the tag of the program that stays resident. */
  program_slot: input(u(8)),
  /** Bytes of program. */
  length: input(u(32)),
  /** From the cycle after `start` until the cycle of `done`. */
  busy: output(bool),
  /** One cycle: everything the program wrote is visible, and the fields below are valid until the next `start`. */
  done: output(bool),
  r0: output(u(64)),
  /** `ErrorClass`, 0 for none. */
  error: output(u(8)),
  error_pc: output(u(32)),
  /** Clock cycles from the first fetch to the retirement of the exit, both included. */
  cycles: output(u(64)),
  /** Instructions retired. */
  instructions: output(u(64)),
  /** The content of program slot `changed_slot` is no longer what it was. */
  changed: input(bool),
  changed_slot: input(u(8)),
} as const;

/** What r1 and r2 hold when a program starts, in place of what abi.ts says: from `start` until `done`. */
export const entryPort = { r1: input(u(64)), r2: input(u(64)) } as const;

/** A call of a helper function. */
export const HelperCall = struct('helper_call', {
  /** Which function. */
  number: u(32),
  r1: u(64),
  r2: u(64),
  r3: u(64),
  r4: u(64),
  r5: u(64),
});

/** How a call ended: r0 is there, there is no such function, or the function failed. */
export const HelperStatus = enumeration('helper_status', ['DONE', 'UNKNOWN', 'FAULT']);

export const HelperAnswer = struct('helper_answer', { status: HelperStatus, r0: u(64) });

/**
 * Helper functions, seen from the engine, which has one call under way at most: everything older has left the pipeline, and
 * nothing younger gets past it. The answer comes with the edge that takes the call or any later one, and the engine takes
 * it at once. Whoever has not answered {@link helperPatience} cycles after the call came up has failed: the program ends with
 * E_HELPER_FAULT, and a call not yet taken is withdrawn. The answer to one that was taken is still waited for and
 * dropped before the engine calls again, so that it can never be taken for another's; a reset of the engine and of
 * what serves it forgets it.
 */
export const helperPort = {
  call: stream(HelperCall),
  answer: { valid: input(bool), bits: input(HelperAnswer) },
} as const;

/** Clock cycles from the moment a call comes up to its answer, at most. */
export const helperPatience = 2 ** 16;

/** One instruction leaving the pipeline, for lockstep comparison. */
export function retirePort(config: EngineConfig): Record<string, Port<AnyType, 'output'>> {
  return {
    valid: output(bool),
    pc: output(u(pcBits(config))),
    /** The pc that follows, after jumps, calls and exits. */
    next_pc: output(u(pcBits(config))),
    instruction: output(u(64)),
    /** A register was written. */
    register_write: output(bool),
    register: output(u(4)),
    value: output(u(64)),
    /** Memory was written (a successful atomic too): address, log2 of the bytes, and the bytes in the lowest positions. */
    memory_write: output(bool),
    address: output(u(64)),
    size: output(sizeType),
    data: output(u(64)),
    /** `ErrorClass`: the instruction did not execute. */
    error: output(u(8)),
    /** The program is over. */
    last: output(bool),
  };
}

/** From the pipeline to the memory unit, in the stage that computes addresses. */
export const addressPort = {
  /** A load, store or atomic moves from execute to memory at the next clock edge. */
  valid: input(bool),
  /** Register plus sign-extended offset; late in the cycle. */
  address: input(u(64)),
  size: input(sizeType),
} as const;

export const AccessKind = enumeration('access_kind', ['LOAD', 'STORE', 'ATOMIC']);

/** From the pipeline to the memory unit, in the memory stage. Fields hold while the stage waits. */
export const accessPort = {
  /**
   * The instruction in the memory stage is an access, and nothing older can still flush it. It stays 1 until `wait` is 0; at
   * the edge that ends that cycle the access is over, and the instruction leaves.
   */
  valid: input(bool),
  kind: input(AccessKind),
  size: input(sizeType),
  /** LOAD: sign-extend to 64 bits. */
  sign: input(bool),
  /** STORE: the value; ATOMIC: the operand. */
  data: input(u(64)),
  atomic: input(AtomicOperation),
  /** ATOMIC: r0, for CMPXCHG. */
  compare: input(u(64)),
  /** Frames below the outermost one: 0 to 7. */
  depth: input(u(3)),
  /** The access is not finished: hold the memory stage. A store finishes when it is queued. */
  wait: output(bool),
  /** LOAD: extended value; ATOMIC: old value, zero-extended. Valid where `wait` is 0; late in the cycle. */
  value: output(u(64)),
  /** `ErrorClass`; the access did nothing. Valid, with `wait` 0, in the first cycle of the access. */
  error: output(u(8)),
  /** The address, for the retirement port. */
  address: output(u(64)),
} as const;

/** Frame and program events for the memory unit. */
export const framePort = {
  /** A program starts: nothing cached belongs to it. The engine prefetches its first lines from here on. */
  start: input(bool),
  /** The frames that are live: depth 0 to 7; a frame not live may be cleared in the background. */
  depth: input(u(3)),
  /** No program runs: all frames may be cleared, and prefetching stops, so that `drained` follows. */
  idle: input(bool),
  /** Frame `depth + 1` reads as zero: a call may enter it. At depth 7: 1. */
  next_clear: output(bool),
  /** Frame 0 reads as zero: a program may start. */
  first_clear: output(bool),
  /** The first line of the slot is on its way since `start`: a program that begins now hardly waits for it. */
  warm: output(bool),
  /** Every store has been answered, and nothing that was asked is outstanding. */
  drained: output(bool),
} as const;
