import { bool, input, module, output, when } from '../../../gen/hdl/index.ts';

export default () =>
  module('branches', { a: input(bool), b: input(bool), out: output(bool) }, (io) => {
    const chain = when(io.a, () => {
      io.out.value = 1;
    });
    chain.otherwise(() => {
      io.out.value = 0;
    });
    chain.elseWhen(io.b, () => {
      io.out.value = 1;
    });
  });
