import type { Benchmark } from './benchmark.ts';
import { engineCycles } from './engine.ts';
import { generation } from './generation.ts';
import { simulation } from './simulation.ts';
import { synthesis } from './synthesis.ts';

/** Every benchmark of `npm run bench`, in the order of its tables. */
export const benchmarks: readonly Benchmark[] = [engineCycles, simulation, generation, synthesis];
