/** The blocks of helper functions against the model's functions, alone and side by side. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HelperAnswer, HelperCall, HelperStatus } from '../../../../gen/ebpf/engine/interface.ts';
import { helperBank } from '../../../../gen/ebpf/helpers/bank.ts';
import { helperFunctions, helperNames, helpersNamed } from '../../../../gen/ebpf/helpers/functions.ts';
import { memberOf, unpacker } from '../../../../sim/compare/fields.ts';
import { modelOf } from '../../../../sim/golden/helpers.ts';
import { simulate } from '../../lib/bench.ts';

type Registers = readonly [bigint, bigint, bigint, bigint, bigint];

/** Calls the functions of a bank, one after the other. */
function bankOf(names: readonly string[]) {
  const sim = simulate(helperBank(names));
  const fields = new Map(HelperCall.ir.fields.map(({ name, lo }) => [name, BigInt(lo)]));
  const answerOf = unpacker(HelperAnswer);
  /** `gap` cycles without a call come first. */
  return (number: number, registers: Registers, gap = 0): { status: string; r0: bigint; cycles: number } => {
    sim.poke('call_valid', 0);
    sim.cycle(gap);
    const values: Record<string, bigint> = { number: BigInt.asUintN(32, BigInt(number)) };
    registers.forEach((value, i) => (values[`r${i + 1}`] = value));
    sim.poke(
      'call_bits',
      Object.entries(values).reduce((bits, [name, value]) => bits | (value << fields.get(name)!), 0n),
    );
    sim.poke('call_valid', 1);
    for (let cycles = 0; cycles < 100; cycles++) {
      const taken = sim.peekNumber('call_valid') === 1 && sim.peekNumber('call_ready') === 1;
      const isAnswered = sim.peekNumber('answer_valid') === 1;
      const { status, r0 } = answerOf(sim.peek('answer_bits'));
      sim.cycle();
      if (taken) {
        sim.poke('call_valid', 0);
        // Arguments are the block's from now on.
        sim.poke('call_bits', 0);
      }
      if (isAnswered) {
        expect(sim.peekNumber('call_valid')).toBe(0);
        return { status: memberOf(HelperStatus, status!), r0: r0!, cycles };
      }
    }
    throw new Error(`no answer to call ${number}`);
  };
}

const words = fc.oneof(
  fc.constantFrom(0n, 1n, 2n, 3n, 4n, 0xffn, 0xffff_ffffn, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  // Around squares.
  fc
    .tuple(fc.bigInt({ min: 1n, max: 2n ** 32n - 1n }), fc.integer({ min: -1, max: 1 }))
    .map(([root, d]) => root * root + BigInt(d)),
);
const registers = fc.tuple(words, words, words, words, words);

describe.each([...helperNames.map((name) => [name]), [...helperNames], [...helperNames].toReversed()])(
  'a bank of %s',
  (...names) => {
    const call = bankOf(names);
    const { helpers } = modelOf({ stepLimit: 1, helpers: names });
    const numbers = fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...helpers.keys()) },
      { weight: 1, arbitrary: fc.oneof(fc.nat(8), fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff })) },
    );

    test('answers as the model does, and is ready for the next call at once', () => {
      const seen = new Set<string>();
      fc.assert(
        fc.property(numbers, registers, fc.nat(3), (number, given, gap) => {
          const model = helpers.get(number);
          const { status, r0 } = call(number, given, gap);
          expect(status).toBe(model ? 'DONE' : 'UNKNOWN');
          if (model) expect(r0).toBe(BigInt.asUintN(64, model(...given)));
          seen.add(status);
        }),
        { numRuns: 400 },
      );
      expect([...seen].sort()).toEqual(['DONE', 'UNKNOWN']);
    });
  },
);

test('what answers take: nothing, a cycle for an unknown number, one for each digit of a root', () => {
  const call = bankOf(helperNames);
  const none: Registers = [0n, 0n, 0n, 0n, 0n];
  expect(call(helperFunctions.unwind.number, none).cycles).toBe(0);
  expect(call(99, none).cycles).toBe(1);
  expect(call(helperFunctions.sqrti.number, none).cycles).toBe(32);
});

test('the table of functions', () => {
  const numbers = helpersNamed(helperNames).map(({ number }) => number);
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(numbers.every((number) => Number.isInteger(number) && number >= 0 && number < 2 ** 31)).toBe(true);
  expect(() => helpersNamed(['sqrt'])).toThrow(
    'there is no helper function sqrt; there are gather_bytes, sqrti, unwind',
  );
});
