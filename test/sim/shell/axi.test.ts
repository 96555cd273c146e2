import { beforeAll, describe, expect, it } from 'vitest';
import { shellNames, shells } from '../../../gen/config.ts';
import { shellTables } from '../../../gen/shell/index.ts';
import { AxiMaster } from '../../../sim/shell/axi.ts';
import { netlist, simulatorOf } from '../../../sim/shell/index.ts';
import { random } from '../../../sim/shell/random.ts';
import { Timeline } from '../../../sim/shell/timeline.ts';
import type { Simulator } from '../../../sim/simulator.ts';
import { buildTime, configOf, sim } from './backend.ts';

describe.each(shellNames)('bursts to the device in the shell of %s', (shell) => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await simulatorOf(sim, netlist(configOf(shell)));
    simulator.poke('rst_main_n', 0);
    simulator.cycle(10);
    simulator.poke('rst_main_n', 1);
    simulator.cycle(10);
  }, buildTime);

  it('are answered with their own ID, all bits of it, whoever else is waiting', async () => {
    const seed = 7;
    const chance = random(seed);
    const timeline = new Timeline(simulator);
    const master = new AxiMaster(timeline, shellTables[shell].pcis, {
      name: 'DMA_PCIS',
      random: chance.fork(),
      stalls: 0.4,
      patience: 2000,
    });
    timeline.add(master);
    const ids = 2 ** shells[shell].dmaIdBits;
    const answers: boolean[] = [];
    for (let n = 0; n < 500; n++) {
      const written = chance.below(2) === 1 ? { data: new Uint8Array(64) } : {};
      const burst = { id: n < 2 ? ids - 1 : chance.below(ids), address: 64 * chance.below(64), length: 64, ...written };
      // Nobody has the slots: every answer is an error, and has its ID all the same.
      const complete = (ok: boolean): void => void answers.push(ok);
      while (!master.hasRoom(written.data ? 'write' : 'read')) timeline.step();
      master.issue({ ...burst, complete });
    }
    for (let n = 0; answers.length < 500 && n < 2000; n++) timeline.step();
    expect(answers, `seed ${seed}`).toEqual(answers.map(() => false));
    expect(answers).toHaveLength(500);
  });
});
