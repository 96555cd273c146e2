import { input, memory, module, output, u } from '../../../gen/hdl/index.ts';

export default () =>
  module('addresses', { address: input(u(8)), out: output(u(8)) }, (io) => {
    const rom = memory({ type: u(8), depth: 16, init: [1n, 2n, 3n] });
    io.out.value = rom.read(io.address);
  });
