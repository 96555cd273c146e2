import { bool, input, module, output, payload, pipeline, u } from '../../../gen/hdl/index.ts';

export default () =>
  module('again', { start: input(bool), a: input(u(8)), out: output(u(8)) }, (io) => {
    const SUM = payload(u(8));
    const { fetch, execute } = pipeline('fetch', 'execute');
    fetch.enter(io.start);
    fetch.put(SUM, io.a);
    execute.put(SUM, io.a.add(1));
    io.out.value = execute.get(SUM);
  });
