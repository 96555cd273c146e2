/** The arithmetic of atomic memory operations. */
import { anyOf, bool, enumeration, input, module, mux, output, switchOn, u } from '../hdl/index.ts';

/** Atomic operations; each returns the old value. CMPXCHG stores the operand where the old value equals `compare`. */
export const AtomicOperation = enumeration('atomic_operation', ['ADD', 'OR', 'AND', 'XOR', 'XCHG', 'CMPXCHG']);

/**
 * What an atomic operation leaves in memory: combinational. On 4 bytes (`wide` 0) only the low half of `old`, `operand` and
 * `compare` counts, and only the low half of `result` has a meaning.
 */
export const atomicAlu = module(
  'atomic_alu',
  {
    operation: input(AtomicOperation),
    /** 1: 8 bytes, 0: 4 bytes. */
    wide: input(bool),
    old: input(u(64)),
    operand: input(u(64)),
    compare: input(u(64)),
    result: output(u(64)),
  },
  ({ operation, wide, old, operand, compare, result }) => {
    const differs = old.xor(compare);
    const equal = anyOf(differs.slice(0, 32).orReduce(), wide.and(differs.slice(32, 32).orReduce())).not();
    result.value = operand;
    switchOn(operation, {
      ADD: () => {
        result.value = old.add(operand);
      },
      OR: () => {
        result.value = old.or(operand);
      },
      AND: () => {
        result.value = old.and(operand);
      },
      XOR: () => {
        result.value = old.xor(operand);
      },
      CMPXCHG: () => {
        result.value = mux(equal, operand, old);
      },
    });
  },
);
