/** Statements that reach memory, and where to: ends of words, lines, slots and frames. */
import { instructions, StackBytes, type Instruction } from '../../gen/ebpf/isa.ts';
import { between, happens, immediate, oneOf, weighted } from './chance.ts';
import type { Sketch } from './sketch.ts';

const isAtomic = ({ group }: Instruction): boolean => group.startsWith('atomic');
const loads = instructions.filter(({ operation }) => operation === 'load' || operation === 'loadSigned');
const stores = instructions.filter(({ operation }) => operation === 'store');
const atomics = instructions.filter(isAtomic);
export const memoryRows = { loads, stores, atomics, any: [...loads, ...stores, ...atomics] } as const;

const lineBytes = 64;

/** An address: register plus offset. */
interface Place {
  readonly register: number;
  readonly off: number;
}

/** Share of the accesses that may miss what is the program's own: most programs are to run on. */
const wrong = 0.004;

/** A byte of the data slot, such that `bytes` from there are in it. */
function inSlot(s: Sketch, bytes: number): number {
  const { dataBytes, cacheLines } = s.limits;
  const last = dataBytes - bytes;
  const at = weighted(s.random, [
    [5, () => s.random.below(40)],
    [3, () => between(s.random, 48, 260)],
    // Across a line, or just not.
    [4, () => lineBytes * between(s.random, 1, 6) - between(s.random, 0, 8)],
    // The same place of the cache as what was there before.
    [
      3,
      () =>
        cacheLines * lineBytes * s.random.below(Math.ceil(dataBytes / (cacheLines * lineBytes))) + s.random.below(72),
    ],
    [2, () => last - s.random.below(9)],
    [1, () => s.random.below(dataBytes)],
  ])();
  return Math.min(Math.max(0, at), last);
}

/** The same of the stack, as a distance from r10. */
function inFrame(s: Sketch, bytes: number): number {
  const above = s.depth > 0 ? StackBytes : 0;
  return weighted(s.random, [
    [6, () => -bytes - s.random.below(40)],
    [2, () => -lineBytes * between(s.random, 1, 7) - between(s.random, 0, bytes)],
    [2, () => -StackBytes + s.random.below(9)],
    [1, () => -between(s.random, bytes, StackBytes)],
    // The caller's frame, which is live, and the edge between the two.
    [above > 0 ? 4 : 0, () => between(s.random, -bytes, above - bytes)],
    [above > 0 ? 2 : 0, () => -s.random.below(bytes)],
  ])();
}

/** Somewhere just outside, or far away. */
const outside = (s: Sketch): readonly [register: number, at: number] =>
  weighted<() => readonly [number, number]>(s.random, [
    [3, () => [s.base, -between(s.random, 1, 9)]],
    [3, () => [s.base, s.limits.dataBytes - s.random.below(8)]],
    [3, () => [10, -between(s.random, 0, 7)]],
    [3, () => [10, -StackBytes - between(s.random, 1, 8)]],
    [1, () => [10, between(s.random, -0x8000, 0x7fff)]],
    [1, () => [s.base, between(s.random, -0x8000_0000, 0x7fff_ffff)]],
    [1, () => [s.source(), between(s.random, -0x8000, 0x7fff)]],
  ])();

/** Makes the address of a byte, with a pointer that is computed just before where the offset alone does not reach, or for a change. */
function place(s: Sketch, register: number, at: number): Place {
  const reaches = at >= -0x8000 && at <= 0x7fff;
  if (reaches && happens(s.random, 0.75)) return { register, off: at };
  const pointer = oneOf(s.random, s.free);
  const off = happens(s.random, 0.5) ? 0 : between(s.random, -100, 100);
  s.emit('mov-reg', { dst: pointer, src: register });
  if (happens(s.random, 0.8)) s.emit('add-imm', { dst: pointer, imm: at - off });
  else s.emit('sub-imm', { dst: pointer, imm: off - at });
  return { register: pointer, off };
}

/** Which byte, and how sure it is to be one of the program's. @param kind of memory; either unless told */
function anywhere(s: Sketch, row: Instruction, kind?: 'slot' | 'stack'): Place {
  const bytes = row.width / 8;
  if (happens(s.random, wrong)) return place(s, ...outside(s));
  const inStack = kind ? kind === 'stack' : happens(s.random, 0.35);
  const at = inStack ? inFrame(s, bytes) : inSlot(s, bytes);
  const skew = isAtomic(row) && !happens(s.random, wrong) ? ((at % bytes) + bytes) % bytes : 0;
  return place(s, inStack ? 10 : s.base, at - skew);
}

