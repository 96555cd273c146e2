/** Where everything lives in linear memory. All addresses are in bytes. */
import type { Check, Design, Register, Write } from './design.ts';
import { wordsIn, wordWidth, type MemoryState } from './graph.ts';
import type { Plan, Region } from './partition.ts';

/** Registers that the same regions read: they are copied together after an edge. */
export interface Bank {
  /** Of the current values; a multiple of 16. */
  readonly address: number;
  readonly size: number;
  readonly readers: readonly Region[];
}

/** Where the operands of a write port wait for the edge. */
export interface Staged {
  /** Byte that is 1 while the port writes. */
  readonly enable: number;
  readonly address: number;
  readonly data: readonly number[];
  readonly mask?: readonly number[];
}

/** After the last row follows one of zeros: what is read past the end. */
export interface Rows {
  readonly address: number;
  /** Bytes from row to row: 1, 2, 4 or a multiple of 8. */
  readonly stride: number;
}

export interface Layout {
  /** One byte a region: something that it reads has changed. */
  readonly dirty: number;
  /** One byte a region: it has left next values for its registers since the last edge. */
  readonly pending: number;
  /** Number of assertions that are violated. */
  readonly violations: number;
  /** Stored words, and nodes that a region leaves for others; by id. */
  readonly stored: readonly (number | undefined)[];
  /** Distance from a register's current value to its next one. */
  readonly next: number;
  readonly banks: ReadonlyMap<Region, readonly Bank[]>;
  readonly writes: ReadonlyMap<Write, Staged>;
  /** First of the enable bytes; their number is a multiple of 8. */
  readonly enables: number;
  readonly checks: ReadonlyMap<Check, number>;
  readonly memories: ReadonlyMap<MemoryState, Rows>;
  readonly size: number;
}

/** Bytes of a stored word. */
export const sizeOf = (width: number): number => (width <= 32 ? 4 : 8);

export const byteSizeOf = (width: number): number => (width <= 8 ? 1 : width <= 16 ? 2 : sizeOf(width));

/** Bytes of a row of a memory. */
export const rowSize = (width: number): number => (width <= 64 ? byteSizeOf(width) : 8 * wordsIn(width));

/** Words of a memory's row: which, how many bits, how many bytes. Word `at` begins at byte `8 * at`. */
export function rowWords(width: number): { at: number; width: number; bytes: number }[] {
  return Array.from({ length: wordsIn(width) }, (_, at) => {
    const bits = wordWidth(width, at);
    return { at, width: bits, bytes: width <= 64 ? byteSizeOf(bits) : sizeOf(bits) };
  });
}

type Take = (size: number, align?: number) => number;

export function layOut(design: Design, plan: Plan): Layout {
  let top = 0;
  const take: Take = (size, align = size) => {
    const address = Math.ceil(top / align) * align;
    top = address + size;
    return address;
  };
  const takeWord = (width: number): number => take(sizeOf(width));
  const eights = (count: number): number => 8 * Math.ceil(count / 8);
  const violations = take(8);
  const dirty = take(eights(plan.regions.length), 8);
  const pending = take(eights(plan.regions.length), 8);
  const enables = take(eights(design.writes.length), 8);

  const stored: (number | undefined)[] = Array.from({ length: design.nodes.length });
  for (const word of design.inputs) stored[word.id] = takeWord(word.width);
  const current = take(0, 16);
  const banks = new Map(plan.regions.map((region) => [region, placeBanks(region, plan, stored, take)]));
  const next = take(0, 16) - current;
  take(next, 16);
  for (const { exports } of plan.regions) for (const { id, width } of exports) stored[id] = takeWord(width);

  const writes = design.writes.map((write, i): [Write, Staged] => {
    const mask = write.mask?.map(({ width }) => takeWord(width));
    const data = write.data.map(({ width }) => takeWord(width));
    return [write, { enable: enables + i, address: take(4), data, ...(mask ? { mask } : {}) }];
  });
  const checks = design.checks.map((check): [Check, number] => [check, take(4)]);
  const memories = [...design.tables, ...design.memories].map((memory): [MemoryState, Rows] => {
    const stride = rowSize(memory.width);
    return [memory, { address: take(stride * (memory.depth + 1), 16), stride }];
  });
  return {
    dirty,
    pending,
    violations,
    stored,
    next,
    banks,
    writes: new Map(writes),
    enables,
    checks: new Map(checks),
    memories: new Map(memories),
    size: take(0, 64),
  };
}

/** Registers of a region, those with the same readers side by side; the words of one register are never parted. */
function placeBanks({ registers }: Region, { readers }: Plan, stored: (number | undefined)[], take: Take): Bank[] {
  const groups = new Map<string, { readers: readonly Region[]; registers: Register[] }>();
  for (const register of registers) {
    const all = new Set(register.words.flatMap(({ word }) => readers[word.id] ?? []));
    const sorted = [...all].sort((a, b) => a.index - b.index);
    const key = sorted.map(({ index }) => index).join();
    const group = groups.get(key) ?? { readers: sorted, registers: [] };
    groups.set(key, group);
    group.registers.push(register);
  }
  return [...groups.values()].map((group) => {
    const address = take(0, 16);
    for (const { words } of group.registers) for (const { word } of words) stored[word.id] = take(sizeOf(word.width));
    return { address, size: take(0, 16) - address, readers: group.readers };
  });
}
