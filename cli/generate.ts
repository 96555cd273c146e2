/** Everything that is generated from a configuration, as files in memory. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../gen/config.ts';
import { bar0 } from '../gen/device/bar0.ts';
import { emitSystemVerilog, manifest } from '../gen/emit/index.ts';
import { registerConstants, registerHeader, registerPython, registerTable } from '../gen/emit/registers.ts';
import { elaborate, type Elaborated } from '../gen/hdl/index.ts';
import { clHermes } from '../gen/shell/index.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

export interface Generated {
  /** Contents by path below the output folder. */
  readonly files: ReadonlyMap<string, string>;
  readonly warnings: Elaborated['warnings'];
  readonly milliseconds: { readonly elaborate: number; readonly emit: number };
}

/**
 * @param out the folder where the files will be; source maps lead from there to the sources
 * @throws HermesError where the design has errors
 */
export function generate(config: Config, out: string): Generated {
  const start = performance.now();
  const { top, warnings } = elaborate(() => clHermes(config));
  const elaborated = performance.now();
  const { files: modules, templates } = emitSystemVerilog(top);
  const emitted = performance.now();

  const files = new Map<string, string>();
  for (const { name, text } of modules) files.set(`rtl/${name}`, text);
  for (const name of templates) files.set(`rtl/${name}`, readFileSync(join(root, 'rtl-templates', name), 'utf8'));
  files.set('sources.f', [...files.keys()].map((path) => `${path}\n`).join(''));
  const sourceRoot = relative(resolve(out, 'rtl/maps'), process.cwd());
  for (const { name, map } of modules) files.set(`rtl/maps/${name}.map`, json({ ...map, sourceRoot }));
  const map = bar0(config);
  files.set('host/hermes.h', registerHeader(map));
  files.set('host/hermes.py', registerPython(map));
  files.set('host/hermes.ts', registerConstants(map));
  files.set('registers.md', `# Registers in BAR0\n\n${registerTable(map)}`);
  files.set('config.json', json(config));
  const outputs = [...files].map(([name, text]) => ({ name, text }));
  files.set('manifest.json', json(manifest(inputs(config, templates), outputs)));
  return { files, warnings, milliseconds: { elaborate: elaborated - start, emit: emitted - elaborated } };
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** What the result depends on: the configuration, the generator, the hand-written files. */
function inputs(config: Config, templates: readonly string[]): { name: string; text: string | Uint8Array }[] {
  const generator = readdirSync(join(root, 'gen'), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.[cm]?[jt]s$/.test(path))
    .map((path) => join('gen', path));
  const paths = [...generator, ...templates.map((name) => join('rtl-templates', name)), 'package-lock.json'];
  const read = paths.map((path) => ({ name: path.replaceAll('\\', '/'), text: readFileSync(join(root, path)) }));
  return [{ name: 'configuration', text: json(config) }, ...read];
}
