/** A program while it is made: instructions by name, labels, and which registers may be used for what. */
import { instructions, type Instruction } from '../../gen/ebpf/isa.ts';
import type { Slot } from '../../gen/ebpf/slot.ts';
import { between, happens, oneOf, type Random } from './chance.ts';
import { programOf, type Item } from './listing.ts';

/** What the device has to which programs are addressed. */
export interface Limits {
  /** Bytes of a data slot. */
  readonly dataBytes: number;
  /** Slots of 8 bytes in a program slot. */
  readonly programSlots: number;
  /** Lines of 64 bytes in the data cache: lines this far apart share a place. */
  readonly cacheLines: number;
  /** Numbers of helper functions that can be called; none unless told. */
  readonly helpers?: readonly number[];
  /** Helpers can be called by a number in a register. */
  readonly callx?: boolean;
}

export interface Label {
  /** Index of the item that it stands at. */
  at?: number;
}

export type Fields = Partial<Pick<Slot, 'dst' | 'src' | 'off' | 'imm'>>;

const rows = new Map(instructions.map((row) => [row.name, row] as const));

/** The row of the instruction table with this name. */
export function rowNamed(name: string): Instruction {
  const row = rows.get(name);
  if (!row) throw new Error(`no instruction is called ${name}`);
  return row;
}

/** Loops within loops at most, and registers that count them. */
const counterCount = 2;

export class Sketch {
  readonly random: Random;
  readonly limits: Limits;
  /** Holds the address of the data slot; never written after the beginning. */
  readonly base: number;
  /** Count loops: they hold small numbers and are only ever set to one or counted down. */
  readonly counters: readonly number[];
  /** Registers that any instruction may write, and the few of them that most do. */
  readonly free: readonly number[];
  readonly hot: readonly number[];
  /** Functions that may be called: those that come later in the program, so that calls end. */
  callees: readonly Label[] = [];
  /** Loops around the place, and local calls: 0 in the program's own function. */
  loops = 0;
  depth = 0;
  /** Beginnings of statements, for jumps that go back. */
  readonly places: Label[] = [];
  readonly #drafts: { slot: Slot; second?: Slot; to?: Label }[] = [];
  #slots = 0;
  #due: { label: Label; after: number }[] = [];

  constructor(random: Random, limits: Limits) {
    this.random = random;
    this.limits = limits;
    const registers = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    const take = (from: readonly number[]): number => {
      const register = oneOf(random, from);
      registers.splice(registers.indexOf(register), 1);
      return register;
    };
    this.base = take([1, 1, 2, 3, 6, 9]);
    // A call keeps r6 to r9, so that a function cannot disturb the loop that calls it.
    this.counters = Array.from({ length: counterCount }, () => take(registers.filter((register) => register >= 6)));
    this.free = [...registers];
    const few = between(random, 2, 4);
    // r0 is what compare-exchanges compare and what a run answers.
    this.hot = [...new Set([0, ...Array.from({ length: few }, () => oneOf(random, this.free))])];
  }

  /** Slots so far: where the next instruction will stand. */
  get slots(): number {
    return this.#slots;
  }

  /** A register to write. */
  target(): number {
    return oneOf(this.random, happens(this.random, 0.85) ? this.hot : this.free);
  }

  /** A register to read. */
  source(): number {
    return happens(this.random, 0.85) ? oneOf(this.random, this.hot) : this.random.below(11);
  }

  /** Fields that the instruction does not use get what the table asks for. */
  emit(what: string | Instruction, fields: Fields = {}, second?: Slot): void {
    this.raw(this.#slot(what, fields), second);
  }

  /** Any bits. */
  raw(slot: Slot, second?: Slot): void {
    this.#drafts.push({ slot, ...(second && { second }) });
    this.#slots += second ? 2 : 1;
  }

  lddw(dst: number, [low, high]: readonly [low: number, high: number]): void {
    this.emit('lddw', { dst, imm: low }, { opcode: 0, dst: 0, src: 0, off: 0, imm: high });
  }

  /** A jump or local call to a label. */
  jump(what: string | Instruction, to: Label, fields: Fields = {}): void {
    this.#drafts.push({ slot: this.#slot(what, fields), to });
    this.#slots += 1;
  }

  place(label: Label): void {
    label.at = this.#drafts.length;
  }

  /** A label that comes to stand behind so many further statements: perhaps inside a loop that begins, or outside one that ends. */
  ahead(after: number): Label {
    const label = {};
    this.#due.push({ label, after });
    return label;
  }

  /** Remembers where a statement begins. */
  mark(): void {
    this.places.push({ at: this.#drafts.length });
  }

  /** Between two statements: places labels that are due. */
  tick(): void {
    for (const due of this.#due) if (due.after-- <= 0) this.place(due.label);
    this.#due = this.#due.filter(({ label }) => label.at === undefined);
  }

  /** The end of a function: places all labels. */
  close(): void {
    for (const { label } of this.#due) this.place(label);
    this.#due = [];
  }

  program(): Uint8Array {
    const items = this.#drafts.map(({ slot, second, to }): Item => {
      if (to && to.at === undefined) throw new Error('a jump goes to a label that was never placed');
      return { slot, ...(second && { second }), ...(to && { target: to.at! }) };
    });
    return programOf(items);
  }

  #slot(what: string | Instruction, fields: Fields): Slot {
    const row = typeof what === 'string' ? rowNamed(what) : what;
    const field = (name: 'dst' | 'src' | 'off' | 'imm'): number => {
      const rule = row[name];
      return typeof rule === 'number' ? rule : (fields[name] ?? 0);
    };
    return { opcode: row.opcode, dst: field('dst'), src: field('src'), off: field('off'), imm: field('imm') };
  }
}
