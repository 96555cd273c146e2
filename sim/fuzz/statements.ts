/** Statements that compute: arithmetic, the divider, wide immediates, and dependences at every distance. */
import { DataBase, instructions, type Instruction } from '../../gen/ebpf/isa.ts';
import { between, happens, immediate, oneOf, weighted, word } from './chance.ts';
import { access, memoryRows } from './memory.ts';
import type { Fields, Sketch } from './sketch.ts';

/** Adds a few instructions to a program. */
export type Statement = (sketch: Sketch) => void;

const arithmeticRows = instructions.filter(({ class: group }) => group === 'ALU' || group === 'ALU64');
const slowRows = arithmeticRows.filter(({ group }) => group.startsWith('divmul'));
const dividing = slowRows.filter(({ operation }) => operation !== 'mul');
const swapping = arithmeticRows.filter(({ operation }) => ['le', 'be', 'bswap', 'movsx'].includes(operation));

const operands = (s: Sketch): Fields => ({ dst: s.target(), src: s.source(), imm: immediate(s.random) });

const anyOf =
  (rows: readonly Instruction[]): Statement =>
  (s) =>
    s.emit(oneOf(s.random, rows), operands(s));

export const arithmetic = anyOf(arithmeticRows);
export const slow = anyOf(slowRows);
export const swap = anyOf(swapping);

/** Does nothing, and takes a slot: moves what follows along the lines of the program. */
export const filler: Statement = (s) => s.emit('mov-reg', { dst: 0, src: 0 });

export const wide: Statement = (s) => s.lddw(s.target(), word(s.random));

/** A division whose operands are set right before it, or are still on their way from another unit. */
export const division: Statement = (s) => {
  const [dst, src] = [s.target(), s.target()];
  const row = oneOf(s.random, dividing);
  const set = (register: number): void =>
    weighted(s.random, [
      [3, () => s.lddw(register, word(s.random))],
      [2, () => s.emit('mov-imm', { dst: register, imm: immediate(s.random) })],
      [1, () => s.lddw(register, [0, -0x8000_0000])],
      [1, () => s.emit('mov-imm', { dst: register, imm: oneOf(s.random, [0, -1, 1]) })],
      [2, () => s.emit(oneOf(s.random, slowRows), { dst: register, src: dst, imm: immediate(s.random) })],
      [2, () => {}],
    ])();
  set(dst);
  if (row.source === 'reg') set(src);
  s.emit(row, { dst, src, imm: immediate(s.random) });
  if (happens(s.random, 0.5))
    s.emit(oneOf(s.random, slowRows), { dst: s.target(), src: dst, imm: immediate(s.random) });
};

/** A word of the frame that {@link chain} keeps the address of the data slot in. */
const keptAt = -8;

/** Ways to bring the address of the data slot into a register, each from another unit of the pipeline. */
const producers: readonly ((s: Sketch, register: number) => void)[] = [
  (s, dst) => s.emit('mov-reg', { dst, src: s.base }),
  (s, dst) => {
    s.emit('mov-reg', { dst, src: s.base });
    s.emit('add-imm', { dst, imm: 0 });
  },
  (s, dst) => {
    s.emit('mov-reg', { dst, src: s.base });
    s.emit('mul-imm', { dst, imm: 1 });
  },
  (s, dst) => {
    s.emit('mov-reg', { dst, src: s.base });
    s.emit('div-imm', { dst, imm: 1 });
  },
  (s, dst) => s.lddw(dst, [DataBase, 0]),
  (s, dst) => s.emit('ldxdw', { dst, src: 10, off: keptAt }),
  (s, dst) => {
    s.emit('mov-imm', { dst, imm: 0 });
    s.emit('lock-fetch-or', { dst: 10, src: dst, off: keptAt });
  },
  (s, dst) => {
    s.emit('mov-reg', { dst, src: s.base });
    s.emit('xchg', { dst: 10, src: dst, off: keptAt });
  },
  (s, dst) => {
    s.emit('ldxdw', { dst: 0, src: 10, off: keptAt });
    s.emit('cmpxchg', { dst: 10, src: s.base, off: keptAt });
    if (dst !== 0) s.emit('mov-reg', { dst, src: 0 });
  },
  (s, dst) => {
    s.emit('ldxw', { dst, src: 10, off: keptAt });
    s.emit('mov32-reg', { dst, src: dst });
  },
];

