/** Custom logic directories for the tests: of the small preset, made once, and on disk with a fault in them. */
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { customLogic, type TreeManifest } from '../../aws-f1/build.ts';
import { generate } from '../../cli/generate.ts';
import { configure, type ShellName } from '../../gen/config.ts';

export type Files = Map<string, string>;

const made = new Map<ShellName, ReadonlyMap<string, string>>();

/** The files of the small preset. */
export function smallTree(shell: ShellName): Files {
  const config = configure({ shell }, 'small');
  const files = made.get(shell) ?? customLogic(config, generate(config, '.').files, 250).files;
  made.set(shell, files);
  return new Map(files);
}

/** Replaces a part of a file that has to be there, everywhere in it. */
export function change(files: Files, path: string, from: string | RegExp, to: string): void {
  const text = files.get(path);
  if (text === undefined) throw new Error(`there is no ${path}`);
  const changed = text.replaceAll(from instanceof RegExp ? new RegExp(from, 'gm') : from, to);
  if (changed === text) throw new Error(`${path} has no ${from}`);
  files.set(path, changed);
}

/** Makes the digests of the manifest fit, as one would who has meant the change. */
export function redigest(files: Files): void {
  const manifest = JSON.parse(files.get('manifest.json')!) as { outputs: Record<string, string> };
  manifest.outputs = Object.fromEntries(
    [...files]
      .filter(([path]) => path !== 'manifest.json')
      .map(([path, text]) => [path, createHash('sha256').update(text).digest('hex')]),
  );
  files.set('manifest.json', JSON.stringify(manifest));
}

export function changeManifest(
  files: Files,
  edit: (manifest: { -readonly [K in keyof TreeManifest]: any }) => void,
): void {
  const manifest = JSON.parse(files.get('manifest.json')!);
  edit(manifest);
  files.set('manifest.json', JSON.stringify(manifest));
}

/** Writes files into a new folder called `name`, which is gone when the test has finished. */
export function written(files: ReadonlyMap<string, string>, name = 'cl_hermes'): string {
  const parent = mkdtempSync(join(tmpdir(), 'hermes-cl-'));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  const folder = join(parent, name);
  for (const [path, text] of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    if (text.startsWith('#!')) chmodSync(file, 0o755);
  }
  return folder;
}
