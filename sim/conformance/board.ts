/**
 * What conformance tests run on: one engine of the device with its helper functions and the device's slot memory, without
 * buses and commands. The entry values of r1 and r2 are inputs.
 */
import { configure } from '../../gen/config.ts';
import { dmaPort, slotMemory, type slotPort } from '../../gen/device/slot-memory.ts';
import { entryPort, runPort } from '../../gen/ebpf/engine/interface.ts';
import { helperNames } from '../../gen/ebpf/helpers/functions.ts';
import { servedEngine } from '../../gen/ebpf/helpers/served-engine.ts';
import { bool, connect, elaborate, input, instance, module, output, unused } from '../../gen/hdl/index.ts';
import type { Flip, Io } from '../../gen/hdl/index.ts';
import type { Module } from '../../gen/ir/index.ts';
import { limits } from './limits.ts';

const config = configure({
  engines: 1,
  programSlots: 1,
  programSlotBytes: limits.programBytes,
  dataSlots: 1,
  dataSlotBytes: limits.memoryBytes,
  stepLimit: limits.steps,
  helpers: helperNames,
  callByRegister: true,
  build: 'conformance',
});

const { start, length, done, r0, error, error_pc, cycles, instructions } = runPort;

const ports = {
  run: { start, length, done, r0, error, error_pc, cycles, instructions },
  entry: entryPort,
  /** The slots, as the device's DMA reaches them: the program's from line 0, the data's from `dataLine`. */
  dma: dmaPort(config),
  /** Pulse: fill the data slot with zeros; `scrubbing` until that is done. */
  scrub: input(bool),
  scrubbing: output(bool),
} as const;

/** The netlist. */
export function board(): Module {
  return elaborate(() => module('conformance_board', ports, assemble)).top;
}

function assemble({ run, entry, dma, scrub, scrubbing }: Io<typeof ports>): void {
  const core = instance(servedEngine({ ...config, entryPort: true }), {}, { name: 'engine' });
  const slots = instance(slotMemory(config), {}, { name: 'slots' });
  const port = (slots as unknown as { engine0: Io<Flip<ReturnType<typeof slotPort>>> }).engine0;
  connect(core.memory, port.memory);
  connect(core.program, port.program);
  connect(core.snoop, port.snoop);
  port.program_slot.value = 0;
  port.data_slot.value = 0;
  connect(dma, slots.dma);
  slots.program_allocated.value = 1;
  slots.data_allocated.value = 1;
  slots.program_scrub.value = 0;
  slots.data_scrub.value = scrub;
  scrubbing.value = slots.data_scrubbing;

  connect(run, core.run);
  connect(entry, core.entry);
  core.run.program_slot.value = 0;
  core.run.changed.value = slots.program_changed;
  core.run.changed_slot.value = slots.program_changed_slot;
  unused(core.run.busy, slots.quiet, slots.program_scrubbing);
}
