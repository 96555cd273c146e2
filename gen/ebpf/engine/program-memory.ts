/** The engine's copy of the program: eight slots are written in a cycle, any two neighbours are read. */
import {
  bitsFor,
  bool,
  cat,
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
import { Early, earlyOf } from './control-signals.ts';
import { lineBytes, type EngineConfig } from './interface.ts';
import { chosen } from './memory-unit-words.ts';

/** Slots in a line, one a bank. */
const lanes = lineBytes / 8;

/** A slot as it is stored. */
const StoredSlot = struct('stored_slot', { early: Early, slot: u(64) });

/** Bits that number the lines of the program memory. */
export const programLineBits = (config: EngineConfig): any => bitsFor(config.programSlotBytes / lineBytes);

export const programMemory = shared((config: EngineConfig) => {
  const line = u(programLineBits(config));
  const depth = config.programSlotBytes / lineBytes;
  const lane = u(bitsFor(lanes));
  const ports = {
    /** Lines of a program arrive in order, the first one together with `first`. */
    write: { valid: input(bool), first: input(bool), line: input(line), data: input(u(8 * lineBytes)) },
    /** Where `enable` is 1, the lines of a slot and of its successor; what they hold is there one cycle later. */
    fetch: { enable: input(bool), line: input(line), next_line: input(line) },
    /** Which slot of the line fetched last is meant; `next` is the one behind it. */
    lane: input(lane),
    slot: output(u(64)),
    next: output(u(64)),
    early: output(Early),
    /** Asks, one cycle ahead, about the slots of a line. */
    target: { enable: input(bool), line: input(line) },
    /** For each slot of that line whether it is the second half of an lddw. */
    second_halves: output(u(lanes)),
  };
  return module('program_memory', ports, (io) => {
    const words = io.write.data.as(vec(u(64), lanes)).toArray() as UInt<64>[];
    const early = words.map((word) => earlyOf(word.low(8), config));

    // A slot is a second half when its predecessor has the opcode of an lddw and is not itself a second half.
    /** The previous line ends with the first half of an lddw. */
    const open = reg(bool);
    let half: Bool = open.and(io.write.first.not());
    const isHalf = early.map(({ wide }) => {
      const own = half;
      half = wide.and(own.not());
      return own;
    });
    const halves = memory({ type: u(lanes), depth });
    const banks = words.map(() => memory({ type: StoredSlot, depth, style: 'block' }));
    when(io.write.valid, () => {
      open.next = half;
      halves.write({ address: io.write.line, data: cat(...isHalf.toReversed()) });
      banks.forEach((bank, i) => bank.write({ address: io.write.line, data: { early: early[i], slot: words[i] } }));
    });
    io.second_halves.value = halves.read(io.target.line, { enable: io.target.enable });

    // Only bank 0 can hold the successor of a slot of another line.
    const { enable } = io.fetch;
    const read = banks.map((bank, i) => bank.read(i === 0 ? io.fetch.next_line : io.fetch.line, { enable }));
    // Of two neighbours one is in an even bank and one in an odd one.
    const isOdd = io.lane.bit(0);
    const pair = io.lane.slice(1, 2) as UInt;
    const pick = (parity: number, index: UInt) =>
      chosen(
        read.filter((_, i) => i % 2 === parity).map(({ bits }) => bits),
        index,
      ).as(StoredSlot);
    const even = pick(0, pair.add(isOdd.zext(2)));
    const odd = pick(1, pair);
    io.slot.value = mux(isOdd, odd.slot, even.slot);
    io.early.value = mux(isOdd, odd.early, even.early);
    io.next.value = mux(isOdd, even.slot, odd.slot);
  });
});
