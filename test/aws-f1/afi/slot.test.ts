/** FPGAs of an instance, through the kit's tools; here small programs that print what those print. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Calls } from '../../../aws-f1/afi/calls.ts';
import { failures } from '../../../aws-f1/afi/failure-table.ts';
import { clear, load, requireTools, slots } from '../../../aws-f1/afi/slot.ts';
import { globalIdFor } from '../../../aws-f1/afi/steps.ts';
import { customLogic, program, temporary } from './custom-logic.ts';
import { instance } from './instance.ts';
import { useTestAccount, workOn } from './work.ts';

const agfi = 'agfi-0fedcba9876543210';
const path = process.env['PATH']!;
let bin: string;
let calls: Calls;

beforeEach(async () => {
  useTestAccount();
  bin = instance(temporary());
  process.env['PATH'] = `${bin}:${path}`;
  ({ calls } = await workOn(customLogic(), {}));
});

const ran = (): string[] => readFileSync(join(bin, 'ran'), 'utf8').trim().split('\n');

test('load, list, clear', async () => {
  await expect(load(calls, 1, agfi)).resolves.toMatchObject({
    slot: 1,
    image: agfi,
    status: 'loaded',
    ids: '0x1de5:0x9000',
  });
  expect(ran()).toEqual([`load-local-image -S 1 -I ${agfi} -H`, 'describe-local-image -S 1 -R -H']);
  const found = await slots(calls);
  expect(found.map(({ slot, image, status, shell }) => [slot, image, status, shell])).toEqual([
    [0, 'none', 'cleared', '0x10212415'],
    [1, agfi, 'loaded', '0x10212415'],
  ]);
  await expect(clear(calls, 1)).resolves.toMatchObject({ status: 'cleared', address: '0000:00:1d.0' });
  expect((await slots(calls))[1]).toMatchObject({ image: 'none', status: 'cleared' });
});

test('an image that is cleared by itself is not taken for loaded', async () => {
  program(bin, 'fpga-describe-local-image', 'echo "AFI  1  none  cleared  1  ok  0  0x10212415"');
  await expect(load(calls, 1, agfi)).rejects.toThrow(/agfi-0fedcba9876543210 is not loaded: cleared.*cl_sh_id0/s);
});

test('a load that ends with an error in its status', async () => {
  program(bin, 'fpga-load-local-image', `echo "AFI  0  ${agfi}  load-failed  7  cl-id-mismatch  12  0x10212415"`);
  await expect(load(calls, 0, agfi)).rejects.toThrow(/load-failed, the PCI ids of the design.*\(12 cl-id-mismatch\)/);
});

test('a busy slot is asked again', async () => {
  const count = join(bin, 'count');
  program(
    bin,
    'fpga-load-local-image',
    `echo x >> ${count}; if [ "$(wc -l < ${count})" -lt 3 ]; then`,
    '  printf "Error: (3) busy\\nThe FPGA is busy with an operation such as a load or a clear.\\n"; exit 3',
    'fi',
    `exec ${bin}/tool load-local-image "$@"`,
  );
  await expect(load(calls, 0, agfi)).resolves.toMatchObject({ status: 'loaded' });
  expect(readFileSync(count, 'utf8')).toBe('x\nx\nx\n');
});

describe('errors', () => {
  const lasting = failures.filter(({ source, passing }) => source === 'slot' && !passing);
  test.each(lasting)('$code', async ({ code, meaning, cure }) => {
    const [number, ...name] = code.split(' ');
    const exit = (Number(number) + 256) % 256;
    program(
      bin,
      'fpga-load-local-image',
      `printf "Error: (${number}) ${name.join(' ')}\\nmore of it\\n"; exit ${exit}`,
    );
    const error = (await load(calls, 0, agfi).catch((thrown: Error) => thrown)) as Error;
    expect(error.message).toContain(`fpga-load-local-image -S 0 -I ${agfi} -H: ${meaning} (${code})`);
    expect(error.message).toContain(`cure: ${cure}`);
  });

  test.each([
    [['echo "Error: Please prefix the command with \'sudo\' or login as root"', 'exit 1'], /only root may do this/],
    [['echo "fpga-local-cmd: cannot open /dev/fpga" >&2', 'exit 9'], /ended with 9: fpga-local-cmd: cannot open/],
    [['exit 0'], /the tools say nothing of the image: no output/],
  ])('%j', async (lines, message) => {
    program(bin, 'fpga-load-local-image', ...lines);
    await expect(load(calls, 0, agfi)).rejects.toThrow(message);
  });

  test('no tools', async () => {
    process.env['PATH'] = temporary();
    await expect(requireTools(false)).rejects.toThrow(
      /fpga-load-local-image is not on PATH.*sdk_setup\.sh \(in the kit\)$/s,
    );
    await expect(requireTools(true)).resolves.toBeUndefined();
  });
});

test('programs do not get the credentials', async () => {
  program(bin, 'fpga-clear-local-image', `env > ${bin}/env`, `exec ${bin}/tool clear-local-image "$@"`);
  await clear(calls, 0);
  const env = readFileSync(join(bin, 'env'), 'utf8');
  expect(env).toContain('PATH=');
  expect(env).not.toMatch(/AWS_(ACCESS|SECRET|SESSION)/);
});

test('which image is loaded', async () => {
  const { file } = await workOn(customLogic(), {});
  expect(() => globalIdFor(file)).toThrow(/no global id is known/);
  expect(globalIdFor(file, agfi)).toBe(agfi);
  const image = {
    region: 'us-east-1',
    sha256: 'x',
    attempt: 1,
    token: 'x',
    logs: null,
    created: '',
    id: 'afi-1',
    globalId: agfi,
  };
  await file.setImage({ ...image, state: 'pending' });
  expect(() => globalIdFor(file)).toThrow(/afi-1 is pending.*hermes afi wait/s);
  await file.setImage({ ...image, state: 'available' });
  expect([globalIdFor(file), globalIdFor(file, 'afi-1')]).toEqual([agfi, agfi]);
});
