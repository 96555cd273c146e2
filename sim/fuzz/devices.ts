/** Runs cases through whole devices, several engines at once, in lockstep with the model. */
import { configure, type Config, type ShellName } from '../../gen/config.ts';
import { helperNames } from '../../gen/ebpf/helpers/functions.ts';
import { DeviceLockstep } from '../compare/index.ts';
import { HermesDevice, netlist, ShellHost, simulatorOf } from '../shell/index.ts';
import type { Simulator } from '../simulator.ts';
import { WasmSimulator, type Snapshot } from '../wasm/index.ts';
import type { Job, ProgramCase } from './cases.ts';
import type { Backend, Outcome } from './engines.ts';

/** Three engines with few small slots, so that they are in each other's way. */
const deviceOf = (shell: ShellName): Config =>
  configure(
    {
      shell,
      engines: 3,
      programSlots: 4,
      dataSlots: 4,
      cacheLines: 8,
      branchTargets: 4,
      stepLimit: 3000,
      helpers: [...helperNames],
      callByRegister: true,
      retirePort: true,
    },
    'small',
  );

/** The device that everything is run on, in each shell. */
export const deviceConfigs = { f1: deviceOf('f1'), f2: deviceOf('f2') } as const satisfies Record<ShellName, Config>;

/** Clock cycles that no command takes. */
export const timeout = 400_000;

interface Made {
  readonly simulator: Simulator;
  /** Where it can go back. */
  readonly fresh?: Snapshot;
}

/** Gives devices as after power-up; only the last one is good. */
export class Devices {
  readonly #backend: Backend;
  readonly #make: (shell: ShellName) => Promise<Simulator>;
  readonly #made = new Map<ShellName, Made>();
  #host: ShellHost | undefined;

  /** @param make the simulator of the device in a shell, instead of the one that is generated */
  constructor(
    backend: Backend,
    make = (shell: ShellName): Promise<Simulator> => simulatorOf(backend, netlist(deviceConfigs[shell])),
  ) {
    this.#backend = backend;
    this.#make = make;
  }

  /** A host with a fresh device. @param stalls share of the cycles in which each channel of the shell pauses */
  async open(seed: number, stalls: number, shell: ShellName = 'f1'): Promise<ShellHost> {
    if (this.#host) await abandon(this.#host);
    const simulator = await this.#fresh(shell);
    const config = deviceConfigs[shell];
    this.#host = new ShellHost(simulator, { kind: this.#backend, config, seed, stalls, timeout });
    return this.#host;
  }

  async #fresh(shell: ShellName): Promise<Simulator> {
    const known = this.#made.get(shell);
    if (known) {
      if (known.fresh) (known.simulator as WasmSimulator).restore(known.fresh);
      return known.simulator;
    }
    const simulator = await this.#make(shell);
    this.#made.set(shell, { simulator, ...(simulator instanceof WasmSimulator && { fresh: simulator.snapshot() }) });
    return simulator;
  }

  /** Gives up simulators that are in the middle of something and cannot go back. */
  discard(): void {
    for (const [shell, { simulator, fresh }] of this.#made) {
      if (fresh) continue;
      simulator.close();
      this.#made.delete(shell);
    }
  }

  close(): void {
    for (const { simulator } of this.#made.values()) simulator.close();
    this.#made.clear();
  }

  /** Runs the programs, each on the next engine that is free. The first job says the seed of the shell and how it stalls. */
  async run({ jobs }: ProgramCase): Promise<Outcome> {
    const { seed, stalls } = jobs[0]!.timing;
    const host = await this.open(seed, stalls);
    const ends: Record<string, number> = {};
    const begin = host.cycles;
    let [programs, instructions] = [0, 0];
    let failure: Outcome['failure'];
    const waiting = [...jobs.entries()];
    const work = async (device: HermesDevice, engine: number): Promise<void> => {
      for (let next = waiting.shift(); next && !failure; next = waiting.shift()) {
        const [job, what] = next;
        try {
          for (const result of await onDevice(device, engine, what)) {
            programs += 1;
            instructions += result.instructions;
            const end = result.error?.class ?? 'exit';
            ends[end] = (ends[end] ?? 0) + 1;
          }
        } catch (error) {
          failure ??= { error: error as Error, job };
        }
      }
    };
    try {
      const device = await HermesDevice.open(host, new DeviceLockstep(host));
      await Promise.all(Array.from({ length: host.config.engines }, (_, engine) => work(device, engine)));
    } catch (error) {
      failure ??= { error: error as Error, job: 0 };
    }
    if (failure) this.discard();
    return { programs, instructions, cycles: host.cycles - begin, ends, ...(failure && { failure }) };
  }
}

/** Lets whatever still waits for something on a host fail: after a difference that may be much, and time must not go on there. */
async function abandon({ timeline }: ShellHost): Promise<void> {
  if (timeline.open === 0) return;
  timeline.add({
    drive: () => {
      throw new Error('the device is used no longer');
    },
  });
  while (timeline.open > 0) await new Promise((resolve) => setImmediate(resolve));
}

/** Everything for one job: slots, program, data, runs, and reading back what lockstep compares. */
export async function onDevice(
  device: HermesDevice,
  engine: number,
  { program, data, length = program.length, again }: Job,
) {
  const code = await device.requestSlot('program', { engine });
  await device.write(code, program);
  const memory = await device.requestSlot('data', { engine });
  await device.write(memory, data);
  const results = [await device.run(code, memory, length, { engine })];
  if (again) results.push(await device.run(code, memory, length, { engine }));
  await device.read(memory);
  await device.releaseSlot(memory, { engine });
  await device.releaseSlot(code, { engine });
  return results;
}
