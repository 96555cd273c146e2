import { onTestFinished } from 'vitest';
import { elaborate, type ModuleDef } from '../../../gen/hdl/index.ts';
import type { Simulator } from '../../../sim/simulator.ts';
import { WasmSimulator } from '../../../sim/wasm/index.ts';

/** The design running, out of reset after one cycle in it; closed when the test has finished. */
export function simulated(describe: () => ModuleDef): Simulator {
  const { top } = elaborate(describe);
  const simulator = WasmSimulator.create(top);
  onTestFinished(() => simulator.close());
  if (top.domains.length > 0) restart(simulator);
  return simulator;
}

/** Goes through reset. */
export function restart(simulator: Simulator): void {
  simulator.poke('rst_n', 0);
  simulator.cycle();
  simulator.poke('rst_n', 1);
}
