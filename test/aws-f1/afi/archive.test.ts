/** The archive: read as tar programs write it, and checked as AWS will. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, utimesSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findArchive, readCheckpoint, requireIds } from '../../../aws-f1/afi/checkpoint.ts';
import { tarEntries } from '../../../aws-f1/afi/tar.ts';
import { archive, built, customLogic, dcp, entry, manifestOf, stamp, tar, temporary, write } from './custom-logic.ts';

async function entriesOf(path: string): Promise<{ name: string; content: Buffer }[]> {
  const file = await open(path);
  try {
    const text = readFileSync(path);
    const entries = await tarEntries(file);
    return entries
      .filter(({ isFile }) => isFile)
      .map(({ name, offset, size }) => ({ name, content: text.subarray(offset, offset + size) }));
  } finally {
    await file.close();
  }
}

describe('tar', () => {
  test.each(['gnu', 'pax', 'ustar', 'v7'])('reads what tar --format=%s writes', async (format) => {
    const folder = temporary();
    const long = format === 'gnu' || format === 'pax' ? `to_aws/${'long-'.repeat(30)}name` : 'to_aws/name';
    const files = new Map([
      ['to_aws/a.manifest.txt', Buffer.from('x=1\n')],
      ['to_aws/empty', Buffer.alloc(0)],
      [long, randomBytes(5000)],
    ]);
    for (const [name, content] of files) write(join(folder, name), content);
    const { status } = spawnSync('tar', [`--format=${format}`, '-cf', 'a.tar', 'to_aws'], { cwd: folder });
    expect(status).toBe(0);
    const found = await entriesOf(join(folder, 'a.tar'));
    expect(new Map(found.map(({ name, content }) => [name, content]))).toEqual(files);
  });

  test('one damaged byte in a header, or a missing end, is found', async () => {
    const whole = archive(dcp(700));
    const headers = [0, 512, 512 + 512 + Math.ceil(manifestOf(dcp()).length / 512) * 512];
    const path = join(temporary(), 'a.tar');
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...headers),
        fc.nat(511),
        fc.integer({ min: 1, max: 255 }),
        async (at, byte, change) => {
          const damaged = Buffer.from(whole);
          damaged[at + byte]! ^= change;
          // The checksum's own digits end with a zero byte and a blank that nobody needs.
          fc.pre(byte < 154 || byte > 155);
          await expect(entriesOf(write(path, damaged))).rejects.toThrow(/damaged|header|compressed/);
        },
      ),
      { numRuns: 60 },
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1025), async (length) => {
        await expect(entriesOf(write(path, whole.subarray(0, length)))).rejects.toThrow(/cut off|end|bytes/);
      }),
      { numRuns: 40 },
    );
  });
});

const checked = (content: Uint8Array): ReturnType<typeof readCheckpoint> =>
  readCheckpoint(write(join(temporary(), `${stamp}.Developer_CL.tar`), content));

describe('an archive', () => {
  test('of F2, and of F1', async () => {
    const checkpoint = dcp();
    await expect(checked(archive(checkpoint))).resolves.toMatchObject({
      shell: 'f2',
      stamp,
      manifest: { clock_recipe_a: 'A1' },
    });
    const f1 = { shell_version: '0x04261818', tool_version: 'v2021.2', clock_recipe_hbm: undefined };
    await expect(checked(archive(checkpoint, manifestOf(checkpoint, f1)))).resolves.toMatchObject({ shell: 'f1' });
  });

  const checkpoint = dcp();
  const with_ = (change: Readonly<Record<string, string | undefined>>): Buffer =>
    archive(checkpoint, manifestOf(checkpoint, change));
  const manifest = entry(`to_aws/${stamp}.manifest.txt`, Buffer.from(manifestOf(checkpoint)));
  const other = Buffer.from('not a checkpoint');

  test.each([
    ['CORRUPT_ARCHIVE', Buffer.from('x'), 'only 1 bytes'],
    ['CORRUPT_ARCHIVE', randomBytes(4096), 'tar header'],
    ['CORRUPT_ARCHIVE', Buffer.concat([Buffer.from([0x1f, 0x8b]), randomBytes(2000)]), 'gzip'],
    ['CORRUPT_ARCHIVE', archive().subarray(0, 2500), 'cut off'],
    ['MANIFEST_NOT_FOUND', tar(entry('to_aws/x.dcp', checkpoint)), 'no *.manifest.txt'],
    ['MANIFEST_PARSE_FAILED', tar(manifest, manifest), '2 manifests'],
    ['MANIFEST_PARSE_FAILED', archive(checkpoint, 'manifest_format_version=2\nwhat\n'), 'line 2'],
    ['MANIFEST_PARSE_FAILED', with_({ dcp_hash: undefined }), 'dcp_hash not given'],
    ['MANIFEST_PARSE_FAILED', with_({ manifest_format_version: '1' }), 'is 1, and not 2'],
    ['MANIFEST_PARSE_FAILED', with_({ dcp_hash: 'abc' }), '64 hex digits'],
    ['TOOL_VERSION_INVALID', with_({ tool_version: '2024' }), 'tool_version is 2024'],
    ['SHELL_VERSION_INVALID', with_({ shell_version: '0x071417d3' }), '0x071417d3'],
    ['PCIID_SYNTAX_INVALID', with_({ pci_device_id: undefined }), 'pci_device_id is not given'],
    ['PCIID_SYNTAX_INVALID', with_({ pci_device_id: '0x000' }), '0x000'],
    ['PCIID_SYNTAX_INVALID', with_({ pci_subsystem_id: '0x0000' }), '0x0000'],
    ['PCIID_FORBIDDEN', with_({ pci_vendor_id: '0x8086' }), '0x8086:0x9000'],
    ['PCIID_FORBIDDEN', with_({ pci_vendor_id: '0x1d0f' }), '0x1d0f:0x9000'],
    ['CLK_ILLEGAL', with_({ clock_recipe_b: 'B6' }), 'clock_recipe_b is B6'],
    ['DCP_NOT_FOUND', with_({ dcp_file_name: 'other.dcp' }), 'other.dcp'],
    ['DCP_INTEGRITY_UNVERIFIED', archive(checkpoint, manifestOf(other)), 'the manifest'],
    ['DCP_CORRUPT', archive(other, manifestOf(other)), 'zip'],
    ['INPUT_SIZE_ILLEGAL', archive(Buffer.alloc(0)), 'no bytes'],
  ])('%s', async (code, content, detail) => {
    const error = (await checked(content).catch((thrown: Error) => thrown)) as Error;
    expect(error).toMatchObject({ name: 'AfiRefused' });
    expect(error.message).toContain(code);
    expect(error.message).toContain(detail);
    expect(error.message).toContain('\n  cure: ');
  });

  test('the newest one is taken, of either folder', () => {
    const cl = built();
    const later = write(join(cl, 'build/checkpoints/to_aws/b.Developer_CL.tar'), archive());
    utimesSync(later, Date.now() / 1000 + 10, Date.now() / 1000 + 10);
    expect(findArchive(cl)).toBe(later);
    expect(() => findArchive(customLogic())).toThrow(/hermes afi build/);
  });

  test('ids that the kit has cut short are found out', async () => {
    const cl = customLogic();
    mkdirSync(join(cl, 'build/checkpoints'), { recursive: true });
    const path = write(join(cl, 'build/checkpoints/a.Developer_CL.tar'), with_({ pci_device_id: '0x0900' }));
    const found = await readCheckpoint(path);
    expect(() => requireIds(cl, found)).toThrow(/pci_device_id is 0x0900, but .*cl_id_defines.vh says 0x9000/);
  });
});
