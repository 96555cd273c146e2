import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** A SystemVerilog file: a path, or a name with its text. */
export type Source = string | { readonly name: string; readonly text: string };

/** A source whose text is in memory, under its name without folders. */
export interface LoadedSource {
  readonly name: string;
  readonly text: string;
}

/** Reads what is given as a path. Two files of one name are refused: tools would see only one of them. */
export function loadSources(sources: readonly Source[]): LoadedSource[] {
  const loaded = sources.map((source) =>
    typeof source === 'string' ? { name: basename(source), text: readFileSync(source, 'utf8') } : source,
  );
  const twice = loaded.find(({ name }, i) => loaded.findIndex((other) => other.name === name) !== i);
  if (twice !== undefined) throw new Error(`two sources are called ${twice.name}; give them different names`);
  return loaded;
}

/** Writes every source into a folder and returns the names, in order. */
export function writeSources(folder: string, sources: readonly LoadedSource[]): string[] {
  for (const { name, text } of sources) writeFileSync(join(folder, name), text);
  return sources.map(({ name }) => name);
}
