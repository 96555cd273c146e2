/** The slave with nothing behind it, asked from all sides at once: a host that forgets itself must not hang. */
import { expect, test } from 'vitest';
import { emptyBar } from '../../../gen/shell/cl.ts';
import { LiteMaster, type Pace } from '../device/axi.ts';
import { chance, reset, runUntil, simulate, step } from '../lib/bench.ts';

const sim = simulate(emptyBar());

test.each<Pace>([
  { address: 1, data: 1, answers: 1 },
  { address: 0.2, data: 1, answers: 1 },
  { address: 1, data: 0.2, answers: 1 },
  { address: 1, data: 1, answers: 0.2 },
  { address: 0.5, data: 0.5, answers: 0.5 },
])('answers every read with 0 and every write, once, with OKAY: %o', (pace) => {
  sim.poke('bus_awvalid', 0);
  sim.poke('bus_wvalid', 0);
  sim.poke('bus_arvalid', 0);
  reset(sim);
  const master = new LiteMaster(sim, 'bus_', chance(41));
  master.pace(pace);
  const reads = Array.from({ length: 100 }, (_, i) => master.read(4 * i));
  const writes = Array.from({ length: 100 }, (_, i) => master.write(4 * i, i));
  const cycles = runUntil(sim, [master], () => master.outstanding === 0, 5000);
  for (const access of [...reads, ...writes]) expect([access.done, access.resp]).toEqual([true, 0]);
  for (const { bytes } of reads) expect([...bytes]).toEqual([0, 0, 0, 0]);
  if (Math.min(...Object.values(pace)) === 1) expect(cycles).toBeLessThanOrEqual(200 * 2 + 10);
  for (let n = 0; n < 50; n++) step(sim, [master]);
});
