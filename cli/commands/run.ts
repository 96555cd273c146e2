/** `hermes run`: one program on the device, in lockstep with the model. */
import { closeSync, openSync } from 'node:fs';
import pc from 'picocolors';
import type { Config } from '../../gen/config.ts';
import { listing } from '../../gen/ebpf/disassembler.ts';
import { explain } from '../../gen/ebpf/explain.ts';
import { SlotBytes, type ProgramError } from '../../gen/ebpf/isa.ts';
import { rulesOf, validate, type Finding } from '../../gen/ebpf/validate.ts';
import { modelOf } from '../../sim/golden/helpers.ts';
import { Machine } from '../../sim/golden/interpreter.ts';
import { defaultTimeout } from '../../sim/shell/host.ts';
import type { JobResult, SimulatorKind } from '../../sim/shell/index.ts';
import { loadConfig, type ConfigOptions } from '../configuration.ts';
import { Exit, exitCode, UsageError } from '../errors.ts';
import { loadData, loadProgram } from '../inputs.ts';
import { changedRows, count, counted, hex, hexdump, noted } from '../output.ts';

export interface RunOptions extends ConfigOptions {
  readonly sim: SimulatorKind;
  readonly data?: string;
  readonly wave?: string;
  readonly entry?: string;
  readonly engine: number;
  readonly memory?: string;
  readonly steps: number;
  readonly verify: boolean;
  readonly json?: boolean;
}

/** What `--json` prints. */
interface Report {
  /** Hexadecimal; null when the program did not return. */
  readonly r0: string | null;
  readonly error: ProgramError | null;
  readonly instructions: number;
  /** From the first fetch to the exit, both included; null where there is no clock. */
  readonly cycles: number | null;
  /** To the model, in every instruction, every memory write, and the end; null when nothing was run to its end. */
  readonly equal: boolean | null;
  readonly sim: SimulatorKind;
}

export async function run(path: string, options: RunOptions): Promise<number> {
  const { sim, wave, verify, json } = options;
  if (wave !== undefined && sim === 'golden') {
    const message = '--wave with --sim golden: the model has no signals to record';
    throw new UsageError({ message, cure: 'leave out one of the two' });
  }
  const config = await configOf(options);
  const { program, entry } = loadProgram(path, options.entry);
  const data = options.data === undefined ? new Uint8Array(0) : loadData(options.data, config.dataSlotBytes);
  const range = rangeOf(options.memory, config.dataSlotBytes);
  const say = (text: string): void => void (json ? process.stderr : process.stdout).write(`${text}\n`);
  const report = (found: Omit<Report, 'sim'>): void => void (json && console.log(JSON.stringify({ ...found, sim })));

  const findings = verify ? validate(program, rulesOf(config)) : [];
  if (findings.length > 0) {
    complain(path, findings);
    const [{ class: name, pc }] = findings;
    report({ r0: null, error: { class: name, pc }, instructions: 0, cycles: null, equal: null });
    return Exit.failed;
  }
  requireFitting(path, program, config);
  if (wave !== undefined) requireWritable(wave);

  const model = noted('running on the model', () => modelled(program, data, config));
  const result = await execute(program, data, config, options).catch((error: Error) => {
    const equal = error.name === 'Divergence' ? false : null;
    if (exitCode(error) === Exit.failed) report({ r0: null, error: null, instructions: 0, cycles: null, equal });
    throw error;
  });

  const { instructions } = result;
  const error = result.error as ProgramError | null;
  const cycles = sim === 'golden' ? null : result.cycles;
  const r0 = error ? null : hex(result.r0);
  const name = entry === undefined ? pc.bold(path) : `${pc.bold(path)}, function ${entry}`;
  say(summary(name, program, { r0, error, instructions, cycles, equal: true, sim }));
  say(`\nregisters\n${registers(model.machine)}`);
  say(`\nmemory\n${memory(model.before, result.data, range)}`);
  if (wave !== undefined) say(`\nwaveform\n  ${wave}`);
  report({ r0, error, instructions, cycles, equal: true });
  if (!error) return Exit.ok;
  console.error(atFault(path, program, error, config.stepLimit));
  return Exit.failed;
}

async function configOf(options: RunOptions): Promise<Config> {
  const given = await loadConfig(options);
  const { engines, stepLimit } = given;
  if (options.engine >= engines) {
    const highest = engines - 1;
    const cure = highest === 0 ? 'its only engine is 0' : `choose one of 0 to ${highest}`;
    throw new UsageError({ message: `there is no engine ${options.engine} in this configuration`, cure });
  }
  return { ...given, stepLimit: Math.min(stepLimit, options.steps) };
}

