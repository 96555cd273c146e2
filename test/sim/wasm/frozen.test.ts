import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assertThat, bool, elaborate, input, memory, module, output, reg, u, when } from '../../../gen/hdl/index.ts';
import { AssertionFailure } from '../../../sim/simulator.ts';
import { FrozenSimulator, pack, unpack, WasmSimulator } from '../../../sim/wasm/index.ts';

/** Registers, a memory, wide ports, an output of several pieces, a constant one, and an assertion. */
const { top } = elaborate(() =>
  module(
    'sample',
    {
      add: input(bool),
      step: input(u(100)),
      row: input(u(4)),
      sum: output(u(100)),
      stored: output(u(64)),
      mixed: output(u(40)),
      five: output(u(3)),
    },
    (io) => {
      const sum = reg(u(100), 3);
      const rows = memory({ type: u(64), depth: 16, init: [1n, 2n, 3n] });
      when(io.add, () => {
        sum.next = sum.add(io.step);
        rows.write({ address: io.row, data: sum.low(64) });
      });
      assertThat(sum.high(4).eq(0), 'the sum has 96 bits');
      io.sum.value = sum;
      io.stored.value = rows.read(io.row, { latency: 0 });
      io.mixed.value = sum.slice(3, 37).zext(40);
      io.five.value = 5;
    },
  ),
);

function running(): WasmSimulator {
  const simulator = WasmSimulator.create(top);
  simulator.poke('rst_n', 0);
  simulator.cycle();
  simulator.poke('rst_n', 1);
  return simulator;
}

const thawed = (from: WasmSimulator): FrozenSimulator => new FrozenSimulator(unpack(pack(from.freeze())));
const outputs = ['sum', 'stored', 'mixed', 'five'] as const;
const step = fc.record({
  add: fc.nat(1),
  step: fc.bigInt({ min: 0n, max: 2n ** 90n }),
  row: fc.nat(15),
  cycles: fc.integer({ min: 1, max: 5 }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

describe('a frozen simulation', () => {
  test('goes on as the one that it was taken from', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 20 }),
        fc.array(step, { minLength: 1, maxLength: 20 }),
        (before, after) => {
          const original = running();
          const act = (simulator: WasmSimulator | FrozenSimulator, { cycles, ...ports }: Step): unknown[] => {
            for (const [name, value] of Object.entries(ports)) simulator.poke(name, value);
            const settled = outputs.map((name) => simulator.peek(name));
            simulator.cycle(cycles);
            return [
              ...settled,
              ...outputs.map((name) => simulator.peek(name)),
              simulator.cycles,
              simulator.peekBytes('sum'),
            ];
          };
          for (const each of before) act(original, each);
          const copy = thawed(original);
          for (const each of after) expect(act(copy, each)).toEqual(act(original, each));
        },
      ),
      { numRuns: 100 },
    );
  });

  test('runs until a port has a value', () => {
    const original = running();
    original.poke('add', 1);
    original.poke('step', 8);
    const copy = thawed(original);
    for (const [name, value] of [
      ['five', 5],
      ['five', 4],
    ] as const)
      expect(copy.cycleUntil(name, value, 9)).toBe(original.cycleUntil(name, value, 9));
    expect(copy.cycles).toBe(original.cycles);
    expect(copy.peek('sum')).toBe(original.peek('sum'));
  });

  test('stops where an assertion does not hold', () => {
    const copy = thawed(running());
    copy.poke('add', 1);
    copy.poke('step', 2n ** 95n);
    const failure = new AssertionFailure('the sum has 96 bits', 'sample', 3);
    expect(() => copy.cycle(10)).toThrow(failure.message);
    expect(copy.cycles).toBe(3);
  });

  test('complains as the one that it was taken from', () => {
    const copy = thawed(running());
    expect(() => copy.poke('add', 2)).toThrow('add has 1 bits and cannot be 2');
    expect(() => copy.poke('sum', 2)).toThrow('sum is an output');
    expect(() => copy.peekNumber('sum')).toThrow('sum has 100 bits; use peek');
    expect(() => copy.peek('som')).toThrow("sample has no port 'som'; it has clk, rst_n, add, step");
    expect(() => copy.trace('x.vcd')).toThrow('sample was frozen; simulate the design itself for a waveform');
  });

  test('is whole or not at all', () => {
    const bytes = pack(running().freeze());
    for (const length of [0, 3, 100, bytes.length - 1]) expect(() => unpack(bytes.subarray(0, length))).toThrow();
    expect(unpack(bytes).top).toBe('sample');
  });
});
