/** Engines to test, alone with their slots and in lockstep with the model. */
import { readFileSync } from 'node:fs';
import { assemble } from '../../../../gen/ebpf/assembler.ts';
import type { EngineConfig } from '../../../../gen/ebpf/engine/interface.ts';
import { EngineBench, type SlotTiming } from '../../../../sim/compare/index.ts';
import type { Helper } from '../../../../sim/golden/interpreter.ts';
import { random } from '../../../../sim/shell/random.ts';
import { WasmSimulator } from '../../../../sim/wasm/index.ts';

/** Everything small, so that limits are near. */
export const small: EngineConfig = {
  programSlotBytes: 4096,
  dataSlotBytes: 4096,
  cacheLines: 8,
  branchTargets: 4,
  stepLimit: 300,
  retirePort: true,
};

/** With helper functions, callx, and entry values that a run may choose. */
export const served: EngineConfig = {
  ...small,
  helpers: ['gather_bytes', 'sqrti', 'unwind'],
  callByRegister: true,
  entryPort: true,
};

/** As in the default device. */
export const usual: EngineConfig = {
  ...small,
  programSlotBytes: 32 * 1024,
  dataSlotBytes: 256 * 1024,
  cacheLines: 64,
  branchTargets: 12,
  stepLimit: 0x1000_0000,
};

/** What a slot answers with in a device: four cycles from request to response. */
export const steady: SlotTiming = { latency: 4, stalls: 0, random: () => 0 };

/** @param functions helper functions in place of those that the configuration names */
export const benchOf = (config: EngineConfig, timing = steady, functions?: ReadonlyMap<number, Helper>): EngineBench =>
  new EngineBench(WasmSimulator.create(EngineBench.netlist(config)), config, timing, { functions });

/** An engine together with the hardware of its helper functions. */
export const servedBenchOf = (config: EngineConfig, timing = steady): EngineBench =>
  new EngineBench(WasmSimulator.create(EngineBench.servedNetlist(config)), config, timing, { served: true });

/** Numbers from 0 to 1 that `seed` determines. */
export const randomFrom = (seed: number): (() => number) => random(seed).next;

export const programOf = (source: string): Uint8Array => assemble(source).program;

export const fromRoot = (path: string): URL => new URL(`../../../../${path}`, import.meta.url);

export interface Vector {
  readonly name: string;
  readonly program: Uint8Array;
  readonly memory: Uint8Array | undefined;
  readonly r0: bigint;
  readonly instructions: number;
}

/** The conformance suite. */
export function conformance(): Vector[] {
  const { vectors } = JSON.parse(readFileSync(fromRoot('test/vectors/bpf_conformance.json'), 'utf8')) as {
    vectors: { name: string; program: string; memory?: string; r0: string; instructions: number }[];
  };
  const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
  return vectors.map(({ name, program, memory, r0, instructions }) => ({
    name,
    program: bytes(program),
    memory: memory === undefined ? undefined : bytes(memory),
    r0: BigInt(r0),
    instructions,
  }));
}
