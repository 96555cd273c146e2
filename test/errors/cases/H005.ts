import { input, module, output, struct, u } from '../../../gen/hdl/index.ts';

const request = struct('request', { address: u(12), data: u(32) });

export default () =>
  module('values', { a: input(u(32)), out: output(request), sum: output(u(32)) }, (io) => {
    io.out.value = { data: io.a } as never;
    io.sum.value = io.a.add('12' as never);
  });
