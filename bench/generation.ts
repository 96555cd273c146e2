/** Time from a configuration to its SystemVerilog, in a process that has just been started. */
import { join } from 'node:path';
import { root, runOrThrow } from '../sim/tools/index.ts';
import { median, type Benchmark } from './benchmark.ts';

const runs = 5;

export interface GenerationTimes {
  readonly elaborate: number;
  readonly emit: number;
}

export const generation: Benchmark = {
  name: 'generation',
  title: `Generator: the default device in the F1 shell, medians of ${runs} fresh processes`,
  run: async (say) => {
    const times: GenerationTimes[] = [];
    for (let run = 1; run <= runs; run++) {
      say(`run ${run} of ${runs}`);
      const output = await runOrThrow('generate', process.execPath, ['bin/run-ts.mjs', 'bench/generation-once.ts'], {
        cwd: join(root),
      });
      times.push(JSON.parse(output) as GenerationTimes);
    }
    const milliseconds = (what: string, of: (times: GenerationTimes) => number, bar?: number) => ({
      what,
      value: median(times.map(of)),
      unit: 'ms',
      better: 'lower' as const,
      ...(bar === undefined ? {} : { bar }),
    });
    return [
      milliseconds('elaborate and check', ({ elaborate }) => elaborate),
      milliseconds('emit', ({ emit }) => emit),
      milliseconds('together', ({ elaborate, emit }) => elaborate + emit, 1000),
    ];
  },
};
