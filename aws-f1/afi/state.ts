/**
 * What is known of a custom logic on its way to an image: `build/afi.json` below its directory. It is replaced in one
 * step, never written in place; and one run at a time has it.
 */
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { refused } from './failures.ts';
import { timingSchema } from './timing.ts';

const image = z.object({
  region: z.string(),
  /** SHA-256 of the archive that it was made from. */
  sha256: z.string(),
  /** Which submission of this archive it is, from 1: a failed one is not repeated under the same token. */
  attempt: z.number(),
  token: z.string(),
  /** Where the logs of its generation are. */
  logs: z.object({ bucket: z.string(), key: z.string() }).nullable(),
  /** `submitting` until EC2 has given it an id. */
  state: z.enum(['submitting', 'pending', 'available', 'failed', 'unavailable']),
  message: z.string().optional(),
  /** Regional (afi-) and global (agfi-) id. */
  id: z.string().optional(),
  globalId: z.string().optional(),
  created: z.string(),
});

const schema = z.object({
  version: z.literal(1),
  shell: z.enum(['f1', 'f2']).optional(),
  /** The last build, and the digest of the sources that it was made from. */
  build: z.object({ sources: z.string(), archive: z.string(), finished: z.string() }).optional(),
  archive: z.object({ path: z.string(), bytes: z.number(), sha256: z.string() }).optional(),
  timing: timingSchema.optional(),
  upload: z.object({ sha256: z.string(), bucket: z.string(), key: z.string(), region: z.string() }).optional(),
  images: z.array(image).default([]),
  loaded: z.object({ slot: z.number(), globalId: z.string(), at: z.string() }).optional(),
});

export type State = z.infer<typeof schema>;
export type Image = z.infer<typeof image>;

export const stateFile = (cl: string): string => join(cl, 'build/afi.json');

/** @throws AfiError when the file is not one of this program */
export function readState(cl: string): State {
  const path = stateFile(cl);
  if (!existsSync(path)) return { version: 1, images: [] };
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error).replaceAll('\n', ' ') : (error as Error).message;
    throw refused(
      `${path}: cannot be understood: ${why}`,
      `mend it, or move it away: an archive that AWS has already is found again by its digest`,
    );
  }
}

/** The state of one custom logic, kept by this process until it is closed. */
export class StateFile {
  readonly cl: string;
  #state: State;
  /** Gives the lock back; undefined where changes stay in memory. */
  readonly #release: (() => void) | undefined;

  private constructor(cl: string, release?: () => void) {
    this.cl = cl;
    this.#state = readState(cl);
    this.#release = release;
  }

  /** @throws AfiError when another run has it */
  static open(cl: string): StateFile {
    mkdirSync(join(cl, 'build'), { recursive: true });
    const release = lock(join(cl, 'build/afi.lock'));
    try {
      return new StateFile(cl, release);
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Reads what is there, and keeps changes in memory: for a dry run, or without a directory for an image of any origin. */
  static inMemory(cl: string): StateFile {
    return new StateFile(cl);
  }

  get state(): State {
    return this.#state;
  }

  /** Changes some of it; on the disk when this has returned. */
  async update(change: Partial<State>): Promise<void> {
    this.#state = { ...this.#state, ...change };
    if (this.#release) await replaceFile(stateFile(this.cl), `${JSON.stringify(this.#state, null, 2)}\n`);
  }

  /** Adds an image, or puts it in the place of the one with its token. */
  async setImage(image: Image): Promise<Image> {
    const { images } = this.#state;
    const known = images.findIndex(({ token, region }) => token === image.token && region === image.region);
    await this.update({ images: known === -1 ? [...images, image] : images.with(known, image) });
    return image;
  }

  close(): void {
    this.#release?.();
  }
}

/** @throws AfiError when there is no such directory */
export function requireDirectory(cl: string): void {
  if (!existsSync(cl)) throw refused(`${cl}: there is no such directory`, 'make it with: hermes build f2');
}

async function replaceFile(path: string, text: string): Promise<void> {
  const fresh = `${path}.new-${process.pid}`;
  const file = await open(fresh, 'w');
  try {
    await file.writeFile(text);
    await file.sync(); // or a power cut could leave the new name with no contents
  } finally {
    await file.close();
  }
  renameSync(fresh, path);
}

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Tells a process from a later one with its number. */
  readonly started: string;
}

/** When a process of this machine was started, in ticks since boot; empty where the system does not tell. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')')).split(' ')[20] ?? ''; // field 22; the name before may hold blanks
  } catch {
    return '';
  }
}

function isAlive({ pid, host, started }: Owner): boolean {
  if (host !== hostname()) return true; // cannot be told from here
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return started === startOf(pid);
}

/**
 * Takes a lock, which is a file that names its owner; that of a process that was killed is taken over. A link is made or
 * not made, in one step, and so only one of several runs gets it.
 */
function lock(path: string): () => void {
  const mine = `${path}.${process.pid}`;
  const text = JSON.stringify({ pid: process.pid, host: hostname(), started: startOf(process.pid) } satisfies Owner);
  writeFileSync(mine, text);
  try {
    while (!tryLink(mine, path)) takeAway(path);
  } finally {
    unlinkSync(mine);
  }
  return () => {
    if (readIfThere(path) === text) unlinkSync(path);
  };
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

const readIfThere = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

/** Removes the lock of a dead process. @throws AfiError when its owner lives */
function takeAway(path: string): void {
  const text = readIfThere(path);
  if (text === undefined) return;
  const owner = ownerIn(text);
  if (owner !== undefined && isAlive(owner)) {
    const where = owner.host === hostname() ? '' : ` on ${owner.host}`;
    throw refused(
      `${path}: process ${owner.pid}${where} is at work on this directory`,
      `wait until it has ended; if there is no such process, remove ${path}`,
    );
  }
  const aside = `${path}.old-${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return; // another run has been faster
  }
  if (readIfThere(aside) !== text) tryLink(aside, path); // that was the fresh lock of another run: give it back
  unlinkSync(aside);
}

function ownerIn(text: string): Owner | undefined {
  try {
    return JSON.parse(text) as Owner;
  } catch {
    return undefined;
  }
}
