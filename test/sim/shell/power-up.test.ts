/** What a device says to its shell before anybody has asked it for anything. */
import { expect, test } from 'vitest';
import { configure } from '../../../gen/config.ts';
import { netlist } from '../../../sim/shell/index.ts';
import { WasmSimulator } from '../../../sim/wasm/index.ts';

test.each(['f1', 'f2'] as const)('nothing: no answer, request, interrupt or end of a reset, on %s', (shell) => {
  const top = netlist(configure({ shell, engines: 2, programSlots: 3, dataSlots: 2 }, 'small'));
  const sim = WasmSimulator.create(top);
  const outputs = top.ports.filter(({ kind, name }) => kind === 'output' && /(valid|irq_req|flr_done)$/.test(name));
  expect(outputs.length).toBeGreaterThan(8);
  for (let round = 0; round < 2; round++) {
    for (const [active, cycles] of [
      [0, 32],
      [1, 300],
    ] as const) {
      sim.poke('rst_main_n', active);
      for (let n = 0; n < cycles; n++) {
        sim.cycle();
        // A reset reaches all parts within its first cycles.
        if (active === 0 && n < 16) continue;
        const loud = outputs.filter(({ name }) => sim.peek(name) !== 0n).map(({ name }) => name);
        expect([round, active, n, loud]).toEqual([round, active, n, []]);
      }
    }
  }
});
