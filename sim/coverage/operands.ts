/** Values of operands at which arithmetic, comparisons and accesses can go wrong, and how two operands relate. */
import type { Instruction } from '../../gen/ebpf/isa.ts';
import type { Coverpoints, Wanted } from './bins.ts';
import type { Code } from './code.ts';
import { relationsOf } from './relations.ts';
import * as rows from './rows.ts';
import { oncePerStep, type Step } from './step.ts';

const unsigned = (width: number, value: bigint): bigint => BigInt.asUintN(width, value);
const signed = (width: number, value: bigint): bigint => BigInt.asIntN(width, value);

/** Corner values of a width, by name. */
export function corners(width: number): ReadonlyMap<string, bigint> {
  const top = 1n << BigInt(width - 1);
  const all = (1n << BigInt(width)) - 1n;
  const pattern = (byte: bigint): bigint => unsigned(width, byte * 0x0101_0101_0101_0101n);
  const values: [string, bigint][] = [
    ['0', 0n],
    ['1', 1n],
    ['-1', all],
    ['largest signed', top - 1n],
    ['smallest signed', top],
    ['bits 0101', pattern(0x55n)],
    ['bits 1010', pattern(0xaan)],
  ];
  if (width === 64) {
    values.push(
      ['largest signed of 32 bits', 0x7fff_ffffn],
      ['2^31', 0x8000_0000n],
      ['smallest signed of 32 bits', unsigned(64, -0x8000_0000n)],
      ['2^32 - 1', 0xffff_ffffn],
      ['2^32', 1n << 32n],
    );
  }
  return new Map(values);
}

/** The two operands of an instruction, cut to its width. */
interface Pair {
  readonly left: bigint;
  readonly right: bigint;
}

const pairOf = oncePerStep(({ row, slot, registers }): Pair => {
  const { width, source } = row!;
  const right = source === 'reg' ? registers[slot.src]! : BigInt(slot.imm);
  return { left: unsigned(width, registers[slot.dst] ?? 0n), right: unsigned(width, right) };
});

/** Gives an instruction two operands: the second from a register or as immediate, whichever it takes. */
const giving =
  (row: Instruction, left: bigint, right: bigint) =>
  (code: Code): void =>
    code.perform(row, row.source === 'reg' ? { left, right } : { left, imm: Number(signed(32, right)) });

const ok = (step: Step): boolean => step.error === undefined;

/** Bins for the two operands of arithmetic and of conditional jumps. */
function* binary(row: Instruction): Generator<Wanted> {
  const { width } = row;
  const other = 3n;
  if (rows.readsOf(row).includes('dst')) {
    for (const [label, value] of corners(width)) {
      const hit = (step: Step): boolean => ok(step) && pairOf(step).left === value;
      yield { aspect: 'left', label, hit, scene: giving(row, value, other) };
    }
  }
  for (const [label, value] of corners(width)) {
    const hit = (step: Step): boolean => ok(step) && pairOf(step).right === value;
    yield { aspect: 'right', label, hit, scene: giving(row, other, value), immediate: value };
  }
  if (width === 32) yield* upperHalves(row);
  for (const { label, holds, of } of relationsOf(row)) {
    const hit = (step: Step): boolean => {
      if (!ok(step)) return false;
      const { left, right } = pairOf(step);
      return holds(left, right);
    };
    yield { aspect: 'both', label, hit, scene: giving(row, ...of), immediate: unsigned(width, of[1]) };
  }
}

/** Operations on 32 bits must not look at the upper halves. */
function* upperHalves(row: Instruction): Generator<Wanted> {
  const dirty = 0xdead_beef_0000_0005n;
  const upper = (value: bigint): boolean => value >> 32n !== 0n;
  const reads = rows.readsOf(row);
  if (reads.includes('dst')) {
    const hit = ({ registers, slot, error }: Step): boolean => !error && upper(registers[slot.dst]!);
    yield { aspect: 'left', label: 'upper half not zero', hit, scene: (code) => code.perform(row, { left: dirty }) };
  }
  if (reads.includes('src')) {
    const hit = ({ registers, slot, error }: Step): boolean => !error && upper(registers[slot.src]!);
    yield { aspect: 'right', label: 'upper half not zero', hit, scene: (code) => code.perform(row, { right: dirty }) };
  }
}

