/** Random choices from a seed, and slot memories that behave at random. */
import { random, type Random } from '../../../../sim/shell/random.ts';
import type { Behaviour } from './memory-unit-bench.ts';

/** Random choices. */
export class Dice {
  readonly #random: Random;
  constructor(seed: number) {
    this.#random = random(seed);
  }
  /** 0 to n - 1. */
  below(n: number): number {
    return this.#random.below(n);
  }
  chance(probability: number): boolean {
    return this.#random.next() < probability;
  }
  pick<T>(...from: T[]): T {
    return from[this.below(from.length)]!;
  }
  /** 64 bits, of which few may be set. */
  bits(): bigint {
    const word = (): bigint => (BigInt(this.below(2 ** 32)) << 32n) | BigInt(this.below(2 ** 32));
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
