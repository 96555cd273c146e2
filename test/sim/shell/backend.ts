/** What the tests of hosts and devices run on: HERMES_SIM is `wasm` (default) or `verilator`. */
import { configure, type Config, type ShellName } from '../../../gen/config.ts';
import { assemble } from '../../../gen/ebpf/assembler.ts';

export const sim = process.env['HERMES_SIM'] === 'verilator' ? 'verilator' : 'wasm';

/** For the first test that uses a design: Verilator has to compile it. */
export const buildTime = 900_000;

/** One small device for all tests in a shell, because Verilator takes a while for each. */
export const configOf = (shell: ShellName): Config =>
  configure({ shell, engines: 2, programSlots: 3, dataSlots: 2, build: 'v1-test', retirePort: true }, 'small');

/** Clock cycles that no command of these tests takes. */
export const timeout = 100_000;

export const program = (text: string): Uint8Array => assemble(text).program;
