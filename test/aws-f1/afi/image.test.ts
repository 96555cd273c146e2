/** Images: asked for once whatever happens, watched through every state, and explained when they fail. */
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { failures } from '../../../aws-f1/afi/failure-table.ts';
import { ownImages } from '../../../aws-f1/afi/image.ts';
import { readState } from '../../../aws-f1/afi/state.ts';
import { copyStep, imageFor, statusStep, submitStep, waitStep, type SubmitOptions } from '../../../aws-f1/afi/steps.ts';
import { built, stamp, write } from './custom-logic.ts';
import { startEc2, type Ec2, type Fault } from './ec2.ts';
import { startS3, type S3 } from './s3.ts';
import { useTestAccount, workOn, type TestWork } from './work.ts';

let s3: S3;
let ec2: Ec2;
let client: S3Client;
const submitting: SubmitOptions = { bucket: 'images', prefix: 'hermes', part: 5 << 20 };
const waiting = { interval: 5, timeout: 20_000 };

beforeAll(async () => {
  useTestAccount();
  [s3, ec2] = await Promise.all([startS3(), startEc2()]);
  client = new S3Client({ endpoint: s3.url, forcePathStyle: true, region: 'us-east-1' });
  await client.send(new CreateBucketCommand({ Bucket: 'images' }));
});
afterAll(async () => {
  client.destroy();
  await Promise.all([s3.stop(), ec2.stop()]);
});
beforeEach(() => {
  s3.reset();
  ec2.reset();
});

const work = (cl: string, requestTimeout = 10_000): Promise<TestWork> =>
  workOn(cl, { endpointS3: s3.url, endpointEc2: ec2.url, requestTimeout });

/** What was asked, other than to look. */
const creations = (): number => ec2.of('CreateFpgaImage').length;

