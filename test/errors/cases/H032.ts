import { bool, input, memory, module, output, u } from '../../../gen/hdl/index.ts';

export default () =>
  module('lanes', { address: input(u(4)), data: input(u(36)), we: input(bool), out: output(u(36)) }, (io) => {
    const rows = memory({ type: u(36), depth: 16, lane: 8 });
    rows.write({ address: io.address, data: io.data, enable: io.we });
    io.out.value = rows.read(io.address);
  });
