/** From a configuration to a host with a device, on any backend. */
import { fileURLToPath } from 'node:url';
import { configure, type Config } from '../../gen/config.ts';
import { emitSystemVerilog } from '../../gen/emit/index.ts';
import { elaborate } from '../../gen/hdl/index.ts';
import type { Module } from '../../gen/ir/index.ts';
import { clHermes } from '../../gen/shell/index.ts';
import type { Simulator } from '../simulator.ts';
import { VerilatedModel } from '../verilator/model.ts';
import { WasmSimulator } from '../wasm/index.ts';
import { GoldenHost } from './golden-host.ts';
import { defaultTimeout, type Host, type SimulatorKind } from './host.ts';
import { Recorder } from './recorder.ts';
import { ShellHost } from './shell-host.ts';

export interface HostOptions {
  /** `wasm` unless told. */
  readonly sim?: SimulatorKind;
  readonly config?: Config;
  /** Of everything that is left to chance in the shell; 1 unless told. */
  readonly seed?: number;
  /** Share of the cycles, 0 to less than 1, in which each channel of the shell pauses; 0.2 unless told. */
  readonly stalls?: number;
  /** Clock cycles that the host waits for an interrupt; 20 million unless told. */
  readonly timeout?: number;
  /** Writes a waveform to this file from the first cycle on: VCD; with Verilator also FST, by its name. */
  readonly wave?: string;
}

/** A host on simulated hardware, in the shell of its configuration. */
export async function createShellHost(
  kind: 'wasm' | 'verilator',
  options: Omit<HostOptions, 'sim'> = {},
): Promise<ShellHost> {
  const { config = configure(), seed = 1, stalls = 0.2, timeout = defaultTimeout, wave } = options;
  const top = netlist(config);
  const simulator = await simulatorOf(kind, top, wave);
  if (wave !== undefined) simulator.trace(wave);
  const recorder = new Recorder(simulator, (file) => simulatorOf(kind, top, file));
  return new ShellHost(recorder, { kind, config, seed, stalls, timeout });
}

export async function createHost({ sim = 'wasm', ...options }: HostOptions = {}): Promise<Host> {
  return sim === 'golden'
    ? new GoldenHost(options.config ?? configure(), options.timeout)
    : createShellHost(sim, options);
}

const netlists = new Map<string, Module>();

/** `cl_hermes`, elaborated and checked once for each configuration. */
export function netlist(config: Config): Module {
  const key = JSON.stringify(config);
  const known = netlists.get(key) ?? elaborate(() => clHermes(config)).top;
  netlists.set(key, known);
  return known;
}

/** Builds the simulator of a design. @param wave the file to which it is to write waveforms; VCD, or FST by its name where the simulator can */
export async function simulatorOf(kind: 'wasm' | 'verilator', top: Module, wave?: string): Promise<Simulator> {
  if (kind === 'wasm') return WasmSimulator.create(top);
  const { files, templates } = emitSystemVerilog(top);
  const stubs = templates.map((file) => fileURLToPath(new URL(`../../rtl-templates/${file}`, import.meta.url)));
  return VerilatedModel.build({
    sources: [...stubs, ...files],
    top: top.name,
    ports: top.ports.flatMap(({ name, kind: direction, type: { width } }) =>
      direction === 'input' || direction === 'output' ? [{ name, width, direction }] : [],
    ),
    clock: top.domains[0]!.clock,
    ...(wave !== undefined && { trace: wave.endsWith('.fst') ? 'fst' : 'vcd' }),
  });
}
