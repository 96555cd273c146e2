/** Instances, bundles, black boxes with models, shared modules. */
import { describe, expect, test } from 'vitest';
import { blackBox, bool, connect, elaborate, flip, input, instance, module } from '../../../gen/hdl/index.ts';
import { output, reg, shared, u } from '../../../gen/hdl/index.ts';
import { modulesOf } from '../../../gen/ir/netlist.ts';
import { simulated } from './simulated.ts';

const link = () => ({ valid: output(bool), data: output(u(8)), ready: input(bool) });

const stage = shared((plus: number) =>
  module(`stage_${plus}`, { from: flip(link()), to: link() }, (io) => {
    io.to.valid.value = io.from.valid;
    io.to.data.value = io.from.data.add(plus);
    io.from.ready.value = io.to.ready;
  }),
);

describe('instances', () => {
  const chain = () =>
    module('chain', { from: flip(link()), to: link() }, (io) => {
      const first = instance(stage(1), { from: io.from });
      const second = instance(stage(2), { from: first.to });
      const third = instance(stage(1));
      connect(second.to, third.from);
      connect(third.to, io.to);
    });

  test('bundles are connected in both directions', () => {
    const simulator = simulated(chain);
    simulator.poke('from_valid', 1);
    simulator.poke('from_data', 10);
    simulator.poke('to_ready', 1);
    expect(simulator.peekNumber('to_data')).toBe(14);
    expect([simulator.peekNumber('to_valid'), simulator.peekNumber('from_ready')]).toEqual([1, 1]);
    simulator.poke('to_ready', 0);
    expect(simulator.peekNumber('from_ready')).toBe(0);
  });

  test('equal parameters share one module', () => {
    const { top } = elaborate(chain);
    expect(modulesOf(top).map(({ name }) => name)).toEqual(['stage_1', 'stage_2', 'chain']);
    expect(top.instances.map(({ name, module }) => `${name}: ${module.name}`)).toEqual([
      'first: stage_1',
      'second: stage_2',
      'third: stage_1',
    ]);
  });

  test('clock and reset are passed on; a reset of its own replaces the inherited one', () => {
    const counter = module('counter', { count: output(u(8)) }, (io) => {
      const counted = reg(u(8), 0);
      counted.next = counted.add(1);
      io.count.value = counted;
    });
    const simulator = simulated(() =>
      module('counters', { clear: input(bool), free: output(u(8)), cleared: output(u(8)) }, (io) => {
        io.free.value = instance(counter).count;
        io.cleared.value = instance(counter, {}, { name: 'restarted', reset: io.clear.not() }).count;
      }),
    );
    simulator.poke('clear', 0);
    simulator.cycle(3);
    simulator.poke('clear', 1);
    simulator.cycle();
    simulator.poke('clear', 0);
    simulator.cycle(2);
    expect([simulator.peekNumber('free'), simulator.peekNumber('cleared')]).toEqual([6, 2]);
  });

  test('a black box behaves like its model', () => {
    const ports = { x: input(u(8)), y: output(u(8)) };
    const model = module('doubler_model', ports, (io) => {
      io.y.value = io.x.shl(1);
    });
    const box = blackBox('doubler', ports, { file: 'doubler.sv', parameters: { WIDTH: 8n }, model });
    const simulator = simulated(() =>
      module('boxed', ports, (io) => {
        io.y.value = instance(box, { x: io.x }).y;
      }),
    );
    simulator.poke('x', 21);
    expect(simulator.peekNumber('y')).toBe(42);
  });
});
