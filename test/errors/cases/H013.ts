import { input, instance, module, output, u } from '../../../gen/hdl/index.ts';

export default () => {
  const adder = (by: number) =>
    module('adder', { a: input(u(8)), out: output(u(8)) }, (io) => {
      io.out.value = io.a.add(by);
    });
  return module('twice', { bus: { valid: input(u(8)) }, bus_valid: input(u(8)), out: output(u(8)) }, (io) => {
    const one = instance(adder(1), { a: io.bus.valid });
    const two = instance(adder(2), { a: io.bus_valid });
    io.out.value = one.out.xor(two.out);
  });
};
