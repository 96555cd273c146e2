/** Source maps (version 3) from emitted lines to TypeScript. */
import { relative, resolve } from 'node:path';
import { decode, encode } from '@jridgewell/sourcemap-codec';
import type { Origin } from '../ir/index.ts';

/** The standard's fields, as written to `module.sv.map`. */
export interface SourceMap {
  readonly version: 3;
  readonly file: string;
  /** Relative to the directory that was given, with `/`. */
  readonly sources: readonly string[];
  readonly names: readonly string[];
  readonly mappings: string;
}

export interface SourcePosition {
  readonly file: string;
  /** One-based. */
  readonly line: number;
  /** One-based. */
  readonly column: number;
}

/** `origins` has one entry a line; sources are named relative to `directory`. */
export function sourceMap(
  file: string,
  origins: readonly (Origin | undefined)[],
  directory = process.cwd(),
): SourceMap {
  const sources = new Map<string, number>();
  const mappings = origins.map((origin): [number, number, number, number][] => {
    const frame = origin?.frames[0];
    if (!frame) return [];
    const source = relative(directory, resolve(directory, frame.file)).replaceAll('\\', '/');
    if (!sources.has(source)) sources.set(source, sources.size);
    return [[0, sources.get(source)!, frame.line - 1, frame.column - 1]];
  });
  return { version: 3, file, sources: [...sources.keys()], names: [], mappings: encode(mappings) };
}

/** Where line `line` (one-based) of an emitted file comes from; nothing for lines that belong to no place, such as blanks. */
export function lookup(map: SourceMap, line: number): SourcePosition | undefined {
  const segment = decode(map.mappings)[line - 1]?.[0];
  if (!segment || segment.length < 4) return undefined;
  const [, source, at, column] = segment as [number, number, number, number];
  return { file: map.sources[source]!, line: at + 1, column: column + 1 };
}
