import { describe, expect, test } from 'vitest';
import { replaceParts } from '../../scripts/docs-parts.ts';

const page = (body: string): string => `# Title\n\n<!-- generated table -->\n${body}<!-- /generated -->\n\nAfter.\n`;

describe('generated parts of a page', () => {
  test('are replaced, the rest is kept', async () => {
    const expected = page('\n| new |\n\n');
    expect(await replaceParts('a.md', page('old\nold\n'), { table: () => '| new |\n' })).toBe(expected);
    expect(await replaceParts('a.md', expected, { table: () => '| new |\n' })).toBe(expected);
  });
  test('are told by name', async () => {
    const seen: string[] = [];
    await replaceParts('a.md', page('') + page(''), { table: async () => 'x' }, (name) => seen.push(name));
    expect(seen).toEqual(['table', 'table']);
  });
  test('that nothing generates are an error', async () => {
    await expect(replaceParts('a.md', page(''), { other: () => '' })).rejects.toThrow(
      'a.md: nothing generates "table"; known: other',
    );
  });
  test('that do not end are an error', async () => {
    await expect(replaceParts('a.md', '<!-- generated table -->\n', { table: () => '' })).rejects.toThrow(
      'a.md: 1 generated parts begin and 0 end',
    );
  });
});
