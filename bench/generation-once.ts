/** Generates the default device and prints the times in milliseconds as JSON; started by generation.ts. */
import { presets } from '../gen/config.ts';
import { emitSystemVerilog } from '../gen/emit/index.ts';
import { elaborate } from '../gen/hdl/index.ts';
import { clHermes } from '../gen/shell/index.ts';
import type { GenerationTimes } from './generation.ts';

const start = performance.now();
const { top } = elaborate(() => clHermes(presets.default));
const elaborated = performance.now();
emitSystemVerilog(top);
const times: GenerationTimes = { elaborate: elaborated - start, emit: performance.now() - elaborated };
process.stdout.write(JSON.stringify(times));
