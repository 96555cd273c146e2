import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Machine } from '../../../sim/golden/interpreter.ts';

interface Vector {
  readonly name: string;
  readonly program: string;
  readonly memory?: string;
  readonly memoryAfter?: string;
  readonly r0: string;
  readonly instructions: number;
}

const file = new URL('../../vectors/bpf_conformance.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: Vector[] };
const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

test.each(vectors)('$name', ({ program, memory, memoryAfter, r0, instructions }) => {
  const data = bytes(memory ?? '');
  const machine = new Machine({
    program: bytes(program),
    data,
    callx: true,
    helpers: new Map([[5, (r1) => r1]]),
    ...(memory === undefined && { r1: 0n }),
  });
  expect(machine.run()).toEqual({ r0: BigInt(r0), error: null, instructions });
  if (memoryAfter !== undefined) expect(Buffer.from(data).toString('hex')).toBe(memoryAfter);
});

test('the suite is complete', () => expect(vectors).toHaveLength(313));
