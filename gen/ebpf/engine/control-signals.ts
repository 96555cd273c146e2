/**
 * What an instruction makes the pipeline do. Each signal is one line: its type, and its value as a function of the row of
 * the instruction table. The decoder's ROM is made from these lines.
 */
import { bool, cat, enumeration, struct } from '../../hdl/index.ts';
import type { AnyType, EnumType, StructType, UInt, ValueOf } from '../../hdl/index.ts';
import type { Operation } from '../isa.ts';
import { AccessKind, AtomicOperation, sizeType, type EngineConfig } from './interface.ts';
import { repertoire, type EngineInstruction as Instruction } from './repertoire.ts';

/**
 * What the ALU does with `left` and `right`; `MOVE` passes `right`, which is also how an lddw gets its value. The upper two
 * bits name the part of the ALU: logic, sum, shift, bytes.
 */
export const AluOperation = enumeration('alu_operation', {
  MOVE: 0b0000,
  AND: 0b0001,
  OR: 0b0010,
  XOR: 0b0011,
  ADD: 0b0100,
  SUB: 0b0101,
  LSH: 0b1000,
  RSH: 0b1001,
  ARSH: 0b1010,
  TRUNCATE: 0b1100,
  SWAP: 0b1101,
  EXTEND: 0b1110,
});

/** The part of the ALU that does an operation, as those two bits. */
export const aluUnit = (operation: ValueOf<typeof AluOperation>): UInt<2> => operation.bits.high(2);

/**
 * Which unit the register value comes from. ACCESS is whatever the memory stage waits for, helper functions among it; the
 * multiplier's and the divider's value is there in writeback only.
 */
export const ResultSource = enumeration('result_source', ['ALU', 'ACCESS', 'MULTIPLY', 'DIVIDE']);

/** The register that `left` is read from; NONE gives 0. */
export const LeftOperand = enumeration('left_operand', ['DST', 'SRC', 'R10', 'NONE']);

/** The register that is written. */
export const Destination = enumeration('destination', ['DST', 'SRC', 'R0', 'R10']);

/** A control signal: its type and its value for an instruction (the number of a member for an enumeration). */
interface ControlSignal<T extends AnyType = AnyType> {
  readonly type: T;
  readonly of: (row: Instruction) => number;
}

type Signals = Readonly<Record<string, ControlSignal>>;

const flag = (of: (row: Instruction) => boolean): ControlSignal<typeof bool> => ({
  type: bool,
  of: (row) => Number(of(row)),
});
const choice = <M extends string>(type: EnumType<M>, of: (row: Instruction) => M): ControlSignal<EnumType<M>> => ({
  type,
  of: (row) => Number(type.members[of(row)]),
});
const among = (...operations: Operation[]): ControlSignal<typeof bool> =>
  flag(({ operation }) => operations.includes(operation));

type Map<M> = Partial<Record<Operation, M>>;

const alu: Map<'ADD' | 'SUB' | 'AND' | 'OR' | 'XOR' | 'LSH' | 'RSH' | 'ARSH' | 'TRUNCATE' | 'SWAP' | 'EXTEND'> = {
  add: 'ADD',
  sub: 'SUB',
  neg: 'SUB',
  and: 'AND',
  or: 'OR',
  xor: 'XOR',
  lsh: 'LSH',
  rsh: 'RSH',
  arsh: 'ARSH',
  le: 'TRUNCATE',
  be: 'SWAP',
  bswap: 'SWAP',
  movsx: 'EXTEND',
  callLocal: 'ADD',
  callx: 'ADD',
  exit: 'ADD',
};
const atomic: Map<'ADD' | 'OR' | 'AND' | 'XOR' | 'XCHG' | 'CMPXCHG'> = {
  atomicAdd: 'ADD',
  atomicOr: 'OR',
  atomicAnd: 'AND',
  atomicXor: 'XOR',
  xchg: 'XCHG',
  cmpxchg: 'CMPXCHG',
};
const source: Map<'MULTIPLY' | 'DIVIDE'> = {
  mul: 'MULTIPLY',
  div: 'DIVIDE',
  sdiv: 'DIVIDE',
  mod: 'DIVIDE',
  smod: 'DIVIDE',
};

const isLoad = ({ operation }: Instruction): boolean => operation === 'load' || operation === 'loadSigned';
const isAtomic = ({ operation }: Instruction): boolean => atomic[operation] !== undefined;
const isAccess = (row: Instruction): boolean => isLoad(row) || isAtomic(row) || row.operation === 'store';
const isCall = ({ operation }: Instruction): boolean => operation.startsWith('call');
const isByteSwap = ({ operation }: Instruction): boolean => ['le', 'be', 'bswap'].includes(operation);
/** The one register it reads is src. */
const readsSourceAlone = (row: Instruction): boolean => isLoad(row) || row.operation === 'movsx';
const readsDst = ({ dst, operation }: Instruction): boolean => typeof dst === 'string' && operation !== 'lddw';
const movesFrame = (row: Instruction): boolean => (isCall(row) && !row.served) || row.operation === 'exit';
const destination = (row: Instruction): 'DST' | 'SRC' | 'R0' | 'R10' =>
  movesFrame(row) ? 'R10' : row.writes.includes('src') ? 'SRC' : row.writes.includes('r0') ? 'R0' : 'DST';
