/** Running programs on a device of a configuration, on any simulator, compared with the model where there is one beside. */
import type { Config } from '../gen/config.ts';
import { GoldenHost } from '../sim/shell/golden-host.ts';
import { HermesDevice } from '../sim/shell/hermes-device.ts';
import type { Host, SimulatorKind } from '../sim/shell/host.ts';
import { count, note } from './output.ts';

/** What is written when hardware and model differ, unless `--wave` says otherwise. */
const lastCycles = 'build/divergence.vcd';

export interface SessionOptions {
  readonly sim: SimulatorKind;
  readonly config: Config;
  /** Waveform from the first cycle on. */
  readonly wave?: string;
  /** Share of the cycles in which each channel of the shell pauses. */
  readonly stalls: number;
  /** Clock cycles, on the model instructions, that a program may take; 20 million unless told. */
  readonly timeout?: number;
}

/**
 * Opens a device and does `work` with it, in lockstep with the model unless the device is the model. A terminal shows how
 * far it is.
 * @throws Divergence at the first difference
 */
export async function session<T>(
  { sim, config, ...options }: SessionOptions,
  work: (device: HermesDevice) => Promise<T>,
): Promise<T> {
  if (sim === 'golden') {
    note('running on the model');
    const model = new GoldenHost(config, options.timeout);
    return closing(model, async (host) => work(await HermesDevice.open(host)));
  }
  note('building the simulator');
  // The generator of the hardware, which the model does without.
  const { createShellHost } = await import('../sim/shell/create.ts');
  const { inLockstep } = await import('../sim/compare/device.ts');
  const building = createShellHost(sim, { config: { ...config, retirePort: true }, ...options });
  const host = await building.finally(() => note(''));
  return closing(host, () => inLockstep(host, lastCycles, work));
}

async function closing<H extends Host, T>(host: H, work: (host: H) => Promise<T>): Promise<T> {
  const progress = setInterval(() => host.cycles > 0 && note(`cycle ${count(host.cycles)}`), 200);
  try {
    return await work(host);
  } finally {
    clearInterval(progress);
    note('');
    host.close();
  }
}
