/** The words of the bus that a register map is read and written by. */
import { bitsFor, bool, cat, u } from '../hdl/index.ts';
import type { Bool, UInt } from '../hdl/index.ts';
import { report } from '../hdl/report.ts';
import { offsetsOf } from '../ir/register-map.ts';
import type { AccessBus } from './axi-lite.ts';
import { wordBytes, type Placed } from './registers-place.ts';
import type { RegisterMap } from './registers.ts';

export const wordBits = 8 * wordBytes;

/** Where in the map an access goes. */
export interface LocalAddress {
  /** The address is below the end of the last register, rounded up to a power of two. */
  readonly within: Bool;
  /** Number of the word, of as many bits as the registers need. */
  readonly word: UInt;
}

export function localAddress(map: RegisterMap, { address }: AccessBus): LocalAddress {
  const ends = map.registers.flatMap((register) => offsetsOf(register).map((offset) => offset + register.bytes));
  const bits = bitsFor(Math.max(2 * wordBytes, ...ends));
  const all = Math.min(bitsFor(map.bytes), address.width);
  if (all < bits) {
    report('H063', `map \`${map.name}\` needs addresses of ${bits} bits, but the bus has ${address.width}`);
    return { within: bool.of(0), word: u(bits - 2).of(0) };
  }
  return { within: all > bits ? address.slice(bits, all - bits).eq(0) : bool.of(1), word: address.slice(2, bits - 2) };
}

/** A bit range of a field within one byte or word. */
export interface Piece {
  /** Number of the word. */
  readonly word: number;
  /** Lowest bit in the word, and in the field. */
  readonly lo: number;
  readonly from: number;
  readonly width: number;
}

/** A field's bits by the bytes they lie in, or other units, lowest first; `at` is its position in the map, in bits. */
export function piecesOf(at: number, width: number, unit = 8): Piece[] {
  const pieces: Piece[] = [];
  for (let bit = at; bit < at + width;) {
    const end = Math.min(unit * Math.floor(bit / unit) + unit, at + width);
    pieces.push({ word: Math.floor(bit / wordBits), lo: bit % wordBits, from: bit - at, width: end - bit });
    bit = end;
  }
  return pieces;
}

/** Numbers of the words that a register touches with its fields. */
export function wordsOf(register: Placed): number[] {
  return offsetsOf(register).flatMap((offset) =>
    register.fields.flatMap(({ lo, type }) => piecesOf(8 * offset + lo, type.width, wordBits).map(({ word }) => word)),
  );
}

/** Values at their positions in `width` bits, in ascending order; 0 between them. */
export function packed(parts: readonly { readonly lo: number; readonly value: UInt }[], width: number): UInt {
  const ascending: UInt[] = [];
  let next = 0;
  for (const { lo, value } of parts) {
    if (lo > next) ascending.push(u(lo - next).of(0));
    ascending.push(value);
    next = lo + value.width;
  }
  if (next < width) ascending.push(u(width - next).of(0));
  return cat(...ascending.toReversed());
}
