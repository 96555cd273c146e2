/** Memories against a model of rows: latencies, enables, masks, several ports. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bool, input, memory, module, output, u, when } from '../../../gen/hdl/index.ts';
import { simulated } from './simulated.ts';

const depth = 11; // not a power of two
const init = [5n, 6n, 7n];
const step = fc.record({
  readAt: fc.nat(depth - 1),
  readOn: fc.nat(1),
  writeAt: fc.nat(depth - 1),
  writeOn: fc.nat(1),
  data: fc.bigInt(0n, (1n << 96n) - 1n),
  mask: fc.nat(7),
  secondOn: fc.nat(1),
});

describe('a memory of 11 rows of 96 bits in lanes of 32', () => {
  const inputs = {
    read_at: input(u(4)),
    read_on: input(bool),
    write_at: input(u(4)),
    write_on: input(bool),
    data: input(u(96)),
    mask: input(u(3)),
    second_on: input(bool),
  };
  const outputs = { now: output(u(96)), one: output(u(96)), two: output(u(96)) };

  test('reads what was stored before the edge, holds without enable, writes the lanes of the mask, the later port wins', () => {
    const simulator = simulated(() =>
      module('rows', { ...inputs, ...outputs }, (io) => {
        const rows = memory({ type: u(96), depth, lane: 32, init });
        when(io.write_on, () => {
          rows.write({ address: io.write_at, data: io.data, mask: io.mask });
        });
        rows.write({ address: io.write_at, data: io.data.not(), mask: u(3).of(4), enable: io.second_on });
        io.now.value = rows.read(io.read_at, { latency: 0 });
        io.one.value = rows.read(io.read_at, { enable: io.read_on });
        io.two.value = rows.read(io.read_at, { enable: io.read_on, latency: 2 });
      }),
    );
    const rows = Array.from({ length: depth }, (_, i) => init[i] ?? 0n);
    let one: bigint | undefined;
    let two: bigint | undefined;
    fc.assert(
      fc.property(step, ({ readAt, readOn, writeAt, writeOn, data, mask, secondOn }) => {
        const given = {
          read_at: readAt,
          read_on: readOn,
          write_at: writeAt,
          write_on: writeOn,
          mask,
          second_on: secondOn,
        };
        for (const [port, value] of Object.entries(given)) simulator.poke(port, value);
        simulator.poke('data', data);
        expect(simulator.peek('now')).toBe(rows[readAt]);
        simulator.cycle();
        two = one;
        if (readOn) one = rows[readAt];
        for (let lane = 0; lane < 3; lane++) {
          const bits = 0xffff_ffffn << BigInt(32 * lane);
          const put = (value: bigint): void => void (rows[writeAt] = (rows[writeAt] & ~bits) | (value & bits));
          if (writeOn && (mask >> lane) & 1) put(data);
          if (secondOn && lane === 2) put(BigInt.asUintN(96, ~data));
        }
        if (one !== undefined) expect(simulator.peek('one')).toBe(one);
        if (two !== undefined) expect(simulator.peek('two')).toBe(two);
      }),
      { numRuns: 500 },
    );
  });

  test('rows of one bit, read without a clock', () => {
    const simulator = simulated(() =>
      module('bits', { at: input(u(7)), x: input(bool), on: input(bool), y: output(bool) }, (io) => {
        const flags = memory({ type: bool, depth: 100, style: 'distributed' });
        flags.write({ address: io.at, data: io.x, enable: io.on });
        io.y.value = flags.read(io.at, { latency: 0 });
      }),
    );
    simulator.poke('on', 1);
    simulator.poke('x', 1);
    simulator.poke('at', 99);
    simulator.cycle();
    simulator.poke('on', 0);
    expect(simulator.peekNumber('y')).toBe(1);
    simulator.poke('at', 98);
    expect(simulator.peekNumber('y')).toBe(0);
  });
});
