/** Failures in files: what `--keep` writes, and a test runs for ever after. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { engines, type EngineName, type Job, type ProgramCase, type Target } from './cases.ts';

/** Where they lie. */
export const keptFolder = fileURLToPath(new URL('../../test/sim/fuzz/kept', import.meta.url));

interface KeptJob extends Omit<Job, 'program' | 'data'> {
  /** One slot of 8 bytes an entry, in hex. */
  readonly program: readonly string[];
  readonly data: string;
}

interface KeptCase {
  readonly target: Target;
  readonly engine: EngineName;
  /** What went wrong when it was found. */
  readonly was: string;
  readonly jobs: readonly KeptJob[];
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

export function toText({ target, engine, jobs }: ProgramCase, was: string): string {
  const kept: KeptCase = {
    target,
    engine,
    was,
    jobs: jobs.map((job) => ({ ...job, program: hex(job.program).match(/.{16}/g) ?? [], data: hex(job.data) })),
  };
  return `${JSON.stringify(kept, null, 2)}\n`;
}

/** @throws Error when it is not the text of a case */
export function fromText(text: string): ProgramCase & { readonly was: string } {
  const { target, engine, was, jobs } = JSON.parse(text) as KeptCase;
  if (!Object.hasOwn(engines, engine))
    throw new Error(`there is no engine ${engine}; there are ${Object.keys(engines).join(', ')}`);
  return {
    target,
    engine,
    was,
    jobs: jobs.map((job) => ({ ...job, program: bytes(job.program.join('')), data: bytes(job.data) })),
  };
}

/** Writes a text to a file whose name says the kind and, in short, the content. @returns its path */
export function write(kind: string, text: string, folder = keptFolder): string {
  mkdirSync(folder, { recursive: true });
  const name = `${kind}-${createHash('sha256').update(text).digest('hex').slice(0, 10)}.json`;
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

/** Names and texts of the files of a kind. */
export function read(kind: string, folder = keptFolder): { readonly name: string; readonly text: string }[] {
  const names = readdirSync(folder).filter((name) => name.startsWith(`${kind}-`) && name.endsWith('.json'));
  return names.toSorted().map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
}
