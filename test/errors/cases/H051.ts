import { bool, input, module, output, pipeline } from '../../../gen/hdl/index.ts';

export default () =>
  module('stages', { start: input(bool), done: output(bool) }, (io) => {
    const { fetch, execute } = pipeline('fetch', 'execute');
    fetch.enter(io.start);
    execute.enter(io.start);
    io.done.value = execute.firing;
  });
