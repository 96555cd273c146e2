/** `hermes demo` (npm start): the default device, generated, and then working on all its engines. */
import pc from 'picocolors';
import { configure, type ShellName } from '../../gen/config.ts';
import type { JobResult, SimulatorKind } from '../../sim/shell/index.ts';
import { Exit } from '../errors.ts';
import { examples, type Example } from '../examples.ts';
import { count, hex, table, type Cell } from '../output.ts';
import { session } from '../session.ts';
import { defaultFolder, generateInto } from './gen.ts';

export interface DemoOptions {
  readonly sim: SimulatorKind;
  readonly out?: string;
  readonly shell?: ShellName;
}

/** Share of the cycles in which each channel of the simulated shell pauses: a real one does, too. */
const stalls = 0.1;

export async function demo({ sim, shell, out: folder }: DemoOptions): Promise<number> {
  const config = configure(shell && { shell });
  const out = folder ?? defaultFolder(config);
  generateInto(out, config);

  const programs = examples();
  const how = sim === 'golden' ? 'on the model' : `on ${sim}, each instruction compared with the model`;
  console.log(`\n${programs.length} programs on ${config.engines} engines, ${how}`);
  const start = performance.now();
  const { results, cycles } = await session({ sim, config, stalls }, async (device) => ({
    results: await device.runAll(programs),
    cycles: device.host.cycles,
  }));
  const seconds = (performance.now() - start) / 1000;

  console.log(
    table(['program', 'engine', 'instructions', 'cycles', 'cycles/instr.', 'r0', 'equal'], rows(programs, results)),
  );
  const time = cycles === 0 ? 'the model has no clock' : `${count(cycles)} cycles of the whole device`;
  console.log(`${time}; simulator built and run in ${seconds.toFixed(1)} s\n`);
  console.log(next(out, shell));
  return programs.every(({ r0 }, i) => r0 === results[i].r0) ? Exit.ok : Exit.failed;
}

const rows = (programs: readonly Example[], results: readonly JobResult[]): Cell[][] =>
  results.map(({ engine, instructions, cycles, r0, error }, i) => {
    const result = error ? `${error.class} at pc ${error.pc}` : hex(r0);
    const equal = !error && r0 === programs[i].r0 ? pc.green('yes') : pc.red(`expected ${hex(programs[i].r0)}`);
    const pace = cycles === 0 ? ['–', '–'] : [cycles, (cycles / instructions).toFixed(2)];
    return [programs[i].name, engine, instructions, ...pace, result, equal];
  });

function next(out: string, shell?: ShellName): string {
  const same = shell ? ` --shell ${shell}` : '';
  const steps = [
    [`npx hermes run examples/hash.s --data examples/hash.data${same}`, 'one program, with registers and memory'],
    ['npx hermes run my.s --wave my.vcd', 'your own, with a waveform'],
    ['npx hermes info', 'configuration, registers, presets, tools'],
    [`ls ${out}/rtl`, 'the SystemVerilog; docs/architecture.md is a map'],
    ['npm test', 'everything, also on Verilator and cocotb'],
  ];
  return `Next\n${table([], steps)}`;
}
