/** All helper functions of one engine. */
import {
  anyOf,
  assertThat,
  bool,
  flip,
  instance,
  module,
  named,
  oneHot,
  reg,
  shared,
  u,
  when,
} from '../../hdl/index.ts';
import { fires } from '../../lib/stream.ts';
import { helperPort } from '../engine/interface.ts';
import { helperBlock } from './blocks.ts';
import { helpersNamed } from './functions.ts';

/** Takes each call to the block of its number; a call of any other number is answered in the next cycle, as unknown. */
export const helperBank = shared((names: readonly string[]) =>
  module(
    'helper_bank',
    flip(helperPort),
    ({ call, answer }) => {
      const { number, r1, r2, r3, r4, r5 } = call.bits;
      const blocks = helpersNamed(names).map((each) =>
        named(each.name, () => {
          const isMeant = number.eq(each.number);
          const block = instance(helperBlock(each.name), {}, { name: each.name });
          block.call.valid.value = call.valid.and(isMeant);
          block.call.bits.value = { r1, r2, r3, r4, r5 };
          return { isMeant, ready: block.call.ready, answer: block.answer };
        }),
      );
      const isUnknown = anyOf(...blocks.map(({ isMeant }) => isMeant)).not();
      const unknown = reg(bool, 0);
      unknown.next = fires(call).and(isUnknown);
      call.ready.value = anyOf(isUnknown, ...blocks.map(({ isMeant, ready }) => isMeant.and(ready)));

      const answers = blocks.map((block) => block.answer);
      answer.valid.value = anyOf(unknown, ...answers.map(({ valid }) => valid));
      answer.bits.r0.value = oneHot(
        u(64),
        answers.map(({ valid, r0 }) => [valid, r0] as const),
      );
      answer.bits.status.value = 'DONE';
      when(unknown, () => {
        answer.bits.status.value = 'UNKNOWN';
      }).elseWhen(anyOf(...answers.map(({ valid, fault }) => valid.and(fault))), () => {
        answer.bits.status.value = 'FAULT';
      });
      answers.forEach(({ valid }, i) => {
        const others = anyOf(unknown, ...answers.slice(0, i).map((each) => each.valid));
        assertThat(valid.and(others).not(), 'two helper functions answer one call');
      });
    },
    { doc: 'The helper functions of an engine, by their numbers.' },
  ),
);
