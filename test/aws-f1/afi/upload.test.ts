/** Uploads to a real S3 server, over a network that fails. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { findArchive, readCheckpoint, type Checkpoint } from '../../../aws-f1/afi/checkpoint.ts';
import { partSize, placeOf, upload } from '../../../aws-f1/afi/upload.ts';
import { built, secrets } from './custom-logic.ts';
import { startS3, type Fault, type S3, type Seen } from './s3.ts';
import { useTestAccount, workOn, type TestWork } from './work.ts';

const MiB = 1 << 20;
const part = 5 * MiB;

let s3: S3;
let client: S3Client;
let buckets = 0;

beforeAll(async () => {
  useTestAccount();
  s3 = await startS3();
  client = new S3Client({ endpoint: s3.url, forcePathStyle: true, region: 'us-east-1' });
});
afterAll(async () => {
  client.destroy();
  await s3.stop();
});
beforeEach(() => s3.reset());

async function bucket(region?: 'eu-west-2'): Promise<string> {
  const Bucket = `images-${++buckets}`;
  await client.send(
    new CreateBucketCommand({ Bucket, ...(region && { CreateBucketConfiguration: { LocationConstraint: region } }) }),
  );
  s3.reset();
  return Bucket;
}

/** An archive of some parts, and what sends it. */
async function sending(
  Bucket: string,
  bytes = 11 * MiB,
  requestTimeout = 20_000,
): Promise<{ work: TestWork; checkpoint: Checkpoint; send: () => Promise<void> }> {
  const cl = built(bytes);
  const checkpoint = await readCheckpoint(findArchive(cl));
  const work = await workOn(cl, { endpointS3: s3.url, requestTimeout });
  const send = (): Promise<void> =>
    upload(work.calls, checkpoint, placeOf(Bucket, 'hermes', checkpoint), work.report, part);
  return { work, checkpoint, send };
}

async function requireThere(Bucket: string, checkpoint: Checkpoint): Promise<void> {
  const { key: Key } = placeOf(Bucket, 'hermes', checkpoint);
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  const found = createHash('sha256')
    .update(await Body!.transformToByteArray())
    .digest('hex');
  expect(found).toBe(createHash('sha256').update(readFileSync(checkpoint.path)).digest('hex'));
}

/** Numbers of the parts whose sending ended so. */
const parts = (ended: Seen['status']): number[] =>
  s3.seen
    .filter(({ call, status }) => call === 'UploadPart' && status === ended)
    .map(({ part }) => part!)
    .toSorted((a, b) => a - b);

/** Those that reached S3 whole. */
const sentParts = (): number[] => parts(200);

const times = (call: string): number => s3.seen.filter((each) => each.call === call && each.status !== 'cut').length;

test('parts, shown, and not sent again', async () => {
  const Bucket = await bucket();
  const { work, checkpoint, send } = await sending(Bucket);
  await send();
  await requireThere(Bucket, checkpoint);
  expect(sentParts()).toEqual([1, 2, 3]);
  expect(work.passing.at(-1)).toBe('uploading: 3 of 3 parts');
  s3.reset();
  await send();
  expect(sentParts()).toEqual([]);
  expect(work.lines.at(-1)).toMatch(/is in s3:\/\/images-\d+\/hermes\/\S+ already/);
});

test('a connection that is cut within a part is made again, without a word', async () => {
  const Bucket = await bucket();
  const { checkpoint, send } = await sending(Bucket);
  const cuts = new Set([2, 3]);
  s3.fault = (call, number) =>
    call === 'UploadPart' && cuts.delete(number!) ? { kind: 'cut', after: MiB } : undefined;
  await send();
  expect(parts('cut')).toEqual([2, 3]);
  expect(sentParts()).toEqual([1, 2, 3]);
  await requireThere(Bucket, checkpoint);
});

test('an answer that is lost, and one that never comes', async () => {
  const Bucket = await bucket();
  const { checkpoint, send } = await sending(Bucket, 11 * MiB, 1500);
  const faults = new Map([
    [1, { kind: 'lost' }],
    [3, { kind: 'hang' }],
  ] as const);
  s3.fault = (call, number) => {
    const fault = call === 'UploadPart' ? faults.get(number as 1) : undefined;
    faults.delete(number as 1);
    return fault;
  };
  await send();
  await requireThere(Bucket, checkpoint);
  expect(times('CreateMultipartUpload')).toBe(1);
});

test('the last answer lost', async () => {
  const Bucket = await bucket();
  const { checkpoint, send } = await sending(Bucket, 100);
  const faults: Fault[] = [{ kind: 'lost' }, { kind: 'error', status: 404, code: 'NoSuchUpload' }];
  s3.fault = (call) => (call === 'CompleteMultipartUpload' ? faults.shift() : undefined);
  await send();
  expect(s3.seen.filter(({ call }) => call === 'CompleteMultipartUpload').map(({ status }) => status)).toEqual([
    'cut',
    404,
  ]);
  await requireThere(Bucket, checkpoint);
});

