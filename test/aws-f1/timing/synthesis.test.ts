import { expect, test } from 'vitest';
import { resources, synthesise } from '../../../aws-f1/timing/synthesis.ts';
import { elaborate, input, instance, memory, module, output, reg, u, when } from '../../../gen/hdl/index.ts';

const inner = module('inner', { a: input(u(16)), b: input(u(16)), sum: output(u(16)) }, ({ a, b, sum }) => {
  const held = reg(u(16), 0);
  held.next = a.add(b);
  sum.value = held;
});
const outer = module(
  'outer',
  { a: input(u(16)), b: input(u(16)), c: output(u(16)), d: output(u(64)), at: input(u(5)) },
  ({ a, b, c, d, at }) => {
    const one = instance(inner, { a, b });
    const two = instance(inner, { a: one.sum, b });
    c.value = two.sum;
    const table = memory({ type: u(64), depth: 32, style: 'distributed' });
    when(a.bit(0), () => table.write({ address: at, data: b.zext(64) }));
    d.value = table.read(at, { latency: 0 });
  },
);

test('counts flip-flops, LUTs and LUT RAM, flat and module by module', async () => {
  const { top } = elaborate(() => outer);
  const flat = await synthesise(top, { flat: true });
  const { ff, lut, dsp, bram, uram } = resources(flat.cells);
  expect({ ff, dsp, bram, uram }).toEqual({ ff: 32, dsp: 0, bram: 0, uram: 0 });
  expect(lut, 'two adders and a RAM').toBeGreaterThan(32);
  expect(flat.path!.levels, 'an adder of 16 bits').toBeGreaterThanOrEqual(4);
  expect(flat.path!.nanoseconds).toBeGreaterThan(0.1);
  const parts = await synthesise(top, { without: ['inner'] });
  expect(parts.cells['inner']).toBe(2);
  expect(resources(parts.cells).ff).toBe(0);
});

test('refuses to guess what a memory costs', () => {
  expect(() => resources({ RAM512X1Q: 1 })).toThrow('RAM512X1Q');
});
