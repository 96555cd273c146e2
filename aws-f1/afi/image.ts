/** Images in EC2: made once from an archive, watched until they are there, copied to other regions. */
import {
  CopyFpgaImageCommand,
  CreateFpgaImageCommand,
  DescribeFpgaImagesCommand,
  type CopyFpgaImageCommandOutput,
  type CreateFpgaImageCommandOutput,
  type DescribeFpgaImagesCommandOutput,
  type FpgaImage,
} from '@aws-sdk/client-ec2';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  type GetObjectCommandOutput,
  type ListObjectsV2CommandOutput,
} from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { RequestError, type Calls } from './calls.ts';
import type { Checkpoint } from './checkpoint.ts';
import { AfiError, failure, logFailures, refused } from './failures.ts';
import { redact } from './redact.ts';
import type { Reporter } from './report.ts';
import type { Image, StateFile } from './state.ts';
import type { Place } from './upload.ts';

export interface Naming {
  readonly name: string;
  readonly description: string;
}

/** By this in its description an image is known to be made from an archive. */
const markOf = (sha256: string): string => `sha256:${sha256}`;

/** 64 characters, the most that EC2 takes; the same for the same request. */
const tokenOf = (...parts: readonly (string | number)[]): string =>
  createHash('sha256').update(parts.join('\0')).digest('hex');

/** Images that this account owns, as many as there are. */
export async function ownImages(calls: Calls): Promise<FpgaImage[]> {
  const images: FpgaImage[] = [];
  for (let next: string | undefined; ;) {
    const page: Partial<DescribeFpgaImagesCommandOutput> = await calls.ec2(
      new DescribeFpgaImagesCommand({ Owners: ['self'], ...(next !== undefined && { NextToken: next }) }),
      {},
    );
    images.push(...(page.FpgaImages ?? []));
    if (!page.NextToken) return images;
    next = page.NextToken;
  }
}

/** The last image of an archive in a region. */
export const imageOf = (file: StateFile, region: string, sha256?: string): Image | undefined =>
  file.state.images.findLast((image) => image.region === region && (sha256 === undefined || image.sha256 === sha256));

const isGone = ({ state }: Image): boolean => state === 'failed' || state === 'unavailable';

/** The image that is there or on its way for an archive: by what is remembered, else by what EC2 has. */
export async function submitted(
  calls: Calls,
  file: StateFile,
  { sha256 }: Checkpoint,
  logs: Place,
): Promise<Image | undefined> {
  const known = imageOf(file, calls.region, sha256);
  if (known?.id !== undefined) return isGone(known) ? undefined : known;
  const found = (await ownImages(calls)).find(
    ({ Description, State }) =>
      Description?.includes(markOf(sha256)) && ['pending', 'available'].includes(State?.Code ?? ''),
  );
  if (found === undefined) return undefined;
  return file.setImage({
    region: calls.region,
    sha256,
    attempt: known?.attempt ?? 1,
    token: known?.token ?? found.FpgaImageId!,
    logs,
    created: (found.CreateTime ?? new Date()).toISOString(),
    ...stateOf(found),
  });
}

/** What EC2 says of an image, as it is remembered. */
function stateOf({
  FpgaImageId,
  FpgaImageGlobalId,
  State,
}: FpgaImage): Pick<Image, 'state' | 'id' | 'globalId' | 'message'> {
  return {
    state: State?.Code ?? 'pending',
    ...(FpgaImageId !== undefined && { id: FpgaImageId }),
    ...(FpgaImageGlobalId !== undefined && { globalId: FpgaImageGlobalId }),
    ...(State?.Message !== undefined && { message: redact(State.Message) }),
  };
}

/**
 * Asks EC2 for an image. What is asked is written down before, with a token made of it: when this process dies, or the
 * answer is lost, the next one asks with the same token, and EC2 gives the image that it has.
 */
export async function submit(
  calls: Calls,
  file: StateFile,
  { sha256 }: Checkpoint,
  place: Place,
  logs: Place,
  { name, description }: Naming,
): Promise<Image> {
  const before = imageOf(file, calls.region, sha256);
  const attempt = before === undefined ? 1 : before.attempt + (isGone(before) ? 1 : 0);
  const token = tokenOf(sha256, calls.region, place.bucket, place.key, logs.key, name, description, attempt);
  const asked: Image = {
    region: calls.region,
    sha256,
    attempt,
    token,
    logs,
    state: 'submitting',
    created: new Date().toISOString(),
  };
  await file.setImage(asked);
  const planned: Partial<CreateFpgaImageCommandOutput> = { FpgaImageId: 'afi-(new)', FpgaImageGlobalId: 'agfi-(new)' };
  const given = await calls.ec2(
    new CreateFpgaImageCommand({
      InputStorageLocation: { Bucket: place.bucket, Key: place.key },
      LogsStorageLocation: { Bucket: logs.bucket, Key: logs.key },
      Name: name,
      Description: `${description} ${markOf(sha256)}`.trim(),
      ClientToken: token,
    }),
    planned,
  );
  return file.setImage({ ...asked, ...stateOf(given), state: 'pending' });
}

/** Asks EC2 for the state of an image and writes it down. */
export async function refresh(calls: Calls, file: StateFile, image: Image): Promise<Image> {
  const planned: FpgaImage = { FpgaImageId: image.id!, State: { Code: 'available' } };
  const { FpgaImages } = await calls.ec2<Partial<DescribeFpgaImagesCommandOutput>>(
    new DescribeFpgaImagesCommand({ FpgaImageIds: [image.id!] }),
    { FpgaImages: [planned] },
  );
  const found = FpgaImages?.[0];
  return found === undefined ? image : file.setImage({ ...image, ...stateOf(found) });
}

