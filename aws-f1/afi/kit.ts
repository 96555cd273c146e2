/** Building the archive with a kit and Vivado on this machine. */
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { basename, join, relative } from 'node:path';
import { z } from 'zod';
import { $, which } from 'zx';
import { kits } from '../build-kits.ts';
import { AfiError, refused } from './failures.ts';
import { redact, withoutSecrets } from './redact.ts';
import type { Reporter } from './report.ts';

/** What manifest.json of `hermes build` says that a build needs. */
const treeSchema = z.object({
  generator: z.literal('hermes build'),
  shell: z.enum(['f1', 'f2']),
  kit: z.string(),
  vivado: z.string(),
  top: z.string(),
  outputs: z.record(z.string(), z.string()),
});

export type Tree = z.infer<typeof treeSchema>;

/** @throws AfiError when the directory is not one of `hermes build` */
export function readTree(cl: string): Tree {
  const path = join(cl, 'manifest.json');
  const cure = 'make the directory with: hermes build f2';
  if (!existsSync(path)) throw refused(`${cl}: this is no custom logic of hermes: there is no manifest.json`, cure);
  try {
    return treeSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error).replaceAll('\n', ' ') : (error as Error).message;
    throw refused(`${path}: this is not what hermes build writes: ${why}`, cure);
  }
}

/** Digest of the files that a build reads, as they are now. */
export function sourcesOf(cl: string, { outputs }: Tree): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(outputs)
    .filter((each) => /^(?:design|build)\//.test(each))
    .sort()) {
    const path = join(cl, name);
    hash.update(`${name}\0`).update(existsSync(path) ? readFileSync(path) : 'missing');
  }
  return hash.digest('hex');
}

/** F1's script refuses machines with less than this, in KiB. */
const leastMemory = 30_000_000;

const setup = 'in the kit: source hdk_setup.sh, in this shell';

/** The variables that hdk_setup.sh sets, and what is below each in a kit that is whole. */
const variables: Readonly<Record<string, Readonly<Record<Tree['shell'], readonly string[]>>>> = {
  AWS_FPGA_REPO_DIR: { f1: ['hdk_setup.sh'], f2: ['hdk_setup.sh'] },
  HDK_DIR: { f1: ['hdk_version.txt'], f2: ['common'] },
  HDK_SHELL_DIR: {
    f1: [`build/scripts/${kits.f1.entry}`, 'build/checkpoints/from_aws/SH_CL_BB_routed.dcp'],
    f2: [`build/scripts/${kits.f2.entry}`, 'build/checkpoints/from_aws/cl_bb_routed.small_shell.dcp'],
  },
};

/** @throws AfiError with everything that a build lacks, and its cure */
export async function requireKit(tree: Tree): Promise<void> {
  const missing: string[] = [];
  for (const [name, files] of Object.entries(variables)) {
    const folder = process.env[name];
    if (folder === undefined || folder === '') missing.push(`${name} is not set (${setup})`);
    else {
      const absent = files[tree.shell].filter((file) => !existsSync(join(folder, file)));
      for (const file of absent)
        missing.push(`${name} is ${folder}, where there is no ${file} (${setup}, of kit ${tree.kit})`);
    }
  }
  missing.push(...(await vivadoProblems(tree)));
  if (tree.shell === 'f1' && totalmem() / 1024 < leastMemory) {
    missing.push('there is less than 30 GB of memory, which the kit of F1 asks for (use a larger machine)');
  }
  if (missing.length === 0) return;
  throw refused(
    `this machine cannot build for ${tree.shell.toUpperCase()}:\n  - ${missing.join('\n  - ')}`,
    'mend these, and run it again',
  );
}

async function vivadoProblems({ vivado }: Tree): Promise<string[]> {
  if ((await which('vivado', { nothrow: true })) === null) {
    return [`vivado is not on PATH (source settings64.sh of Vivado ${vivado}, or use the FPGA Developer AMI)`];
  }
  const { stdall } = await $({
    nothrow: true,
    quiet: true,
    input: '',
    env: withoutSecrets(process.env),
  })`vivado -version`;
  const line = /^vivado v.*$/im.exec(stdall)?.[0].trim();
  const version = line && /v(\d{4}\.\d)/.exec(line)?.[1];
  if (!version) return ['vivado -version does not tell a version (is its licence or installation whole?)'];
  return isSupported(line!, version, vivado) ? [] : [`${line} is not one that the kit takes (use ${vivado})`];
}

