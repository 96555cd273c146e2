import { input, instance, module, output, struct, u, wire } from '../../../gen/hdl/index.ts';

const pair = struct('pair', { high: u(8), low: u(8) });

export default () => {
  const increment = module('increment', { a: input(u(8)), out: output(u(8)) }, (io) => {
    const sum = io.a.add(1);
    io.out.value = sum;
  });
  return module('loop', { seed: input(u(8)), out: output(u(8)) }, (io) => {
    const words = wire(pair);
    const inner = instance(increment, { a: words.low });
    words.high.value = inner.out; // the other field: no loop
    words.low.value = inner.out.xor(io.seed);
    io.out.value = words.high;
  });
};
