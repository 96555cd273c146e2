/** Writing a folder of files all at once: it is there complete, or not at all. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UsageError } from './errors.ts';

/** By this file a folder is known to be one that was written here, and may be replaced. */
const mark = 'manifest.json';

/**
 * Replaces `folder` by `files`, whose keys are paths below it. Scripts, which begin with `#!`, may be executed.
 * @param force replaces it whatever it holds
 * @throws UsageError when the folder holds anything that was not written here, or cannot be written
 */
export function replaceFolder(
  folder: string,
  files: ReadonlyMap<string, string>,
  { force = false }: { readonly force?: boolean } = {},
): void {
  if (!force) requireReplaceable(folder);
  const target = resolve(folder);
  const aside = (what: string): string => `${target}.${what}-${process.pid}`;
  const [fresh, old] = [aside('new'), aside('old')];
  try {
    makeFolders(dirname(target));
    mkdirSync(fresh);
    for (const [path, text] of files) {
      mkdirSync(dirname(join(fresh, path)), { recursive: true });
      writeFileSync(join(fresh, path), text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
    }
    if (existsSync(target)) renameSync(target, old);
    renameSync(fresh, target);
  } catch (error) {
    if (existsSync(old) && !existsSync(target)) renameSync(old, target);
    throw new UsageError({
      message: `${folder}: cannot be written: ${(error as Error).message}`,
      cure: 'choose another place with --out',
    });
  } finally {
    for (const left of [fresh, old]) rmSync(left, { recursive: true, force: true });
  }
}

/** One folder after the other: made recursively by Node, a folder in a place like /proc never ends. */
function makeFolders(folder: string): void {
  if (existsSync(folder)) return;
  makeFolders(dirname(folder));
  mkdirSync(folder);
}

/** @throws UsageError when the folder holds anything that {@link replaceFolder} has not written. */
export function requireReplaceable(folder: string): void {
  if (!existsSync(folder)) return;
  if (!statSync(folder).isDirectory()) {
    throw new UsageError({ message: `${folder}: this is a file`, cure: 'name a folder with --out' });
  }
  const held = readdirSync(folder);
  if (held.length === 0 || held.includes(mark)) return;
  throw new UsageError({
    message: `${folder}: the folder holds files of another origin, which would be lost`,
    cure: 'name an empty or new folder with --out',
  });
}