const bytes = ({ operation, width, off }: Instruction): number => (operation === 'movsx' ? Number(off) : width) / 8;

/** What fetch and the reading of registers have to know at once: stored beside each slot when the program is copied. */
const early = {
  /** The instruction takes two slots. */
  wide: among('lddw'),
  left: choice(LeftOperand, (row) => {
    // The kinds of call that share an opcode byte have to look alike here.
    if (movesFrame(row) || row.operation === 'callHelper') return 'R10';
    if (row.operation === 'neg') return 'NONE';
    return readsSourceAlone(row) || (row.operation === 'mov' && row.source === 'reg') ? 'SRC' : 'DST';
  }),
  /** `right` is read from dst, not from src: -dst is 0 - dst. */
  right_dst: among('neg'),
} satisfies Signals;

const signals = {
  // Operands.
  /** `left` matters: nobody waits for a register that is only overwritten. */
  reads_left: flag(
    (row) => readsSourceAlone(row) || movesFrame(row) || (readsDst(row) && !['mov', 'neg'].includes(row.operation)),
  ),
  reads_right: flag((row) => row.operation === 'neg' || (typeof row.src === 'string' && !readsSourceAlone(row))),
  right_immediate: flag((row) => row.source !== 'reg' && row.operation !== 'neg'),
  // The ALU.
  operation: choice(AluOperation, (row) => alu[row.operation] ?? 'MOVE'),
  /** 32-bit operands and, zero-extended, result. */
  narrow: flag((row) => ['ALU', 'JMP32'].includes(row.class) && !isByteSwap(row)),
  /** log2 of the bytes that are loaded, stored, swapped, or extended from. */
  size: { type: sizeType, of: (row: Instruction) => Math.log2(bytes(row)) },
  /** Comparison, division, shift to the right or load. */
  is_signed: among('sdiv', 'smod', 'loadSigned', 'jsgt', 'jsge', 'jslt', 'jsle', 'arsh'),
  // Jumps: taken when any of the named relations holds; `invert` takes it when none does.
  less: among('jlt', 'jge', 'jle', 'jgt', 'jslt', 'jsge', 'jsle', 'jsgt'),
  equal: among('jeq', 'jne', 'jle', 'jgt', 'jsle', 'jsgt'),
  overlap: among('jset'),
  invert: among('jne', 'jge', 'jgt', 'jsge', 'jsgt', 'ja', 'callLocal'),
  /** The distance is in imm, not in off. */
  from_imm: flag((row) => isCall(row) || (row.operation === 'ja' && row.imm === 'any')),
  call: among('callLocal'),
  exit: among('exit'),
  // Memory.
  access: flag(isAccess),
  kind: choice(AccessKind, (row) => (isAtomic(row) ? 'ATOMIC' : row.operation === 'store' ? 'STORE' : 'LOAD')),
  atomic: choice(AtomicOperation, (row) => atomic[row.operation] ?? 'ADD'),
  // The result.
  source: choice(ResultSource, (row) => (isAccess(row) || row.served ? 'ACCESS' : (source[row.operation] ?? 'ALU'))),
  remainder: among('mod', 'smod'),
  writes: flag((row) => movesFrame(row) || row.writes.some((target) => ['dst', 'src', 'r0'].includes(target))),
  destination: choice(Destination, destination),
} satisfies Signals;

const typeOf = <S extends Signals>(name: string, of: S) =>
  struct(
    name,
    Object.fromEntries(Object.entries(of).map(([signal, { type }]) => [signal, type])) as {
      readonly [K in keyof S]: S[K]['type'];
    },
  );

const bitsOf = (type: StructType, from: Signals, row: Instruction): bigint =>
  pack(type, Object.fromEntries(Object.entries(from).map(([name, { of }]) => [name, of(row)])));

export const Early = typeOf('early', early);

/** The signals of one instruction, as they travel down the pipeline. */
export const Control = typeOf('control', signals);

/** The value of {@link Control} for a row of the instruction table, as bits. */
export const controlBits = (row: Instruction): bigint => bitsOf(Control, signals, row);

/** The value of {@link Early} for a row of the instruction table, as bits. */
const earlyBits = (row: Instruction): bigint => bitsOf(Early, early, row);

/** Combinational: for each bit, is the opcode byte one of those that set it? */
export function earlyOf(opcode: UInt<8>, config: EngineConfig): ValueOf<typeof Early> {
  const instructions = repertoire(config);
  const variants = (byte: number): readonly Instruction[] => instructions.filter((row) => row.opcode === byte);
  for (const [first, ...others] of instructions.map((row) => variants(row.opcode))) {
    if (others.every((other) => earlyBits(other) === earlyBits(first))) continue;
    throw new Error(`the variants of ${first.name} differ in what has to be known before the variant is`);
  }
  const bits = Array.from({ length: Early.width }, (_, bit) => {
    const setting = instructions.filter((row) => (earlyBits(row) >> BigInt(bit)) & 1n);
    return opcode.isOneOf(...new Set(setting.map((row) => row.opcode)));
  });
  return cat(...bits.toReversed()).as(Early);
}

/** The bits of a struct whose fields have these values. */
export const pack = (type: StructType, values: Readonly<Record<string, number | bigint>>): bigint =>
  type.ir.fields.reduce((bits, { name, lo }) => bits | (BigInt(values[name]!) << BigInt(lo)), 0n);
