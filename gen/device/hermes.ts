/**
 * The hermes device, free of any shell: BAR0 with its commands, the engines that serve them, and the slots that they share
 * with the host's DMA.
 */
import {
  bool,
  cat,
  connect,
  domainReset,
  flip,
  input,
  instance,
  module,
  output,
  shared,
  u,
  unused,
} from '../hdl/index.ts';
import type { Bool, Flip, Io, UInt } from '../hdl/index.ts';
import type { Config } from '../config.ts';
import { retirePort } from '../ebpf/engine/interface.ts';
import { servedEngine } from '../ebpf/helpers/served-engine.ts';
import { axi4, axiLite, axiSlave, type AxiLitePorts } from '../lib/axi.ts';
import { accessBus } from '../lib/axi-lite.ts';
import { attach } from '../lib/registers-attach.ts';
import { bar0, oclWidths } from './bar0.ts';
import { commandUnit } from './command-unit.ts';
import { dmaSlave, pcisWidths } from './dma.ts';
import { functionReset } from './function-reset.ts';
import { slotMemory, type slotPort } from './slot-memory.ts';
import { slotTable } from './slot-table.ts';

type SlotIo = Io<Flip<ReturnType<typeof slotPort>>>;

export const hermes = shared((config: Config) => {
  const numbers = Array.from({ length: config.engines }, (_, n) => n);
  const retire = config.retirePort ? Object.fromEntries(numbers.map((n) => [`retire${n}`, retirePort(config)])) : {};
  const ports = {
    ocl: flip(axiLite(oclWidths)),
    pcis: flip(axi4(pcisWidths(config))),
    /** One bit an engine: a command has finished; a pulse. */
    interrupt: output(u(config.engines)),
    /** Function-level reset: stop everything, free everything. */
    flr: input(bool),
    /** The function-level reset is complete, until `flr` falls. */
    flr_done: output(bool),
    ...retire,
  };
  return module('hermes', ports, (io) => {
    const slots = instance(slotMemory(config));
    const { stopped, clear, done } = functionReset(io.flr, slots.quiet);
    io.flr_done.value = done;
    /** What serves commands restarts with either reset; what answers the host's buses only with the shell's. */
    const reset = domainReset().and(stopped.not());

    const table = instance(slotTable(config), { clear });
    const dma = instance(dmaSlave(config));
    connect(dma.axi, io.pcis);
    connect(slots.dma, dma.slots);
    slots.program_allocated.value = table.program_allocated;
    slots.data_allocated.value = table.data_allocated;
    slots.program_scrub.value = table.program_scrub;
    slots.data_scrub.value = table.data_scrub;
    table.program_scrubbing.value = slots.program_scrubbing;
    table.data_scrubbing.value = slots.data_scrubbing;

    const csr = attach(bar0(config), accessBus(axiSlave<AxiLitePorts>(io.ocl)), stopped);
    const units = numbers.map((n) => {
      const unit = instance(commandUnit, {}, { name: `command${n}`, reset });
      const { exec, done: isDone } = csr.EHCMDCTRL[n]!;
      const { opcode, id, slot_type: byte8, slot: byte9, length } = csr.EHCMDREQ[n]!;
      unit.execute.value = exec.value;
      exec.clear.value = unit.finished;
      isDone.value = unit.done;
      unit.request.value = { opcode, id, byte8, byte9, length };
      const response = csr.EHCMDRES[n]!;
      response.id.value = unit.response.id;
      response.status.value = unit.response.status;
      response.detail.value = unit.response.detail;
      table.request.at(n).value = unit.slot_request;
      unit.answer_valid.value = table.answer_valid.bit(n);
      unit.answer.value = table.answer;
      return unit;
    });
    const bits = (values: readonly Bool[]): UInt => cat(...values.toReversed());
    io.interrupt.value = bits(units.map((unit) => unit.interrupt));
    table.request_valid.value = bits(units.map((unit) => unit.slot_valid));
    table.running.value = bits(units.map((unit) => unit.running));
    table.program_slot.value = units.map((unit) => unit.program_slot);
    table.data_slot.value = units.map((unit) => unit.data_slot);

    for (const n of numbers) {
      const { run, program_slot, data_slot } = units[n]!;
      const core = instance(servedEngine(config), {}, { name: `engine${n}`, reset });
      const port = (slots as unknown as Record<string, SlotIo>)[`engine${n}`]!;
      connect(core.memory, port.memory);
      connect(core.program, port.program);
      connect(core.snoop, port.snoop);
      connect(run, core.run);
      port.program_slot.value = program_slot;
      port.data_slot.value = data_slot;
      core.run.changed.value = slots.program_changed;
      core.run.changed_slot.value = slots.program_changed_slot;
      csr.EHXCYCLES[n]!.value = core.run.cycles;
      csr.EHXINSNS[n]!.value = core.run.instructions;
      if (config.retirePort)
        connect(
          (io as unknown as Record<string, object>)[`retire${n}`]!,
          (core as unknown as { retire: object }).retire,
        );
      unused(core.run.busy);
    }
  });
});
