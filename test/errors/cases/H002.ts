import { input, module, output, reg, u } from '../../../gen/hdl/index.ts';

export default () =>
  module('literals', { a: input(u(8)), out: output(u(8)) }, (io) => {
    const count = reg(u(4), 16);
    count.next = -9;
    io.out.value = io.a.add(256).xor(count.zext(8));
  });
