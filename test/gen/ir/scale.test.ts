import { expect, test } from 'vitest';
import { bin, clockA, clockB, Draft, findings, lit, mux, ref, set, when } from './netlists.ts';

/** `size` steps of logic and registers in a chain, with `width` inputs and outputs, over two instances of the layer below. */
function layer(level: number, size: number, width: number): Draft {
  const m = new Draft(`layer${level}`, [clockA, clockB]);
  const inputs = Array.from({ length: width }, (_, i) => m.input(`i${i}`, 32));
  let last = ref(inputs[0]!);
  for (let i = 0; i < size; i++) {
    const [wire, q] = [m.wire(`w${i}`, 32), m.reg(`q${i}`, 32, clockA)];
    const node = m.node(`n${i}`, mux(bin('ult', last, ref(inputs[i % width]!)), bin('add', last, lit(i, 32)), ref(q)));
    m.do(
      set(wire, ref(node)),
      when({ condition: bin('eq', last, lit(0, 32)), body: [set(wire, ref(q)), set(q, last)] }),
    );
    last = ref(wire);
  }
  const outputs = Array.from({ length: width }, (_, i) => m.output(`o${i}`, 32));
  outputs.forEach((output, i) => m.do(set(output, bin('xor', last, ref(inputs[i]!)))));
  if (level === 0) return m;
  const below = layer(level - 1, size, width);
  for (const name of ['left', 'right']) {
    const nets = m.place(name, below);
    for (const { name: input } of inputs) m.do(set(nets[input]!, last));
  }
  return m;
}

test('eleven thousand signals in a hierarchy are checked in little time', () => {
  const top = layer(5, 600, 20);
  const start = performance.now();
  const found = findings(top).filter((text) => !text.startsWith('H106'));
  expect(found).toEqual([]);
  expect(performance.now() - start).toBeLessThan(3000); // 0.25 s on an idle machine
});

test('depth does not matter', () => {
  const m = new Draft('m');
  let value = ref(m.input('a', 8));
  for (let i = 0; i < 50_000; i++) value = bin('add', value, value);
  m.do(set(m.output('out', 8), value));
  expect(findings(m)).toEqual([]);
});
