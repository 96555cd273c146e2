/** Dependences that random programs seldom meet: each instruction right behind, and a little behind, what it needs. */
import { expect, test } from 'vitest';
import { benchOf, programOf, randomFrom, small } from './bench.ts';
import { data, first, producers } from './producers.ts';

const bench = benchOf(small);
/** What may use it, and what r0 is then. */
const consumers: readonly (readonly [string, string, string, bigint])[] = [
  ['arithmetic', 'r3', 'r3 += 1\nr0 = r3', first + 1n],
  ['a jump', 'r3', 'if r3 == r7 goto +1\nexit\nr0 = 1', 1n],
  ['stored data', 'r3', '*(u64 *)(r1 + 8) = r3\nr0 = *(u64 *)(r1 + 8)', first],
  ['stored data, with an address across lines', 'r3', '*(u64 *)(r1 + 60) = r3\nr0 = *(u64 *)(r1 + 60)', first],
  ['an address', 'r3', 'r3 &= 1\nr3 += r1\nr0 = *(u8 *)(r3 + 0)', 2n],
  ['a factor', 'r3', 'r3 *= r3\nr0 = r3', BigInt.asUintN(64, first * first)],
  ['a divisor', 'r3', 'r0 = -1\nr0 /= r3', (2n ** 64n - 1n) / first],
  ['an atomic operand', 'r3', 'lock *(u64 *)(r1 + 8) += r3\nr0 = *(u64 *)(r1 + 8)', first + 0x100f_0e0d_0c0b_0a09n],
  ['an atomic operand on the stack', 'r3', 'lock *(u64 *)(r10 - 8) += r3\nr0 = *(u64 *)(r10 - 8)', first],
  ['what is compared, and equal', 'r0', 'r0 = cmpxchg_64(r1 + 0, r0, r6)\nr0 = *(u64 *)(r1 + 0)', 77n],
  ['what is compared on the stack, and unequal', 'r0', 'r0 = cmpxchg_64(r10 - 8, r0, r6)\nr0 = *(u64 *)(r10 - 8)', 0n],
  ['a callee', 'r3', 'call local f\nexit\nf: r0 = r3', first],
  ['the caller of a function that returns at once', 'r8', 'call local f\nr0 = r8\nexit\nf:', first],
];

const cases = Object.entries(producers).flatMap(([by, produce]) =>
  consumers.map(([use, register, consume, r0]) => [`${by} → ${use}`, produce(register), consume, r0] as const),
);

test.each(cases)('%s', (_, produce, consume, r0) => {
  for (const stalls of [0, 0.5]) {
    bench.slots.timing = { latency: 4, stalls, random: randomFrom(1) };
    for (const between of [0, 1, 2, 3]) {
      const program = programOf(`r6 = 77\nr7 = ${first} ll\n${produce}\n${'r4 = 1\n'.repeat(between)}${consume}\nexit`);
      expect(bench.run({ program, data })).toMatchObject({ r0, error: null });
    }
  }
});
