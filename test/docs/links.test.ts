import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = ['README.md', 'CHANGELOG.md', ...readdirSync(join(root, 'docs')).map((name) => join('docs', name))];

test.each(pages.filter((page) => page.endsWith('.md')))('links and paths of %s lead somewhere', (page) => {
  const text = readFileSync(join(root, page), 'utf8');
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => join(dirname(page), link));
  const paths = [...text.matchAll(/`((?:gen|sim|cli|test|scripts|bench|examples|rtl-templates|docs)\/[\w./-]+)`/g)];
  const named = paths.map(([, path]) => path);
  expect([...links, ...named].filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
