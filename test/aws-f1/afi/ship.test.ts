/** `hermes afi` as a user runs it: from source to a loaded image, killed on the way, run again; and what it never shows. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readState } from '../../../aws-f1/afi/state.ts';
import {
  afi,
  archive,
  awsEnvironment,
  built,
  customLogic,
  dcp,
  manifestOf,
  secrets,
  stamp,
  temporary,
  write,
  type Ended,
} from './custom-logic.ts';
import { startEc2, type Ec2 } from './ec2.ts';
import { instance, kit } from './instance.ts';
import { startS3, type S3 } from './s3.ts';

const timeout = 60_000;
const MiB = 1 << 20;
/** In a bucket as people name them. */
const bucket = 'images-123456789012';

let s3: S3;
let ec2: Ec2;

beforeAll(async () => {
  Object.assign(process.env, awsEnvironment);
  [s3, ec2] = await Promise.all([startS3(), startEc2()]);
  const client = new S3Client({ endpoint: s3.url, forcePathStyle: true, region: 'us-east-1' });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
});
afterAll(() => Promise.all([s3.stop(), ec2.stop()]));
beforeEach(() => {
  s3.reset();
  ec2.reset();
});

/** The services, by the variables of the SDK itself. */
const services = (): NodeJS.ProcessEnv => ({ AWS_ENDPOINT_URL_S3: s3.url, AWS_ENDPOINT_URL_EC2: ec2.url });

/** A machine that has everything: kit, Vivado and FPGAs. */
function machine(slack?: string): NodeJS.ProcessEnv {
  const folder = temporary();
  const { bin, env } = kit(folder, 'f2', slack);
  return { ...env, ...services(), PATH: `${instance(bin)}:${process.env['PATH']}` };
}

const ship = (cl: string, ...more: readonly string[]): string[] => [
  'ship',
  cl,
  '-b',
  bucket,
  '--interval',
  '20ms',
  ...more,
];

/** Nothing of the account is in what was printed, nor in what was written below a directory. */
function requireNoSecrets(cl: string, ...runs: readonly Ended[]): void {
  const files = readdirSync(cl, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const written = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'));
  for (const text of [...runs.flatMap(({ stdout, stderr }) => [stdout, stderr]), ...written]) {
    for (const secret of Object.values(secrets)) expect(text.includes(secret)).toBe(false);
  }
  for (const { stdout, stderr } of runs) expect(stdout + stderr).not.toContain('123456789012');
}

const count = (call: string): number => s3.seen.filter((each) => each.call === call && each.status !== 'cut').length;

async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 30_000; !holds(); await sleep(20)) {
    if (Date.now() > end) throw new Error('it did not come to that in 30 s');
  }
}

