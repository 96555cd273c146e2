/** The configuration that a command line asks for. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigError, configure, presets, settings, type Config, type Preset, type ShellName } from '../gen/config.ts';
import { nearest } from '../gen/nearest.ts';
import { UsageError, type Complaint } from './errors.ts';
import { readInput } from './inputs.ts';

export interface ConfigOptions {
  /** JSON, or a TypeScript or JavaScript module that exports an object. */
  readonly config?: string;
  /** The settings that the file does not give; `default` unless told. */
  readonly preset?: string;
  /** Instead of the shell that the file or the preset names. */
  readonly shell?: ShellName;
}

const known: ReadonlyMap<string, string> = new Map(settings().map(({ name, meaning }) => [name, meaning]));

/** @throws UsageError with every problem found. */
export async function loadConfig({ config: file, preset = 'default', shell }: ConfigOptions): Promise<Config> {
  if (!isPreset(preset)) throw new UsageError(unknown('preset', preset, Object.keys(presets)));
  const given = file === undefined ? {} : await readSettings(file);
  const names = Object.keys(given);
  const misspelt = names.filter((name) => !known.has(name)).map((name) => unknown('setting', name, known.keys()));
  const usable = Object.fromEntries(Object.entries(given).filter(([name]) => known.has(name)));
  const { config, wrong = [] } = check({ ...usable, ...(shell && { shell }) }, preset);
  if (config && misspelt.length === 0) return config;
  const where = file ?? preset;
  throw new UsageError(
    ...[...misspelt, ...wrong].map(({ message, cure }) => ({ message: `${where}: ${message}`, cure })),
  );
}

const isPreset = (name: string): name is Preset => Object.hasOwn(presets, name);

function unknown(what: string, name: string, among: Iterable<string>): Complaint {
  const names = [...among];
  const meant = nearest(name, names);
  return {
    message: `there is no ${what} ${name}`,
    cure: meant ? `did you mean ${meant}?` : `choose among ${names.join(', ')}`,
  };
}

function check(given: object, preset: Preset): { config?: Config; wrong?: Complaint[] } {
  try {
    return { config: configure(given, preset) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { wrong: error.problems.map(withCure) };
  }
}

/** Problems of one setting begin with its name; those of the whole end with `: cure`. */
function withCure(problem: string): Complaint {
  const meaning = known.get(problem.split(':', 1)[0]);
  if (meaning !== undefined) return { message: problem, cure: `give ${meaning}` };
  const [, message, cure] = /^(.*): (.*)$/.exec(problem) ?? [undefined, problem, 'see hermes info'];
  return { message, cure };
}

async function readSettings(file: string): Promise<object> {
  const text = readInput(file, 'configuration');
  const refuse = (message: string, cure: string): UsageError =>
    new UsageError({ message: `${file}: ${message}`, cure });
  let settings: unknown;
  try {
    settings = /\.[cm]?[jt]s$/.test(file) ? await moduleDefault(file) : JSON.parse(new TextDecoder().decode(text));
  } catch (error) {
    throw refuse((error as Error).message, 'write one JSON object, or a module whose default export is the object');
  }
  if (typeof settings === 'object' && settings !== null && !Array.isArray(settings)) return settings;
  const found = settings === undefined ? 'has no default export' : `holds ${JSON.stringify(settings)}`;
  throw refuse(
    `this ${found}, and not an object of settings`,
    'give an object such as { "engines": 2 }; hermes info lists the settings',
  );
}

/** What a module exports as `default`, also one that Node takes for CommonJS because no package.json says otherwise. */
async function moduleDefault(file: string): Promise<unknown> {
  const { tsImport } = await import('tsx/esm/api');
  const { default: exported } = (await tsImport(pathToFileURL(resolve(file)).href, import.meta.url)) as {
    default?: unknown;
  };
  const isWrapped = typeof exported === 'object' && exported !== null && 'default' in exported;
  return isWrapped ? exported.default : exported;
}
