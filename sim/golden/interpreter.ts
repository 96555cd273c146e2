import {
  DataBase,
  FramePointer,
  MaxFrames,
  RegisterCount,
  SlotBytes,
  StackBytes,
  StackTop,
} from '../../gen/ebpf/isa.ts';
import type { ErrorName, Instruction, Operation, ProgramError } from '../../gen/ebpf/isa.ts';
import { decode, decodeSlots, secondHalves, wideImmediate } from '../../gen/ebpf/slot.ts';
import type { Slot } from '../../gen/ebpf/slot.ts';
import { arithmetic, atomics, conditions } from './arithmetic.ts';
import type { Atomic, Binary, Condition } from './arithmetic.ts';
import { Memory, read, write } from './memory.ts';

/** A function outside the program, called by its id with r1..r5; throwing ends the program with E_HELPER_FAULT. */
export type Helper = (...registers: [r1: bigint, r2: bigint, r3: bigint, r4: bigint, r5: bigint]) => bigint;

export interface MachineOptions {
  /** Slots of 8 bytes each. */
  readonly program: Uint8Array;
  /** The data slot; programs write into it in place. */
  readonly data?: Uint8Array;
  /** Address of the data slot, {@link DataBase} unless told. */
  readonly dataBase?: bigint;
  /** Entry values in place of the address and the size of the data slot. */
  readonly r1?: bigint;
  readonly r2?: bigint;
  /** Instructions that may retire, an lddw counting as one; 2^24 unless told. */
  readonly stepLimit?: number;
  /** Bytes in the program slot; no limit unless told. */
  readonly programLimit?: number;
  readonly helpers?: ReadonlyMap<number, Helper>;
  /** Run opcode 0x8d as a call of the helper whose id is in dst. */
  readonly callx?: boolean;
}

/** What one step did. */
export interface Retired {
  readonly pc: number;
  /** Program counter of the next instruction; equal to pc when the program has ended here. */
  readonly nextPc: number;
  /** The register that was written. Calls and returns move r6..r10 without mention. */
  readonly register?: { readonly index: number; readonly value: bigint };
  /** The bytes that were written to memory. A compare-exchange that does not match writes none. */
  readonly memory?: { readonly address: bigint; readonly bytes: Uint8Array };
  /** The instruction had no effect but to end the program. */
  readonly error?: ProgramError;
  /** The outermost function returned. */
  readonly exit?: boolean;
}

/** How a program ended. */
export interface Outcome {
  readonly r0: bigint;
  readonly error: ProgramError | null;
  /** Instructions that retired; one that raised an error is not among them. */
  readonly instructions: number;
}

/** A slot made ready to be executed. */
interface Prepared {
  readonly instruction: Instruction;
  readonly slot: Slot;
  /** The second operand when it is not a register, unsigned 64 bits. */
  readonly immediate: bigint;
  readonly execute: Handler;
}

/** What an instruction did: the class of its error, or the change it made. */
type Effect = ErrorName | Partial<Pick<Retired, 'nextPc' | 'register' | 'memory' | 'exit'>>;
type Handler = (machine: Machine, at: Prepared) => Effect;

interface Frame {
  readonly returnTo: number;
  readonly saved: BigUint64Array;
}

const u64 = (value: bigint | number): bigint => BigInt.asUintN(64, BigInt(value));

/** Executes one program, instruction by instruction, as abi.ts and RFC 9669 say. */
export class Machine {
  /** r0..r10. */
  readonly registers = new BigUint64Array(RegisterCount);
  pc = 0;
  /** Set when the program has ended. */
  outcome: Outcome | undefined;
  readonly memory: Memory;
  readonly frames: Frame[] = [];
  readonly helpers: ReadonlyMap<number, Helper>;
  readonly #slots: readonly Slot[];
  readonly #second: readonly boolean[];
  readonly #prepared: (Prepared | ErrorName)[] = [];
  readonly #accepted: Operation | undefined;
  readonly #stepLimit: number;
  readonly #loadError: ErrorName | undefined;
  #instructions = 0;

