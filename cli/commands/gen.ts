/** `hermes gen`: everything that a build for AWS takes from the generator, in one folder. */
import pc from 'picocolors';
import type { Config } from '../../gen/config.ts';
import { render } from '../../gen/diagnostics/index.ts';
import { loadConfig, type ConfigOptions } from '../configuration.ts';
import { Exit } from '../errors.ts';
import { replaceFolder, requireReplaceable } from '../folder.ts';
import { generate, type Generated } from '../generate.ts';
import { count, counted, noted, table } from '../output.ts';

export interface GenOptions extends ConfigOptions {
  /** Below build/, by the shell's name, unless told. */
  readonly out?: string;
}

export async function gen(options: GenOptions): Promise<number> {
  const config = await loadConfig(options);
  const out = options.out ?? defaultFolder(config);
  const made = generateInto(out, config);
  if (made.warnings.length > 0) console.error(render(made.warnings, { color: pc.isColorSupported }));
  const steps = [
    [`npx hermes run examples/hash.s --data examples/hash.data${chosen(options)}`, 'a program on this device'],
    [`cd ${out} && verilator --lint-only -Wall $(cat sources.f)`, 'what a linter says'],
  ];
  console.log(`\nNext\n${table([], steps)}`);
  return Exit.ok;
}

/** The options that choose the same configuration again. */
const chosen = ({ config, preset, shell }: ConfigOptions): string =>
  Object.entries({ config, preset, shell })
    .map(([name, value]) => (value === undefined ? '' : ` --${name} ${value}`))
    .join('');

export const defaultFolder = ({ shell }: Config): string => `build/${shell}`;

/** Generates, writes, and says what was made. */
export function generateInto(out: string, config: Config): Generated {
  requireReplaceable(out);
  const made = noted('generating', () => generate(config, out));
  replaceFolder(out, made.files);
  const { elaborate, emit } = made.milliseconds;
  const time = `elaborated in ${count(Math.round(elaborate))} ms, emitted in ${count(Math.round(emit))} ms`;
  console.log(
    `${pc.bold(out)}  ${counted(config.engines, 'engine')} in the shell of ${config.shell.toUpperCase()}; ${time}`,
  );
  console.log(table(['', 'files', 'lines', 'bytes'], kinds(made.files)));
  return made;
}

const what: readonly (readonly [kind: string, RegExp])[] = [
  ['SystemVerilog', /\.sv$/],
  ['source maps', /\.map$/],
  ['register constants', /^host\//],
  ['documentation', /\.md$/],
  ['lists and digests', /./],
];

function kinds(files: ReadonlyMap<string, string>): (string | number)[][] {
  const kindOf = (path: string): string => what.find(([, pattern]) => pattern.test(path))![0];
  return what.flatMap(([kind]) => {
    const texts = [...files].filter(([path]) => kindOf(path) === kind).map(([, text]) => text);
    const sum = (of: (text: string) => number): number => texts.reduce((total, text) => total + of(text), 0);
    if (texts.length === 0) return [];
    return [[kind, texts.length, sum((text) => text.split('\n').length - 1), sum((text) => Buffer.byteLength(text))]];
  });
}