describe('ship', () => {
  test('from source to a loaded image, and nothing twice', { timeout }, async () => {
    const cl = customLogic();
    const env = machine();
    const first = await afi(ship(cl, '-S', '1'), env);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const [made] = ec2.images;
    for (const line of [
      /^building: placement/m,
      /^timing met: worst setup slack 0\.031 ns$/m,
      /^uploading: 1 of 1 parts$/m,
      new RegExp(`^submitted: ${made!.id}, global ${made!.globalId}$`, 'm'),
      new RegExp(`^${made!.id}: pending, 0 s$`, 'm'),
      new RegExp(`^slot 1: ${made!.globalId} loaded, 0x1de5:0x9000 at 0000:00:1d\\.0$`, 'm'),
      /^ {2}archive +sha256 [\da-f]{64}$/m,
    ]) {
      expect(first.stdout).toMatch(line);
    }
    const state = readState(cl);
    expect(state).toMatchObject({
      timing: { met: true },
      upload: { bucket },
      images: [{ id: made!.id, globalId: made!.globalId, state: 'available' }],
      loaded: { slot: 1, globalId: made!.globalId },
    });

    const again = await afi(ship(cl), env);
    expect(again.code).toBe(0);
    expect(again.stdout).toMatch(/^built already: /m);
    expect(again.stdout).toMatch(/^submitted already: /m);
    expect([ec2.of('CreateFpgaImage').length, count('CompleteMultipartUpload')]).toEqual([1, 1]);
    expect(readFileSync(join(cl, 'times'), 'utf8')).toBe('x\n');

    const [status, listed] = await Promise.all([afi(['status', cl, '--json'], env), afi(['list', '--json'], env)]);
    const cleared = await afi(['clear', '-S', '1'], env);
    expect([cleared.code, cleared.stdout]).toEqual([0, 'slot 1: cleared\n']);
    const elsewhere = await afi(['load', '/nonexistent', '--image', made!.globalId], env);
    expect(elsewhere).toMatchObject({ code: 0, stderr: '' });
    const slots = await afi(['list', '--slots', '--json'], env);
    expect(JSON.parse(status.stdout)).toMatchObject({
      archive: state.archive,
      images: [{ state: 'available' }],
      failures: [],
    });
    expect(JSON.parse(listed.stdout)).toMatchObject([{ FpgaImageId: made!.id, State: { Code: 'available' } }]);
    expect(JSON.parse(slots.stdout)).toMatchObject([
      { slot: 0, image: made!.globalId, status: 'loaded' },
      { slot: 1, image: 'none', status: 'cleared' },
    ]);
    requireNoSecrets(cl, first, again, status, listed, slots);
    expect(existsSync(join(cl, 'build/afi.lock'))).toBe(false);
  });

  test('a dry run prints every call and does none', { timeout }, async () => {
    const cl = customLogic();
    const run = await afi(ship(cl, '--dry-run'), services());
    expect(run).toMatchObject({ code: 0, stderr: '' });
    const calls = [...run.stdout.matchAll(/^(?:s3|ec2|run) (\S+)/gm)].map(([, call]) => call);
    expect(calls).toEqual([
      'cd',
      'DescribeFpgaImages',
      'HeadBucket',
      'HeadObject',
      'ListMultipartUploads',
      'CreateMultipartUpload',
      'UploadPart',
      'CompleteMultipartUpload',
      'CreateFpgaImage',
      'DescribeFpgaImages',
      ...(process.getuid?.() === 0 ? ['fpga-load-local-image', 'fpga-describe-local-image'] : ['sudo', 'sudo']),
    ]);
    expect(run.stdout).toContain('"Bucket":"images-(account)"');
    expect(run.stdout).toContain('"Body":"1 bytes"');
    expect(run.stdout).toContain('there is no archive yet');
    expect(run.stdout).toMatch(/\ndry run: nothing of this was done\n$/);
    expect([s3.seen, ec2.requests, readdirSync(join(cl, 'build'))]).toEqual([[], [], ['scripts']]);
    requireNoSecrets(cl, run);
  });

  test('what would fail at the end is said at the beginning', { timeout }, async () => {
    const cl = customLogic();
    const [noBucket, noTools, noKit] = await Promise.all([
      afi(['ship', cl], services()),
      afi(ship(built()), services()),
      afi(ship(customLogic(), '--no-load'), services()),
    ]);
    for (const { code } of [noBucket, noTools, noKit]) expect(code).toBe(2);
    expect(noBucket.stderr).toContain('--bucket');
    expect(noTools.stderr).toContain('--no-load');
    expect(noKit.stderr).toMatch(/HDK_DIR is not set.*\n.*\n.*vivado is not on PATH/);
    expect([s3.seen, ec2.requests]).toEqual([[], []]);
  });

  test('violated timing goes no further than the build', { timeout }, async () => {
    const cl = customLogic();
    const run = await afi(ship(cl), machine('-0.120'));
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(/timing violated: worst setup slack -0\.12 ns.*\n.*--allow-violations/);
    expect(ec2.requests).toEqual([]);
  });
});

describe('killed, and run again', () => {
  test('within the upload', { timeout }, async () => {
    const cl = built(16 * MiB);
    const args = ['submit', cl, '-b', bucket, '--part', '5'];
    s3.fault = (call, part) => (call === 'UploadPart' && part! >= 3 ? { kind: 'hang' } : undefined);
    const run = afi(args, services());
    await until(() => s3.seen.some(({ part, status }) => part === 2 && status === 200) && count('UploadPart') === 2);
    await until(() => s3.seen.some(({ part, status }) => part === 4 && status === 'cut'));
    run.child.kill('SIGKILL');
    await run;
    expect(existsSync(join(cl, 'build/afi.lock'))).toBe(true);
    s3.reset();
    const again = await afi(args, services());
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).toContain('going on with an upload of which 2 parts are there');
    const parts = s3.seen.filter(({ call }) => call === 'UploadPart').map(({ part }) => part!);
    expect([parts.toSorted((a, b) => a - b), count('CreateMultipartUpload'), ec2.images.length]).toEqual([
      [3, 4],
      0,
      1,
    ]);
    requireNoSecrets(cl, again);
  });

  test('between the question for an image and its answer', { timeout }, async () => {
    const cl = built();
    const args = ['submit', cl, '-b', bucket];
    ec2.faults['CreateFpgaImage'] = ['stall after'];
    const run = afi(args, services());
    await until(() => ec2.images.length === 1);
    expect(readState(cl).images).toMatchObject([{ state: 'submitting' }]);
    const second = await afi(args, services());
    expect(second.code).toBe(2);
    expect(second.stderr).toMatch(/afi\.lock: process \d+ is at work/);
    run.child.kill('SIGKILL');
    await run;
    const again = await afi(args, services());
    expect(again.code).toBe(0);
    expect(ec2.images).toHaveLength(1);
    expect(readState(cl).images).toMatchObject([{ state: 'pending', id: ec2.images[0]!.id }]);
    expect(count('CreateMultipartUpload')).toBe(1);
  });

  test('within the build: nothing of it goes on', { timeout }, async () => {
    const cl = customLogic();
    const env = machine();
    const pid = join(cl, 'pid');
    write(
      join(env['HDK_SHELL_DIR']!, 'build/scripts/aws_build_dcp_from_cl.py'),
      `echo $$ > ${pid}; echo "Start placing"; while :; do sleep 0.1; done\n`,
    );
    const run = afi(['build', cl], env);
    await until(() => existsSync(pid) && readFileSync(pid, 'utf8').endsWith('\n'));
    run.child.kill('SIGTERM');
    const { code, stderr } = await run;
    expect([code, stderr]).toEqual([1, expect.stringMatching(/the build was ended by SIGTERM/)]);
    const number = Number(readFileSync(pid, 'utf8'));
    await until(() => !existsSync(`/proc/${number}`));
    expect(existsSync(join(cl, 'build/afi.lock'))).toBe(false);
  });
});

