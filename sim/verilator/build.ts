/**
 * SystemVerilog to a Node-API addon, through Verilator and a C++ compiler. Results are kept in build/verilator under the
 * digest of everything that went in, so the same design is compiled once.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, runOrThrow, type Tool, tools } from '../tools/index.ts';
import { loadSources, type Source, writeSources } from '../tools/sources.ts';
import { compileAddon } from './compile.ts';
import { digest } from './digest.ts';

/** A port of the simulated module. */
export interface ModelPort {
  readonly name: string;
  /** Width in bits, 1 or more. */
  readonly width: number;
  readonly direction: 'input' | 'output';
}

export interface BuildOptions {
  /** In compilation order. */
  readonly sources: readonly Source[];
  /** Name of the module to simulate. */
  readonly top: string;
  readonly ports: readonly ModelPort[];
  /** Name of the clock port, an input of one bit. */
  readonly clock: string;
  /** Waveform format that {@link VerilatedModel.trace} writes; none by default, for it costs build time and speed. */
  readonly trace?: 'vcd' | 'fst';
  /** Further arguments for Verilator, such as `-DNAME=1` or `-GPARAMETER=3`. */
  readonly verilatorArgs?: readonly string[];
}

// A change to how models are built makes new ones.
const ownSources = ['harness.cpp', 'print.h', 'build.ts', 'compile.ts'].map((file) =>
  readFileSync(new URL(file, import.meta.url), 'utf8'),
);
const cache = join(root, 'build/verilator');

/** Verilator's C++ name of a port: two underscores in a row are reserved in C++. */
const cppName = (name: string): string => name.replaceAll('__', '___05F');

/** The generated header: which ports the harness shows, and how it writes waveforms. */
function modelHeader({ ports, clock, trace }: BuildOptions): string {
  const lines = [
    `#define HERMES_CLOCK ${cppName(clock)}`,
    `#define HERMES_PORTS(X) ${ports.map(({ name }) => `X(${cppName(name)})`).join(' ')}`,
  ];
  if (trace !== undefined) {
    const name = trace === 'fst' ? 'Fst' : 'Vcd';
    lines.push(`#define HERMES_TRACE Verilated${name}C`, `#define HERMES_TRACE_HEADER "verilated_${trace}_c.h"`);
  }
  return `${lines.join('\n')}\n`;
}

/** Builds the addon, or finds it, and returns the path of the file to load. Throws with the tools' messages. */
export async function buildAddon(options: BuildOptions): Promise<string> {
  const clock = options.ports.find(({ name }) => name === options.clock);
  if (clock === undefined || clock.width !== 1 || clock.direction !== 'input') {
    throw new Error(`the clock of ${options.top}, "${options.clock}", is not among its ports as an input of one bit`);
  }
  const [verilator, compiler] = await Promise.all([tools.verilator(), tools.compiler()]);
  const sources = loadSources(options.sources);
  const header = modelHeader(options);
  const toolchain = [verilator.path, verilator.version, compiler.path, compiler.version, ...ownSources];
  const design = [options.top, ...(options.verilatorArgs ?? []), JSON.stringify(sources)];
  const folder = join(cache, digest([...toolchain, header, ...design]));
  const addon = join(folder, 'model.node');
  if (existsSync(addon)) return addon;

  // Work aside and rename, so that a half-built or concurrently built model is never seen.
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'work-'));
  try {
    const files = writeSources(work, sources);
    writeFileSync(join(work, 'model.h'), header);
    await translate(verilator, work, files, options);
    await compileAddon({ compiler, work, cache, trace: options.trace });
    rmSync(folder, { recursive: true, force: true });
    renameSync(work, folder);
  } catch (error) {
    if (existsSync(addon)) return addon; // another process was faster
    throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return addon;
}

async function translate(verilator: Tool, work: string, files: string[], options: BuildOptions): Promise<void> {
  // Warnings are the business of lint; here they must not stop a run.
  const args = ['--cc', '--top-module', options.top, ...'--prefix Vdut --Mdir cpp -O3 --assert -Wno-fatal'.split(' ')];
  const trace = options.trace === undefined ? [] : [`--trace-${options.trace}`, '--trace-structs'];
  const all = [...args, ...trace, ...verilator.flags, ...(options.verilatorArgs ?? []), ...files];
  await runOrThrow(`translate ${options.top}`, verilator.path, all, { cwd: work, env: verilator.env });
}
