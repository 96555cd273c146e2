import { input, module, output, u } from '../../../gen/hdl/index.ts';

const lanes = [];

export default () =>
  module('empty', { a: input(u(8)), out: output(u(lanes.length)) }, (io) => {
    io.out.value = io.a.low(1);
  });
