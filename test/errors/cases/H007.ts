import { input, module, output, u, type UInt } from '../../../gen/hdl/index.ts';

export default () => {
  let leaked!: UInt<8>;
  module('one', { a: input(u(8)), out: output(u(8)) }, (io) => {
    const sum = io.a.add(1);
    leaked = sum;
    io.out.value = sum;
  });
  return module('other', { out: output(u(8)) }, (io) => {
    io.out.value = leaked;
  });
};
