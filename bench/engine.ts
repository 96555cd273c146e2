/** Clock cycles of the engine in the whole device, against other eBPF processors. */
import { presets } from '../gen/config.ts';
import { createHost, HermesDevice } from '../sim/shell/index.ts';
import type { Benchmark } from './benchmark.ts';
import { peerNames, peers, runInPlace } from './programs.ts';

export const engineCycles: Benchmark = {
  name: 'engine',
  title: 'Engine: cycles of five programs in the default device, program and data in place, first fetch to exit',
  run: async () => {
    const host = await createHost({ config: presets.default, stalls: 0 });
    const device = await HermesDevice.open(host);
    const rows = [];
    for (const name of peerNames) {
      const { what, cycles, bar } = peers[name];
      const result = await runInPlace(device, name);
      rows.push({
        what: `${name} (${result.instructions} instructions)`,
        value: result.cycles,
        unit: 'cycles',
        better: 'lower' as const,
        reference: { what, value: cycles },
        bar,
      });
    }
    host.close();
    return rows;
  },
};
