/** A custom logic directory as the rules see it. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import type { ShellName } from '../gen/config.ts';
import type { TreeManifest } from './build.ts';
import { parseModules, type SvModule } from './check-verilog.ts';

/** What belongs to the directory below build/. */
const ofBuild = /^build\/(scripts\/[^/]+\.(tcl|sh|py)|constraints\/[^/]+\.xdc)$/;
/** What building, simulating and compiling leave there and elsewhere. */
const products =
  /^(build\/constraints\/(generated_)?cl_clocks_aws\.xdc$|verif\/sim\/|software\/runtime\/(hermes_run$|.*\.o$))/;

const isProduct = (path: string): boolean => (path.startsWith('build/') && !ofBuild.test(path)) || products.test(path);

export const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)).replaceAll('\\', '/'))
    .sort();

export interface Tree {
  readonly folder: string;
  /** Name of the folder. */
  readonly name: string;
  readonly shell: ShellName;
  /** Texts by path, without what a build leaves. */
  readonly files: ReadonlyMap<string, string>;
  /** Undefined where it is missing or cannot be read. */
  readonly manifest: TreeManifest | undefined;
  /** Modules of the SystemVerilog in design/, in the order of the files' names. */
  readonly modules: readonly SvModule[];
  /** Whether a file may be executed. */
  readonly executable: (path: string) => boolean;
}

export function readTree(folder: string, shell: ShellName): Tree {
  const paths = filesOf(folder).filter((path) => !isProduct(path));
  const files = new Map(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
  const modules = [...files].filter(([path]) => /^design\/.*\.sv$/.test(path));
  return {
    folder,
    name: basename(resolve(folder)),
    shell,
    files,
    manifest: manifestOf(files.get('manifest.json')),
    modules: modules.flatMap(([path, text]) => parseModules(text, path)),
    executable: (path) => (statSync(join(folder, path)).mode & 0o111) !== 0,
  };
}

function manifestOf(text: string | undefined): TreeManifest | undefined {
  try {
    const manifest = JSON.parse(text ?? '') as Partial<TreeManifest>;
    return manifest.outputs && manifest.configuration && manifest.sources ? (manifest as TreeManifest) : undefined;
  } catch {
    return undefined;
  }
}
