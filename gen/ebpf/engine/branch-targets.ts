/** Branch target buffer: which instructions are taken jumps, and where they lead. */
import {
  allOf,
  bitsFor,
  bool,
  input,
  memory,
  module,
  mux,
  output,
  reg,
  shared,
  struct,
  u,
  vec,
  when,
} from '../../hdl/index.ts';
import type { Bool, UInt } from '../../hdl/index.ts';
import { pcBits, type EngineConfig } from './interface.ts';

/**
 * Entries (as many as asked for, rounded up to a power of two) in LUT RAM, by the lowest bits of the pc, looked up in the cycle of the fetch. A hit predicts a taken jump; as
 * targets of eBPF jumps never change, a predicted target is always right. An entry goes when its jump has not been taken
 * twice in a row, or when another jump needs the place.
 */
export const branchTargets = shared((config: EngineConfig) => {
  const pc = u(pcBits(config));
  const indexBits = bitsFor(config.branchTargets);
  const tagBits = pcBits(config) - indexBits;
  const Entry = struct('branch_target', { tag: u(tagBits), target: pc, firm: bool });
  const ports = {
    /** The addresses that a fetch may have, and which it is: known later than they are. */
    plain: input(pc),
    skipping: input(pc),
    jumping: input(pc),
    skips: input(bool),
    jumps: input(bool),
    hit: output(bool),
    target: output(pc),
    /** The jump that hits was taken the last time. */
    firm: output(bool),
    /** An instruction leaves execute: whether it jumps, whether that was predicted, and how firmly. */
    update: {
      valid: input(bool),
      taken: input(bool),
      predicted: input(bool),
      firm: input(bool),
      pc: input(pc),
      target: input(pc),
    },
    /** A jump to be entered where nothing is. */
    hint: { valid: input(bool), pc: input(pc), target: input(pc) },
    clear: input(bool),
  };
  return module('branch_targets', ports, (io) => {
    const { update, hint } = io;
    const depth = 2 ** indexBits;
    const none = Array.from({ length: depth }, () => 0);
    const entries = memory({ type: Entry, depth, style: 'distributed' });
    const present = reg(vec(bool, depth), none);
    const indexOf = (at: UInt): UInt => at.low(indexBits);
    const tagOf = (at: UInt): UInt => at.high(tagBits);

    const lookup = (at: UInt) => {
      const { tag, target, firm } = entries.read(indexOf(at), { latency: 0 });
      return { hit: present.at(indexOf(at)).and(tag.eq(tagOf(at))), target, firm };
    };
    const [plain, skipping, jumping] = [io.plain, io.skipping, io.jumping].map(lookup);
    const choice = (key: 'hit' | 'target' | 'firm'): UInt =>
      mux(io.jumps, jumping[key] as UInt, mux(io.skips, skipping[key] as UInt, plain[key] as UInt));
    io.hit.value = choice('hit');
    io.target.value = choice('target');
    io.firm.value = choice('firm');

    // A jump that is taken is entered, or confirmed; one that is not, but was predicted, is no longer firm, and the next time gone.
    const fades = allOf(update.valid, update.predicted, update.taken.not());
    const changes = update.valid.and(update.taken.or(update.predicted));
    const hinted = hint.valid.and(present.at(indexOf(hint.pc)).not());
    const at = mux(changes, update.pc, hint.pc);
    const entry = { tag: tagOf(at), target: mux(changes, update.target, hint.target), firm: fades.not() };
    const keeps: Bool = fades.not().or(update.firm);
    when(changes.or(hinted), () => {
      entries.write({ address: indexOf(at), data: entry });
      present.at(indexOf(at)).next = keeps;
    });
    when(io.clear, () => {
      present.next = none;
    });
  });
});
