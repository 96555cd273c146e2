/** Runs cases through whole devices, several engines at once, in lockstep with the model. */
import { configure } from '../../gen/config.ts';
import { helperNames } from '../../gen/ebpf/helpers/functions.ts';
import { DeviceLockstep } from '../compare/index.ts';
import { HermesDevice, netlist, ShellHost, simulatorOf } from '../shell/index.ts';
import type { Simulator } from '../simulator.ts';
import { WasmSimulator, type Snapshot } from '../wasm/index.ts';
import type { Job, ProgramCase } from './cases.ts';
import type { Backend, Outcome } from './engines.ts';

/** Three engines with few small slots, so that they are in each other's way. */
export const deviceConfig = configure(
  {
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

/** Clock cycles that no command takes. */
export const timeout = 400_000;

/** Gives devices as after power-up, of one configuration; only the last one is good. */
export class Devices {
  readonly #backend: Backend;
  readonly #make: () => Promise<Simulator>;
  #simulator: Simulator | undefined;
  #fresh: Snapshot | undefined;
  #host: ShellHost | undefined;

  /** @param make the simulator of the device, instead of the one that is generated */
  constructor(backend: Backend, make = () => simulatorOf(backend, netlist(deviceConfig))) {
    this.#backend = backend;
    this.#make = make;
  }

  /** A host with a fresh device. @param stalls share of the cycles in which each channel of the shell pauses */
  async open(seed: number, stalls: number): Promise<ShellHost> {
    if (this.#host) await abandon(this.#host);
    if (this.#simulator instanceof WasmSimulator && this.#fresh) this.#simulator.restore(this.#fresh);
    else this.#simulator ??= await this.#make();
    if (this.#simulator instanceof WasmSimulator) this.#fresh ??= this.#simulator.snapshot();
    this.#host = new ShellHost(this.#simulator, { kind: this.#backend, config: deviceConfig, seed, stalls, timeout });
    return this.#host;
  }

  /** Gives up the simulator, which is in the middle of something and cannot go back. */
  discard(): void {
    if (!this.#fresh) this.close();
  }

  close(): void {
    this.#simulator?.close();
    this.#simulator = undefined;
    this.#fresh = undefined;
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
      await Promise.all(Array.from({ length: deviceConfig.engines }, (_, engine) => work(device, engine)));
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
