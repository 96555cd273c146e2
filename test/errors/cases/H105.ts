import { bool, enumeration, input, module, output, switchOn, u, when, wire } from '../../../gen/hdl/index.ts';

const State = enumeration('State', ['IDLE', 'RUN', 'DONE']);

export default () =>
  module(
    'incomplete',
    { state: input(State), a: input(bool), b: input(u(4)), out: output(u(8)), ready: output(bool) },
    (io) => {
      const next = wire(u(8));
      when(io.a, () => {
        next.value = 1;
        when(io.b.eq(7), () => {
          io.ready.value = 1;
        }).otherwise(() => {
          io.ready.value = 0;
        });
      }).elseWhen(io.b.ne(3), () => {
        io.ready.value = 1;
        next.value = 2;
      });
      switchOn(io.state, {
        IDLE: () => {
          io.out.value = next;
        },
        RUN: () => {
          when(io.a, () => {
            io.out.value = 0;
          });
        },
      });
    },
  );
