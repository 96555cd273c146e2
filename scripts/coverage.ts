/**
 * npm run coverage: runs the suite of functional coverage, prints a table and writes build/coverage/index.html; see
 * docs/coverage.md. Fails when a bin is missed that can be hit.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import pc from 'picocolors';
import { groups } from '../sim/coverage/bins.ts';
import type { Counts } from '../sim/coverage/collector.ts';
import { page } from '../sim/coverage/html.ts';
import { cure, percent, record, sum, totals } from '../sim/coverage/report.ts';
import { conformanceVectors, runSuite } from '../sim/coverage/suite.ts';
import { Divergence } from '../sim/compare/lockstep.ts';
import { commandLine } from './command-line.ts';

const usage = `npm run coverage -- [options]
  --programs N   random programs (2000)
  --seed N       of the random programs (1)
  --engines N    engines of the device, 1 to 4 (2)
  --misses       print for each missed bin what would hit it
  --merge FILE   add the counts of an earlier run; may be given several times
  --record       write docs/records/coverage.json
Every run leaves its counts in build/coverage/counts.json, for --merge.`;

const root = fileURLToPath(new URL('..', import.meta.url));

const { refuse, read } = commandLine('coverage', usage);

const options = () =>
  parseArgs({
    options: {
      programs: { type: 'string', default: '2000' },
      seed: { type: 'string', default: '1' },
      engines: { type: 'string', default: '2' },
      misses: { type: 'boolean', default: false },
      merge: { type: 'string', multiple: true, default: [] },
      record: { type: 'boolean', default: false },
    },
  }).values;

/** A whole number between two others. */
function number(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= least && value <= most) return value;
  return refuse(`--${name} is a whole number between ${least} and ${most}, not '${text}'`);
}

/** Counts of an earlier run, read before anything is run. */
function countsOf(file: string): Counts {
  try {
    const counts = JSON.parse(readFileSync(file, 'utf8')) as unknown;
    const isCounts = typeof counts === 'object' && counts !== null && Object.values(counts).every(Number.isInteger);
    if (isCounts) return counts as Counts;
    return refuse(`--merge ${file}: not the counts of a run; give a counts.json that this command wrote`);
  } catch (error) {
    return refuse(`--merge ${file}: ${(error as Error).message}`);
  }
}

function write(file: string, text: string): void {
  const path = join(root, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

const given = read(options);
const suite = {
  programs: number('programs', given.programs, 0, 1_000_000),
  seed: number('seed', given.seed, 0, 2 ** 32 - 1),
  engines: number('engines', given.engines, 1, 4),
};
const merged = given.merge.map((file) => ({ file, counts: countsOf(file) }));
const vectors = conformanceVectors();

const note = (what: string): void => void process.stderr.write(pc.dim(`${what}\n`));
const collector = await runSuite({ ...suite, vectors, note }).catch((error: unknown) => {
  if (!(error instanceof Divergence)) throw error;
  console.error(error.message);
  process.exit(1);
});
write('build/coverage/counts.json', `${JSON.stringify(collector.counts)}\n`);
for (const { file, counts } of merged) {
  const unknown = collector.merge(counts);
  if (unknown.length > 0)
    console.log(pc.yellow(`${file}: ${unknown.length} bins are not among those of this run, ${unknown[0]} first`));
}

const rows = totals({ model: collector.model, count: (bin) => collector.count(bin) });
const all = sum(rows);
const table = new Table({ head: ['', 'bins', 'hit', 'excluded', '%'], style: { head: [], border: [], compact: true } });
for (const row of rows) table.push([groups[row.group], row.bins, row.hit, row.excluded, percent(row)]);
table.push(['all', all.bins, all.hit, all.excluded, percent(all)]);
const about = `${vectors.length} vectors, ${suite.programs} random programs of seed ${suite.seed}, programs made from the bins, a device of ${suite.engines} engines; ${collector.steps.toLocaleString('en-US')} instructions, all equal to the model`;
console.log(`${table.toString()}\n${about}`);
write('build/coverage/index.html', page(collector, about));
console.log('every bin: build/coverage/index.html');

const { missed } = collector;
if (missed.length > 0) {
  console.log(pc.red(`${missed.length} bins are missed${given.misses ? ':' : '; --misses says what would hit them'}`));
  for (const bin of missed)
    console.log(given.misses ? `${pc.bold(bin.id)}\n  ${cure(bin).replaceAll('\n', '\n  ')}` : `  ${bin.id}`);
}
if (given.record) {
  const merging = merged.length > 0 ? { merged: merged.length } : {};
  write(
    'docs/records/coverage.json',
    `${JSON.stringify(record(collector, { vectors: vectors.length, ...suite, ...merging }), null, 2)}\n`,
  );
  console.log('recorded in docs/records/coverage.json');
}
process.exitCode = missed.length > 0 ? 1 : 0;
