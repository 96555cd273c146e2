/** Emitted text against the reference: both run the same stimulus, Icarus from the text. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emitSystemVerilog } from '../../../gen/emit/index.ts';
import { modulesOf, type Module, type Signal } from '../../../gen/ir/index.ts';
import { run, tools } from '../../../sim/tools/index.ts';
import type { Random } from './random.ts';
import { Reference } from './reference.ts';

/** Inputs of each cycle; reset is active in the first two. */
export function stimulus(random: Random, { ports, domains }: Module, cycles: number): Map<Signal, bigint>[] {
  const resets = new Map(domains.map(({ reset, resetActive }) => [reset, resetActive === 'low' ? 0n : 1n]));
  const clocks = new Set(domains.map(({ clock }) => clock));
  const inputs = ports.filter(({ kind, name }) => kind === 'input' && !clocks.has(name));
  return Array.from({ length: cycles }, (_, cycle) => {
    const value = ({ name, type }: Signal): bigint => {
      const active = resets.get(name);
      if (active === undefined) return random.bits(type.width);
      return cycle < 2 || random.chance(0.05) ? active : 1n - active;
    };
    return new Map(inputs.map((port) => [port, value(port)]));
  });
}

/** Outputs before each clock edge, as one line of hexadecimal numbers. */
export function expected(top: Module, cycles: readonly ReadonlyMap<Signal, bigint>[]): string[] {
  let now = cycles[0]!;
  const model = new Reference(top, (port) => now.get(port) ?? 0n);
  const outputs = top.ports.filter(({ kind }) => kind === 'output');
  return cycles.map((inputs) => {
    now = inputs;
    model.settle();
    const line = outputs
      .map((port) =>
        model
          .signal(port)
          .toString(16)
          .padStart(Math.ceil(port.type.width / 4), '0'),
      )
      .join(' ');
    model.edge();
    return line;
  });
}

/** What Icarus prints for the same, and what it says while compiling, which ought to be nothing. */
export async function simulated(
  tops: readonly { top: Module; cycles: readonly ReadonlyMap<Signal, bigint>[] }[],
): Promise<{ said: string; lines: string[][] }> {
  const folder = mkdtempSync(join(tmpdir(), 'hermes-emit-'));
  try {
    const texts = new Map<string, string>();
    tops.forEach(({ top, cycles }, i) => {
      const { files } = emitSystemVerilog(top);
      for (const module of modulesOf(top)) {
        const { name, text } = files.find((file) => file.name === `${module.name}.sv`)!;
        texts.set(name, withEnumsReset(withoutAlwaysComb(text), module));
      }
      texts.set(`bench${i}.sv`, bench(`bench${i}`, i, top, cycles));
    });
    for (const [name, text] of texts) writeFileSync(join(folder, name), text);
    const { path } = await tools.icarus();
    const roots = tops.flatMap((_, i) => ['-s', `bench${i}`]);
    const compiled = await run(
      path,
      ['-g2012', '-Wall', '-Wno-timescale', '-o', 'sim.vvp', ...roots, ...texts.keys()],
      { cwd: folder },
    );
    if (compiled.code !== 0) throw new Error(compiled.output);
    const { output } = await run('timeout', ['20', 'vvp', '-n', 'sim.vvp'], { cwd: folder });
    const lines = tops.map((_, i) =>
      output
        .split('\n')
        .filter((line) => line.startsWith(`${i}: `))
        .map((line) => line.slice(`${i}: `.length)),
    );
    return { said: compiled.output, lines };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Icarus 11 never leaves time 0 where one always_comb reads what two others assign more than once. The plain form, with one
 * run at the start, means the same.
 */
function withoutAlwaysComb(text: string): string {
  return text.replaceAll(/^  always_comb (begin\n[^]*?\n  end\n)/gm, '  always @* $1  initial #0 $1');
}

export function bench(name: string, id: number, top: Module, cycles: readonly ReadonlyMap<Signal, bigint>[]): string {
  const inputs = [...cycles[0]!.keys()];
  const outputs = top.ports.filter(({ kind }) => kind === 'output');
  const range = ({ type }: Signal): string => `[${type.width - 1}:0]`;
  const apply = (values: ReadonlyMap<Signal, bigint>): string =>
    inputs.map((port) => `${port.name} = ${port.type.width}'h${values.get(port)!.toString(16)};`).join(' ');
  const steps = cycles.map(
    (values) =>
      `    ${apply(values)} #1 $display("${id}: ${outputs.map(() => '%h').join(' ')}", ${outputs.map((port) => port.name).join(', ')}); clk = 1; #1 clk = 0; #1;`,
  );
  return [
    `module ${name};`,
    '  reg clk = 0;',
    ...inputs.map((port) => `  reg ${range(port)} ${port.name};`),
    ...outputs.map((port) => `  wire ${range(port)} ${port.name};`),
    `  ${top.name} dut (.clk(clk), ${[...inputs, ...outputs].map((port) => `.${port.name}(${port.name})`).join(', ')});`,
    '  initial begin',
    ...zeros(top, 'dut').map((line) => `    ${line}`),
    ...steps,
    '  end',
    'endmodule',
    '',
  ].join('\n');
}

/** Starts registers of an enum at their reset value, from inside: a bench cannot assign numbers to them. */
function withEnumsReset(text: string, { signals }: Module): string {
  const registers = signals.filter(({ kind, type }) => kind === 'reg' && type.kind === 'enum').map(({ name }) => name);
  const starts = registers.map(
    (name) => `  initial ${name} = ${new RegExp(`^ *${name} <= (.*);`, 'm').exec(text)![1]};\n`,
  );
  return text.replace(/^endmodule$/m, `${starts.join('')}endmodule`);
}

/** The reference starts at 0, an enum at its reset value; so must every other register, with or without reset. */
function zeros(module: Module, path: string): string[] {
  const reads = module.memories.flatMap(({ reads: ports }) => ports.filter(({ latency }) => latency > 0));
  const early = reads.filter(({ latency }) => latency === 2).map(({ data }) => `${data.name}_early`);
  const own = [
    ...module.signals.filter(({ kind, type }) => kind === 'reg' && type.kind !== 'enum').map(({ name }) => name),
    ...reads.map(({ data }) => data.name),
    ...early,
  ];
  return [
    ...own.map((name) => `${path}.${name} = 0;`),
    ...module.instances.flatMap(({ name, module: child }) => zeros(child, `${path}.${name}`)),
  ];
}