function requireFitting(path: string, { length }: Uint8Array, { programSlotBytes }: Config): void {
  if (length <= programSlotBytes) return;
  throw new UsageError({
    message: `${path}: ${count(length)} bytes of program, but a program slot has ${count(programSlotBytes)}`,
    cure: 'shorten the program, or set programSlotBytes in a configuration',
  });
}

/** A waveform is written while the program runs: too late for a wrong path. */
function requireWritable(file: string): void {
  try {
    closeSync(openSync(file, 'w'));
  } catch (error) {
    throw new UsageError({
      message: `--wave ${file}: cannot be written: ${(error as Error).message}`,
      cure: 'name a file in a folder that exists',
    });
  }
}

/** The model's run, which has the registers that the device keeps to itself. */
function modelled(program: Uint8Array, data: Uint8Array, config: Config) {
  const before = new Uint8Array(config.dataSlotBytes);
  before.set(data);
  const machine = new Machine({ ...modelOf(config), program, data: before.slice() });
  machine.run();
  return { machine, before };
}

/** Clock cycles that no instruction exceeds on average: a device that has not ended by then hangs. */
const slowest = 64;

async function execute(
  program: Uint8Array,
  data: Uint8Array,
  config: Config,
  { sim, wave, engine }: RunOptions,
): Promise<JobResult> {
  const { session } = await import('../session.ts');
  const job = { program, data, engine, readBack: config.dataSlotBytes };
  const timeout = Math.max(defaultTimeout, slowest * config.stepLimit);
  return session({ sim, config, stalls: 0, timeout, ...(wave && { wave }) }, (device) => device.execute(job));
}

/** Findings that are shown: more of one program are seldom more than one mistake. */
const shown = 20;

function complain(path: string, findings: readonly Finding[]): void {
  for (const { class: name, pc, message, cure } of findings.slice(0, shown)) {
    console.error(`hermes: ${path}: pc ${pc}: ${message} (${name})\n  cure: ${cure}`);
  }
  if (findings.length > shown) console.error(`hermes: ${path}: and ${count(findings.length - shown)} more`);
  console.error('  nothing was run; --no-verify runs it all the same');
}

function summary(name: string, { length }: Uint8Array, { r0, error, instructions, cycles, sim }: Report): string {
  const extent = length % SlotBytes === 0 ? counted(length / SlotBytes, 'slot') : counted(length, 'byte');
  const head = `${name}  ${extent}, on ${sim === 'golden' ? 'the model' : sim}`;
  const pace =
    cycles === null ? '' : ` in ${counted(cycles, 'cycle')}, ${(cycles / instructions).toFixed(2)} an instruction`;
  const equal = sim === 'golden' ? '' : `; ${pc.green('equal to the model')}`;
  const end = error ? pc.red(`${error.class} at pc ${error.pc}`) : `r0 ${pc.bold(r0!)}  ${BigInt(r0!)}`;
  return `${head}\n${end}\n${counted(instructions, 'instruction')}${instructions > 0 ? pace : ''}${equal}`;
}

const registers = ({ registers }: Machine): string =>
  [...registers].map((value, i) => `  r${i}`.padEnd(6) + hex(value, 16)).join('\n');

/** What `--memory` asks for; nothing: the rows that have changed. */
type Range = { readonly from: number; readonly to: number } | undefined;

function rangeOf(text: string | undefined, bytes: number): Range {
  if (text === undefined) return undefined;
  if (text === 'dump') return { from: 0, to: bytes };
  const [from, length] = text.split(':').map((part) => (/^(?:0x[\da-f]+|\d+)$/i.test(part) ? Number(part) : NaN));
  if (from + length <= bytes) return { from, to: from + length };
  throw new UsageError({
    message: `--memory ${text}: not a range of the data slot of ${count(bytes)} bytes`,
    cure: 'write offset:length, for instance 0x40:256, or dump for all of it',
  });
}

function memory(before: Uint8Array, after: Uint8Array, range: Range): string {
  const isChanged = (offset: number): boolean => before[offset] !== after[offset];
  if (range) return hexdump(after.subarray(range.from, range.to), range.from, isChanged);
  return changedRows(before, after) || '  unchanged';
}

/** The error with its cure, and the program around it. */
function atFault(path: string, program: Uint8Array, { class: name, pc: at }: ProgramError, steps: number): string {
  const { message, cure } = explain(name);
  const place = name.startsWith('E_PROG_') ? [] : [listing(program, { mark: at, context: 3 })];
  const advice =
    name === 'E_STEP_LIMIT' ? `look for an endless loop, or allow more than ${count(steps)} with --steps` : cure;
  return [`hermes: ${path}: pc ${at}: ${message} (${name})`, ...place, `  cure: ${advice}`].join('\n');
}
