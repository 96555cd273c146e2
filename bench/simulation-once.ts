/** Builds a simulator, runs five programs on the device and prints the times as JSON; started by simulation.ts. */
import { createHost, HermesDevice } from '../sim/shell/index.ts';
import { peerNames, runInPlace } from './programs.ts';
import { editedConfig, type OnceTimes } from './simulation.ts';

const [sim, edit] = process.argv.slice(2) as ['wasm' | 'verilator', string];
const start = performance.now();
const host = await createHost({ sim, config: editedConfig(edit), stalls: 0 });
const built = performance.now();
const device = await HermesDevice.open(host);
for (const name of peerNames) await runInPlace(device, name);
const times: OnceTimes = { build: (built - start) / 1000, run: (performance.now() - built) / 1000 };
host.close();
process.stdout.write(JSON.stringify(times));
