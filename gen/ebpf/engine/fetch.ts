/** First stage: the pc, and where it goes next. */
import { instance, mux, reg, u, when } from '../../hdl/index.ts';
import type { UInt } from '../../hdl/index.ts';
import { branchTargets } from './branch-targets.ts';
import type { Core } from './core.ts';
import { pcBits } from './interface.ts';
import { programMemory } from './program-memory.ts';

export type Front = ReturnType<typeof fetchStage>;

/**
 * Reads the program memory; the slot and its successor are there in decode. Three addresses are possible, and which one is
 * meant is known late: so all are looked up in the branch target buffer. They are the pc; the slot behind it, when decode
 * finds that the instruction it has takes two slots; and where a mispredicted jump in execute leads instead.
 */
export function fetchStage({ config, stages: { fetch, decode }, item, begins, running, jump, back }: Core) {
  const program = instance(programMemory(config));
  const targets = instance(branchTargets(config));
  const pc = reg(u(pcBits(config)));
  const behind = pc.add(1) as UInt;
  program.lane.value = decode.get(item.pc).low(3);
  const skips = decode.valid.and(program.early.wide);
  const choice = (plain: UInt, skipping: UInt, jumping: UInt): UInt =>
    mux(jump.valid, jumping, mux(skips, skipping, plain));
  const at = choice(pc, behind, jump.to);
  const following = choice(behind, pc.add(2), jump.to.add(1));
  targets.plain.value = pc;
  targets.skipping.value = behind;
  targets.jumping.value = jump.to;
  targets.skips.value = skips;
  targets.jumps.value = jump.valid;

  const lineOf = (slot: UInt): UInt => slot.slice(3, pcBits(config) - 4);
  program.fetch.enable.value = fetch.firing;
  program.fetch.line.value = lineOf(at);
  program.fetch.next_line.value = lineOf(following);

  when(fetch.firing, () => {
    pc.next = mux(targets.hit, targets.target, following);
  });
  when(back.valid, () => {
    pc.next = back.to;
  });
  when(begins, () => {
    pc.next = 0;
  });

  fetch.enter(running);
  fetch.put(item.pc, at);
  fetch.put(item.following, following);
  fetch.put(item.predicted, targets.hit);
  fetch.put(item.firm, targets.firm);
  return { program, targets };
}
