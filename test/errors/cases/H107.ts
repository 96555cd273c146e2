import { bool, inDomain, input, module, output, reg, synchroniser, type Domain } from '../../../gen/hdl/index.ts';

const slow: Domain = { name: 'slow', clock: 'clk_slow', reset: 'rst_slow', resetActive: 'high' };

export default () =>
  module('crossing', { pressed: input(bool), seen: output(bool), safe: output(bool) }, (io) => {
    const toggle = reg(bool, 0);
    toggle.next = toggle.xor(io.pressed);
    inDomain(slow, () => {
      const direct = reg(bool, 0);
      const metastable = synchroniser(bool, 0);
      const settled = reg(bool, 0);
      direct.next = toggle;
      metastable.next = toggle;
      settled.next = metastable;
      io.seen.value = direct;
      io.safe.value = settled;
    });
  });
