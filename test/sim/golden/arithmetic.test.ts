import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assemble } from '../../../gen/ebpf/assembler.ts';
import { Machine } from '../../../sim/golden/interpreter.ts';

/** Runs `r3 op r4` (or with an immediate) and gives r3. Registers hold 64 bits, whatever the width of the operation. */
function compute(operation: string, a: bigint, b: bigint): bigint {
  const { program } = assemble(`r3 = ${a} ll\nr4 = ${b} ll\n${operation}\nr0 = r3\nexit`);
  return new Machine({ program }).run().r0;
}

const M = 2n ** 64n;
const m = 2n ** 32n;
const mod = (value: bigint, modulus: bigint): bigint => ((value % modulus) + modulus) % modulus;
const negative = (value: bigint, modulus: bigint): bigint => (value * 2n >= modulus ? value - modulus : value);

/** Numbers that are often at an edge. */
const word = fc.oneof(
  fc.constantFrom(0n, 1n, 2n, M - 1n, M / 2n, M / 2n - 1n, m, m - 1n, m / 2n, m / 2n - 1n, M - m / 2n, M - 2n),
  fc.bigInt({ min: 0n, max: M - 1n }),
  fc.bigInt({ min: 0n, max: 300n }),
);
const imm = fc.oneof(
  fc.constantFrom(0, 1, -1, 2 ** 31 - 1, -(2 ** 31)),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
);

/** What the text of RFC 9669 says, on integers of `bits` bits, with N = 2^bits. */
type Formula = (a: bigint, b: bigint, N: bigint, bits: bigint) => bigint;
const bitwise =
  (rule: (x: number, y: number) => number): Formula =>
  (a, b) => {
    let result = 0n;
    for (let place = 1n; place <= a || place <= b; place *= 2n) {
      if (rule(Number((a / place) % 2n), Number((b / place) % 2n))) result += place;
    }
    return result;
  };
const absolute = (value: bigint): bigint => (value < 0n ? -value : value);
const formulas: Record<string, Formula> = {
  '+=': (a, b) => a + b,
  '-=': (a, b) => a - b,
  '*=': (a, b) => a * b,
  '/=': (a, b) => (b === 0n ? 0n : (a - mod(a, b)) / b),
  '%=': (a, b) => (b === 0n ? a : mod(a, b)),
  's/=': (a, b, N) => {
    const [x, y] = [negative(a, N), negative(b, N)];
    if (y === 0n) return 0n;
    const size = absolute(x) / absolute(y);
    return x < 0n === y < 0n ? size : -size;
  },
  's%=': (a, b, N) => {
    const [x, y] = [negative(a, N), negative(b, N)];
    if (y === 0n) return x;
    const size = absolute(x) % absolute(y);
    return x < 0n ? -size : size;
  },
  '|=': bitwise((x, y) => x | y),
  '&=': bitwise((x, y) => x & y),
  '^=': bitwise((x, y) => x ^ y),
  '<<=': (a, b, _, bits) => a * 2n ** (b % bits),
  '>>=': (a, b, _, bits) => a / 2n ** (b % bits),
  's>>=': (a, b, N, bits) => (negative(a, N) - mod(negative(a, N), 2n ** (b % bits))) / 2n ** (b % bits),
  '=': (_, b) => b,
};

describe.each(Object.entries(formulas))('%s', (operation, formula) => {
  test('64 bits', () =>
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(compute(`r3 ${operation} r4`, a, b)).toBe(mod(formula(a, b, M, 64n), M));
      }),
    ));
  test('64 bits, immediate', () =>
    fc.assert(
      fc.property(word, imm, (a, b) => {
        expect(compute(`r3 ${operation} ${b}`, a, 0n)).toBe(mod(formula(a, mod(BigInt(b), M), M, 64n), M));
      }),
    ));
  test('32 bits, upper halves without effect', () =>
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(compute(`w3 ${operation} w4`, a, b)).toBe(mod(formula(a % m, b % m, m, 32n), m));
      }),
    ));
  test('32 bits, immediate', () =>
    fc.assert(
      fc.property(word, imm, (a, b) => {
        expect(compute(`w3 ${operation} ${b}`, a, 0n)).toBe(mod(formula(a % m, mod(BigInt(b), m), m, 32n), m));
      }),
    ));
});

