/** The designs that faults are put into. */
import { createHash } from 'node:crypto';
import { configure } from '../../gen/config.ts';
import { emitSystemVerilog } from '../../gen/emit/index.ts';
import type { EngineConfig } from '../../gen/ebpf/engine/interface.ts';
import { Diagnostics } from '../../gen/diagnostics/index.ts';
import { check, modulesOf, type Module } from '../../gen/ir/index.ts';
import { EngineBench } from '../compare/index.ts';
import { netlist } from '../shell/index.ts';
import { flatten } from '../wasm/flatten.ts';
import { generate } from '../wasm/generate.ts';
import { lower } from '../wasm/lower.ts';
import { partition } from '../wasm/partition.ts';
import { keeping } from '../wasm/simulator.ts';

export const scopeNames = ['engine', 'device'] as const;
export type ScopeName = (typeof scopeNames)[number];

export interface Scope {
  readonly name: ScopeName;
  readonly top: Module;
  /** Modules that faults are put into. */
  readonly modules: readonly Module[];
  /** Of the emitted text: results are good for this design only. */
  readonly digest: string;
}

/** Everything small, so that faults show soon. */
const engineConfig: EngineConfig = {
  programSlotBytes: 4096,
  dataSlotBytes: 4096,
  cacheLines: 8,
  branchTargets: 4,
  stepLimit: 300,
  retirePort: true,
};
const deviceConfig = configure({ engines: 2, programSlots: 3, dataSlots: 2, retirePort: true }, 'small');

/** One engine alone, or the device in its shell; the device's own modules are those that are not in the engine. */
export function scopeOf(name: ScopeName): Scope {
  const engine = EngineBench.netlist(engineConfig);
  const top = name === 'engine' ? engine : netlist(deviceConfig);
  const within = modulesOf(top).find((module) => module.name === engine.name)!;
  const inEngine = new Set(modulesOf(within));
  const modules = modulesOf(top).filter((module) => !module.blackBox && (name === 'engine' || !inEngine.has(module)));
  const text = emitSystemVerilog(top).files.map((file) => file.text);
  const digest = createHash('sha256').update(text.join('\n')).digest('hex').slice(0, 16);
  return { name, top, modules, digest };
}

/** What the checks of the netlist say against a design; its first error. */
export function refusal(top: Module): string | undefined {
  const diagnostics = new Diagnostics();
  check(top, diagnostics);
  const error = diagnostics.all.find(({ severity }) => severity === 'error');
  return error && `${error.code}: ${error.message}`;
}

/**
 * The design as one WebAssembly module, without assertions and retirement ports, which are there for simulation only. Two designs with the same
 * bytes do the same.
 */
export function compiled(top: Module): Uint8Array {
  const flat = flatten(top);
  const keep = keeping(flat);
  const isRetirement = /^retire\d*_/;
  const design = lower(
    flat,
    (net) => keep(net) && !net.names.some(({ scope, signal }) => scope === flat.top && isRetirement.test(signal.name)),
  );
  const bare = { ...design, checks: [] };
  return generate(bare, partition(bare)).bytes;
}
