import { bool, input, module, output, reg, u } from '../../../gen/hdl/index.ts';

export default () =>
  module('directions', { a: input(u(8)), ready: output(bool), out: output(u(8)) }, (io) => {
    const held = reg(u(8), 0);
    (io.a as any).value = 1;
    (held as any).value = io.a;
    (io.ready as any).next = 1;
    (io.a.add(held) as any).value = 3;
    io.out.value = held;
  });
