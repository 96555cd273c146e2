/** Retired instructions with what is known about them: the facts that bins ask for. */
import { type ErrorName, type Instruction, type Operation, variants } from '../../gen/ebpf/isa.ts';
import { decode, decodeSlots, type Slot } from '../../gen/ebpf/slot.ts';
import type { Retirement } from '../compare/retired.ts';
import type { Passage } from './passage.ts';
import { accessOf, readsOf, type Operand } from './rows.ts';

/** An operand that an instruction reads, and who wrote it. */
export interface Read {
  readonly operand: Operand;
  readonly register: number;
  /** The instruction that wrote the register; absent for entry values. */
  readonly producer?: Instruction;
  /** Instructions from the producer to the reader: 1 for neighbours. */
  readonly distance: number;
}

export interface Step {
  /** The variant; absent where the slot is none. */
  readonly row: Instruction | undefined;
  readonly slot: Slot;
  readonly next: Slot | undefined;
  readonly pc: number;
  readonly nextPc: number;
  /** Of the program, whole slots and bytes. */
  readonly slots: number;
  readonly bytes: number;
  readonly error: ErrorName | undefined;
  /** r0 to r10 before it. */
  readonly registers: readonly bigint[];
  readonly result: bigint | undefined;
  /** Memory was written. */
  readonly wrote: boolean;
  /** Functions on the call chain before it, 1 to 8. */
  readonly depth: number;
  /** Of the first byte of an access. */
  readonly address: bigint;
  readonly reads: readonly Read[];
  readonly previous: Instruction | undefined;
  readonly passage: Passage | undefined;
}

/** A fact that many bins ask for: found once for each step. */
export function oncePerStep<T>(find: (step: Step) => T): (step: Step) => T {
  let last: Step | undefined;
  let fact: T;
  return (step) => {
    if (step !== last) {
      fact = find(step);
      last = step;
    }
    return fact;
  };
}

const empty: Slot = { opcode: 0, dst: 0, src: 0, off: 0, imm: 0 };

interface Written {
  readonly by: Instruction;
  readonly at: number;
}

/** Follows one run, from retirement to retirement. */
export class Follower {
  readonly #slots: readonly Slot[];
  readonly #bytes: number;
  readonly #accepted: Operation | undefined;
  readonly #rows: (Instruction | undefined)[] = [];
  #written: (Written | undefined)[] = [];
  /** What is known about r6 to r9 of the callers. */
  readonly #callers: (Written | undefined)[][] = [];
  #count = 0;
  #previous: Instruction | undefined;

  /** @param accepted an operation that the engine runs although the table refuses it */
  constructor(program: Uint8Array, accepted?: Operation) {
    this.#accepted = accepted;
    this.#slots = decodeSlots(program);
    this.#bytes = program.length;
  }

  /** @param before registers before the instruction */
  step(retirement: Retirement, before: readonly bigint[], passage?: Passage): Step {
    const { pc, nextPc, register, memory, error } = retirement;
    const slot = this.#slots[pc] ?? empty;
    const next = this.#slots[pc + 1];
    const row = this.#rowAt(pc, slot, next);
    this.#count += 1;
    const access = row && accessOf(row);
    const step: Step = {
      row,
      slot,
      next,
      pc,
      nextPc,
      slots: this.#slots.length,
      bytes: this.#bytes,
      error: error as ErrorName | undefined,
      registers: before,
      result: register?.value,
      wrote: memory !== undefined,
      depth: this.#callers.length + 1,
      address: access ? BigInt.asUintN(64, (before[slot[access.base]] ?? 0n) + BigInt(slot.off)) : 0n,
      reads: row && !error ? this.#reads(row, slot) : [],
      previous: this.#previous,
      passage,
    };
    this.#previous = row;
    if (row && !error) this.#after(row, register?.index);
    return step;
  }

  #rowAt(pc: number, slot: Slot, next: Slot | undefined): Instruction | undefined {
    if (pc >= this.#slots.length) return undefined;
    if (pc in this.#rows) return this.#rows[pc];
    const { instruction } = decode(slot, next, this.#accepted);
    const [only, ...others] = variants(slot.opcode);
    return (this.#rows[pc] = instruction ?? (others.length === 0 ? only : undefined));
  }

  #reads(row: Instruction, slot: Slot): Read[] {
    return readsOf(row).map((operand): Read => {
      const register = operand === 'r0' ? 0 : operand === 'r10' ? 10 : slot[operand];
      const written = this.#written[register];
      const distance = written ? this.#count - written.at : Infinity;
      return { operand, register, distance, ...(written && { producer: written.by }) };
    });
  }

  #after(row: Instruction, register: number | undefined): void {
    const now: Written = { by: row, at: this.#count };
    if (register !== undefined) this.#written[register] = now;
    if (row.operation === 'callLocal') this.#callers.push(this.#written.slice(6, 10));
    if (row.operation === 'exit') this.#written.splice(6, 4, ...(this.#callers.pop() ?? []));
    if (row.operation === 'callLocal' || row.operation === 'exit') this.#written[10] = now;
  }
}
