import type { SourceMap } from 'magic-string';

export interface Named {
  readonly code: string;
  /** Version 3; lines are unchanged, columns are not. */
  readonly map: SourceMap;
}

/**
 * The TypeScript `source` of `path` with the calls that tell hardware values what their variables are called; nothing
 * where it does not import the language.
 */
export function named(source: string, path: string): Named | undefined;
