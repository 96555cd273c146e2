/** The changes that docs/extending.md shows still fit the files that they change. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import * as language from '../../gen/hdl/index.ts';
import { simulate } from '../gen/lib/bench.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(`${root}docs/extending.md`, 'utf8');

/** Steps of a list that hold a diff: the files that they name, and the lines that have to be there before the change. */
const steps = page.split(/^(?=\d+\. |## )/m).flatMap((step) => {
  const lines = [...step.matchAll(/^ +```diff\n([^]*?)^ +```$/gm)].flatMap(([, diff]) => diff.split('\n'));
  const kept = lines.map((line) => line.trimStart()).filter((line) => line !== '' && !line.startsWith('+'));
  if (lines.length === 0) return [];
  const [heading] = step.split(':', 1);
  const [first, ...others] = [...heading.matchAll(/`([\w./-]+\.ts)`/g)].map(([, file]) => file);
  const folder = first.replace(/[^/]*$/, '');
  const files = [first, ...others.map((file) => folder + file)];
  return [{ name: files.join(', '), files, kept: kept.map((line) => line.replace(/^- */, '').trim()) }];
});

describe('docs/extending.md', () => {
  test('shows changes', () => expect(steps.length).toBeGreaterThanOrEqual(11));

  test.each(steps)('$name', ({ files, kept }) => {
    const text = files.map((file) => readFileSync(root + file, 'utf8')).join('\n');
    const there = new Set(text.split('\n').map((line) => line.trim()));
    expect(kept.filter((line) => !there.has(line))).toEqual([]);
  });
});

test('the block of a new helper function computes what its meaning says', async () => {
  const [, block = ''] = /^ +```typescript\n([^]*?)^ +```$/m.exec(page) ?? [];
  const [, meaning = ''] = /popcount: (\(r1\).*),$/m.exec(page) ?? [];
  const folder = `${root}build/docs/helper`;
  mkdirSync(folder, { recursive: true });
  const imports = [
    `import { ${Object.keys(language).join(', ')} } from '../../../gen/hdl/index.ts';`,
    `import { blockPorts, type Block } from '../../../gen/ebpf/helpers/block.ts';`,
    `import { fires } from '../../../gen/lib/stream.ts';`,
  ];
  const rest = `export const made = module('popcount', blockPorts, popcount);\nexport const model = ${meaning};\n`;
  writeFileSync(`${folder}/popcount.ts`, [...imports, block, rest].join('\n'));
  const { made, model } = (await import(pathToFileURL(`${folder}/popcount.ts`).href)) as {
    made: language.ModuleDef;
    model: (r1: bigint) => bigint;
  };
  const sim = simulate(made);
  for (const r1 of [0n, 1n, 0xff0fn, 2n ** 63n, 2n ** 64n - 1n, 0x0123_4567_89ab_cdefn]) {
    sim.poke('call_bits', r1 << 256n);
    sim.poke('call_valid', 1);
    sim.cycle();
    sim.poke('call_valid', 0);
    expect(sim.peekNumber('call_ready')).toBe(0);
    sim.cycleUntil('answer_valid', 1, 100);
    expect(sim.peek('answer_r0')).toBe(model(r1));
    sim.cycle();
  }
});
