/** The same device doing the same work in WebAssembly and in Verilator. */
import { presets, type Config } from '../gen/config.ts';
import { createShellHost, HermesDevice, type ShellHost } from '../sim/shell/index.ts';
import { root, runOrThrow } from '../sim/tools/index.ts';
import { median, type Benchmark } from './benchmark.ts';
import { startEndless } from './programs.ts';

const runs = 5;
const kinds = ['wasm', 'verilator'] as const;
type Kind = (typeof kinds)[number];

/** The default device with a build version that no other has: for a simulator it is a design that was just edited. */
export function editedConfig(edit: string): Config {
  return { ...presets.default, build: edit };
}

/** What simulation-once.ts prints: seconds. */
export interface OnceTimes {
  /** From the configuration to a simulator that is ready. */
  readonly build: number;
  /** Five programs on the device. */
  readonly run: number;
}

/** One engineer's round: start, elaborate, build the simulator, run five programs on the device, see what they give. */
async function editToResult(kind: Kind, edit: string): Promise<OnceTimes & { readonly total: number }> {
  const start = performance.now();
  const args = ['bin/run-ts.mjs', 'bench/simulation-once.ts', kind, edit];
  const output = await runOrThrow('simulate', process.execPath, args, { cwd: root });
  return { ...(JSON.parse(output) as OnceTimes), total: (performance.now() - start) / 1000 };
}

/** A device whose engines all work for good. */
async function busyHost(kind: Kind, edit: string): Promise<ShellHost> {
  const host = await createShellHost(kind, { config: editedConfig(edit), stalls: 0 });
  const device = await HermesDevice.open(host);
  for (const [engine, name] of (['fib50', 'prime1009', 'csum1500', 'memcpy1K'] as const).entries()) {
    await startEndless(device, name, engine);
  }
  return host;
}

/** Thousands of cycles in a second of this process's own time, which other processes do not touch. */
function speed({ simulator }: ShellHost): number {
  const batch = 2000;
  const least = 1e6; // microseconds
  const start = process.cpuUsage();
  for (let cycles = batch; ; cycles += batch) {
    simulator.cycle(batch);
    const { user, system } = process.cpuUsage(start);
    if (user + system > least) return (cycles / (user + system)) * 1000;
  }
}

export const simulation: Benchmark = {
  name: 'simulation',
  title: `Simulation of the default device, cl_hermes, with four engines at work: medians of ${runs} runs`,
  run: async (say) => {
    const edit = `bench ${Date.now()}`;
    const rounds: Record<Kind, (OnceTimes & { readonly total: number })[]> = { wasm: [], verilator: [] };
    say('edit to result in Verilator, once');
    rounds.verilator.push(await editToResult('verilator', edit));
    for (let run = 1; run <= runs; run++) {
      say(`edit to result in WebAssembly, ${run} of ${runs}`);
      rounds.wasm.push(await editToResult('wasm', `${edit} ${run}`));
    }
    const hosts = { wasm: await busyHost('wasm', edit), verilator: await busyHost('verilator', edit) };
    const speeds: Record<Kind, number[]> = { wasm: [], verilator: [] };
    // In turns, so that whatever else the machine does meets both; the first round warms up.
    for (let run = 0; run <= runs; run++) {
      say(`steady speed, ${run} of ${runs}`);
      for (const kind of kinds) speeds[kind].push(speed(hosts[kind]));
    }
    for (const kind of kinds) hosts[kind].close();

    const row = (
      what: string,
      unit: string,
      better: 'lower' | 'higher',
      of: (kind: Kind) => number,
      factor?: number,
    ) => {
      const [value, other] = [of('wasm'), of('verilator')];
      const bar = factor === undefined ? {} : { bar: better === 'lower' ? other / factor : other * factor };
      return { what, value, unit, better, reference: { what: 'Verilator', value: other }, ...bar };
    };
    const seconds = (of: (times: OnceTimes & { readonly total: number }) => number) => (kind: Kind) =>
      median(rounds[kind].map(of));
    return [
      row('steady speed', 'kcycles/s', 'higher', (kind) => median(speeds[kind].slice(1)), 1),
      row(
        'from configuration to simulator',
        's',
        'lower',
        seconds(({ build }) => build),
      ),
      row(
        'five programs with their DMA',
        's',
        'lower',
        seconds(({ run }) => run),
      ),
      row(
        'edit to result, process and all',
        's',
        'lower',
        seconds(({ total }) => total),
        20,
      ),
    ];
  },
};