describe('submitting', () => {
  test('names the archive, its logs and a token; again, it is found', async () => {
    const cl = built();
    const one = await work(cl);
    const { lines } = one;
    const image = await submitStep(one, { ...submitting, name: 'mine' });
    expect(image).toMatchObject({
      id: ec2.images[0]!.id,
      globalId: ec2.images[0]!.globalId,
      state: 'pending',
      attempt: 1,
    });
    const [asked] = ec2.of('CreateFpgaImage');
    const { sha256 } = image;
    expect(asked).toMatchObject({
      'InputStorageLocation.Bucket': 'images',
      'InputStorageLocation.Key': `hermes/${sha256.slice(0, 16)}/${stamp}.Developer_CL.tar`,
      'LogsStorageLocation.Key': 'hermes/logs/',
      Name: 'mine',
    });
    expect(asked!['ClientToken']).toMatch(/^[\da-f]{64}$/);
    expect(readState(cl).images).toEqual([image]);
    await submitStep(one, submitting);
    expect(creations()).toBe(1);
    expect(lines.at(-1)).toBe(`submitted already: ${image.id} (pending)`);
  });

  test.each<[string, Fault[]]>([
    [
      'throttled',
      [
        { error: 'RequestLimitExceeded', status: 503 },
        { error: 'RequestLimitExceeded', status: 503 },
      ],
    ],
    [
      'while EC2 has trouble',
      [
        { error: 'Unavailable', status: 503 },
        { error: 'InternalError', status: 500 },
      ],
    ],
    ['with a connection that is cut', ['cut', 'cut']],
    ['with the answer lost', ['lost']],
    ['without an answer', ['stall after', 'hang']],
  ])('%s, one image comes out', async (_, faults) => {
    const one = await work(built(), 500);
    ec2.faults['CreateFpgaImage'] = [...faults];
    const image = await submitStep(one, submitting);
    expect(creations()).toBe(faults.length + 1);
    expect(new Set(ec2.of('CreateFpgaImage').map(({ ClientToken }) => ClientToken)).size).toBe(1);
    expect(ec2.images.map(({ id }) => id)).toEqual([image.id]);
  });

  test('the answer lost for good: the next run has the image that was made', async () => {
    const cl = built();
    const one = await work(cl);
    ec2.faults['CreateFpgaImage'] = Array<Fault>(5).fill('lost');
    await expect(submitStep(one, submitting)).rejects.toThrow(/CreateFpgaImage: the connection was lost/);
    expect(readState(cl).images).toMatchObject([{ state: 'submitting', attempt: 1 }]);
    const image = await submitStep(one, submitting);
    expect(ec2.images.map(({ id }) => id)).toEqual([image.id]);
  });

  test('with the state lost, it is found by its digest', async () => {
    const cl = built();
    const first = await work(cl);
    const { id } = await submitStep(first, submitting);
    await first.file.update({ images: [] });
    const other = await work(built());
    await submitStep(other, submitting); // so that EC2 has more than a page
    const again = await submitStep(first, submitting);
    expect([again.id, creations()]).toEqual([id, 2]);
    await expect(ownImages(first.calls)).resolves.toHaveLength(2);
  });

  test('a failed one is asked for anew, under another token', async () => {
    const one = await work(built());
    ec2.states = [['failed', 'INACCESSIBLE_INPUT: no']];
    const { token } = await submitStep(one, submitting);
    await expect(waitStep(one, waiting)).rejects.toThrow(/INACCESSIBLE_INPUT/);
    ec2.states = [['available']];
    const second = await submitStep(one, submitting);
    expect(second).toMatchObject({ attempt: 2 });
    expect(second.token).not.toBe(token);
    await waitStep(one, waiting);
    expect(one.file.state.images.map(({ state }) => state)).toEqual(['failed', 'available']);
  });

  test.each([
    ['AuthFailure', /AWS does not accept the credentials/],
    ['RequestExpired', /the credentials have expired.*goes on where it stopped/s],
    ['UnauthorizedOperation', /these credentials may not do this.*ec2:CreateFpgaImage/s],
    ['ResourceLimitExceeded', /as many of these as it may have/],
    ['IdempotentParameterMismatch', /this token was used for another image.*hermes afi list/s],
    ['OptInRequired', /may not use this service in this region/],
    ['InvalidParameterValue', /EC2 refuses a setting \(InvalidParameterValue: played by the test\)/],
    ['SomethingNew', /the request was refused \(SomethingNew: played by the test\)/],
  ])('%s', async (error, message) => {
    const one = await work(built());
    ec2.faults['CreateFpgaImage'] = [{ error }];
    await expect(submitStep(one, submitting)).rejects.toThrow(message);
    expect(ec2.images).toEqual([]);
    await expect(submitStep(one, submitting)).resolves.toMatchObject({ attempt: 1 });
  });

  test('violated timing, no bucket, a damaged archive: nothing is sent', async () => {
    const cl = built();
    const one = await work(cl);
    await expect(submitStep(one, { ...submitting, bucket: undefined } as never)).rejects.toThrow(/--bucket/);
    write(`${cl}/build/reports/cl_hermes.${stamp}.post_route_timing.rpt`, 'Slack (VIOLATED) :  -0.100ns  (required)\n');
    await expect(submitStep(one, submitting)).rejects.toThrow(/timing violated: worst setup slack -0.1 ns/);
    write(`${cl}/build/checkpoints/${stamp}.Developer_CL.tar`, 'x');
    await expect(submitStep(one, submitting)).rejects.toThrow(/CORRUPT_ARCHIVE/);
    expect([s3.seen, ec2.requests]).toEqual([[], []]);
  });
});

