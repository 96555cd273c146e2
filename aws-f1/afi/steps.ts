/**
 * The steps from source to a loaded image. Each looks first what is done already, and writes down what it has done: the
 * same step again, after whatever interruption, goes on where the last one stopped.
 */
import { existsSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { ShellName } from '../../gen/config.ts';
import type { Calls } from './calls.ts';
import { findArchive, readCheckpoint, requireIds, type Checkpoint } from './checkpoint.ts';
import { AfiError, refused } from './failures.ts';
import { copy, explain, imageOf, refresh, submit, submitted, wait, type Waiting } from './image.ts';
import { buildCommand, readTree, requireKit, runBuild, sourcesOf } from './kit.ts';
import type { Reporter } from './report.ts';
import { load, type Slot } from './slot.ts';
import type { Image, StateFile } from './state.ts';
import { describeTiming, timingOf } from './timing.ts';
import { placeOf, upload } from './upload.ts';

/** What every step works with. */
export interface Work {
  readonly file: StateFile;
  readonly calls: Calls;
  readonly report: Reporter;
  /** Asked as soon as the shell is known, before anything is done for it. @throws AfiError to go no further */
  readonly consent: (shell: ShellName) => Promise<void>;
}

export interface SubmitOptions {
  /** The archive; the newest below the custom logic unless told. */
  readonly tar?: string;
  /** Where it goes; the last one used unless told. */
  readonly bucket?: string;
  readonly prefix: string;
  readonly name?: string;
  readonly description?: string;
  /** Bytes of a part of the upload. */
  readonly part: number;
  /** Also when the timing is violated. */
  readonly allowViolations?: boolean;
}

/** The shell that a custom logic is for, if anything says so: the sources, else what was submitted. */
export function shellOf(file: StateFile): ShellName | undefined {
  return existsSync(join(file.cl, 'manifest.json')) ? readTree(file.cl).shell : file.state.shell;
}

/** Milliseconds by which times of files may lag behind the clock. */
const clockGrain = 2000;

/** Runs the kit's build, unless there is an archive of these very sources. */
export async function buildStep({ file, calls, report }: Work): Promise<void> {
  const tree = readTree(file.cl);
  const sources = sourcesOf(file.cl, tree);
  const { build } = file.state;
  if (build?.sources === sources && existsSync(join(file.cl, build.archive))) {
    report.line(`built already: ${build.archive}`);
    return;
  }
  if (calls.dry) {
    await calls.program(['cd', join(file.cl, 'build/scripts'), '&&', ...buildCommand(tree)], '');
    return;
  }
  await requireKit(tree);
  const start = Date.now();
  await runBuild(file.cl, tree, report);
  const archive = findArchive(file.cl);
  if (statSync(archive).mtimeMs < start - clockGrain) {
    throw new AfiError(`the build left no archive; ${archive} is an older one`, 'look into build/afi-build.log');
  }
  const checkpoint = await readCheckpoint(archive);
  const finished = new Date().toISOString();
  await file.update({ shell: tree.shell, build: { sources, archive: relative(file.cl, archive), finished } });
  await remember(file, checkpoint);
  report.line(`built ${archive} in ${Math.round((Date.now() - start) / 60_000)} min`);
  const { timing } = file.state;
  if (timing) report.line(describeTiming(timing));
}

/** Writes down the digest and the timing of an archive. */
async function remember(file: StateFile, { path, bytes, sha256, shell, stamp }: Checkpoint): Promise<void> {
  const timing = timingOf(file.cl, stamp);
  const archive = { path: relative(file.cl, path), bytes, sha256 };
  await file.update({ shell, archive, timing });
}

/** What a dry run takes for an archive that is not built yet. */
const unbuilt = (file: StateFile): Checkpoint => ({
  path: join(file.cl, 'build/checkpoints/(time).Developer_CL.tar'),
  bytes: 1,
  sha256: '(sha256)',
  stamp: '(time)',
  shell: readTree(file.cl).shell,
  manifest: {},
});

/** Checks the archive, uploads it and asks for an image, unless there is one of it. */
export async function submitStep({ file, calls, report, consent }: Work, options: SubmitOptions): Promise<Image> {
  const bucket = options.bucket ?? file.state.upload?.bucket;
  if (bucket === undefined) throw refused('no bucket is chosen', 'name one in the region of the image with --bucket');
  const checkpoint = await checked({ file, calls, report }, options);
  await consent(checkpoint.shell);
  if (!options.allowViolations && file.state.timing?.met === false) {
    throw refused(
      `${checkpoint.path}: ${describeTiming(file.state.timing)} (${file.state.timing.report})`,
      'shorten the paths of the report, or build for a slower clock; --allow-violations submits it as it is',
    );
  }
  const place = placeOf(bucket, options.prefix, checkpoint);
  const logs = { bucket, key: `${options.prefix}/logs/` };
  const there = await submitted(calls, file, checkpoint, logs);
  if (there !== undefined) {
    report.line(`submitted already: ${there.id} (${there.state})`);
    return there;
  }
  await upload(calls, checkpoint, place, report, options.part);
  await file.update({ upload: { sha256: checkpoint.sha256, ...place, region: calls.region } });
  const naming = {
    name: options.name ?? `hermes-${checkpoint.shell}-${checkpoint.sha256.slice(0, 12)}`,
    description: options.description ?? 'eBPF accelerator generated by hermes;',
  };
  const image = await submit(calls, file, checkpoint, place, logs, naming);
  report.line(`submitted: ${image.id}, global ${image.globalId}`);
  return image;
}

async function checked({ file, calls, report }: Omit<Work, 'consent'>, { tar }: SubmitOptions): Promise<Checkpoint> {
  if (calls.dry && tar === undefined) {
    try {
      findArchive(file.cl);
    } catch {
      report.line('there is no archive yet; with one the calls would be:');
      return unbuilt(file);
    }
  }
  const checkpoint = await readCheckpoint(tar ?? findArchive(file.cl));
  requireIds(file.cl, checkpoint);
  await remember(file, checkpoint);
  return checkpoint;
}

/** The image of a region that a command is about: the one that it names, else the last of this custom logic. */
export function imageFor(file: StateFile, region: string, id?: string): Image {
  const found =
    id === undefined
      ? imageOf(file, region)
      : file.state.images.find((image) => image.region === region && (image.id === id || image.globalId === id));
  if (found?.id !== undefined) return found;
  if (id !== undefined && id.startsWith('afi-')) return foreign(region, id);
  throw refused(
    `${file.cl}: no image of it was submitted in ${region}`,
    'submit it with hermes afi submit, name an image with --image, or choose its region with --region',
  );
}

/** An image that was not submitted from here. */
const foreign = (region: string, id: string): Image => ({
  region,
  id,
  sha256: id,
  attempt: 1,
  token: id,
  logs: null,
  state: 'pending',
  created: new Date().toISOString(),
});

export async function waitStep({ file, calls, report }: Work, waiting: Waiting, id?: string): Promise<Image> {
  const image = await wait(calls, file, imageFor(file, calls.region, id), waiting, report);
  report.line(`available: ${image.id}, global ${image.globalId}`);
  return image;
}

/** States of all images of the custom logic, asked of EC2; and of those that failed, why. */
export async function statusStep({ file, calls }: Work): Promise<{ images: Image[]; reasons: AfiError[] }> {
  const images: Image[] = [];
  const reasons: AfiError[] = [];
  for (const image of file.state.images) {
    if (image.id === undefined) {
      images.push(image);
      continue;
    }
    const there = image.region === calls.region ? calls : calls.in(image.region);
    const now = await refresh(there, file, image);
    images.push(now);
    if (now.state === 'failed' || now.state === 'unavailable') reasons.push(await explain(there, now));
    if (there !== calls) there.close();
  }
  return { images, reasons };
}

export async function copyStep({ file, calls, report }: Work, to: string, id?: string): Promise<Image> {
  if (to === calls.region) throw refused(`${to} is the region of the image`, 'name another one with --to');
  const source = await refresh(calls, file, imageFor(file, calls.region, id));
  const image = await copy(calls, file, source, to);
  report.line(`copied to ${to}: ${image.id}, global ${image.globalId}; hermes afi wait --region ${to} waits for it`);
  return image;
}

/** The global id to load: the one that was named, else that of the custom logic's last image. */
export function globalIdFor(file: StateFile, id?: string): string {
  if (id !== undefined && id.startsWith('agfi-')) return id;
  const { images } = file.state;
  const image =
    id === undefined
      ? images.findLast(({ globalId }) => globalId !== undefined)
      : images.find((each) => each.id === id);
  if (image?.globalId === undefined) {
    throw refused(
      `no global id is known${id === undefined ? '' : ` for ${id}`}`,
      'name it (agfi-…): hermes afi list shows the ids',
    );
  }
  if (image.state === 'available') return image.globalId;
  throw refused(
    `${image.id} is ${image.state}, and only an available image can be loaded`,
    'wait for it: hermes afi wait',
  );
}

export async function loadStep({ file, calls, report }: Work, slot: number, id?: string): Promise<Slot> {
  const globalId = globalIdFor(file, id);
  const loaded = await load(calls, slot, globalId);
  await file.update({ loaded: { slot, globalId, at: new Date().toISOString() } });
  report.line(`slot ${slot}: ${loaded.image} loaded, ${loaded.ids} at ${loaded.address}`);
  return loaded;
}
