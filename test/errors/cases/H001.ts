import { input, module, output, u } from '../../../gen/hdl/index.ts';

const operand: number = 32; // known only at elaboration

export default () =>
  module('widths', { a: input(u(64)), b: input(u(operand)), sum: output(u(64)), less: output(u(1)) }, (io) => {
    io.sum.value = io.a.add(io.b);
    io.less.value = io.b.lt(io.a.low(operand - 1));
  });
