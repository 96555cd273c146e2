import { input, instance, module, output, reg, struct, u, wire } from '../../../gen/hdl/index.ts';

const status = struct('status', { done: u(1), count: u(7) });

export default () => {
  const child = module('child', { a: input(u(8)), b: input(u(8)), sum: output(u(8)) }, (io) => {
    io.sum.value = io.a.add(io.b);
  });
  return module('undriven', { a: input(u(8)), state: output(status), sum: output(u(8)) }, (io) => {
    const inner = instance(child, { a: io.a });
    const floating = wire(u(8));
    const constant = reg(u(8), 3);
    io.state.done.value = io.a.bit(0);
    io.sum.value = inner.sum.xor(floating).xor(constant);
  });
};
