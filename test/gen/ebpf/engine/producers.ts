/** Data in the slot, and the ways in which its first word comes into a register. */

export const data = Uint8Array.from({ length: 64 }, (_, i) => i + 1);

/** The first word. Programs that use what is below have it in r7, too. */
export const first = 0x0807_0605_0403_0201n;

/** Source that brings the word into a register; `base` points to the slot. */
export const producers: Readonly<Record<string, (register: string, base?: string) => string>> = {
  load: (register, base = 'r1') => `${register} = *(u64 *)(${base} + 0)`,
  sum: (register) => `${register} = r7\n${register} += 0`,
  product: (register) => `${register} = r7\n${register} *= 1`,
  quotient: (register) => `${register} = r7\n${register} /= 1`,
  lddw: (register) => `${register} = ${first} ll`,
  'fetching atomic': (register, base = 'r1') =>
    `${register} = 0\n${register} = atomic_fetch_or((u64 *)(${base} + 0), ${register})`,
};
