import { bool, input, module, output, u, when } from '../../../gen/hdl/index.ts';

export default () =>
  module('dead', { a: input(bool), b: input(u(8)), out: output(u(8)), flag: output(bool) }, (io) => {
    io.out.value = 1;
    io.out.value = io.b;
    io.flag.value = 0;
    when(io.a, () => {
      io.flag.value = 1;
    }).elseWhen(io.a, () => {
      io.flag.value = io.b.bit(0);
    });
  });
