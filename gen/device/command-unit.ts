/** Serves the commands of one engine: from the doorbell to the response, one at a time. */
import {
  bool,
  cat,
  enumeration,
  flip,
  input,
  module,
  mux,
  output,
  reg,
  struct,
  switchOn,
  u,
  when,
  wire,
} from '../hdl/index.ts';
import type { Bits } from '../hdl/index.ts';
import { runPort } from '../ebpf/engine/interface.ts';
import { delayLine } from '../lib/stream.ts';
import { Command, Status } from './layout.ts';
import { slotAnswer, slotRequest } from './slot-table.ts';

/** The bytes of a command request that carry something; see the layout for their offsets. */
export const commandRequest = struct('command_request', {
  opcode: u(8),
  id: u(16),
  /** Byte 8: slot type, or program slot. */
  byte8: u(8),
  /** Byte 9: slot number, or data slot. */
  byte9: u(8),
  /** Run: bytes of program. */
  length: u(32),
});

/** The bytes of a command response that carry something. */
export const commandResponse = struct('command_response', {
  id: u(16),
  status: u(8),
  /** Bytes 8 to 15. */
  detail: u(64),
});

const { start, program_slot, length, done, r0, error, error_pc } = runPort;

export const commandUnit = module(
  'command_unit',
  {
    /** EHCMDEXEC: the host has set it. */
    execute: input(bool),
    /** Clears EHCMDEXEC, so that it falls as EHCMDDONE rises. */
    finished: output(bool),
    request: input(commandRequest),
    response: output(commandResponse),
    /** EHCMDDONE. */
    done: output(bool),
    /** Pulse: a command has finished; with the rise of EHCMDDONE. */
    interrupt: output(bool),
    slot_valid: output(bool),
    slot_request: output(slotRequest),
    answer_valid: input(bool),
    answer: input(slotAnswer),
    /** An engine runs on these slots. */
    running: output(bool),
    program_slot: output(u(8)),
    data_slot: output(u(8)),
    run: flip({ start, program_slot, length, done, r0, error, error_pc }),
  },
  (io) => {
    const state = reg(enumeration('command_state', ['IDLE', 'DECODE', 'ASK', 'START', 'RUN']), 'IDLE');
    /** The command as it was when the doorbell rang: the host may already write the next one. */
    const command = reg(commandRequest);
    const response = reg(commandResponse, { id: 0, status: 0, detail: 0 });
    const done = reg(bool, 0);
    const running = reg(bool, 0);
    const isRun = command.opcode.eq(Command.Run);
    const isRelease = command.opcode.eq(Command.ReleaseSlot);
    const isRequest = command.opcode.eq(Command.RequestSlot);
    const finished = wire(bool, 0);
    const finish = (status: Bits<8>, detail: Bits<64> = 0): void => {
      finished.value = 1;
      response.status.next = status;
      response.detail.next = detail;
      done.next = 1;
      state.next = 'IDLE';
    };

    io.response.value = response;
    io.done.value = done;
    io.finished.value = finished;
    io.interrupt.value = delayLine(finished, 1, 0);
    io.running.value = running;
    io.program_slot.value = command.byte8;
    io.data_slot.value = command.byte9;
    io.slot_valid.value = state.is('ASK').and(io.answer_valid.not());
    io.slot_request.operation.value = 'REQUEST';
    when(isRelease, () => {
      io.slot_request.operation.value = 'RELEASE';
    }).elseWhen(isRun, () => {
      io.slot_request.operation.value = 'CLAIM';
    });
    io.slot_request.data.value = command.byte8.bit(0);
    // A release names its slot in byte 9, whatever its type; a run names both.
    io.slot_request.program_slot.value = command.byte8;
    when(isRelease, () => {
      io.slot_request.program_slot.value = command.byte9;
    });
    io.slot_request.data_slot.value = command.byte9;
    io.run.start.value = state.is('START');
    io.run.program_slot.value = command.byte8;
    io.run.length.value = command.length;

    switchOn(state, {
      IDLE: () => {
        when(io.execute, () => {
          command.next = io.request;
          response.id.next = io.request.id;
          done.next = 0;
          state.next = 'DECODE';
        });
      },
      DECODE: () => {
        when(isRun, () => {
          state.next = 'ASK';
        })
          .elseWhen(isRequest.or(isRelease), () => {
            state.next = 'ASK';
            when(command.byte8.gt(1), () => finish(Status.InvalidAddress));
          })
          .otherwise(() => finish(Status.InvalidOpcode));
      },
      ASK: () => {
        const granted = io.answer.status.eq(Status.Success);
        when(io.answer_valid.and(io.answer.retry.not()), () => {
          when(isRun.and(granted), () => {
            running.next = 1;
            state.next = 'START';
          }).otherwise(() => finish(io.answer.status, mux(isRequest.and(granted), io.answer.slot.zext(64), 0)));
        });
      },
      START: () => {
        state.next = 'RUN';
      },
      RUN: () => {
        const { error, error_pc, r0 } = io.run;
        when(io.run.done, () => {
          running.next = 0;
          when(error.eq(0), () => finish(Status.Success, r0)).otherwise(() =>
            finish(Status.ProgramError, cat(error_pc, u(24).of(0), error)),
          );
        });
      },
    });
  },
);
