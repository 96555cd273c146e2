import { input, module, output, u } from '../../../gen/hdl/index.ts';

export default () =>
  module('names', { a__b: input(u(8)), '2nd': output(u(8)) }, (io) => {
    io['2nd'].value = io.a__b;
  });
