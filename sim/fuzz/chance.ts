/** Drawing from one seed: every choice of a campaign comes from here, and repeats with its seed. */
import { random, type Random } from '../shell/random.ts';

export type { Random };

/** A whole number in [low, high]. */
export const between = (random: Random, low: number, high: number): number => low + random.below(high - low + 1);

export const oneOf = <T>(random: Random, list: readonly T[]): T => list[random.below(list.length)]!;

/** True for that share, 0 to 1, of the draws. */
export const happens = (random: Random, share: number): boolean => random.next() < share;

/** One of the values, as often as its weight is of the sum of all. */
export function weighted<T>(random: Random, table: readonly (readonly [weight: number, value: T])[]): T {
  let left = random.next() * table.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, value] of table) if ((left -= weight) < 0) return value;
  return table.at(-1)![1];
}

/** A sequence of its own for each place: what is drawn for one program does not depend on the programs before it. */
export function randomAt(seed: number, ...place: readonly number[]): Random {
  // The seed is a step like the others: left as it is, neighbouring seeds would give the same programs in another order.
  let mixed = 0;
  for (const step of [seed, ...place]) {
    mixed = Math.imul(mixed ^ (step + 0x9e37_79b9), 0x85eb_ca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2_ae35);
    mixed = (mixed ^ (mixed >>> 13)) >>> 0;
  }
  return random(mixed);
}

const edges32 = [0, 1, 2, 3, 7, 8, 16, 31, 32, 33, 63, 64, 65, 255, 256, 0x7fff, 0x8000, 0xffff, 0x1_0000] as const;
const signed32 = [0x7fff_ffff, -0x8000_0000, -0x7fff_ffff, -1, -2, -8, -256, -0x8000] as const;

/** An immediate at which arithmetic goes wrong, a small one, or any. */
export const immediate = (random: Random): number =>
  weighted(random, [
    [3, () => oneOf(random, edges32)],
    [3, () => oneOf(random, signed32)],
    [2, () => between(random, -20, 20)],
    [2, () => between(random, -0x8000_0000, 0x7fff_ffff)],
  ])();

/** A 64-bit word of the same kind, as two halves of 32 bits: low, high. */
export const word = (random: Random): readonly [low: number, high: number] =>
  weighted<() => readonly [number, number]>(random, [
    [3, () => [immediate(random), 0]],
    [3, () => [immediate(random), -1]],
    [1, () => [0, -0x8000_0000]],
    [1, () => [-1, 0x7fff_ffff]],
    [2, () => [0, immediate(random)]],
    [1, () => powerOfTwo(random.below(64), between(random, -1, 1))],
    [2, () => [immediate(random), immediate(random)]],
  ])();

function powerOfTwo(exponent: number, more: number): readonly [number, number] {
  const value = BigInt.asUintN(64, (1n << BigInt(exponent)) + BigInt(more));
  return [Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n))];
}

/** Bytes of such words. */
export function bytesOfWords(random: Random, length: number): Uint8Array {
  const words = Int32Array.from({ length: 2 * Math.ceil(length / 8) });
  for (let i = 0; i < words.length; i += 2) words.set(word(random), i);
  return new Uint8Array(words.buffer, 0, length);
}
