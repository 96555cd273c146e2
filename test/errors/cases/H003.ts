import { input, module, output, u, vec } from '../../../gen/hdl/index.ts';

export default () =>
  module('ranges', { a: input(u(16)), words: input(vec(u(8), 4)), out: output(u(8)) }, (io) => {
    io.out.value = io.a.slice(12, 8).xor(io.words.at(4));
  });
