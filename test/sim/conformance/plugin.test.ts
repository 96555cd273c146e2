import { createHash } from 'node:crypto';
import { readdirSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { assemble } from '../../../gen/ebpf/assembler.ts';
import { digest, folder } from '../../../sim/conformance/digest.mjs';
import { suite } from '../../../sim/conformance/suite.ts';
import { sim } from '../shell/backend.ts';
import { objectOf } from './elf.ts';
import { call, spaced } from './plugin.ts';

const program = (source: string): Uint8Array => assemble(source).program;
const line = (bytes: Uint8Array): string => `${spaced(bytes)}\n`;
const five = program('r0 = 5\nexit');
const sumOf = program('r0 = *(u8 *)(r1 + 0)\nr2 += r0\nr0 = r2\nexit');
/** The first call of a fresh checkout builds the board. */
const patience = 120_000;

describe.runIf(sim === 'wasm').each(['golden', 'wasm'])('one program on %s', { timeout: patience }, (backend) => {
  const options = ['--backend', backend];

  test('r0 in hex, and nothing else', async () => {
    expect(await call(options, line(five))).toEqual({ code: 0, stdout: '5\n', stderr: '' });
    expect((await call(options, line(program('r0 = -1\nexit')))).stdout).toBe('ffffffffffffffff\n');
  });

  test('memory is the first argument', async () => {
    expect(await call([spaced(Uint8Array.of(0x30, 1, 2)), ...options], line(sumOf))).toMatchObject({
      code: 0,
      stdout: '33\n',
    });
    expect((await call(['3001', ...options], line(sumOf))).stdout).toBe('32\n');
  });

  test('a newline ends the program, though nobody closes the input', async () => {
    expect(await call(options, line(five), true)).toMatchObject({ code: 0, stdout: '5\n' });
  });

  test('an object file, with and without memory', async () => {
    expect(await call([...options, '--elf'], line(objectOf(five)))).toMatchObject({ code: 0, stdout: '5\n' });
    const memory = spaced(Uint8Array.of(0x41));
    expect((await call([memory, ...options, '--elf'], line(objectOf(sumOf, 'other')))).stdout).toBe('42\n');
  });

  test('a program that goes wrong: one line that says why', async () => {
    expect(await call(options, line(program('r0 = 1\nr0 = *(u64 *)(r0 + 0)\nexit')))).toEqual({
      code: 1,
      stdout: '',
      stderr: 'E_MEM_OOB at pc 1: an access outside the data slot\n',
    });
    expect(await call(options, '\n')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'E_PROG_EMPTY at pc 0: the program has no instructions\n',
    });
    expect(await call(options, '')).toMatchObject({ code: 1, stdout: '' });
  });
});

describe.runIf(sim === 'wasm')('what cannot be used', { timeout: patience }, () => {
  test.each<[string, string[], string, string]>([
    ['an option of the runner', ['--test_file_path', 'x'], '', 'there is no option --test_file_path; see --help'],
    ['a program', ['--backend', 'golden'], '95 0\n', 'the program: half a byte too much'],
    ['no object', ['--elf', '--backend', 'golden'], line(five), '--elf: the input is no ELF object'],
    ['a broken object', ['--elf', '--backend', 'golden'], line(objectOf(five).subarray(0, 100)), 'standard input'],
  ])('%s', async (_, args, input, message) => {
    const { code, stdout, stderr } = await call(args, input);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
    expect([code, stdout]).toEqual([2, '']);
  });
});

describe.runIf(sim === 'wasm')('by hand', { timeout: patience }, () => {
  test('a program as an argument, and the help', async () => {
    expect(await call(['--program', spaced(five), '--backend', 'golden'], '', true)).toMatchObject({
      code: 0,
      stdout: '5\n',
    });
    expect((await call(['--help'], '')).stdout).toContain('usage: bpf-conformance-plugin [MEMORY] [options]');
  });
});

test.runIf(sim === 'wasm')(
  'calls side by side, when nothing is kept yet and when it is',
  { timeout: patience },
  async () => {
    rmSync(folder, { recursive: true, force: true });
    const calls = () => Promise.all([1, 2, 3].map(() => call([spaced(Uint8Array.of(0x30, 1, 2))], line(sumOf))));
    const first = await calls();
    expect(first).toEqual([1, 2, 3].map(() => ({ code: 0, stdout: '33\n', stderr: '' })));
    expect(readdirSync(folder).sort()).toEqual([`${digest()}.bin`, `${digest()}.mjs`]);
    expect(await calls()).toEqual(first);
    // A file that is damaged is told, and made again by the next call.
    truncateSync(join(folder, `${digest()}.bin`), 1000);
    const { code, stderr } = await call([], line(five));
    expect([code, stderr]).toEqual([2, expect.stringContaining(`a file in ${folder} was damaged; call again`)]);
    expect(await calls()).toEqual(first);
  },
);

test('a batch: the whole suite, many times, and bad lines among it', { timeout: patience }, async () => {
  const { vectors } = suite();
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  const lines = vectors.map(({ name, program: bytes, memory }) =>
    JSON.stringify({ name, program_hex: hex(bytes), ...(memory && { mem_hex: hex(memory) }) }),
  );
  const repeats = sim === 'wasm' ? 5 : 1;
  const input = Array.from({ length: repeats }, () => [...lines, '{"name": "bad"}', 'worse']).flat();
  const { code, stdout, stderr } = await call(['--batch', '--backend', sim], `${input.join('\n')}\n`);
  expect([code, stderr]).toEqual([0, '']);
  const answers = stdout
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text) as { name: string | null; ok: boolean; r0: string; cycles: number | null });
  const expected = [
    ...vectors.map(({ name, r0 }) => [name, true, r0] as const),
    ['bad', false, null],
    [null, false, null],
  ];
  expect(answers.map(({ name, ok, r0 }) => [name, ok, r0 === null ? null : BigInt(r0)])).toEqual(
    Array.from({ length: repeats }, () => expected).flat(),
  );
  expect(answers.every(({ ok, cycles }) => ok === (cycles !== null))).toBe(true);
  // Every pass is the same, in every cycle.
  const passes = new Set(
    Array.from({ length: repeats }, (_, i) =>
      createHash('sha256')
        .update(JSON.stringify(answers.slice(i * 315, (i + 1) * 315)))
        .digest('hex'),
    ),
  );
  expect(passes.size).toBe(1);
});
