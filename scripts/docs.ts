/**
 * npm run docs: writes the generated documentation. `npm run docs -- --check` only compares, and fails if a page would
 * change. A generated part stands in README.md or a page of docs/ between `<!-- generated NAME -->` and
 * `<!-- /generated -->`; what there is to generate is listed in docs-generators.ts.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pc from 'picocolors';
import { pages, parts } from './docs-generators.ts';
import { replaceParts } from './docs-parts.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const check = process.argv.includes('--check');

/** README.md and every Markdown file under docs/, as paths relative to the checkout. */
function handWritten(): string[] {
  const docs = existsSync(join(root, 'docs')) ? readdirSync(join(root, 'docs'), { recursive: true }) : [];
  const found = ['README.md', ...docs.map((file) => join('docs', String(file)))];
  return found.filter((file) => file.endsWith('.md') && existsSync(join(root, file)) && !(file in pages)).sort();
}

const wanted = new Map<string, string>();
const used = new Set<string>();
for (const [file, generate] of Object.entries(pages)) wanted.set(file, await generate());
for (const file of handWritten()) {
  const text = readFileSync(join(root, file), 'utf8');
  wanted.set(file, await replaceParts(file, text, parts, (name) => used.add(name)));
}

let stale = 0;
for (const [file, text] of wanted) {
  const path = join(root, file);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
  stale += 1;
  console.log(check ? `${pc.red('stale')}   ${file}` : `${pc.green('written')} ${file}`);
  if (check) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
const unused = Object.keys(parts).filter((name) => !used.has(name));
for (const name of unused) console.log(`${pc.red('unused')}  no page has <!-- generated ${name} -->`);
if (stale > 0 && check) console.log('Run "npm run docs" and commit the result.');
if (stale === 0 && unused.length === 0) console.log(`${wanted.size} pages are up to date`);
process.exitCode = unused.length > 0 || (check && stale > 0) ? 1 : 0;