/** The kit's own list decides where it is there; else the versions that this kit is known to take. */
function isSupported(line: string, version: string, vivado: string): boolean {
  const list = join(process.env['AWS_FPGA_REPO_DIR'] ?? '', 'supported_vivado_versions.txt');
  if (existsSync(list))
    return readFileSync(list, 'utf8')
      .toLowerCase()
      .split('\n')
      .some((each) => each.trim() === line.toLowerCase());
  const [first, last = first] = vivado.split(' to ');
  return version >= first! && version <= last!;
}

/** The command of a build, in build/scripts: that of hermes build, which knows the options of the design. */
export const buildCommand = ({ shell }: Tree): string[] => ['./build.sh', ...(shell === 'f1' ? ['-foreground'] : [])];

/** What a line of either kit's build begins. */
const phases: readonly (readonly [RegExp, string])[] = [
  [/Calling the encrypt\.tcl|Encrypting CL source/, 'encryption'],
  [/synth_design|Synthesizing/, 'synthesis'],
  [/Running link_design|Start linking/, 'linking with the shell'],
  [/Running optimization|Start optimizing/, 'optimization'],
  [/Running placement|Start placing/, 'placement'],
  [/post-place optimization|Start physical-optimizing/, 'physical optimization'],
  [/Routing design|Start routing/, 'routing'],
  [/Running post-route optimization/, 'optimization after routing'],
  [/Writing final DCP|Writing post-route design/, 'writing the checkpoint'],
  [/Compress files|Finished creating final tar|Build completes/, 'packing'],
];

const mostErrors = 10;

/**
 * Runs the kit's build and shows its phases. All that it prints is in build/afi-build.log.
 * @throws AfiError with the errors that it printed
 */
export async function runBuild(cl: string, tree: Tree, report: Reporter): Promise<void> {
  const folder = realpathSync(cl);
  if (tree.shell === 'f2' && basename(folder) !== tree.top) {
    throw refused(
      `${folder}: the kit of F2 wants the directory to be called ${tree.top}`,
      `rename it: mv ${cl} ${tree.top}`,
    );
  }
  const cwd = join(folder, 'build/scripts');
  const log = join(folder, 'build/afi-build.log');
  writeFileSync(log, '');
  const errors: string[] = [];
  const start = Date.now();
  // In the same process group: what ends this command from the terminal ends Vivado too.
  const child = $({
    cwd,
    env: { ...withoutSecrets(process.env), CL_DIR: folder },
    nothrow: true,
    quiet: true,
    detached: false,
    input: '',
  })`${buildCommand(tree)} 2>&1`;
  let stopped: NodeJS.Signals | undefined;
  const stop = (signal: NodeJS.Signals): void => {
    stopped = signal;
    void child.kill('SIGTERM');
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.once(signal, stop);
  let phase = 'starting';
  const show = (): void =>
    report.progress(`building: ${phase} (${Math.floor((Date.now() - start) / 60_000)} min)`, phase);
  show();
  const clock = setInterval(show, 10_000);
  try {
    for await (const line of child) {
      appendFileSync(log, `${redact(line)}\n`);
      phase = phases.find(([pattern]) => pattern.test(line))?.[1] ?? phase;
      show();
      if (/^ERROR\b/.test(line)) errors.push(redact(line));
    }
    const { exitCode, signal } = await child;
    if (exitCode === 0 && errors.length === 0) return;
    const by = stopped ?? signal;
    const how = by === null ? `ended with ${exitCode}` : `was ended by ${by}`;
    const shown = errors.slice(0, mostErrors).map((line) => `\n  ${line}`);
    throw new AfiError(`the build ${how}${shown.join('')}`, `mend what it says; all of it is in ${relative('.', log)}`);
  } finally {
    clearInterval(clock);
    for (const signal of signals) process.off(signal, stop);
  }
}
