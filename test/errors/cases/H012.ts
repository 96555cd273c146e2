import { input, module, output, u } from '../../../gen/hdl/index.ts';

export default () =>
  module('keywords', { wire: input(u(8)), logic: output(u(8)) }, (io) => {
    io.logic.value = io.wire;
  });
