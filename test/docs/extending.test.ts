/** The changes that docs/extending.md shows still fit the files that they change. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

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
  test('shows changes', () => expect(steps.length).toBeGreaterThanOrEqual(8));

  test.each(steps)('$name', ({ files, kept }) => {
    const text = files.map((file) => readFileSync(root + file, 'utf8')).join('\n');
    const there = new Set(text.split('\n').map((line) => line.trim()));
    expect(kept.filter((line) => !there.has(line))).toEqual([]);
  });
});