describe('F1', () => {
  const f1 = (): string => {
    const cl = customLogic('f1');
    write(join(cl, `build/checkpoints/to_aws/${stamp}.Developer_CL.tar`), archive(dcp()));
    return cl;
  };

  test('nothing is done before its end was said and accepted', { timeout }, async () => {
    const args = ['submit', f1(), '-b', bucket];
    const run = await afi(args, services());
    expect(run.code).toBe(2);
    expect(run.stdout).toMatch(/^F1 was retired on 2025-12-20: .*\n.*hermes build f2/);
    expect(run.stderr).toContain('--yes');
    expect([s3.seen, ec2.requests]).toEqual([[], []]);
    const accepted = await afi([...args, '--yes'], services());
    expect(accepted.code).toBe(0);
    expect(accepted.stdout.match(/F1 was retired/g)).toHaveLength(1);
    expect(ec2.images).toHaveLength(1);
  });

  test('also where only the archive tells that it is for F1', { timeout }, async () => {
    const checkpoint = dcp();
    const change = { shell_version: '0x04261818', tool_version: 'v2021.2', clock_recipe_hbm: undefined };
    const folder = temporary();
    const tar = write(join(folder, `${stamp}.Developer_CL.tar`), archive(checkpoint, manifestOf(checkpoint, change)));
    const run = await afi(['submit', folder, '--tar', tar, '-b', bucket], services());
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('nothing was done for F1')]);
    expect([s3.seen, ec2.requests]).toEqual([[], []]);
  });
});

describe('errors', () => {
  test.each([
    [
      'CreateFpgaImage',
      'UnauthorizedOperation',
      'You are not authorized. User: arn:aws:iam::123456789012:user/jane Encoded authorization failure message: AbCd',
    ],
    ['CreateFpgaImage', 'RequestExpired', 'Request has expired.'],
    ['DescribeFpgaImages', 'AuthFailure', `AWS was not able to validate ${secrets.AWS_ACCESS_KEY_ID}`],
  ])('%s: %s, without a word of the account', { timeout }, async (action, error, message) => {
    const cl = built();
    ec2.faults[action] = [{ error, message }];
    const run = await afi(['submit', cl, '-b', bucket, '--debug'], services());
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(new RegExp(`^hermes: ${action}: .*${error}.*\\n {2}cure: `));
    requireNoSecrets(cl, run);
  });

  test('a failed image: status says why, and ends with 1', { timeout }, async () => {
    const cl = built();
    ec2.states = [['failed', 'CLK_ILLEGAL: no']];
    await afi(['submit', cl, '-b', bucket], services());
    const [status, wait] = await Promise.all([afi(['status', cl, '--dry-run'], services()), afi(['list'], services())]);
    expect([status.code, wait.code]).toEqual([0, 0]);
    const real = await afi(['status', cl], services());
    expect(real.code).toBe(1);
    expect(real.stdout).toMatch(/failed: there is no such clock recipe \(CLK_ILLEGAL: no\)\n {2}cure: use recipes A0/);
  });

  test('the command line', { timeout }, async () => {
    const [help, one, bad, nowhere, region] = await Promise.all([
      afi(['--help']),
      afi(['help', 'ship']),
      afi(['wait', '--timeout', '5']),
      afi(['status', '/nonexistent'], { AWS_REGION: '' }),
      afi(['list'], { AWS_REGION: '' }),
    ]);
    expect(help.code).toBe(0);
    for (const name of ['build', 'submit', 'status', 'wait', 'load', 'clear', 'list', 'copy', 'ship'])
      expect(help.stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    expect(help.stdout).toContain('From source to a loaded image:');
    expect(one.stdout).toContain('--no-load');
    expect([bad.code, bad.stderr]).toEqual([2, expect.stringContaining('30s, 5m, 6h')]);
    expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining('hermes build f2')]);
    expect([region.code, region.stderr]).toEqual([2, expect.stringContaining('--region')]);
  });
});