  constructor(options: MachineOptions) {
    const { program, data = new Uint8Array(0), dataBase = BigInt(DataBase) } = options;
    this.memory = new Memory(data, Number(dataBase));
    this.helpers = options.helpers ?? new Map();
    this.#slots = decodeSlots(program);
    this.#second = secondHalves(this.#slots);
    this.#accepted = options.callx ? 'callx' : undefined;
    this.#stepLimit = options.stepLimit ?? 2 ** 24;
    this.#loadError = lengthError(program.length, options.programLimit);
    this.registers[1] = options.r1 ?? dataBase;
    this.registers[2] = options.r2 ?? BigInt(data.length);
    this.registers[FramePointer] = BigInt(StackTop);
  }

  /** Executes one instruction. Throws when the program has already ended. */
  step(): Retired {
    if (this.outcome) throw new Error(`The program has ended at pc ${this.pc}; make a new Machine to run it again.`);
    const pc = this.pc;
    const effect = this.#execute();
    if (typeof effect === 'string') {
      const error = { class: effect, pc };
      this.outcome = { r0: this.registers[0], error, instructions: this.#instructions };
      return { pc, nextPc: pc, error };
    }
    this.#instructions += 1;
    const retired = { pc, nextPc: pc + 1, ...effect };
    if (retired.register) this.registers[retired.register.index] = retired.register.value;
    this.pc = retired.nextPc;
    if (retired.exit) this.outcome = { r0: this.registers[0], error: null, instructions: this.#instructions };
    return retired;
  }

  /** Executes to the end. */
  run(): Outcome {
    while (!this.outcome) this.step();
    return this.outcome;
  }

  /** The pc of a taken jump or call, or its error. */
  target(distance: number): number | ErrorName {
    const target = this.pc + 1 + distance;
    if (target < 0 || target >= this.#slots.length) return 'E_JUMP_OOB';
    return this.#second[target] ? 'E_JUMP_INTO_LDDW' : target;
  }

  #execute(): Effect {
    if (this.#loadError) return this.#loadError;
    if (this.#instructions >= this.#stepLimit) return 'E_STEP_LIMIT';
    if (this.pc >= this.#slots.length) return 'E_PC_OOB';
    const prepared = (this.#prepared[this.pc] ??= this.#prepare(this.pc));
    return typeof prepared === 'string' ? prepared : prepared.execute(this, prepared);
  }

  #prepare(pc: number): Prepared | ErrorName {
    const slot = this.#slots[pc];
    const next = this.#slots[pc + 1];
    const { instruction, error } = decode(slot, next, this.#accepted);
    if (error) return error;
    const immediate = instruction.operation === 'lddw' ? wideImmediate(slot, next) : u64(slot.imm);
    return { instruction, slot, immediate, execute: handlers[instruction.operation] };
  }
}

/** Why a program of so many bytes cannot run; undefined when it can. */
export function lengthError(bytes: number, limit = Infinity): ErrorName | undefined {
  if (bytes === 0) return 'E_PROG_EMPTY';
  if (bytes % SlotBytes !== 0) return 'E_PROG_SIZE';
  return bytes > limit ? 'E_PROG_TOO_LONG' : undefined;
}

const second = ({ registers }: Machine, { instruction, slot, immediate }: Prepared): bigint =>
  instruction.source === 'reg' ? registers[slot.src] : immediate;

function jump(machine: Machine, distance: number): Effect {
  const target = machine.target(distance);
  return typeof target === 'string' ? target : { nextPc: target };
}

function calls(machine: Machine, id: number): Effect {
  const helper = machine.helpers.get(id);
  if (!helper) return 'E_HELPER_UNKNOWN';
  const [, r1, r2, r3, r4, r5] = machine.registers as unknown as bigint[];
  try {
    return { register: { index: 0, value: u64(helper(r1, r2, r3, r4, r5)) } };
  } catch {
    return 'E_HELPER_FAULT';
  }
}

const refused: Handler = (_, { instruction }) => instruction.refused!;

/** Everything but arithmetic, conditions and atomics, which their tables turn into handlers below. */
const others = {
  ja: (machine, { instruction, slot }) => jump(machine, instruction.width === 32 ? slot.imm : slot.off),
  callHelper: (machine, { slot }) => calls(machine, slot.imm),
  callx: (machine, { slot }) => calls(machine, Number(BigInt.asIntN(32, machine.registers[slot.dst]))),
  callLocal: (machine, { slot }) => {
    const target = machine.target(slot.imm);
    if (typeof target === 'string') return target;
    if (machine.frames.length + 1 >= MaxFrames) return 'E_CALL_DEPTH';
    machine.frames.push({ returnTo: machine.pc + 1, saved: machine.registers.slice(6) });
    machine.registers[FramePointer] -= BigInt(StackBytes);
    machine.memory.enter();
    return { nextPc: target };
  },
  exit: (machine) => {
    const frame = machine.frames.pop();
    if (!frame) return { nextPc: machine.pc, exit: true };
    machine.registers.set(frame.saved, 6);
    machine.memory.leave();
    return { nextPc: frame.returnTo };
  },
  lddw: (machine, { slot, immediate }) => ({ nextPc: machine.pc + 2, register: { index: slot.dst, value: immediate } }),
  load: (machine, { instruction, slot }) => {
    const place = machine.memory.at(machine.registers[slot.src] + BigInt(slot.off), instruction.width / 8);
    if (typeof place === 'string') return place;
    return { register: { index: slot.dst, value: read(place, instruction.width) } };
  },
  loadSigned: (machine, { instruction, slot }) => {
    const place = machine.memory.at(machine.registers[slot.src] + BigInt(slot.off), instruction.width / 8);
    if (typeof place === 'string') return place;
    const value = u64(BigInt.asIntN(instruction.width, read(place, instruction.width)));
    return { register: { index: slot.dst, value } };
  },
  store: (machine, at) => {
    const address = u64(machine.registers[at.slot.dst] + BigInt(at.slot.off));
    const place = machine.memory.at(address, at.instruction.width / 8);
    if (typeof place === 'string') return place;
    return { memory: { address, bytes: write(place, at.instruction.width, second(machine, at)) } };
  },
  callBtf: refused,
  packet: refused,
} satisfies Partial<Record<Operation, Handler>>;

function atomic(combine: Atomic): Handler {
  return (machine, { instruction: { width, writes }, slot }) => {
    const address = u64(machine.registers[slot.dst] + BigInt(slot.off));
    const place = machine.memory.at(address, width / 8);
    if (typeof place === 'string') return place;
    if (address % BigInt(width / 8) !== 0n) return 'E_ATOMIC_UNALIGNED';
    const old = read(place, width);
    const source = BigInt.asUintN(width, machine.registers[slot.src]);
    const value = combine(old, source, BigInt.asUintN(width, machine.registers[0]));
    const index = writes.includes('r0') ? 0 : writes.includes('src') ? slot.src : undefined;
    return {
      ...(index !== undefined && { register: { index, value: old } }),
      ...(value !== undefined && { memory: { address, bytes: write(place, width, value) } }),
    };
  };
}

function compute(apply: Binary): Handler {
  return (machine, at) => {
    const {
      slot,
      instruction: { width },
    } = at;
    const cut = (value: bigint): bigint => BigInt.asUintN(width, value);
    const value = cut(apply(cut(machine.registers[slot.dst]), cut(second(machine, at)), width, slot.off));
    return { register: { index: slot.dst, value } };
  };
}

function branch(holds: Condition): Handler {
  return (machine, at) => {
    const {
      slot,
      instruction: { width },
    } = at;
    const cut = (value: bigint): bigint => BigInt.asUintN(width, value);
    return holds(cut(machine.registers[slot.dst]), cut(second(machine, at)), width) ? jump(machine, slot.off) : {};
  };
}

const each = <K extends Operation, T>(functions: Record<K, T>, make: (of: T) => Handler): Record<K, Handler> =>
  Object.fromEntries(Object.entries<T>(functions).map(([key, of]) => [key, make(of)])) as Record<K, Handler>;

const handlers: Record<Operation, Handler> = {
  ...each<keyof typeof arithmetic, Binary>(arithmetic, compute),
  ...each<keyof typeof conditions, Condition>(conditions, branch),
  ...each<keyof typeof atomics, Atomic>(atomics, atomic),
  ...others,
};
