// Names from the source: `named` gives a TypeScript file the calls that tell hardware values what their variables are
// called. Shared by the Node loader and the Vite plugin. Results are kept by content, so ts-morph is loaded only after a
// change.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const cache = fileURLToPath(new URL('../../build/.cache/names/', import.meta.url));
/** A change to the transform makes what is kept worthless. */
const version = readFileSync(new URL('transform.cjs', import.meta.url));

/** Files that import the language, by its index or as a package. */
const importsLanguage = /\bfrom\s*['"](?:[^'"\n]*\/|#)?hdl(?:\/index(?:\.[cm]?[jt]s)?)?['"]/;

/**
 * @param {string} source
 * @param {string} path
 * @returns {{ code: string, map: import('magic-string').SourceMap } | undefined} Nothing where nothing is to be named.
 */
export function named(source, path) {
  if (!/\.[cm]?ts$/.test(path) || !importsLanguage.test(source)) return undefined;
  const entry = `${cache}${createHash('sha256').update(version).update(source).digest('hex').slice(0, 32)}.json`;
  const result = read(entry) ?? write(entry, require('./transform.cjs').transform(source, path));
  result.map.sources = [path];
  return result;
}

function read(entry) {
  try {
    return JSON.parse(readFileSync(entry, 'utf8'));
  } catch {
    return undefined; // not there, or half written by a process that was stopped
  }
}

function write(entry, result) {
  mkdirSync(cache, { recursive: true });
  const aside = `${entry}.${process.pid}`;
  writeFileSync(aside, JSON.stringify(result));
  renameSync(aside, entry);
  return result;
}