export interface Waiting {
  /** Milliseconds between two questions, and after which to give up. */
  readonly interval: number;
  readonly timeout: number;
}

/** How long EC2 may not know an image that it has given an id. */
const grace = 120_000;

/**
 * Waits until an image is available. Trouble that passes does not end it.
 * @throws AfiError when it has failed, with the reason out of message and logs; and when the time is up
 */
export async function wait(
  calls: Calls,
  file: StateFile,
  image: Image,
  { interval, timeout }: Waiting,
  report: Reporter,
): Promise<Image> {
  const start = Date.now();
  let trouble = '';
  for (let now = image; ;) {
    try {
      now = await refresh(calls, file, now);
      trouble = '';
    } catch (error) {
      const isNew =
        error instanceof RequestError && error.code === 'InvalidFpgaImageID.NotFound' && Date.now() - start < grace;
      if (!(error instanceof AfiError && error.passing) && !isNew) throw error;
      trouble = isNew ? 'EC2 does not know it yet' : error.message.split('\n', 1)[0]!;
    }
    const elapsed = Date.now() - start;
    report.progress(`${now.id}: ${now.state}, ${span(elapsed)}${trouble && ` (${trouble})`}`, trouble || now.state);
    if (now.state === 'available') return now;
    if (isGone(now)) throw await explain(calls, now);
    if (elapsed + interval > timeout) {
      throw new AfiError(
        `${now.id}: still ${now.state} after ${span(elapsed)}`,
        'wait on: hermes afi wait --timeout 6h',
        { passing: true },
      );
    }
    await sleep(interval);
  }
}

/** Time as people say it. */
function span(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

/** Why an image is not there, and what to do. */
export async function explain(calls: Calls, image: Image): Promise<AfiError> {
  if (image.state === 'unavailable') {
    return new AfiError(`${image.id}: the image is no longer available`, 'submit it again: hermes afi submit');
  }
  const said = image.message ?? '';
  const [code = ''] = /^\w+/.exec(said) ?? [];
  const row = failure('image', code);
  const { lines, rows } = await logsOf(calls, image);
  const shown = lines.map((line) => `\n  log: ${line}`).join('');
  const meanings = rows.map(({ code, meaning, cure }) => `\n  ${code}: ${meaning}\n  cure: ${cure}`).join('');
  const unread = 'look at the logs in S3, and at the message';
  return new AfiError(
    `${image.id}: failed: ${row?.meaning ?? 'for a reason that is not documented'} (${said})${shown}${meanings}`,
    row?.cure ?? unread,
  );
}

const mostLogs = 20;
const mostLines = 12;

/** Errors in the logs of an image, and the rows of the table that explain them. */
async function logsOf(
  calls: Calls,
  { logs, id }: Image,
): Promise<{ lines: string[]; rows: ReturnType<typeof logFailures> }> {
  if (logs === null) return { lines: [], rows: [] };
  try {
    const prefix = `${logs.key.replace(/\/$/, '')}/${id}`;
    const { Contents = [] }: Partial<ListObjectsV2CommandOutput> = await calls.s3(
      new ListObjectsV2Command({ Bucket: logs.bucket, Prefix: prefix, MaxKeys: mostLogs }),
      {},
    );
    const texts: string[] = [];
    for (const { Key } of Contents) {
      const object: Partial<GetObjectCommandOutput> = await calls.s3(
        new GetObjectCommand({ Bucket: logs.bucket, Key }),
        {},
      );
      texts.push((await object.Body?.transformToString()) ?? '');
    }
    const log = texts.join('\n');
    const errors = log.split('\n').filter((line) => /^\s*(?:ERROR|CRITICAL WARNING)\b/.test(line));
    return { lines: errors.slice(0, mostLines).map((line) => redact(line.trim())), rows: logFailures(log) };
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return { lines: [`(cannot be read: ${error.message.split('\n', 1)[0]})`], rows: [] };
  }
}

/** Copies an available image to another region. The copy has an id of its own and the same global id. */
export async function copy(calls: Calls, file: StateFile, image: Image, to: string): Promise<Image> {
  if (image.state !== 'available') {
    throw refused(
      `${image.id} is ${image.state}, and only an available image can be copied`,
      'wait for it: hermes afi wait',
    );
  }
  const known = imageOf(file, to, image.sha256);
  if (known?.id !== undefined && !isGone(known)) return known;
  const attempt = known === undefined ? 1 : known.attempt + (isGone(known) ? 1 : 0);
  const token = tokenOf('copy', image.id!, image.region, to, attempt);
  const { sha256, globalId } = image;
  const asked: Image = {
    region: to,
    sha256,
    attempt,
    token,
    logs: null,
    state: 'submitting',
    created: new Date().toISOString(),
  };
  await file.setImage(asked);
  const planned: Partial<CopyFpgaImageCommandOutput> = { FpgaImageId: 'afi-(new)' };
  const target = calls.in(to);
  try {
    const given = await target.ec2(
      new CopyFpgaImageCommand({ SourceFpgaImageId: image.id!, SourceRegion: image.region, ClientToken: token }),
      planned,
    );
    return await file.setImage({
      ...asked,
      ...stateOf(given),
      ...(globalId !== undefined && { globalId }),
      state: 'pending',
    });
  } finally {
    target.close();
  }
}