/** One operand: negation, byte swaps, sign extension. */
function* unary(row: Instruction, from: number): Generator<Wanted> {
  const [field, side] = row.source === 'reg' ? (['src', 'right'] as const) : (['dst', 'left'] as const);
  for (const [label, value] of corners(from)) {
    const hit = (step: Step): boolean => ok(step) && unsigned(from, pairOf(step)[side]) === value;
    const scene = (code: Code): void => code.perform(row, { left: value, right: value });
    yield { aspect: 'value', label, hit, scene };
  }
  if (from === 64) return;
  const dirty = 0xdead_beef_f00d_0000n | (from === 32 ? 0n : 0xffn);
  const hit = ({ registers, slot, error }: Step): boolean => !error && registers[slot[field]]! >> BigInt(from) !== 0n;
  const scene = (code: Code): void => code.perform(row, { left: dirty, right: dirty });
  yield { aspect: 'value', label: 'bits above the width', hit, scene };
}

/** What a load brings, what a store or an atomic is given, and what an atomic finds. */
function* transferred(row: Instruction): Generator<Wanted> {
  const { width, operation } = row;
  const place = 0x1000_0100n;
  for (const [label, value] of corners(width)) {
    if (rows.isLoad(row)) {
      const hit = ({ result }: Step): boolean => result !== undefined && unsigned(width, result) === value;
      const scene = (code: Code): void => {
        code.store(place, value, width / 8);
        code.perform(row, { place });
      };
      yield { aspect: 'loaded', label, hit, scene };
      continue;
    }
    const scene = (code: Code): void => code.perform(row, { place, right: value, imm: Number(signed(32, value)) });
    yield { aspect: 'data', label, hit: (step) => ok(step) && pairOf(step).right === value, scene, immediate: value };
    if (!rows.isAtomic(row) || row.writes.length < 2) continue;
    const found = ({ result }: Step): boolean => result === value;
    const finding = (code: Code): void => {
      code.store(place, value, width / 8);
      code.perform(row, { place });
    };
    yield { aspect: 'found', label, hit: found, scene: finding };
  }
  if (operation === 'cmpxchg') yield* compared(row);
}

function* compared(row: Instruction): Generator<Wanted> {
  const { width } = row;
  const place = 0x1000_0100n;
  const scene =
    (memory: bigint, r0: bigint) =>
    (code: Code): void => {
      code.store(place, memory);
      code.perform(row, { place, r0 });
    };
  const upper = ({ registers, result }: Step): boolean => (registers[0]! ^ (result ?? 0n)) >> 32n !== 0n;
  const lower = ({ registers, result }: Step): boolean => unsigned(32, registers[0]! ^ (result ?? 0n)) !== 0n;
  yield { aspect: 'compare', label: 'equal', hit: ({ wrote }) => wrote, scene: scene(7n, 7n) };
  yield { aspect: 'compare', label: 'unequal', hit: (step) => ok(step) && !step.wrote, scene: scene(7n, 8n) };
  if (width === 64) {
    yield {
      aspect: 'compare',
      label: 'unequal in the upper half only',
      hit: (step) => ok(step) && upper(step) && !lower(step),
      scene: scene(7n, 7n | (1n << 40n)),
    };
    yield {
      aspect: 'compare',
      label: 'unequal in the lower half only',
      hit: (step) => ok(step) && !upper(step) && lower(step),
      scene: scene(7n | (1n << 40n), 8n | (1n << 40n)),
    };
  } else {
    yield {
      aspect: 'compare',
      label: 'equal, with an upper half in r0',
      hit: (step) => step.wrote && upper(step),
      scene: scene(7n, 7n | (1n << 40n)),
    };
  }
}

/** 64-bit immediates. */
function* wide(row: Instruction): Generator<Wanted> {
  for (const [label, value] of corners(64)) {
    yield {
      aspect: 'immediate',
      label,
      hit: ({ result }) => result === value,
      scene: (code) => wideOf(code, row, value),
    };
  }
}

function wideOf(code: Code, row: Instruction, value: bigint): void {
  const at = code.emit(row, { dst: 3, imm: Number(signed(32, value)) });
  code.slots[at + 1] = { ...code.slots[at + 1]!, imm: Number(signed(32, value >> 32n)) };
}

export const operands: Coverpoints = (row) => {
  if (rows.accessOf(row)) return transferred(row);
  if (row.operation === 'lddw') return wide(row);
  if (rows.isConditional(row)) return binary(row);
  if (!rows.isArithmetic(row)) return [];
  if (row.operation === 'movsx') return unary(row, Number(row.off));
  return row.source === 'none' ? unary(row, row.width) : binary(row);
};
