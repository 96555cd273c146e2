import { input, module, output, switchOn, u } from '../../../gen/hdl/index.ts';

export default () =>
  module('cases', { code: input(u(8)), out: output(u(4)) }, (io) => {
    io.out.value = 0;
    switchOn(io.code, [
      [
        [0x07, 0x0f],
        () => {
          io.out.value = 1;
        },
      ],
      [
        0x0f,
        () => {
          io.out.value = 2;
        },
      ],
    ]);
  });
