/** Programs made of scenes: short pieces, each of which leaves the one behind it to begin afresh. */
import { DataBase, FramePointer, StackBytes, StackTop, type Instruction } from '../../gen/ebpf/isa.ts';
import { encodeSlots, type Slot } from '../../gen/ebpf/slot.ts';
import { accessOf, callsHelper, distanceField, isCall, isExit, isJump, readsOf, rowNamed } from './rows.ts';

/** What an instruction is to be given; what is left out is chosen so that it does no harm. */
export interface Given {
  readonly dst?: number;
  readonly src?: number;
  /** Values of the registers that it reads. */
  readonly left?: bigint;
  readonly right?: bigint;
  readonly r0?: bigint;
  /** The second operand, or the number of a function. */
  readonly imm?: number;
  /** Offset of an access. */
  readonly off?: number;
  /** Of a jump or call: what its field says; past one instruction, or to a function that returns at once, unless told. */
  readonly distance?: number;
  /** Address of the first byte of an access. */
  readonly place?: bigint;
  /** Called when everything is set, right before the instruction. */
  readonly before?: () => void;
}

/** Registers of scenes: operands, and what they need beside. */
export const use = { left: 3, right: 4, spare: 5, count: 6, value: 7 } as const;

/** A function outside the program that does no harm; registers hold its number unless told otherwise. */
const helper = 3;

const plain = (name: string) => rowNamed(name);
const rows = {
  lddw: plain('lddw'),
  move: plain('mov-reg'),
  moveImmediate: plain('mov-imm'),
  add: plain('add-imm'),
  goto: plain('ja'),
  call: plain('call-local'),
  exit: plain('exit'),
};

export class Code {
  readonly slots: Slot[] = [];
  /** Functions called around this place. */
  depth = 1;

  get bytes(): Uint8Array {
    return encodeSlots(this.slots);
  }

  /** The place of the next slot. */
  get here(): number {
    return this.slots.length;
  }

  /** The frame pointer, as it is here. */
  get frame(): bigint {
    return BigInt(StackTop - (this.depth - 1) * StackBytes);
  }

  /** Appends an instruction, with fields that are not given as the table has them; returns its place. */
  emit(row: Instruction, fields: Partial<Slot> = {}): number {
    const field = (rule: Instruction['dst' | 'off' | 'imm']): number => (typeof rule === 'number' ? rule : 0);
    const { opcode } = row;
    const own = { opcode, dst: field(row.dst), src: field(row.src), off: field(row.off), imm: field(row.imm) };
    this.slots.push({ ...own, ...fields });
    if (row.operation === 'lddw') this.slots.push({ opcode: 0, dst: 0, src: 0, off: 0, imm: 0 });
    return row.operation === 'lddw' ? this.here - 2 : this.here - 1;
  }

  /** A 64-bit value into a register. */
  set(register: number, value: bigint): void {
    if (BigInt.asIntN(32, value) === BigInt.asIntN(64, value)) {
      this.emit(rows.moveImmediate, { dst: register, imm: Number(BigInt.asIntN(32, value)) });
      return;
    }
    this.emit(rows.lddw, { dst: register, imm: Number(BigInt.asIntN(32, value)) });
    const high = Number(BigInt.asIntN(32, value >> 32n));
    this.slots[this.here - 1] = { opcode: 0, dst: 0, src: 0, off: 0, imm: high };
  }

  copy(dst: number, src: number): void {
    this.emit(rows.move, { dst, src });
  }

  /** Instructions that depend on nothing and that nothing depends on. */
  idle(count: number): void {
    for (let i = 0; i < count; i++) this.emit(rows.moveImmediate, { dst: use.spare, imm: i });
  }

  /** Goes on at slot `lane` of a line of eight. */
  align(lane: number): void {
    while (this.here % 8 !== lane) this.idle(1);
  }

  /** Lets the jump or call at `from` lead to `to`, the next slot unless told. */
  lead(from: number, field: 'off' | 'imm', to = this.here): void {
    this.slots[from] = { ...this.slots[from]!, [field]: to - from - 1 };
  }

  /** Stores a value to memory, `bytes` of it. */
  store(place: bigint, value: bigint, bytes = 8): void {
    this.set(use.spare, place);
    this.set(use.value, value);
    const name = { 1: 'stxb', 2: 'stxh', 4: 'stxw', 8: 'stxdw' }[bytes]!;
    this.emit(rowNamed(name), { dst: use.spare, src: use.value });
  }

  /** Runs `body` in a function `levels` calls deeper; nothing is left of it but what it wrote. */
  within(levels: number, body: () => void): void {
    if (levels === 0) return body();
    const over = this.emit(rows.goto);
    const entries: number[] = [];
    for (let level = 1; level < levels; level++) {
      entries.push(this.here);
      this.emit(rows.call, { imm: 1 });
      this.emit(rows.exit);
    }
    entries.push(this.here);
    this.depth += levels;
    body();
    this.depth -= levels;
    this.emit(rows.exit);
    this.lead(over, 'off');
    const call = this.emit(rows.call);
    this.lead(call, 'imm', entries[0]);
  }

  /** The instruction with what it is given. */
  perform(row: Instruction, given: Given = {}): void {
    if (isExit(row)) return this.within(1, given.before ?? (() => {}));
    const entry = isCall(row) && given.distance === undefined ? this.#returning() : undefined;
    const { fields, values } = this.#operands(row, given);
    for (const [register, value] of values) this.set(register, value);
    given.before?.();
    const at = this.emit(row, fields);
    if (!isJump(row) || given.distance !== undefined) return;
    if (!isCall(row)) this.idle(1);
    this.lead(at, distanceField(row), entry);
  }

  /** A function that returns at once; it is passed by. */
  #returning(): number {
    const over = this.emit(rows.goto);
    const entry = this.emit(rows.exit);
    this.lead(over, 'off');
    return entry;
  }

  /** Fields of the instruction, and the values that registers have to get for it. */
  #operands(row: Instruction, given: Given): { fields: Partial<Slot>; values: Map<number, bigint> } {
    const values = new Map<number, bigint>();
    const registers = { dst: given.dst ?? use.left, src: given.src ?? use.right };
    const reads = readsOf(row);
    const fields: { -readonly [K in keyof Slot]?: Slot[K] } = {};
    for (const field of ['dst', 'src'] as const) if (typeof row[field] === 'string') fields[field] = registers[field];
    const access = accessOf(row);
    if (access) fields.off = given.off ?? 0;
    if (isJump(row)) fields[distanceField(row)] = given.distance ?? 0;
    if (row.source === 'imm' || row.operation === 'callHelper')
      fields.imm = given.imm ?? (callsHelper(row) ? helper : 1);
    const give = (register: number, value: bigint): void => {
      if (register !== FramePointer) values.set(register, value);
    };
    // r0 first: a compare-exchange waits for it, and scenes want the two others at certain distances.
    if (reads.includes('r0')) give(0, given.r0 ?? 1n);
    if (reads.includes('src')) give(registers.src, given.right ?? 2n);
    if (reads.includes('dst')) give(registers.dst, given.left ?? BigInt(helper));
    if (access) {
      const base = registers[access.base];
      const place = given.place ?? (base === FramePointer ? this.frame - 16n : BigInt(DataBase + 64));
      if (base === FramePointer) fields.off = Number(BigInt.asIntN(64, place - this.frame));
      give(base, BigInt.asUintN(64, place - BigInt(fields.off ?? 0)));
    }
    return { fields, values };
  }
}
