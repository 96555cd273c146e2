/** What went into a build and what came out, so that two builds can be compared and a file can be checked. */
import { createHash } from 'node:crypto';

/** SHA-256 in hexadecimal, by name, sorted. */
export interface Manifest {
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

export interface Named {
  readonly name: string;
  readonly text: string | Uint8Array;
}

/** Digests of every input and output; two files of one name are refused. */
export function manifest(inputs: readonly Named[], outputs: readonly Named[]): Manifest {
  return { inputs: digests(inputs), outputs: digests(outputs) };
}

function digests(files: readonly Named[]): Record<string, string> {
  const entries = new Map<string, string>();
  for (const { name, text } of [...files].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entries.has(name)) throw new Error(`two files are called '${name}'; a manifest names each file once`);
    entries.set(name, createHash('sha256').update(text).digest('hex'));
  }
  return Object.fromEntries(entries);
}
