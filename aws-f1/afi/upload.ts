/**
 * The archive in S3, under a key made of its digest. What S3 has is asked and not remembered: a whole object is not sent
 * again, and of an upload that was cut off only the parts that are missing.
 */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
  type CompletedPart,
  type CreateMultipartUploadCommandOutput,
  type HeadBucketCommandOutput,
  type HeadObjectCommandOutput,
  type ListMultipartUploadsCommandOutput,
  type ListPartsCommandOutput,
  type Part,
  type UploadPartCommandOutput,
} from '@aws-sdk/client-s3';
import { open, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { RequestError, type Calls } from './calls.ts';
import type { Checkpoint } from './checkpoint.ts';
import { AfiError, failure, refused } from './failures.ts';
import type { Reporter } from './report.ts';

export interface Place {
  readonly bucket: string;
  readonly key: string;
}

const MiB = 1 << 20;
/** S3 takes parts of 5 MiB to 5 GiB, and at most 10,000 of them. */
const leastPart = 5 * MiB;
const mostParts = 10_000;
const together = 4;

/** Where an archive goes. */
export const placeOf = (bucket: string, prefix: string, { path, sha256 }: Checkpoint): Place => ({
  bucket,
  key: `${prefix}/${sha256.slice(0, 16)}/${basename(path)}`,
});

/** Bytes of a part: as wished, or larger where there would be too many. */
export function partSize(bytes: number, wished: number): number {
  return Math.max(wished, leastPart, Math.ceil(bytes / mostParts / MiB) * MiB);
}

/** Puts the archive in its place, unless it is there. */
export async function upload(
  calls: Calls,
  checkpoint: Checkpoint,
  place: Place,
  report: Reporter,
  wished: number,
): Promise<void> {
  await requireBucket(calls, place.bucket);
  if (await isThere(calls, place, checkpoint.bytes)) {
    report.line(`the archive is in s3://${place.bucket}/${place.key} already`);
    return;
  }
  const size = partSize(checkpoint.bytes, wished);
  const [id, sent] = await begun(calls, place, checkpoint.bytes, size);
  if (sent.length > 0) report.line(`going on with an upload of which ${sent.length} parts are there`);
  const parts = await sendParts(calls, checkpoint, place, id, size, sent, report);
  const complete = { ...named(place), UploadId: id, MultipartUpload: { Parts: parts } };
  const failed = await calls.s3(new CompleteMultipartUploadCommand(complete), {}).then(
    () => undefined,
    (error: Error) => error,
  );
  // When the answer was lost, the SDK has asked again, and there was no upload any more: the object is there all the same.
  const isLost = failed instanceof RequestError && failed.code === 'NoSuchUpload';
  if (failed !== undefined && !isLost) throw failed;
  if (calls.dry || (await isThere(calls, place, checkpoint.bytes))) return;
  throw (
    failed ?? new AfiError(`s3://${place.bucket}/${place.key}: S3 has not the bytes that were sent`, 'run it again')
  );
}

const named = ({ bucket, key }: Place): { Bucket: string; Key: string } => ({ Bucket: bucket, Key: key });

/** An image can only be made from a bucket of its own region. */
async function requireBucket(calls: Calls, bucket: string): Promise<void> {
  const planned: Partial<HeadBucketCommandOutput> = { BucketRegion: calls.region };
  const found = await calls.s3(new HeadBucketCommand({ Bucket: bucket }), planned).catch((error: RequestError) => {
    if (error.bucketRegion !== undefined && error.bucketRegion !== calls.region)
      return { BucketRegion: error.bucketRegion };
    throw error;
  });
  const region = found.BucketRegion ?? calls.region;
  if (region === calls.region) return;
  const { cure } = failure('request', 'PermanentRedirect')!;
  throw refused(`bucket ${bucket} is in ${region}, and the image is to be made in ${calls.region}`, cure);
}

async function isThere(calls: Calls, place: Place, bytes: number): Promise<boolean> {
  try {
    const planned: Partial<HeadObjectCommandOutput> = {};
    return (await calls.s3(new HeadObjectCommand(named(place)), planned)).ContentLength === bytes;
  } catch (error) {
    // HeadObject has no body: a missing object is a bare 404, and the bucket is known to be there.
    if (error instanceof RequestError && error.code === 'NoSuchBucket') return false;
    throw error;
  }
}

/** The upload of this very archive that was begun, with the parts that it has; or a new one. */
async function begun(calls: Calls, place: Place, bytes: number, size: number): Promise<[id: string, parts: Part[]]> {
  const listed: Partial<ListMultipartUploadsCommandOutput> = await calls.s3(
    new ListMultipartUploadsCommand({ Bucket: place.bucket, Prefix: place.key }),
    {},
  );
  for (const { Key, UploadId } of listed.Uploads ?? []) {
    if (Key !== place.key || UploadId === undefined) continue;
    const parts = await partsOf(calls, place, UploadId);
    if (parts.every(({ PartNumber, Size }) => Size === Math.min(size, bytes - (PartNumber! - 1) * size))) {
      return [UploadId, parts];
    }
    await calls.s3(new AbortMultipartUploadCommand({ ...named(place), UploadId }), {}); // parts of another size
  }
  const planned: Partial<CreateMultipartUploadCommandOutput> = { UploadId: '(given by CreateMultipartUpload)' };
  const { UploadId } = await calls.s3(new CreateMultipartUploadCommand(named(place)), planned);
  return [UploadId!, []];
}

async function partsOf(calls: Calls, place: Place, id: string): Promise<Part[]> {
  const parts: Part[] = [];
  for (let marker: string | undefined; ;) {
    const page: Partial<ListPartsCommandOutput> = await calls.s3(
      new ListPartsCommand({
        ...named(place),
        UploadId: id,
        ...(marker !== undefined && { PartNumberMarker: marker }),
      }),
      {},
    );
    parts.push(...(page.Parts ?? []));
    if (page.IsTruncated !== true) return parts;
    marker = page.NextPartNumberMarker;
  }
}

/** Sends the parts that are not there, some at a time, and gives back the list that completes the upload. */
async function sendParts(
  calls: Calls,
  { path, bytes }: Checkpoint,
  place: Place,
  id: string,
  size: number,
  sent: readonly Part[],
  report: Reporter,
): Promise<CompletedPart[]> {
  const total = Math.ceil(bytes / size);
  const done = new Map(sent.map(({ PartNumber, ETag }) => [PartNumber!, ETag!]));
  const missing = Array.from({ length: total }, (_, i) => i + 1).filter((number) => !done.has(number));
  const file = calls.dry ? undefined : await open(path);
  const send = async (number: number): Promise<void> => {
    const length = Math.min(size, bytes - (number - 1) * size);
    const Body = file ? await part(file, (number - 1) * size, length) : Buffer.alloc(length);
    const planned: Partial<UploadPartCommandOutput> = { ETag: '(given by UploadPart)' };
    const { ETag } = await calls.s3(
      new UploadPartCommand({ ...named(place), UploadId: id, PartNumber: number, Body }),
      planned,
    );
    done.set(number, ETag!);
    report.progress(`uploading: ${done.size} of ${total} parts`, Math.floor((10 * done.size) / total));
  };
  try {
    const workers = Array.from({ length: together }, async () => {
      for (let number = missing.shift(); number !== undefined; number = missing.shift()) {
        await send(number).catch((error: Error) => {
          missing.length = 0; // the others finish what they have begun
          throw error;
        });
      }
    });
    const results = await Promise.allSettled(workers);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw stopped(failed.reason as Error, done.size, total);
  } finally {
    await file?.close();
  }
  return Array.from({ length: total }, (_, i) => ({ PartNumber: i + 1, ETag: done.get(i + 1)! }));
}

async function part(file: FileHandle, at: number, size: number): Promise<Buffer> {
  const buffer = Buffer.alloc(size);
  const { bytesRead } = await file.read(buffer, 0, size, at);
  if (bytesRead < size)
    throw refused('the archive became shorter while it was sent', 'do not build and submit at once');
  return buffer;
}

/** Says how far an upload came, for what is in S3 stays there. */
function stopped(error: Error, done: number, total: number): Error {
  if (!(error instanceof RequestError)) return error;
  const [said] = error.message.split('\n', 1);
  return new AfiError(`${said}; ${done} of ${total} parts are in S3`, error.cure, { passing: error.passing });
}
