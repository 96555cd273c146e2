/**
 * The engine: a pipeline of five stages that begins one instruction a cycle and keeps their order.
 *
 * fetch → decode → execute → memory → writeback. Results go to decode from every later stage, as soon as they exist: one
 * cycle after the instruction for the ALU, two for loads that hit, three for products and quotients. Jumps are decided in
 * execute, returns and errors after memory. See core.ts for what the stages share and interface.ts for the ports.
 */
import { anyOf, connect, instance, module, shared, unused, when } from '../../hdl/index.ts';
import type { Io } from '../../hdl/index.ts';
import { core, type Core } from './core.ts';
import { decodeStage } from './decode.ts';
import { executeStage } from './execute.ts';
import { fetchStage } from './fetch.ts';
import {
  entryPort,
  helperPort,
  lineBits,
  memoryPort,
  optional,
  programPort,
  retirePort,
  runPort,
  snoopPort,
  type EngineConfig,
} from './interface.ts';
import { helperCalls } from './helper-calls.ts';
import { programLoader } from './loader.ts';
import { memoryUnit } from './memory-unit.ts';
import { memoryStage } from './memory.ts';
import { registerFile } from './registers.ts';
import { hasHelpers } from './repertoire.ts';
import { retireFrom } from './retire.ts';
import { sequencer } from './sequencer.ts';
import { writebackStage } from './writeback.ts';

/** The ports of an engine; `entry`, `helper` and `retire` are there only when the configuration asks for them. */
export const enginePorts = (config: EngineConfig) => ({
  run: runPort,
  memory: memoryPort(config),
  program: programPort,
  snoop: snoopPort(config),
  ...optional(config.entryPort === true, { entry: entryPort }),
  ...optional(hasHelpers(config), { helper: helperPort }),
  ...optional(config.retirePort, { retire: retirePort(config) }),
});

type Ports = ReturnType<typeof enginePorts>;

export const engine = shared((config: EngineConfig) =>
  module('engine', enginePorts(config), (io) => assemble(io, core(config)), {
    doc: 'eBPF engine: runs one program at a time, in order, one instruction a cycle.',
  }),
);

function assemble(io: Io<Ports>, parts: Core): void {
  const { run, memory, program: programLines, snoop } = io;
  const { config } = parts;
  const { start, program_slot, length, changed, changed_slot } = run;
  const loader = instance(programLoader(config), {
    start,
    program_slot,
    length,
    changed,
    changed_slot,
    arrival: programLines,
  });
  const unit = instance(memoryUnit(config), { snoop });
  const { read, r0, passed, ready } = registerFile(parts, run.start, io.entry);
  const { idle, exhausted } = sequencer(run, parts, {
    loaded: loader.ready.and(ready),
    clear: unit.frame.first_clear,
    warm: unit.frame.warm,
    drained: unit.frame.drained,
  });
  unit.frame.start.value = start;
  unit.frame.idle.value = idle;

  const { program, targets } = fetchStage(parts);
  connect(program.write, loader.write);
  connect(targets.hint, loader.hint);
  targets.clear.value = loader.clear;
  const { slot, next, early } = program;
  const { slots, error } = loader;
  const calls = hasHelpers(config) ? helperCalls(parts, io.helper, passed) : undefined;
  decodeStage(
    parts,
    { slot, next, early, slots, error },
    read,
    anyOf(unit.access.wait, ...(calls ? [calls.wait] : [])),
  );
  const { product, quotient } = executeStage(parts, { program, targets }, unit, slots);
  memoryStage(parts, unit, r0, exhausted, calls);
  writebackStage(parts, { product, quotient });
  run.r0.value = r0;
  if (config.retirePort) retireFrom(parts, unit, io.retire);
  else unused(unit.access.address);

  // Two clients of slot memory: the loader goes first.
  const loads = loader.request.valid;
  memory.request_valid.value = loads.or(unit.memory.request_valid);
  memory.request.value = unit.memory.request;
  when(loads, () => {
    memory.request.kind.value = 'READ';
    memory.request.program.value = 1;
    memory.request.line.value = loader.request.line.zext(lineBits(config));
  });
  loader.request.ready.value = memory.request_ready;
  unit.memory.request_ready.value = memory.request_ready.and(loads.not());
  unit.memory.response_valid.value = memory.response_valid;
  unit.memory.response.value = memory.response;
}
