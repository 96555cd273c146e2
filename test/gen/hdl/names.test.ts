/** What things are called in the netlist: after the variables that hold them. */
import { describe, expect, test } from 'vitest';
import { bool, elaborate, input, instance, memory, module, named, output } from '../../../gen/hdl/index.ts';
import { payload, pipeline, reg, u, type Bool, type Io, type UInt } from '../../../gen/hdl/index.ts';

const ports = { in: input(bool), x: input(u(8)), out: output(u(8)) };

/** Names of everything but ports that a module has whose output is what `body` returns. */
function namesOf(body: (io: Io<typeof ports>) => UInt<8>): string[] {
  const { top } = elaborate(() =>
    module('named_things', ports, (io) => {
      io.out.value = body(io);
    }),
  );
  return [...top.signals, ...top.memories, ...top.instances].map(({ name }) => name);
}

/** A helper, whose own variables are named within those of its caller. */
function rising(signal: Bool): Bool {
  const before = reg(bool, 0);
  before.next = signal;
  return signal.and(before.not());
}

describe('names', () => {
  test('are those of variables in snake case; registers end in _q', () => {
    const names = namesOf((io) => {
      const nextPC = reg(u(8), 0);
      nextPC.next = io.x;
      const sumOfBoth = nextPC.add(io.x);
      return sumOfBoth.xor(1);
    });
    expect(names).toEqual(['next_pc_q', 'sum_of_both']);
  });

  test('within a helper begin with the variable that holds its result', () => {
    const names = namesOf((io) => {
      const started = rising(io.in);
      const stopped = rising(io.in.not());
      return io.x.shl(started.or(stopped));
    });
    expect(names).toEqual(['started_before_q', 'started', 'stopped_before_q', 'stopped']);
  });

  test('that a program computes are given with named', () => {
    const names = namesOf((io) => {
      const lanes = [0, 1].map((i) => named(`lane_${i}`, () => rising(io.x.bit(i))));
      return io.x.shl(lanes[0].and(lanes[1]));
    });
    expect(names.filter((name) => name.endsWith('_q'))).toEqual(['lanes_lane_0_before_q', 'lanes_lane_1_before_q']);
  });

  test('of instances and memories are those of their variables; their wires are named after them', () => {
    const child = module('child', { x: input(u(8)), y: output(u(8)) }, (io) => {
      io.y.value = io.x;
    });
    const names = namesOf((io) => {
      const upper = instance(child, { x: io.x });
      const rows = memory({ type: u(8), depth: 4 });
      rows.write({ address: 0, data: upper.y });
      return rows.read(u(2).of(0)).add(instance(child, { x: upper.y }).y);
    });
    expect(names).toEqual(['upper_x', 'upper_y', 'rows_rdata', 'child_x', 'child_y', 'rows', 'upper', 'child']);
  });

  test('of stages and payloads come together in the registers between stages', () => {
    const names = namesOf((io) => {
      const operand = payload(u(8));
      const { fetch, execute, retire } = pipeline('fetch', 'execute', 'retire');
      fetch.enter(io.in);
      fetch.put(operand, io.x);
      execute.halt(io.x.bit(0));
      return retire.get(operand);
    });
    expect(names).toContain('retire_operand_q');
    expect(names).toContain('execute_operand_q');
    expect(names).toContain('execute_valid_q');
  });

  test('that are taken get a number, reserved words an underscore', () => {
    const names = namesOf((io) => {
      const wide = (() => {
        const twice = io.x.shl(1);
        return twice.add(1);
      })();
      let sum = wide;
      for (const shift of [1, 2]) {
        const logic = io.x.shr(shift);
        sum = sum.add(logic);
      }
      return sum;
    });
    expect(names).toEqual(expect.arrayContaining(['logic_', 'logic_2', 'wide', 'wide_twice']));
  });
});
