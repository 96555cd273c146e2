/**
 * A custom logic directory: everything that a kit of AWS needs to build, simulate and run the device of a configuration, as
 * files in memory. The same configuration and generator give the same bytes.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../gen/config.ts';
import { memoryBudget } from '../gen/estimate.ts';
import { manifest, type Manifest } from '../gen/emit/index.ts';
import { idDefines } from '../gen/shell/ids.ts';
import { shellTables } from '../gen/shell/index.ts';
import { commandsHeader, exampleFiles, exampleHeader, testVectors, triedExample } from './build-example.ts';
import { clName, f1KitSources, kitModules, kits, type Kit } from './build-kits.ts';
import { fill, template, type Values } from './build-template.ts';

/** By this the manifest of a custom logic directory is told from others. */
export const generator = 'hermes build';

/** The part of manifest.json that says what the tree was made for. */
export interface Target {
  readonly generator: typeof generator;
  readonly version: string;
  readonly shell: Config['shell'];
  readonly kit: string;
  readonly vivado: string;
  readonly part: string;
  /** MHz of clk_main_a0, and the recipe of clock group A that gives it. */
  readonly clock: number;
  readonly recipe: string;
  /** UltraRAMs that the design needs, and `-uram_option` for them; null where the kit has no such option. */
  readonly uram: number;
  readonly uramOption: number | null;
  /** The module, and the files of its design in the order in which tools want them. */
  readonly top: string;
  readonly sources: readonly string[];
  readonly headers: readonly string[];
  readonly configuration: Config;
}

export type TreeManifest = Target & Manifest;

export interface CustomLogic {
  /** Contents by path below the directory. */
  readonly files: ReadonlyMap<string, string>;
  readonly target: Target;
}

/** Why a configuration cannot become a custom logic, and what to change. */
export class BuildError extends Error {
  override readonly name = 'BuildError';
  readonly cure: string;

  constructor(problem: string, cure: string) {
    super(problem);
    this.cure = cure;
  }
}

/**
 * The directory for a configuration.
 * @param generated what `generate` has made of it
 * @param clock MHz of the shell's main clock
 */
export function customLogic(config: Config, generated: ReadonlyMap<string, string>, clock: number): CustomLogic {
  const target = targetOf(config, [...sourcesOf(generated).keys()], clock);
  const files = new Map([
    ...design(config, sourcesOf(generated)),
    ...scripts(target),
    ...verification(target),
    ...software(config, generated),
  ]);
  files.set('README.md', readme(target));
  const outputs = [...files].map(([name, text]) => ({ name, text }));
  const digests = manifest(ownInputs(), outputs);
  const { inputs } = JSON.parse(generated.get('manifest.json')!) as Manifest;
  const whole: TreeManifest = { ...target, inputs: { ...inputs, ...digests.inputs }, outputs: digests.outputs };
  files.set('manifest.json', `${JSON.stringify(whole, null, 2)}\n`);
  return { files, target };
}

/** @throws BuildError where the shell cannot have that device, or that clock */
export function requireBuildable(config: Config, clock: number): void {
  targetOf(config, [], clock);
}

function targetOf(config: Config, sources: readonly string[], clock: number): Target {
  const kit = kits[config.shell];
  if (config.retirePort) {
    throw new BuildError(
      'the retirement ports of the engines have no place in the shell',
      'set retirePort to false; it is for simulation',
    );
  }
  const recipe = kit.clocks[clock];
  if (recipe === undefined) {
    const choices = Object.keys(kit.clocks).join(' or ');
    throw new BuildError(`${kit.cloud} has no main clock of ${clock} MHz`, `choose ${choices}`);
  }
  const { uram } = memoryBudget(config);
  return {
    generator,
    version: packageVersion(),
    shell: config.shell,
    kit: kit.version,
    vivado: kit.vivado,
    part: kit.part,
    clock,
    recipe,
    uram,
    uramOption: kit.uramOptions.find(({ sites }) => uram <= sites)?.option ?? null,
    top: clName,
    sources,
    headers: ['cl_id_defines.vh', `${clName}_defines.vh`],
    configuration: config,
  };
}

const root = fileURLToPath(new URL('..', import.meta.url));

