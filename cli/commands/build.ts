/** `hermes build`: the directory that the development kit of a cloud builds, simulates and runs. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import pc from 'picocolors';
import { customLogic, generator, requireBuildable, type TreeManifest } from '../../aws-f1/build.ts';
import { clName, kits } from '../../aws-f1/build-kits.ts';
import type { ShellName } from '../../gen/config.ts';
import { render } from '../../gen/diagnostics/index.ts';
import { loadConfig, type ConfigOptions } from '../configuration.ts';
import { Exit, UsageError } from '../errors.ts';
import { replaceFolder } from '../folder.ts';
import { generate } from '../generate.ts';
import { count, counted, noted, table } from '../output.ts';

export interface BuildOptions extends Omit<ConfigOptions, 'shell'> {
  readonly out?: string;
  /** MHz of the shell's main clock. */
  readonly clock: number;
  readonly force?: boolean;
}

export async function build(shell: ShellName, options: BuildOptions): Promise<number> {
  const config = await loadConfig({ ...options, shell });
  const {
    out = `build/${kits[shell].cloud.replace(' ', '-').toLowerCase()}/${clName}`,
    clock,
    force = false,
  } = options;
  requireName(out, shell);
  try {
    requireBuildable(config, clock);
  } catch (error) {
    if ((error as Error).name !== 'BuildError') throw error;
    throw new UsageError(error as Error & { cure: string });
  }
  if (!force) requireOwn(out);

  const made = noted('generating the design', () => generate(config, out));
  if (made.warnings.length > 0) console.error(render(made.warnings, { color: pc.isColorSupported }));
  const { files, target } = noted('making the directory', () => customLogic(config, made.files, clock));
  noted('writing', () => replaceFolder(out, files, { force }));

  const { cloud, version, vivado } = kits[shell];
  const uram = target.uramOption === null ? '' : `, -uram_option ${target.uramOption}`;
  console.log(
    `${pc.bold(out)}  ${counted(config.engines, 'engine')} for ${cloud}, ${clock} MHz (recipe ${target.recipe})${uram}; ` +
      `kit ${version}, Vivado ${vivado}`,
  );
  console.log(table(['', 'files', 'lines', 'bytes'], summary(files)));
  const steps = [
    [`npx hermes check ${shell} ${out}`, 'whether it keeps the rules of the kit'],
    [`${out}/README.md`, 'how to simulate, build and run it'],
  ];
  console.log(`\nNext\n${table([], steps)}`);
  return Exit.ok;
}

function requireName(out: string, shell: ShellName): void {
  if (!kits[shell].folderIsName || basename(resolve(out)) === clName) return;
  throw new UsageError({
    message: `${out}: the kit of ${kits[shell].cloud} takes the name of the module from the folder`,
    cure: `end the folder in ${clName}: --out ${join(out, clName)}`,
  });
}

/** A build leaves hours of work in the folder, and constraints are written by hand: neither may be lost by accident. */
function requireOwn(folder: string): void {
  if (!existsSync(folder)) return;
  const cure = 'name a new folder with --out, or give --force to lose what is there';
  const refuse = (why: string): UsageError => new UsageError({ message: `${folder}: ${why}`, cure });
  let found: string[];
  try {
    found = filesBelow(folder);
  } catch {
    throw new UsageError({ message: `${folder}: this is no folder that can be read`, cure: 'name another with --out' });
  }
  if (found.length === 0) return;
  const manifest = manifestOf(folder);
  if (manifest === undefined) throw refuse('the folder holds files of another origin, which would be lost');
  for (const path of found) {
    if (path === 'manifest.json') continue;
    const digest = manifest.outputs[path];
    if (digest === undefined) throw refuse(`${path} is not of this command`);
    const now = createHash('sha256')
      .update(readFileSync(join(folder, path)))
      .digest('hex');
    if (now !== digest) throw refuse(`${path} has been changed`);
  }
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)).replaceAll('\\', '/'))
    .sort();

function manifestOf(folder: string): TreeManifest | undefined {
  try {
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as TreeManifest;
    return manifest.generator === generator ? manifest : undefined;
  } catch {
    return undefined;
  }
}

function summary(files: ReadonlyMap<string, string>): (string | number)[][] {
  const folders = [...new Set([...files.keys()].map((path) => path.split('/', 1)[0]))];
  return folders.map((folder) => {
    const texts = [...files].filter(([path]) => path.split('/', 1)[0] === folder).map(([, text]) => text);
    const sum = (of: (text: string) => number): number => texts.reduce((total, text) => total + of(text), 0);
    return [
      folder,
      count(texts.length),
      sum((text) => text.split('\n').length - 1),
      sum((text) => Buffer.byteLength(text)),
    ];
  });
}
