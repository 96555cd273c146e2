/** Random choices from a seed, and slot memories that behave at random. */
import type { Behaviour } from './memory-unit-bench.ts';

/** Mulberry32. */
export class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = seed | 0;
  }
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  }
  /** 0 to n - 1. */
  below(n: number): number {
    return Math.floor((this.#next() / 2 ** 32) * n);
  }
  chance(probability: number): boolean {
    return this.#next() / 2 ** 32 < probability;
  }
  pick<T>(...from: T[]): T {
    return from[this.below(from.length)]!;
  }
  /** 64 bits, of which few may be set. */
  bits(): bigint {
    const word = (): bigint => (BigInt(this.#next()) << 32n) | BigInt(this.#next());
    return this.chance(0.3) ? word() & word() & word() : word();
  }
}

/** Slot memories from prompt to erratic. */
export const moods: Readonly<Record<string, (dice: Dice) => Behaviour>> = {
  prompt: (dice) =>
    behave(
      dice,
      () => true,
      () => 0,
      () => 1,
    ),
  usual: (dice) =>
    behave(
      dice,
      () => dice.chance(0.9),
      () => 1,
      () => 3,
    ),
  slow: (dice) =>
    behave(
      dice,
      () => dice.chance(0.3),
      () => dice.below(8),
      () => 1 + dice.below(20),
    ),
  'in bursts': (dice) => {
    let open = true;
    return behave(
      dice,
      () => (open = dice.chance(0.03) ? !open : open),
      () => dice.below(3),
      () => (dice.chance(0.05) ? 40 : 1),
    );
  },
};

function behave(dice: Dice, ready: () => boolean, serveDelay: () => number, respondDelay: () => number): Behaviour {
  return { ready, serveDelay, respondDelay, snoopsNow: () => dice.chance(0.3), others: () => {} };
}
