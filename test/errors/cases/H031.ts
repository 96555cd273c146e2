import { input, memory, module, output, u } from '../../../gen/hdl/index.ts';

export default () =>
  module('depths', { address: input(u(1)), out: output(u(8)) }, (io) => {
    const rom = memory({ type: u(8), depth: 2, init: [1n, 2n, 3n] });
    io.out.value = rom.read(io.address);
  });