/** What the directory depends on beside the generator of the design. */
function ownInputs(): { name: string; text: Uint8Array }[] {
  const own = readdirSync(join(root, 'aws-f1'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => /^aws-f1\/(build|templates\/)/.test(relative(root, path).replaceAll('\\', '/')));
  const paths = [...own, ...exampleFiles.map((name) => join(root, 'examples', name))];
  return paths.map((path) => ({ name: relative(root, path).replaceAll('\\', '/'), text: readFileSync(path) }));
}

const packageVersion = (): string =>
  (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version;

/** The SystemVerilog of the design by name, without what stands in for modules of the kit. */
function sourcesOf(generated: ReadonlyMap<string, string>): Map<string, string> {
  const own = (text: string): boolean => !kitModules.some((name) => new RegExp(`^module ${name}\\b`, 'm').test(text));
  const order = generated.get('sources.f')!.trim().split('\n');
  const named = order.map((path) => [path.replace(/^.*\//, ''), generated.get(path)!] as const);
  return new Map(named.filter(([, text]) => own(text)));
}

function design({ shell }: Config, sources: ReadonlyMap<string, string>): [string, string][] {
  const guard = `${clName.toUpperCase()}_DEFINES`;
  const comment = '// SPDX-License-Identifier: Apache-2.0\n';
  return [
    ...[...sources].map(([name, text]): [string, string] => [`design/${name}`, text]),
    ['design/cl_id_defines.vh', comment + idDefines(shellTables[shell].ids)],
    [
      `design/${clName}_defines.vh`,
      `${comment}\`ifndef ${guard}\n\`define ${guard}\n// The module that the kit's test bench instantiates.\n` +
        `\`define CL_NAME ${clName}\n\`endif\n`,
    ],
  ];
}

function scripts(target: Target): [string, string][] {
  const { shell } = target;
  const kit = kits[shell];
  const values: Values = {
    ...valuesOf(target, kit),
    KIT_SOURCES: f1KitSources.map((path) => `  $HDK_SHELL_DESIGN_DIR/${path} \\`).join('\n'),
  };
  const script = (name: string): string => (name === 'encrypt.tcl' ? `common/${name}` : `${shell}/${name}`);
  return [
    ['build/scripts/build.sh', fill(template(`${shell}/build.sh`), values, 'build.sh')],
    [`build/scripts/${sourceList}`, sourceListText(target)],
    ...kit.scripts.map((name): [string, string] => [
      `build/scripts/${name}`,
      fill(template(script(name)), values, name),
    ]),
    ...kit.constraints.map((name): [string, string] => [`build/constraints/${name}`, template(`${shell}/${name}`)]),
  ];
}

/** The one list of the design's files that the scripts have. */
export const sourceList = `${clName}_sources.tcl`;

function sourceListText({ sources, headers }: Target): string {
  const list = (name: string, of: readonly string[]): string =>
    `set ${name} {\n${of.map((file) => `  ${file}\n`).join('')}}\n`;
  return (
    '# SPDX-License-Identifier: Apache-2.0\n' +
    '# The files of design/: headers, and modules before those that instantiate them. Used by encrypt.tcl and by synthesis.\n' +
    list('cl_headers', headers) +
    list('cl_sources', sources)
  );
}

const valuesOf = ({ clock, recipe, uram, uramOption }: Target, { keyFile }: Kit): Values => ({
  CLOCK: clock,
  RECIPE: recipe,
  URAM: uram,
  URAM_OPTION: uramOption ?? 'none',
  KEY_FILE: keyFile,
});

function verification(target: Target): [string, string][] {
  const { shell, sources, headers } = target;
  const kit = kits[shell];
  const root = shell === 'f1' ? '${CL_ROOT}' : '$CL_DIR';
  const values: Values = {
    ...valuesOf(target, kit),
    DESIGN_LIST: [...headers, ...sources].map((name) => `${root}/design/${name}`).join('\n'),
  };
  const place = (name: string): string => (name === 'waves.tcl' ? `common/${name}` : `${shell}/${name}`);
  return [
    ...kit.verif.map((name): [string, string] => [`verif/scripts/${name}`, fill(template(place(name)), values, name)]),
    ['verif/tests/test_hermes.sv', fill(template('common/test_hermes.sv'), values, 'test_hermes.sv')],
    ['verif/tests/test_hermes_vectors.svh', testVectors(triedExample())],
  ];
}

function software({ shell }: Config, generated: ReadonlyMap<string, string>): [string, string][] {
  const texts = {
    Makefile: template('common/software.mk'),
    'hermes.h': generated.get('host/hermes.h')!,
    'hermes_commands.h': commandsHeader(),
    'hermes_example.h': exampleHeader(triedExample()),
    'hermes_run.c': template('common/hermes_run.c'),
    'hermes_transport.c': template(`${shell}/hermes_transport.c`),
    'hermes_transport.h': template('common/hermes_transport.h'),
  };
  return Object.entries(texts).map(([name, text]) => [`software/runtime/${name}`, text]);
}

function readme(target: Target): string {
  const { shell, configuration } = target;
  const values: Values = {
    ...valuesOf(target, kits[shell]),
    KIT: target.kit,
    VIVADO: target.vivado,
    ENGINES: configuration.engines,
    PROGRAM_SLOTS: configuration.programSlots,
    PROGRAM_BYTES: configuration.programSlotBytes,
    DATA_SLOTS: configuration.dataSlots,
    DATA_BYTES: configuration.dataSlotBytes,
  };
  return fill(template(`${shell}/README.md`), values, 'README.md');
}