export interface AccessOptions {
  /** The register that is loaded or stored. */
  readonly value?: number;
  /** The address, when it is known already. */
  readonly at?: Place;
  readonly kind?: 'slot' | 'stack';
}

/** One access by that instruction. */
export function access(
  s: Sketch,
  row: Instruction,
  { value, kind, at = anywhere(s, row, kind) }: AccessOptions = {},
): void {
  const { register, off } = at;
  if (row.operation.startsWith('load')) {
    s.emit(row, { dst: value ?? s.target(), src: register, off });
    return;
  }
  const into = row.src === 'written' || row.writes.includes('r0');
  const data = value ?? (into ? s.target() : s.source());
  s.emit(row, { dst: register, src: data, off, imm: immediate(s.random) });
}

export const load = (s: Sketch): void => access(s, oneOf(s.random, loads));
export const store = (s: Sketch): void => access(s, oneOf(s.random, stores));
export const atomic = (s: Sketch): void => access(s, oneOf(s.random, atomics));

/** Accesses right behind each other that touch the same bytes, or the ones beside them. */
export function overlapping(s: Sketch): void {
  const first = oneOf(s.random, happens(s.random, 0.7) ? stores : memoryRows.any);
  const at = anywhere(s, first);
  access(s, first, { at, value: other(s, at.register) });
  for (let n = between(s.random, 1, 4); n > 0; n--) {
    const isDirect = at.register === 10 || at.register === s.base;
    const plain = happens(s.random, 0.7) ? loads : stores;
    const row = oneOf(s.random, isDirect && happens(s.random, 0.25) ? atomics : plain);
    const off = isDirect ? beside(s, at, row) : at.off;
    access(s, row, { at: { register: at.register, off }, value: other(s, at.register) });
  }
}

/** A register to load or store, and not the one that holds the address. */
const other = (s: Sketch, address: number): number =>
  oneOf(
    s.random,
    (happens(s.random, 0.8) ? s.hot : s.free).filter((register) => register !== address),
  );

/** An offset near another that leaves neither slot nor frame at the end where it is. */
function beside(s: Sketch, { register, off }: Place, row: Instruction): number {
  const bytes = row.width / 8;
  const near = off + (happens(s.random, 0.4) ? 0 : between(s.random, -bytes, 8));
  const inside = register === 10 ? Math.min(near, s.depth > 0 ? near : -bytes) : Math.max(near, 0);
  const aligned = isAtomic(row) ? inside - (((inside % bytes) + bytes) % bytes) : inside;
  return Math.max(-0x8000, Math.min(0x7fff, aligned));
}

/** Every line, or every other, upwards or downwards: what is fetched ahead is right, wrong, or too late. */
export function stream(s: Sketch): void {
  const lines = Math.floor(s.limits.dataBytes / lineBytes);
  const step = oneOf(s.random, [1, 1, 1, 2, -1, 7]);
  const count = between(s.random, 3, 8);
  let line = s.random.below(Math.min(lines, 500));
  for (let n = 0; n < count; n++, line += step) {
    const at = (((line % lines) + lines) % lines) * lineBytes + s.random.below(8) * 8;
    if (at > 0x7fff) continue;
    const row = oneOf(s.random, happens(s.random, 0.8) ? loads : stores);
    access(s, row, { at: { register: s.base, off: at } });
  }
}

/**
 * A line that is asked for, by a load in front of it or ahead of all loads, and written before it arrives; then read, at
 * once or when it has long been there.
 */
export function race(s: Sketch): void {
  const lines = Math.min(Math.floor(s.limits.dataBytes / lineBytes), 500);
  const line = s.random.below(lines - 2);
  const load = (of: number): void =>
    access(s, oneOf(s.random, loads), { at: { register: s.base, off: of * lineBytes + 8 * s.random.below(7) } });
  const written = line + s.random.below(2);
  const off = written * lineBytes + 8 * s.random.below(7);
  load(line);
  // What uses the register of a load waits for it; stores do not.
  for (let n = s.random.below(3); n > 0; n--) s.emit('stdw', { dst: s.base, off: off ^ 8, imm: n });
  const row = oneOf(s.random, happens(s.random, 0.8) ? stores : atomics);
  access(s, row, { at: { register: s.base, off } });
  for (let n = oneOf(s.random, [0, 0, 1, 3, 8, 20]); n > 0; n--)
    s.emit('mov-imm', { dst: oneOf(s.random, s.free), imm: n });
  access(s, oneOf(s.random, loads), { at: { register: s.base, off } });
  if (happens(s.random, 0.4)) load(written);
}
