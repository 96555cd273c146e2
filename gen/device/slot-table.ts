/**
 * Who has which slot. One operation at a time from the command units, in turns; a slot that was given back is scrubbed
 * before it is given out again, and a slot that an engine uses is not taken away.
 */
import {
  anyOf,
  bitsFor,
  bool,
  enumeration,
  input,
  module,
  mux,
  muxCase,
  output,
  reg,
  shared,
  struct,
  switchOn,
  u,
  vec,
  when,
  wire,
} from '../hdl/index.ts';
import type { Bool, UInt } from '../hdl/index.ts';
import { roundRobin } from '../lib/arbiter.ts';
import { Status } from './layout.ts';
import { lowestSet } from './slot-bank.ts';

export interface SlotTableConfig {
  readonly engines: number;
  readonly programSlots: number;
  readonly dataSlots: number;
}

/** CLAIM checks that both slots of a Run command exist and are allocated. */
export const SlotOperation = enumeration('slot_operation', ['REQUEST', 'RELEASE', 'CLAIM']);

export const slotRequest = struct('slot_request', {
  operation: SlotOperation,
  /** REQUEST and RELEASE: 1 for a data slot, 0 for a program slot. */
  data: bool,
  program_slot: u(8),
  data_slot: u(8),
});

export const slotAnswer = struct('slot_answer', {
  /** No slot is free, but one will be when it is scrubbed: ask again. */
  retry: bool,
  /** `Status` of the command. */
  status: u(8),
  slot: u(8),
});

export const slotTable = shared((config: SlotTableConfig) =>
  module(
    `slot_table_e${config.engines}_p${config.programSlots}_d${config.dataSlots}`,
    {
      /** One bit an engine. */
      request_valid: input(u(config.engines)),
      request: input(vec(slotRequest, config.engines)),
      /** The answer is for the engine whose bit is set. */
      answer_valid: output(u(config.engines)),
      answer: output(slotAnswer),
      /** Engines that run, and on which slots. */
      running: input(u(config.engines)),
      program_slot: input(vec(u(8), config.engines)),
      data_slot: input(vec(u(8), config.engines)),
      /** Frees everything. */
      clear: input(bool),
      program_allocated: output(u(config.programSlots)),
      data_allocated: output(u(config.dataSlots)),
      program_scrub: output(u(config.programSlots)),
      data_scrub: output(u(config.dataSlots)),
      program_scrubbing: input(u(config.programSlots)),
      data_scrubbing: input(u(config.dataSlots)),
    },
    (io) => {
      const engines = Array.from({ length: config.engines }, (_, i) => i);
      const state = reg(enumeration('slot_table_state', ['IDLE', 'LOOK_UP', 'DECIDE', 'SETTLE']), 'IDLE');
      const asking = reg(slotRequest);
      const asker = reg(u(config.engines));

      const program = kindOf(config.programSlots, io.program_scrubbing, asking.program_slot, usedBy(io.program_slot));
      const data = kindOf(config.dataSlots, io.data_scrubbing, asking.data_slot, usedBy(io.data_slot));
      io.program_allocated.value = program.allocated;
      io.data_allocated.value = data.allocated;
      io.program_scrub.value = program.scrub;
      io.data_scrub.value = data.scrub;

      function usedBy(slots: typeof io.program_slot) {
        return (slot: UInt<8>): Bool => anyOf(...engines.map((n) => io.running.bit(n).and(slots.at(n).eq(slot))));
      }

      const any = io.request_valid.orReduce();
      const turn = roundRobin(io.request_valid, any.and(state.is('IDLE')));
      const chosen = asking.data;
      const pick = (what: 'allocatedHere' | 'inUse' | 'free' | 'scrubbing'): Bool =>
        mux(chosen, data[what], program[what]);
      const answer = wire(slotAnswer, { retry: 0, status: 0, slot: 0 });
      const invalid = mux(chosen, u(8).of(Status.InvalidDataSlot), Status.InvalidProgramSlot);
      io.answer.value = answer;
      io.answer_valid.value = mux(state.is('DECIDE'), asker, 0);

      switchOn(state, {
        IDLE: () => {
          when(any, () => {
            asker.next = turn;
            asking.next = muxCase(
              engines.map((n) => [turn.bit(n), io.request.at(n)] as const),
              io.request.at(0),
            );
            state.next = 'LOOK_UP';
          });
        },
        LOOK_UP: () => {
          state.next = 'DECIDE';
        },
        DECIDE: () => {
          state.next = 'SETTLE';
          switchOn(asking.operation, {
            REQUEST: () => {
              answer.slot.value = mux(chosen, data.freeSlot, program.freeSlot);
              when(pick('free'), () => {
                when(chosen, data.take).otherwise(program.take);
              }).otherwise(() => {
                answer.retry.value = pick('scrubbing');
                answer.status.value = Status.NoSpace;
              });
            },
            RELEASE: () => {
              when(pick('allocatedHere').and(pick('inUse').not()), () => {
                when(chosen, data.give).otherwise(program.give);
              }).otherwise(() => {
                answer.status.value = invalid;
              });
            },
            CLAIM: () => {
              when(program.allocatedHere.not(), () => {
                answer.status.value = Status.InvalidProgramSlot;
              }).elseWhen(data.allocatedHere.not(), () => {
                answer.status.value = Status.InvalidDataSlot;
              });
            },
          });
        },
        // The answered unit shows itself in `running` before the next look-up.
        SETTLE: () => {
          state.next = 'IDLE';
        },
      });
      when(io.clear, () => {
        program.clear();
        data.clear();
        state.next = 'IDLE';
      });
    },
  ),
);

/** The book-keeping of one kind of slot; look-ups are registered, so that they are valid one cycle after `slot`. */
function kindOf(count: number, scrubbing: UInt, slot: UInt<8>, used: (slot: UInt<8>) => Bool) {
  const allocated = reg(u(count), 0);
  // Whatever a memory held before the reset is nobody's business.
  const scrub = reg(u(count), -1);
  scrub.next = 0;
  const allocatedHere = reg(bool);
  const inUse = reg(bool);
  const free = reg(bool);
  const freeSlot = reg(u(8));
  const waiting = reg(bool);
  const notReady = scrubbing.or(scrub);
  const available = allocated.or(notReady).not();
  const index = slot.resize(bitsFor(count));
  allocatedHere.next = slot.zext(9).lt(count).and(allocated.bit(index));
  inUse.next = used(slot);
  free.next = available.orReduce();
  freeSlot.next = lowestSet(available).resize(8);
  waiting.next = notReady.orReduce();
  const bit = (at: UInt): UInt => u(count).of(1).shl(at);
  return {
    allocated,
    scrub,
    allocatedHere,
    inUse,
    free,
    freeSlot,
    scrubbing: waiting,
    take: () => {
      allocated.next = allocated.or(bit(freeSlot));
    },
    give: () => {
      allocated.next = allocated.and(bit(index).not());
      scrub.next = bit(index);
    },
    clear: () => {
      allocated.next = 0;
      scrub.next = allocated;
    },
  };
}
