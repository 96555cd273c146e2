import { input, instance, module, output, reg, u } from '../../../gen/hdl/index.ts';

export default () => {
  const divider = module('divider', { a: input(u(8)), half: output(u(8)), rest: output(u(1)) }, (io) => {
    io.half.value = io.a.shr(1);
    io.rest.value = io.a.low(1);
  });
  return module('waste', { a: input(u(8)), spare: input(u(8)), out: output(u(8)) }, (io) => {
    const { half } = instance(divider, { a: io.a });
    const count = reg(u(8), 0);
    count.next = count.add(1);
    const copy = reg(u(8), 0);
    copy.next = io.a;
    const doubled = copy.shl(1);
    void doubled;
    io.out.value = half;
  });
};
