import { input, module, output, u, type Wire } from '../../../gen/hdl/index.ts';

export default () => {
  let out!: Wire<ReturnType<typeof u<8>>>;
  const done = module('late', { a: input(u(8)), out: output(u(8)) }, (io) => {
    out = io.out;
    io.out.value = io.a;
  });
  out.value = 3;
  return done;
};
