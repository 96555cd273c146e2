/**
 * The external tools of simulation: where they are, which version, what to do if they are missing. Nothing is installed
 * here (scripts/setup-tools.ts does that): a tool is found and works, or a {@link ToolError} names the cure.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, toolEnv, ToolError, venv, which } from './run.ts';
import { judge, parseVersion } from './verilator-version.ts';

export { run, runOrThrow, root, toolEnv, ToolError, venv, which } from './run.ts';

/** A program that was found and is of a version that works. */
export interface Tool {
  readonly name: string;
  /** Absolute path of the program. */
  readonly path: string;
  readonly version: string;
  /** Environment to run it in. */
  readonly env: NodeJS.ProcessEnv;
  /** Arguments that have to be given always, such as the switch that avoids a known miscompilation. */
  readonly flags: readonly string[];
}

const setup = 'Run "npm run setup", which installs it or says how.';

async function firstLine(path: string, args: string[]): Promise<string> {
  const { code, output } = await run(path, args);
  return code === 0 ? output.trim().split('\n', 1)[0] : '';
}

/** Finds a program by name and asks it for its version, the first number of the form 1.2 in its answer. */
async function find(name: string, names: string[], versionArgs: string[], cure = setup): Promise<Tool> {
  const path = which(...names);
  if (path === undefined) throw new ToolError(`${name} is not installed (looked for ${names.join(', ')}).`, cure);
  const version = /\d+(\.\d+)+/.exec(await firstLine(path, versionArgs))?.[0];
  if (version === undefined) throw new ToolError(`${path} does not tell its version; it seems to be broken.`, cure);
  return { name, path, version, env: toolEnv, flags: [] };
}

async function verilator(): Promise<Tool> {
  const named = process.env['VERILATOR'];
  const path = named ?? which('verilator');
  if (path === undefined) throw new ToolError('Verilator is not installed.', setup);
  const { output } = await run(path, ['--version']);
  const version = parseVersion(output);
  if (version === undefined) {
    throw new ToolError(`${path} does not tell its version; it seems to be broken:\n${output}`, setup);
  }
  const verdict = judge(version);
  if (!verdict.ok) {
    const cure = named === undefined ? setup : 'Unset the variable VERILATOR, or point it at another one.';
    throw new ToolError(`${path} is Verilator ${version}: ${verdict.why}.`, cure);
  }
  return { name: 'Verilator', path, version, env: toolEnv, flags: verdict.flags };
}

async function python(): Promise<Tool> {
  const tool = await find('Python', ['python3'], ['--version']);
  if (!existsSync(join(venv, 'bin', 'python'))) throw new ToolError('the virtual environment .venv is missing.', setup);
  return tool;
}

async function cocotb(): Promise<Tool> {
  const path = join(venv, 'bin', 'pytest');
  if (!existsSync(path)) throw new ToolError('cocotb is not installed in .venv.', setup);
  const version = await firstLine(join(venv, 'bin', 'cocotb-config'), ['--version']);
  if (version === '') throw new ToolError('cocotb in .venv does not start.', 'Delete .venv and run "npm run setup".');
  return { name: 'cocotb', path, version, env: toolEnv, flags: [] };
}

/** yosys-smtbmc is a part of Yosys and has its version. */
async function smtbmc(): Promise<Tool> {
  const path = which('yosys-smtbmc');
  if (path === undefined) throw new ToolError('yosys-smtbmc is not installed.', setup);
  return { ...(await tools.yosys()), name: 'yosys-smtbmc', path };
}

/** The Python whose moto the tests of FPGA images start as an S3 server. */
async function s3Server(): Promise<Tool> {
  const path = join(venv, 'bin', 'python');
  const ask = 'from importlib.metadata import version; print(version("moto"))';
  const version = existsSync(path) ? await firstLine(path, ['-c', ask]) : '';
  if (version === '') throw new ToolError('the S3 server for tests (moto) is not installed in .venv.', setup);
  return { name: 'moto', path, version, env: toolEnv, flags: [] };
}

/** Asks once a process: tools do not move while it runs. A failure is asked again, for setup may have mended it. */
function once(look: () => Promise<Tool>): () => Promise<Tool> {
  let found: Promise<Tool> | undefined;
  return () => {
    found ??= look();
    found.catch(() => (found = undefined));
    return found;
  };
}

/** Every tool, looked up on first use: `const { path, flags, env } = await tools.verilator()`. */
export const tools = {
  /** C++17 compiler: $CXX, g++ or clang++. */
  compiler: once(() =>
    find('C++ compiler', process.env['CXX'] === undefined ? ['g++', 'clang++'] : [process.env['CXX']], ['--version']),
  ),
  make: once(() => find('GNU make', ['make', 'gmake'], ['--version'])),
  /** Verilator: $VERILATOR, else the one in .venv, else the first on PATH; of a version that works with cocotb 2. */
  verilator: once(verilator),
  /** The Python of the project's virtual environment. */
  python: once(python),
  /** pytest with cocotb and cocotbext-axi, in the virtual environment. */
  cocotb: once(cocotb),
  /** Python that has moto, an S3 server, in the virtual environment. */
  s3Server: once(s3Server),
  icarus: once(() => find('Icarus Verilog', ['iverilog'], ['-V'])),
  /** Follows the scripts of a build without Vivado. */
  tclsh: once(() => find('Tcl', ['tclsh', 'tclsh8.6'], [join(root, 'sim/tools/version.tcl')])),
  /** For formal proofs: the front end, its driver of SMT solvers, the solver, and ABC. */
  yosys: once(() => find('Yosys', ['yosys'], ['-V'])),
  smtbmc: once(smtbmc),
  yices: once(() => find('Yices', ['yices-smt2'], ['--version'])),
  abc: once(() => find('ABC', ['yosys-abc', 'berkeley-abc'], ['-q', 'version'])),
};
