import { cat, mux, reg, u, when } from '../../hdl/index.ts';
import { fires } from '../../lib/stream.ts';
import type { Block } from './block.ts';

/** Bits of a root; one is found in a cycle. */
const rootBits = 32;

/** Digit by digit, as by hand: two bits of the radicand come down, and 4 root + 1 is taken from what is left where it fits. */
export const sqrti: Block = ({ call, answer }) => {
  /** Digits still to be found. */
  const digits = reg(u(6), 0);
  const radicand = reg(u(64));
  const root = reg(u(rootBits));
  /** What is left of the radicand so far, at most twice the root. (Behind the last digit nobody looks at it any more.) */
  const rest = reg(u(rootBits));

  const minuend = cat(rest, radicand.high(2)).zext(rootBits + 3);
  const difference = minuend.sub(cat(root, u(2).of(1)).zext(rootBits + 3));
  const fits = difference.high(1).not();
  const extended = cat(root.low(rootBits - 1), fits);
  const isBusy = digits.orReduce();
  when(isBusy, () => {
    digits.next = digits.sub(1);
    radicand.next = radicand.shl(2);
    root.next = extended;
    rest.next = mux(fits, difference, minuend).low(rootBits);
  });
  when(fires(call), () => {
    digits.next = rootBits;
    radicand.next = call.bits.r1;
    root.next = 0;
    rest.next = 0;
  });
  call.ready.value = isBusy.not();
  answer.valid.value = digits.eq(1);
  answer.r0.value = extended.zext(64);
};
