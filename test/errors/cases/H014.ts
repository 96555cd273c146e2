import { input, module, output, struct, u } from '../../../gen/hdl/index.ts';

export default () => {
  const entry = struct('entry', { type: u(4), value: u(32) });
  return module('fields', { a: input(entry), out: output(u(4)) }, (io) => {
    io.out.value = io.a.bits.high(4);
  });
};