describe('waiting', () => {
  const submittedWork = async (states: Ec2['states']): Promise<TestWork> => {
    const one = await work(built(), 500);
    ec2.states = states;
    await submitStep(one, submitting);
    ec2.requests.length = 0;
    return one;
  };

  test('through pending to available', async () => {
    const one = await submittedWork([['pending'], ['pending'], ['pending'], ['available']]);
    await expect(waitStep(one, waiting)).resolves.toMatchObject({ state: 'available' });
    expect(ec2.of('DescribeFpgaImages')).toHaveLength(4);
    expect(one.passing.at(-1)).toMatch(/^afi-\w+: available, 0 s$/);
    expect(readState(one.file.cl).images).toMatchObject([{ state: 'available' }]);
  });

  test('trouble on the way does not end it', async () => {
    const one = await submittedWork([['pending'], ['available']]);
    const throttled = { error: 'RequestLimitExceeded', status: 503 } as const;
    ec2.faults['DescribeFpgaImages'] = [
      'cut',
      'cut',
      'cut',
      'cut',
      'cut',
      { error: 'InvalidFpgaImageID.NotFound' },
      throttled,
    ];
    await expect(waitStep(one, waiting)).resolves.toMatchObject({ state: 'available' });
    expect(one.passing.some((line) => line.includes('the connection was lost'))).toBe(true);
    expect(one.passing.some((line) => line.includes('EC2 does not know it yet'))).toBe(true);
  });

  test('expired credentials do', async () => {
    const one = await submittedWork([['pending']]);
    ec2.faults['DescribeFpgaImages'] = [{ error: 'RequestExpired' }];
    await expect(waitStep(one, waiting)).rejects.toThrow(/the credentials have expired/);
  });

  test('no longer than it may', async () => {
    const one = await submittedWork([['pending']]);
    await expect(waitStep(one, { interval: 10, timeout: 60 })).rejects.toThrow(
      /still pending after 0 s.*hermes afi wait/s,
    );
  });

  test('an image that is gone', async () => {
    const one = await submittedWork([['unavailable']]);
    await expect(waitStep(one, waiting)).rejects.toThrow(/no longer available/);
  });

  test('nothing was submitted', async () => {
    expect(() => imageFor({ cl: 'x', state: { images: [] } } as never, 'us-east-1')).toThrow(/hermes afi submit/);
  });

  test.each(failures.filter(({ source }) => source === 'image'))('failed: $code', async ({ code, meaning, cure }) => {
    const one = await submittedWork([['failed', `${code}: said by AWS`]]);
    const error = (await waitStep(one, waiting).catch((thrown: Error) => thrown)) as Error;
    expect(error).toMatchObject({ name: 'AfiError' });
    expect(error.message).toContain(`failed: ${meaning} (${code}: said by AWS)`);
    expect(error.message).toContain(`cure: ${cure}`);
    const { reasons } = await statusStep(one);
    expect(reasons[0]!.message).toBe(error.message);
  });

  test('a code that is not documented is shown as it is', async () => {
    const one = await submittedWork([['failed', 'NEW_REASON: who knows']]);
    await expect(waitStep(one, waiting)).rejects.toThrow(/not documented \(NEW_REASON: who knows\)/);
  });

  test('errors in the logs are shown and explained', async () => {
    const one = await submittedWork([['failed', 'UNKNOWN_BITSTREAM_GENERATE_ERROR: see logs']]);
    const line = 'ERROR: [DRC LUTLP-1] Combinatorial Loop Alert: 2 LUT cells form a combinatorial loop.';
    const Key = `hermes/logs/${ec2.images[0]!.id}/2026/State_vivado.log`;
    await client.send(new PutObjectCommand({ Bucket: 'images', Key, Body: `INFO: begin\n${line}\nINFO: end\n` }));
    const error = (await waitStep(one, waiting).catch((thrown: Error) => thrown)) as Error;
    expect(error.message).toContain(
      `\n  log: ${line}\n  DRC LUTLP-1: a loop of combinational logic\n  cure: put a register`,
    );
    expect(error.message).not.toContain('INFO');
    s3.fault = (call) => (call === 'GET bucket' ? { kind: 'error', status: 403, code: 'AccessDenied' } : undefined);
    await expect(waitStep(one, waiting)).rejects.toThrow(/log: \(cannot be read: ListObjectsV2: these credentials/);
  });
});

describe('copying', () => {
  test('an available image has another id and the same global id; twice is once', async () => {
    const one = await work(built());
    const { id, globalId } = await submitStep(one, submitting);
    await expect(copyStep(one, 'eu-west-2')).rejects.toThrow(/is pending, and only an available image/);
    await waitStep(one, waiting);
    ec2.faults['CopyFpgaImage'] = ['lost'];
    const copied = await copyStep(one, 'eu-west-2');
    expect(copied).toMatchObject({ region: 'eu-west-2', globalId, state: 'pending' });
    expect(copied.id).not.toBe(id);
    await copyStep(one, 'eu-west-2');
    expect(ec2.of('CopyFpgaImage')).toHaveLength(2); // the lost one, and that which came through
    expect(ec2.images).toHaveLength(2);
    expect(ec2.of('CopyFpgaImage')[0]).toMatchObject({ SourceRegion: 'us-east-1', SourceFpgaImageId: id });
    await expect(copyStep(one, 'us-east-1')).rejects.toThrow(/name another one with --to/);
  });
});
