/** Pipelines under random stalls and flushes, against a queue; and a bypass network against a register file. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bool, bypass, input, memory, module, output, payload, pipeline, u, when } from '../../../gen/hdl/index.ts';
import { restart, simulated } from './simulated.ts';

describe('a pipeline of four stages', () => {
  const ports = {
    offer: input(bool),
    item: input(u(16)),
    halt: input(u(4)),
    flush: input(u(4)),
    taken: output(bool),
    done: output(bool),
    result: output(u(16)),
    early: output(u(16)),
  };
  const design = () =>
    module('line', ports, (io) => {
      const value = payload(u(16));
      const sum = payload(u(16));
      const stages = pipeline('fetch', 'decode', 'execute', 'retire');
      const { fetch, execute, retire } = stages;
      fetch.enter(io.offer);
      fetch.put(value, io.item);
      execute.put(sum, execute.get(value).add(3));
      Object.values(stages).forEach((stage, i) => {
        stage.halt(io.halt.bit(i));
        stage.flush(io.flush.bit(i));
      });
      io.taken.value = fetch.firing;
      io.done.value = retire.firing;
      io.result.value = retire.get(sum);
      io.early.value = retire.get(value);
    });
  const seldom = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(15));
  const step = fc.record({ offer: fc.nat(1), item: fc.nat(0xffff), halt: seldom, flush: seldom });

  test('items keep their order and payloads, stalls hold them, flushes remove them, bubbles close', () => {
    const simulator = simulated(design);
    let finished = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 50, maxLength: 50 }), (steps) => {
        restart(simulator);
        let line: (number | undefined)[] = [undefined, undefined, undefined];
        for (const { offer, item, halt, flush } of steps) {
          for (const [port, value] of Object.entries({ offer, item, halt, flush })) simulator.poke(port, value);
          const here = [offer ? item : undefined, ...line];
          const ready: boolean[] = [];
          for (let i = 3; i >= 0; i--) {
            const isFree = i === 3 || here[i + 1] === undefined || ready[i + 1] || (flush >> (i + 1)) % 2 === 1;
            ready[i] = !((halt >> i) & 1) && isFree;
          }
          const fires = here.map((held, i) => held !== undefined && ready[i] && !((flush >> i) & 1));
          expect(simulator.peekNumber('taken')).toBe(Number(fires[0]));
          expect(simulator.peekNumber('done')).toBe(Number(fires[3]));
          if (fires[3]) {
            expect(simulator.peekNumber('early')).toBe(here[3]);
            expect(simulator.peekNumber('result')).toBe((here[3]! + 3) & 0xffff);
            finished += 1;
          }
          line = [1, 2, 3].map((i) =>
            fires[i - 1] ? here[i - 1] : ready[i] || (flush >> i) & 1 ? undefined : here[i],
          );
          simulator.cycle();
        }
      }),
      { numRuns: 40 },
    );
    expect(finished).toBeGreaterThan(50);
  });
});

describe('bypass', () => {
  const ports = {
    offer: input(bool),
    late: input(bool),
    from: input(u(2)),
    to: input(u(2)),
    plus: input(u(8)),
    result: output(u(8)),
    done: output(bool),
    taken: output(bool),
  };
  /** `register[to] = register[from] + plus`, two stages after it was read; `late` items know their value only at the end. */
  const design = () =>
    module('accumulate', ports, (io) => {
      const [from, to] = [payload(u(2), 'from'), payload(u(2), 'to')];
      const [plus, late, value] = [payload(u(8), 'plus'), payload(bool, 'late'), payload(u(8), 'value')];
      const { read, execute, write } = pipeline('read', 'execute', 'write');
      const file = memory({ type: u(8), depth: 4, init: [10n, 20n, 30n, 40n] });
      read.enter(io.offer);
      read.put(from, io.from);
      read.put(to, io.to);
      read.put(plus, io.plus);
      read.put(late, io.late);
      const stored = file.read(read.get(from), { latency: 0 });
      const operand = payload(u(8), 'operand');
      const sum = execute.get(operand).add(execute.get(plus));
      const { value: newest, wait } = bypass(read.get(from), stored, [
        { stage: execute, writes: bool.of(1), index: execute.get(to), value: sum, available: execute.get(late).not() },
        { stage: write, writes: bool.of(1), index: write.get(to), value: write.get(value) },
      ]);
      read.put(operand, newest);
      read.halt(wait);
      execute.put(value, sum);
      when(write.firing, () => {
        file.write({ address: write.get(to), data: write.get(value) });
      });
      io.result.value = write.get(value);
      io.done.value = write.firing;
      io.taken.value = read.firing;
    });
  const item = fc.record({ late: fc.nat(1), from: fc.nat(3), to: fc.nat(3), plus: fc.nat(255) });

  test('every read sees the youngest value; only an item whose value is late makes its reader wait', () => {
    const simulator = simulated(design);
    const file = [10, 20, 30, 40];
    fc.assert(
      fc.property(fc.array(item, { minLength: 30, maxLength: 30 }), (items) => {
        const wanted: number[] = [];
        let cycles = 0;
        let waits = 0;
        const step = (): number => {
          const taken = simulator.peekNumber('taken');
          if (simulator.peekNumber('done')) expect(simulator.peekNumber('result')).toBe(wanted.shift());
          simulator.cycle();
          cycles += 1;
          return taken;
        };
        items.forEach(({ late, from, to, plus }, i) => {
          for (const [port, value] of Object.entries({ offer: 1, late, from, to, plus })) simulator.poke(port, value);
          const previous = items[i - 1];
          if (previous?.late && previous.to === from) waits += 1;
          file[to] = (file[from] + plus) & 255;
          wanted.push(file[to]);
          for (let tries = 0; step() === 0; tries++) expect(tries).toBeLessThan(2);
        });
        expect(cycles).toBe(items.length + waits);
        simulator.poke('offer', 0);
        while (wanted.length > 0) step();
        expect(cycles).toBe(items.length + waits + 2);
      }),
      { numRuns: 60 },
    );
  });
});
