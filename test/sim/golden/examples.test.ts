import { readFileSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readProgram } from '../../../gen/ebpf/program.ts';
import { validate } from '../../../gen/ebpf/validate.ts';
import { Machine } from '../../../sim/golden/interpreter.ts';
import type { Outcome } from '../../../sim/golden/interpreter.ts';

const root = new URL('../../../examples/', import.meta.url);
const entries = readdirSync(root, { recursive: true, encoding: 'utf8' });
const sources = entries.filter((name) => /\.[sc]$/.test(name)).sort();

/** Runs an example in a data slot of `size` bytes; a C source stands for the object that clang made of it. */
function run(source: string, size: number): { outcome: Outcome; data: Uint8Array } {
  const file = source.replace(/\.c$/, '.o');
  const { program } = readProgram(new Uint8Array(readFileSync(new URL(file, root))), file);
  expect(validate(program)).toEqual([]);
  const data = new Uint8Array(size);
  const input = source.replace(/\.[sc]$/, '.data');
  if (entries.includes(input)) data.set(readFileSync(new URL(input, root)));
  return { outcome: new Machine({ program, data }).run(), data };
}

test('the examples are there', () => {
  expect(sources.map((name) => basename(name))).toEqual(
    expect.arrayContaining([
      'checksum.c',
      'classify.c',
      'hash.s',
      'queens.s',
      'search.s',
      'sort.s',
      'fib50.s',
      'parser.s',
    ]),
  );
});

describe.each(sources)('%s', (source) => {
  const text = readFileSync(new URL(source, root), 'utf8');
  const expected = (what: string): string | undefined => new RegExp(`expect ${what} = (\\S+)`).exec(text)?.[1];

  test.each([4096, 65_536])('ends as it says, in a slot of %i bytes', (size) => {
    const { outcome } = run(source, size);
    const instructions = expected('instructions');
    expect(outcome.error).toBeNull();
    expect(outcome.r0).toBe(BigInt(expected('r0')!));
    if (instructions) expect(outcome.instructions).toBe(Number(instructions));
  });
});

test('dynamic instructions of the five programs by which engines are compared', () => {
  const counts = ['fib50', 'prime1009', 'csum1500', 'memcpy1K', 'parser'].map(
    (name) => run(`peers/${name}.s`, 4096).outcome.instructions,
  );
  expect(counts).toEqual([254, 214, 3763, 774, 28]);
});

describe('what examples leave in memory', () => {
  const words = ({ data }: { data: Uint8Array }, from: number, count: number): number[] => [
    ...new Uint32Array(data.buffer, from, count),
  ];
  test('sort', () => {
    const numbers = [...new Int32Array(run('sort.s', 4096).data.buffer, 4, 64)];
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  });
  test('memcpy1K', () => {
    const { data } = run('peers/memcpy1K.s', 4096);
    expect(data.subarray(1024, 2048)).toEqual(data.subarray(0, 1024));
  });
  test('parser counts one UDP packet', () => {
    const counters = words(run('peers/parser.s', 4096), 1024, 512);
    expect(counters.flatMap((count, index) => (count ? [[index / 2, count]] : []))).toEqual([[17, 1]]);
  });
  test('classify counts kinds of frames and queues', () => {
    expect(words(run('classify.c', 4096), 2048, 15)).toEqual([2, 1, 6, 8, 2, 2, 3, 4, 2, 5, 2, 3, 1, 0, 1]);
  });
});
