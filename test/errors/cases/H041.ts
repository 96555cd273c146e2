import { input, instance, module, output, u } from '../../../gen/hdl/index.ts';

export default () => {
  const inverter = module('inverter', { a: input(u(8)), out: output(u(8)) }, (io) => {
    io.out.value = io.a.not();
  });
  return module('connections', { a: input(u(8)), out: output(u(8)) }, (io) => {
    const inner = instance(inverter, { a: io.a, enable: 1 } as any);
    io.out.value = inner.out;
  });
};
