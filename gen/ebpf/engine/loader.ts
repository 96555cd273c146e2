/** Brings the program of a Run command into the program memory, unless it is there already. */
import {
  allOf,
  anyOf,
  bitsFor,
  bool,
  cat,
  input,
  module,
  mux,
  muxCase,
  output,
  reg,
  shared,
  u,
  vec,
  when,
} from '../../hdl/index.ts';
import type { Bool, UInt } from '../../hdl/index.ts';
import { Class, ErrorClass } from '../isa.ts';
import { errorType } from './decoder.ts';
import { lineBytes, pcBits, type EngineConfig } from './interface.ts';
import { programLineBits } from './program-memory.ts';

const lanes = lineBytes / 8;

/**
 * `start` gives slot and length; from the next cycle on `ready` is 1 as soon as the program is in place. A length that is no program's
 * makes it ready at once, with `error`, the class that the first instruction then raises.
 */
export const programLoader = shared((config: EngineConfig) => {
  const line = u(programLineBits(config));
  const pc = u(pcBits(config));
  const ports = {
    start: input(bool),
    program_slot: input(u(8)),
    length: input(u(32)),
    /** The content of this program slot is no longer what it was. */
    changed: input(bool),
    changed_slot: input(u(8)),
    ready: output(bool),
    error: output(errorType),
    /** Slots in the program. */
    slots: output(pc),
    request: { valid: output(bool), ready: input(bool), line: output(line) },
    /** The lines asked for, in this order. */
    arrival: { valid: input(bool), line: input(u(8 * lineBytes)) },
    /** Into the program memory. */
    write: { valid: output(bool), first: output(bool), line: output(line), data: output(u(8 * lineBytes)) },
    /** A new program: what was predicted about the old one is void. */
    clear: output(bool),
    /** A jump that is worth predicting as taken, at most one in each line. */
    hint: { valid: output(bool), pc: output(pc), target: output(pc) },
  };
  return module('loader', ports, (io) => {
    const resident = reg(bool, 0);
    const tag = reg(u(8));
    const length = reg(u(32), 0);
    const error = reg(errorType, 0);
    const asking = reg(bool, 0);
    const waiting = reg(bool, 0);
    const asked = reg(line);
    const arrived = reg(line);

    const wrong = lengthError(io.length, config);
    const isTag = io.program_slot.eq(tag);
    const touched = io.changed.and(io.changed_slot.eq(tag).or(io.start.and(io.changed_slot.eq(io.program_slot))));
    const isHere = allOf(resident, isTag, io.length.eq(length), touched.not());
    const copies = allOf(io.start, isHere.not(), wrong.orReduce().not());

    when(io.start, () => {
      error.next = wrong;
    });
    when(copies, () => {
      tag.next = io.program_slot;
      length.next = io.length;
      resident.next = 1;
      asking.next = 1;
      waiting.next = 1;
      asked.next = 0;
      arrived.next = 0;
    });
    // A write while the program is being copied counts as one after it: the copy is used once.
    when(touched, () => {
      resident.next = 0;
    });

    const lastByte = length.sub(1);
    const lastLine = lastByte.slice(Math.log2(lineBytes), programLineBits(config)) as UInt;
    when(asking.and(io.request.ready), () => {
      asked.next = asked.add(1);
      asking.next = asked.ne(lastLine);
    });
    when(io.arrival.valid, () => {
      arrived.next = arrived.add(1);
      waiting.next = arrived.ne(lastLine);
    });

    io.request.valid.value = asking;
    io.request.line.value = asked;
    io.write.valid.value = io.arrival.valid;
    io.write.data.value = io.arrival.line;
    io.write.line.value = arrived;
    io.write.first.value = arrived.orReduce().not();
    io.clear.value = copies;
    io.slots.value = length.slice(3, pcBits(config));
    io.error.value = error;

    const hint = hintOf(io.arrival, arrived);
    io.hint.valid.value = hint.valid;
    io.hint.pc.value = hint.pc;
    io.hint.target.value = hint.pc.add(hint.distance.add(1).resize(pcBits(config)) as UInt);
    io.ready.value = waiting.or(hint.valid).not();
  });
});

/** The class of error of a length in bytes, 0 for a program's. */
function lengthError(length: UInt<32>, { programSlotBytes }: EngineConfig): UInt<8> {
  return muxCase(
    [
      [length.orReduce().not(), errorType.of(ErrorClass.E_PROG_EMPTY)],
      [length.low(3).orReduce(), errorType.of(ErrorClass.E_PROG_SIZE)],
      [length.gt(programSlotBytes), errorType.of(ErrorClass.E_PROG_TOO_LONG)],
    ],
    errorType.of(0),
  );
}

/** Finds, and gives one cycle later, the first slot of a line that looks like a backward or unconditional jump or a local call. */
function hintOf(arrival: { valid: Bool; line: UInt<512> }, line: UInt): { valid: Bool; pc: UInt; distance: UInt<32> } {
  const slots = arrival.line.as(vec(u(64), lanes));
  const code = (slot: UInt<64>): UInt<4> => slot.slice(4, 4);
  const isCall = (slot: UInt<64>): Bool => code(slot).eq(0x8);
  const isAlways = (slot: UInt<64>): Bool => code(slot).eq(0x0);
  const isLong = (slot: UInt<64>): Bool => slot.low(3).eq(Class.JMP32);
  const likely = slots.toArray().map((slot: UInt<64>) => {
    const jump = slot.low(3).isOneOf(Class.JMP, Class.JMP32);
    const local = slot.bit(12);
    const backward = slot.bit(31);
    return jump.and(anyOf(isAlways(slot), isCall(slot).and(local), backward));
  });
  const lane = u(bitsFor(lanes));
  const first = muxCase(
    likely.map((each, i) => [each, lane.of(i)] as const),
    lane.of(0),
  );
  const valid = reg(bool, 0);
  const pc = reg(u(line.width + 3));
  const slot = reg(u(64));
  valid.next = arrival.valid.and(anyOf(...likely));
  when(arrival.valid, () => {
    pc.next = cat(line, first);
    slot.next = slots.at(first);
  });
  const far = isCall(slot).or(isAlways(slot).and(isLong(slot)));
  const distance = mux(far, slot.slice(32, 32), slot.slice(16, 16).sext(32));
  return { valid, pc: pc.zext(line.width + 4), distance };
}
