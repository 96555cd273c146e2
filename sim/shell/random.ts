/** Chance that repeats: the same seed gives the same run. */
export interface Random {
  /** Evenly distributed in [0, 1). */
  readonly next: () => number;
  /** A whole number in [0, n). */
  below(n: number): number;
  /** A sequence of its own, so that what one party draws does not change what another gets. */
  fork(): Random;
}

/** Mulberry32. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  const word = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const self: Random = {
    next: () => word() / 2 ** 32,
    below: (n) => Math.floor(self.next() * n),
    fork: () => random(word()),
  };
  return self;
}

/** Says for each cycle whether a party pauses: single cycles and now and then longer pauses, `share` of the time. */
export function pauses(random: Random, share: number): () => boolean {
  if (share <= 0) return () => false;
  let left = 0;
  return () => {
    if (left > 0) return left-- > 0;
    // A pause takes 2.75 cycles on average, the stretch before the next one what the share leaves.
    if (random.next() >= share / (share + 2.75 * (1 - share))) return false;
    left = random.next() < 0.75 ? 0 : random.below(15);
    return true;
  };
}
