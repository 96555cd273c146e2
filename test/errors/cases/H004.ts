import { input, module, output, reg, u } from '../../../gen/hdl/index.ts';

const wide: number = 16;

export default () =>
  module('assignments', { a: input(u(wide)), out: output(u(8)) }, (io) => {
    const held = reg(u(8), 0);
    held.next = io.a;
    io.out.value = io.a.add(held.zext(wide));
  });
