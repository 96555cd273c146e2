/** build/afi.json: never half written, and in one hand at a time. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readState, StateFile, stateFile } from '../../../aws-f1/afi/state.ts';
import { failures } from '../../../aws-f1/afi/failure-table.ts';
import { failure, failureTables } from '../../../aws-f1/afi/failures.ts';
import { redact } from '../../../aws-f1/afi/redact.ts';
import { customLogic, write } from './custom-logic.ts';

test('what was written is read again, and nothing else is left', async () => {
  const cl = customLogic();
  const file = StateFile.open(cl);
  await file.update({ shell: 'f2', archive: { path: 'a.tar', bytes: 3, sha256: 'x' } });
  file.close();
  expect(readState(cl)).toEqual({
    version: 1,
    shell: 'f2',
    archive: { path: 'a.tar', bytes: 3, sha256: 'x' },
    images: [],
  });
  expect(readdirSync(join(cl, 'build')).sort()).toEqual(['afi.json', 'scripts']);
});

test('a dry run writes nothing and locks nothing', async () => {
  const cl = customLogic();
  const file = StateFile.inMemory(cl);
  await file.update({ shell: 'f2' });
  expect(file.state.shell).toBe('f2');
  expect(readdirSync(join(cl, 'build'))).toEqual(['scripts']);
});

test.each(['{', '[]', '{"version":2}', '{"version":1,"images":[{"id":7}]}'])('%s is refused', (text) => {
  const cl = customLogic();
  write(stateFile(cl), text);
  expect(() => StateFile.open(cl)).toThrow(/afi\.json: cannot be understood/);
  expect(existsSync(join(cl, 'build/afi.lock'))).toBe(false);
});

test('while one process has it, no other gets it', () => {
  const cl = customLogic();
  const first = StateFile.open(cl);
  expect(() => StateFile.open(cl)).toThrow(new RegExp(`afi\\.lock: process ${process.pid} is at work`));
  first.close();
  StateFile.open(cl).close();
});

test('the lock of a process that was killed is taken over', async () => {
  const cl = customLogic();
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  onTestFinished(() => void other.kill('SIGKILL'));
  await once(other, 'spawn');
  const lock = join(cl, 'build/afi.lock');
  const stat = readFileSync(`/proc/${other.pid}/stat`, 'utf8');
  const started = stat.slice(stat.lastIndexOf(')')).split(' ')[20];
  writeFileSync(lock, JSON.stringify({ pid: other.pid, host: hostname(), started }));
  expect(() => StateFile.open(cl)).toThrow(/is at work/);
  other.kill('SIGKILL');
  await once(other, 'exit');
  StateFile.open(cl).close();
  // A later process that has got the number of a dead one is not its heir.
  writeFileSync(lock, JSON.stringify({ pid: process.pid, host: hostname(), started: '1' }));
  StateFile.open(cl).close();
  writeFileSync(lock, JSON.stringify({ pid: 1, host: 'another-machine', started: '1' }));
  expect(() => StateFile.open(cl)).toThrow(/on another-machine/);
});

test('every failure has a meaning and a cure, and no two are called the same', () => {
  const names = failures.flatMap(({ source, code, also = [] }) => [code, ...also].map((name) => `${source} ${name}`));
  expect(new Set(names).size).toBe(names.length);
  for (const { meaning, cure } of failures) expect(`${meaning} ${cure}`).toMatch(/^[^.]\S* .*[^.]$/);
  const table = failureTables();
  for (const { code } of failures) expect(table).toContain(`\`${code}\``);
  expect(failure('slot', '5')?.code).toBe('5 invalid-afi-id');
  expect(failure('image', 'CLK')).toBeUndefined();
});

test.each([
  ['User: arn:aws:iam::123456789012:user/jane is not authorized', 'User: arn:aws:iam::(redacted) is not authorized'],
  ['key AKIAIOSFODNN7EXAMPLE does not exist', 'key (redacted) does not exist'],
  ['bucket images-123456789012', 'bucket images-(account)'],
  ['Encoded authorization failure message: AbC-dEf', 'Encoded authorization failure message: (redacted)'],
  ['https://b.s3/k?X-Amz-Signature=abc&x=1', 'https://b.s3/k?X-Amz-Signature=(redacted)&x=1'],
  [
    'afi-01a7ea9bafe3ef8cc agfi-0123456789abcdef0 0x10212415',
    'afi-01a7ea9bafe3ef8cc agfi-0123456789abcdef0 0x10212415',
  ],
])('redacted: %s', (text, shown) => expect(redact(text)).toBe(shown));