/** What may use it: as a number, */
const calculations: readonly ((s: Sketch, register: number) => void)[] = [
  (s, src) => s.emit('add-reg', { dst: s.target(), src }),
  (s, dst) => s.emit('add-imm', { dst, imm: immediate(s.random) }),
  (s, src) => s.emit('mul-reg', { dst: s.target(), src }),
  (s, src) => s.emit('div-reg', { dst: s.target(), src }),
  (s, dst) => s.emit('mod-reg', { dst, src: s.source() }),
  (s, src) => s.emit('stxw', { dst: s.base, src, off: between(s.random, 0, 70) }),
  (s, src) => s.emit('lock-xor32', { dst: s.base, src, off: 4 * between(s.random, 0, 20) }),
  (s, src) => s.emit('xchg', { dst: s.base, src, off: 8 * between(s.random, 0, 9) }),
  (s, src) => s.emit('cmpxchg', { dst: s.base, src, off: 8 * between(s.random, 0, 9) }),
  (s, dst) => s.jump(equality(s), s.ahead(s.random.below(3)), { dst, src: s.base }),
  (s, src) => s.jump(order(s), s.ahead(s.random.below(3)), { dst: s.base, src }),
];
const equality = (s: Sketch): string => oneOf(s.random, ['jeq-reg', 'jne-reg', 'jgt32-reg']);
const order = (s: Sketch): string => oneOf(s.random, ['jle-reg', 'jslt-reg', 'jset-reg']);

/** and as an address. */
const accesses: readonly ((s: Sketch, register: number) => void)[] = [
  (s, src) => s.emit('ldxdw', { dst: s.target(), src, off: 8 * between(s.random, 0, 9) }),
  (s, src) => s.emit('ldxsb', { dst: src, src, off: between(s.random, 0, 70) }),
  (s, dst) => s.emit('stxdw', { dst, src: dst, off: between(s.random, 0, 70) }),
  (s, dst) => s.emit('stb', { dst, imm: -1, off: between(s.random, 0, 70) }),
  (s, dst) => s.emit('lock-fetch-add', { dst, src: s.target(), off: 8 * between(s.random, 0, 9) }),
  (s, dst) => s.emit('xchg32', { dst, src: dst, off: 4 * between(s.random, 0, 19) }),
  (s, dst) => s.emit('cmpxchg', { dst, src: s.source(), off: 8 * between(s.random, 0, 9) }),
];

/** What comes between the two: takes a cycle, or several. */
const delays: readonly ((s: Sketch, other: number) => void)[] = [
  filler,
  (s, dst) => s.emit('mov-imm', { dst, imm: 1 }),
  (s, dst) => s.emit('mul-imm', { dst, imm: 3 }),
  (s) => s.emit('stdw', { dst: s.base, off: 64, imm: 5 }),
  (s, dst) => s.emit('ldxb', { dst, src: s.base, off: 3 }),
  (s) => {
    const next = {};
    s.jump('ja', next);
    s.place(next);
  },
];

/** Something that makes a value, nothing to five others, and what uses the value: every pair of units at every distance. */
export const chain: Statement = (s) => {
  const register = s.target();
  const other = oneOf(
    s.random,
    s.free.filter((free) => free !== register),
  );
  s.emit('stxdw', { dst: 10, src: s.base, off: keptAt });
  oneOf(s.random, producers)(s, register);
  for (
    let n = weighted(s.random, [
      [4, 0],
      [3, 1],
      [3, 2],
      [2, 3],
      [1, 4],
      [1, 5],
    ]);
    n > 0;
    n--
  )
    oneOf(s.random, delays)(s, other);
  oneOf(s.random, happens(s.random, 0.5) ? calculations : accesses)(s, register);
  if (happens(s.random, 0.5)) oneOf(s.random, calculations)(s, register);
};

/** A value that goes from load to store, from store to load, or through an atomic, with itself as the other operand. */
export const throughMemory: Statement = (s) => {
  const register = s.target();
  const rows = [oneOf(s.random, memoryRows.loads), oneOf(s.random, memoryRows.stores), oneOf(s.random, memoryRows.any)];
  for (const row of rows) access(s, row, { value: register });
};
