import { enumeration, input, module, output, reg, bool } from '../../../gen/hdl/index.ts';

const State = enumeration('State', ['IDLE', 'RUN']);

export default () =>
  module('members', { start: input(bool), busy: output(bool) }, (io) => {
    const state = reg(State, 'IDLE');
    state.next = 'RUNNING' as never;
    io.busy.value = state.is('RUN').and(io.start);
  });
