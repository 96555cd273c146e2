import fc from 'fast-check';
import { expect, test } from 'vitest';
import { elaborate } from '../../../gen/hdl/index.ts';
import { atomicAlu } from '../../../gen/lib/atomic.ts';
import { WasmSimulator } from '../../../sim/wasm/index.ts';

const cut = (bits: number, value: bigint): bigint => BigInt.asUintN(bits, value);
const operations: ((old: bigint, operand: bigint, compare: bigint) => bigint)[] = [
  (old, operand) => old + operand,
  (old, operand) => old | operand,
  (old, operand) => old & operand,
  (old, operand) => old ^ operand,
  (_, operand) => operand,
  (old, operand, compare) => (old === compare ? operand : old),
];

test.each(['add', 'or', 'and', 'xor', 'xchg', 'cmpxchg'].map((name, code) => [name, code] as const))(
  '%s',
  (_, code) => {
    const sim = WasmSimulator.create(elaborate(() => atomicAlu).top);
    const word = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
    // The expected value of a compare is often the old one, or differs in one half only.
    const near = fc.constantFrom(0n, 1n, 1n << 31n, 1n << 32n, 1n << 63n);
    const check = (wide: boolean, old: bigint, operand: bigint, compare: bigint): void => {
      for (const [port, value] of Object.entries({ operation: code, wide: Number(wide), old, operand, compare }))
        sim.poke(port, value);
      const bits = wide ? 64 : 32;
      const wanted = operations[code]!(cut(bits, old), cut(bits, operand), cut(bits, compare));
      expect(cut(bits, sim.peek('result'))).toBe(cut(bits, wanted));
    };
    fc.assert(fc.property(fc.boolean(), word, word, word, check));
    fc.assert(
      fc.property(fc.boolean(), word, word, near, (wide, old, operand, flip) => check(wide, old, operand, old ^ flip)),
    );
  },
);