test('a network that stays away ends it; the next run sends what is missing', async () => {
  const Bucket = await bucket();
  const { work, checkpoint, send } = await sending(Bucket);
  s3.fault = (call, number) => (call === 'UploadPart' && number! >= 3 ? { kind: 'cut', after: 1 } : undefined);
  await expect(send()).rejects.toThrow(/UploadPart: the connection was lost.*; 2 of 3 parts are in S3\n {2}cure: /s);
  s3.reset();
  await send();
  expect(sentParts()).toEqual([3]);
  expect(times('CreateMultipartUpload')).toBe(0);
  expect(work.lines).toContain('going on with an upload of which 2 parts are there');
  await requireThere(Bucket, checkpoint);
});

test('an upload with parts of another size is given up', async () => {
  const Bucket = await bucket();
  const { work, checkpoint, send } = await sending(Bucket);
  s3.fault = (call, number) =>
    call === 'UploadPart' && number! >= 3 ? { kind: 'error', status: 400, code: 'EntityTooLarge' } : undefined;
  await expect(send()).rejects.toThrow(/EntityTooLarge/);
  s3.reset();
  await upload(work.calls, checkpoint, placeOf(Bucket, 'hermes', checkpoint), work.report, 6 * MiB);
  expect([times('AbortMultipartUpload'), times('CreateMultipartUpload')]).toEqual([1, 1]);
  expect(sentParts()).toEqual([1, 2]);
  await requireThere(Bucket, checkpoint);
});

test('a bucket that is not there', async () => {
  const { send } = await sending('nobody-has-this', 100);
  await expect(send()).rejects.toThrow(/HeadBucket: there is no such bucket.*cure: make one/s);
  expect(s3.seen).toHaveLength(1);
});

test('a bucket of another region', async () => {
  const { send } = await sending(await bucket('eu-west-2'), 100);
  await expect(send()).rejects.toThrow(/is in eu-west-2, and the image is to be made in us-east-1.*--region/s);
  const Bucket = await bucket();
  s3.fault = (call) =>
    call === 'HEAD bucket'
      ? { kind: 'error', status: 301, code: 'PermanentRedirect', headers: { 'x-amz-bucket-region': 'eu-west-1' } }
      : undefined;
  const other = await sending(Bucket, 100);
  await expect(other.send()).rejects.toThrow(/is in eu-west-1/);
});

test.each([
  ['HEAD bucket', 403, 'Forbidden', /HeadBucket: these credentials may not do this.*s3:PutObject/s],
  ['CreateMultipartUpload', 403, 'AccessDenied', /CreateMultipartUpload: these credentials may not do this/],
  ['UploadPart', 400, 'ExpiredToken', /the credentials have expired.*goes on where it stopped/s],
  ['CompleteMultipartUpload', 404, 'NoSuchUpload', /the upload that was begun is gone.*begins a new upload/s],
  ['ListMultipartUploads', 403, 'InvalidAccessKeyId', /AWS does not accept the credentials/],
])('%s answered with %i %s', async (wanted, status, code, message) => {
  const { send } = await sending(await bucket(), 100);
  s3.fault = (call) => (call === wanted ? { kind: 'error', status, code } : undefined);
  await expect(send()).rejects.toThrow(message);
  expect(times(wanted)).toBe(1);
});

test('trouble of S3 that passes is waited for', async () => {
  const Bucket = await bucket();
  const { checkpoint, send } = await sending(Bucket, 100);
  let troubles = 2;
  s3.fault = (call) =>
    call === 'UploadPart' && troubles-- > 0 ? { kind: 'error', status: 503, code: 'SlowDown' } : undefined;
  await send();
  expect([parts(503), sentParts()]).toEqual([[1, 1], [1]]);
  await requireThere(Bucket, checkpoint);
});

test('there are never more than 10,000 parts, nor parts of less than 5 MiB', () => {
  expect(partSize(100, 1)).toBe(5 * MiB);
  for (const bytes of [40 * 1024 * MiB, 200 * 1024 * MiB, 5 * 1024 * 1024 * MiB]) {
    const size = partSize(bytes, 5 * MiB);
    expect(Math.ceil(bytes / size)).toBeLessThanOrEqual(10_000);
    expect(size % MiB).toBe(0);
  }
});

test('without credentials', async () => {
  for (const name of Object.keys(secrets)) delete process.env[name];
  onTestFinished(useTestAccount);
  const { send } = await sending('images-1', 100);
  await expect(send()).rejects.toThrow(/HeadBucket: there are no credentials.*aws sso login/s);
  expect(s3.seen).toEqual([]);
});
