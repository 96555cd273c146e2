import { describe, expect, test } from 'vitest';
import { answers, answerTo, type Answer } from '../../../sim/conformance/batch.ts';
import { openBackend } from '../../../sim/conformance/backend.ts';
import { limits } from '../../../sim/conformance/limits.ts';
import { linesOf, longestLine } from '../../../sim/conformance/lines.ts';

const backend = await openBackend('golden');
const five = 'b700000005000000 9500000000000000';
const nothing = { ok: false, r0: null, pc: null, mem_hex: null, instructions: null, cycles: null };

async function* chunksOf(text: string | Buffer, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe('lines', () => {
  test.each([1, 2, 3, 7, 1000])('in chunks of %i bytes', async (size) => {
    const text = 'one\n\nzwei — drei\r\nlast';
    expect(await collect(linesOf(chunksOf(text, size)))).toEqual(['one', '', 'zwei — drei', 'last']);
    expect(await collect(linesOf(chunksOf('', size)))).toEqual([]);
    expect(await collect(linesOf(chunksOf('a\n', size)))).toEqual(['a']);
  });

  test('that are too long are left out, and the next one is there', async () => {
    const long = 'x'.repeat(longestLine);
    expect(await collect(linesOf(chunksOf(`${long}\n${long}x\nnext`, 60_000)))).toEqual([long, undefined, 'next']);
  });
});

describe('an answer', () => {
  test('to a program that ends', () => {
    expect(answerTo(JSON.stringify({ name: 'five', program_hex: five }), backend)).toEqual({
      name: 'five',
      ok: true,
      r0: '0x5',
      error: null,
      pc: null,
      mem_hex: null,
      instructions: 2,
      cycles: null,
    });
  });

  test('holds the memory as it is then', () => {
    // *(u8 *)(r1 + 1) = 9; r0 = r2
    const program_hex = '7201010009000000bf200000000000009500000000000000';
    const line = { name: null, program_hex, mem_hex: 'AA bb  cc', helpers: ['sqrti', 5] };
    expect(answerTo(JSON.stringify(line), backend)).toMatchObject({
      name: null,
      ok: true,
      r0: '0x3',
      mem_hex: 'aa09cc',
    });
  });

  test('to a program that goes wrong', () => {
    const line = JSON.stringify({ name: 'wrong', program_hex: 'b7000000050000007100000000000000', mem_hex: '01' });
    expect(answerTo(line, backend)).toEqual({
      name: 'wrong',
      ok: false,
      r0: null,
      error: 'E_MEM_OOB at pc 1: an access outside the data slot',
      pc: 1,
      mem_hex: '01',
      instructions: 1,
      cycles: null,
    });
  });

  test.each<[string, unknown, string]>([
    ['no object', [1], 'the line is no JSON object; give {"name", "program_hex", "mem_hex"}'],
    ['null', null, 'the line is no JSON object'],
    ['no program', { name: 'x' }, 'program_hex is missing or no string; give hex digits'],
    ['a program that is no text', { name: 'x', program_hex: 5 }, 'program_hex is missing or no string'],
    ['no hex', { name: 'x', program_hex: '95zz' }, 'program_hex: "z" is no hex digit; give two digits a byte'],
    ['half a byte', { name: 'x', program_hex: '950' }, 'program_hex: half a byte too much'],
    ['bad memory', { name: 'x', program_hex: five, mem_hex: '0x' }, 'mem_hex: "x" is no hex digit'],
    ['memory that is no text', { name: 'x', program_hex: five, mem_hex: [1] }, 'mem_hex is no string; give hex digits'],
    [
      'too much memory',
      { name: 'x', program_hex: five, mem_hex: '00'.repeat(limits.memoryBytes + 1) },
      '65537 bytes of memory, but the data slot has 65536; give less',
    ],
    [
      'an unknown helper function',
      { name: 'x', program_hex: five, helpers: ['sqrti', 'sqrt'] },
      'there is no helper function "sqrt"; there are gather_bytes (0), sqrti (3), unwind (5)',
    ],
    ['helper functions that are no list', { name: 'x', program_hex: five, helpers: 'sqrti' }, 'helpers is no list'],
    ['an unknown field', { name: 'x', program_hex: five, memory: '00' }, 'there is no field memory; there are name'],
  ])('to a line with %s', (_, value, message) => {
    const { error, name, ...rest } = answerTo(JSON.stringify(value), backend);
    expect(error).toContain(message);
    expect(name).toBe((value as { name?: string } | null)?.name ?? null);
    expect({ ...rest }).toEqual(nothing);
  });

  test('to a line that is no JSON, or far too long', () => {
    expect(answerTo('{"name": "x", program', backend)).toMatchObject({ ...nothing, name: null });
    expect(answerTo('{"name": "x", program', backend).error).toMatch(/^no JSON: /);
    expect(answerTo(undefined, backend).error).toBe(`the line is longer than ${longestLine} bytes`);
    expect(answerTo('{"name": 5}', backend)).toMatchObject({ name: null, error: 'name is no string' });
  });
});

test('answers come in order, a bad line among them, and none before its turn', async () => {
  const lines = [{ name: 'a', program_hex: five }, 'rubbish', { name: 'b', program_hex: five }];
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n\n');
  let given = 0;
  async function* source(): AsyncGenerator<Buffer> {
    for await (const chunk of chunksOf(text, 20)) {
      given += chunk.length;
      yield chunk;
    }
  }
  const found: Answer[] = [];
  for await (const answer of answers(source(), backend)) {
    found.push(answer);
    // No more is read than the answers so far needed.
    if (found.length === 1) expect(given).toBeLessThan(text.length / 2 + 20);
  }
  expect(found.map(({ name, ok }) => [name, ok])).toEqual([
    ['a', true],
    [null, false],
    ['b', true],
  ]);
});
