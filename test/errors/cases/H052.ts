import { bool, input, module, output, payload, pipeline, u } from '../../../gen/hdl/index.ts';

export default () =>
  module('early', { start: input(bool), out: output(u(8)) }, (io) => {
    const SUM = payload(u(8));
    const { fetch, execute } = pipeline('fetch', 'execute');
    fetch.enter(io.start);
    io.out.value = fetch.get(SUM).xor(execute.get(SUM));
  });
