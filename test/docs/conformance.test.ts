/** The examples of docs/conformance.md give what stands below them. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openBackend } from '../../sim/conformance/backend.ts';
import { answers } from '../../sim/conformance/batch.ts';
import { bytesOf } from '../../sim/conformance/hex.ts';

const page = readFileSync(new URL('../../docs/conformance.md', import.meta.url), 'utf8');
const backend = await openBackend('wasm');

test('a batch', async () => {
  const [, asked = ''] = /--batch <<'END'\n([^]*?)END\n/.exec(page) ?? [];
  const [, shown = ''] = /```json\n([^]*?)```/.exec(page) ?? [];
  const given: string[] = [];
  async function* input(): AsyncGenerator<string> {
    yield asked;
  }
  for await (const answer of answers(input(), backend)) given.push(`${JSON.stringify(answer)}\n`);
  expect(given.join('')).toBe(shown);
});

test('one program', () => {
  const [, program, memory] = /echo "([^"]+)" \| sim\/bpf-conformance-plugin "([^"]+)"/.exec(page)!;
  const [, r0] = /^prints `([\da-f]+)`/m.exec(page)!;
  const job = { program: bytesOf(program!, 'program'), memory: bytesOf(memory!, 'memory') };
  expect(backend.run(job).r0.toString(16)).toBe(r0);
});