const bytesOf = (value: bigint, count: number): number[] =>
  Array.from({ length: count }, (_, index) => Number((value / 256n ** BigInt(index)) % 256n));
const valueOf = (bytes: readonly number[]): bigint =>
  bytes.reduce((sum, byte, index) => sum + BigInt(byte) * 256n ** BigInt(index), 0n);

test('unary operations', () =>
  fc.assert(
    fc.property(word, (a) => {
      expect(compute('r3 = -r3', a, 0n)).toBe(mod(-a, M));
      expect(compute('w3 = -w3', a, 0n)).toBe(mod(-a, m));
      for (const bits of [16, 32, 64]) {
        const low = bytesOf(a, bits / 8);
        expect(compute(`r3 = le${bits} r3`, a, 0n)).toBe(valueOf(low));
        expect(compute(`r3 = be${bits} r3`, a, 0n)).toBe(valueOf(low.toReversed()));
        expect(compute(`r3 = bswap${bits} r3`, a, 0n)).toBe(valueOf(low.toReversed()));
      }
      for (const bits of [8n, 16n, 32n]) {
        const wide = negative(a % 2n ** bits, 2n ** bits);
        expect(compute(`r3 = (s${bits})r4`, 0n, a)).toBe(mod(wide, M));
        if (bits < 32n) expect(compute(`w3 = (s${bits})w4`, 0n, a)).toBe(mod(wide, m));
      }
    }),
  ));

/** Taken gives 1. */
const taken = (condition: string, a: bigint, b: bigint): bigint =>
  compute(`if ${condition} goto +2\nr3 = 0\ngoto +1\nr3 = 1`, a, b);

const holds: Record<string, (a: bigint, b: bigint, N: bigint) => boolean> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  's>': (a, b, N) => negative(a, N) > negative(b, N),
  's>=': (a, b, N) => negative(a, N) >= negative(b, N),
  's<': (a, b, N) => negative(a, N) < negative(b, N),
  's<=': (a, b, N) => negative(a, N) <= negative(b, N),
  '&': (a, b, N) => bitwise((x, y) => x & y)(a, b, N, 0n) !== 0n,
};

test.each(Object.entries(holds))('if %s', (operation, formula) => {
  fc.assert(
    fc.property(word, word, imm, fc.boolean(), (a, other, i, same) => {
      const b = same ? a : other;
      const s = BigInt(i);
      expect(taken(`r3 ${operation} r4`, a, b)).toBe(BigInt(formula(a, b, M)));
      expect(taken(`w3 ${operation} w4`, a, b)).toBe(BigInt(formula(a % m, b % m, m)));
      expect(taken(`r3 ${operation} ${s}`, a, b)).toBe(BigInt(formula(a, mod(s, M), M)));
      expect(taken(`w3 ${operation} ${s}`, a, b)).toBe(BigInt(formula(a % m, mod(s, m), m)));
    }),
  );
});

test('loads and stores of every width, little-endian, at any address', () => {
  fc.assert(
    fc.property(word, fc.constantFrom(8, 16, 32, 64), fc.integer({ min: 0, max: 24 }), imm, (a, bits, at, i) => {
      const N = 2n ** BigInt(bits);
      const data = new Uint8Array(32).fill(0xa5);
      const run = (source: string): bigint =>
        new Machine({ program: assemble(`${source}\nexit`).program, data }).run().r0;
      expect(run(`r0 = ${a} ll\n*(u${bits} *)(r1 + ${at}) = r0\nr0 = *(u${bits} *)(r1 + ${at})`)).toBe(a % N);
      expect([...data]).toEqual([
        ...Array(at).fill(0xa5),
        ...bytesOf(a, bits / 8),
        ...Array(32 - at - bits / 8).fill(0xa5),
      ]);
      if (bits < 64) expect(run(`r0 = *(s${bits} *)(r1 + ${at})`)).toBe(mod(negative(a % N, N), M));
      expect(run(`*(u${bits} *)(r1 + ${at}) = ${i}\nr0 = *(u${bits} *)(r1 + ${at})`)).toBe(mod(BigInt(i), N));
    }),
  );
});
