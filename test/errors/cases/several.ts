import { enumeration, input, module, output, reg, u, wire } from '../../../gen/hdl/index.ts';

const State = enumeration('State', ['IDLE', 'RUN']);
const narrow: number = 4;

/** Mistakes of different kinds are reported together. */
export default () =>
  module('several', { a: input(u(8)), b: input(u(narrow)), out: output(u(8)) }, (io) => {
    const state = reg(State, 'IDLE');
    state.next = 'STOP' as never;
    const sum = io.a.add(io.b);
    const part = sum.slice(6, 4);
    const held = wire(u(8));
    held.value = 300;
    io.out.value = part.zext(narrow);
  });
