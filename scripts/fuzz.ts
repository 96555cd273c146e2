/**
 * npm run fuzz: random programs and random host traffic, compared with the golden model until the time is over. The last
 * line of a difference is the command that shows it again. Exit codes: 0 none, 1 differences, 2 the command line is wrong.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import pc from 'picocolors';
import { campaign, kindNames, kinds, type Found, type KindName, type Tally } from '../sim/fuzz/campaign.ts';
import { write } from '../sim/fuzz/kept.ts';
import { record, recordFile } from '../sim/fuzz/record.ts';
import { shapeNames, shapes, type ShapeName } from '../sim/fuzz/shapes.ts';
import { root, ToolError } from '../sim/tools/index.ts';
import { commandLine } from './command-line.ts';

const usage = `npm run fuzz -- [options]

  --minutes N      how long; 1 unless --programs is given
  --programs N     how many programs, or scripts of host traffic, at least
  --seed S         what is drawn; 1 unless told
  --from N         number of the first one; 0 unless told
  --kind KIND      all (unless told), or some, separated by commas:
${kindNames.map((name) => `                     ${name.padEnd(10)}${kinds[name].aims}`).join('\n')}
  --shape SHAPE    programs of one shape only:
${shapeNames.map((name) => `                     ${name.padEnd(10)}${shapes[name].aims}`).join('\n')}
  --backend B      wasm (unless told) or verilator
  --keep           writes what is found, made small, to test/sim/fuzz/kept, which npm test runs from then on
  --record         adds the counts to docs/records/fuzz.json`;

const { refuse, read } = commandLine('fuzz', usage);

function parse() {
  const value = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = {
    minutes: value,
    programs: value,
    seed: value,
    from: value,
    kind: value,
    shape: value,
    backend: value,
    keep: flag,
    record: flag,
  };
  return parseArgs({ options }).values;
}

const given = read(parse);

function number(name: 'minutes' | 'programs' | 'seed' | 'from', isWhole = true): number | undefined {
  const text = given[name];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value < 2 ** 32 && (!isWhole || Number.isInteger(value))) return value;
  return refuse(`--${name} takes a ${isWhole ? 'whole ' : ''}number from 0 to 4294967295, and not ${text}`);
}

function among<T extends string>(name: string, text: string, names: readonly T[]): T {
  return names.find((each) => each === text) ?? refuse(`there is no ${name} ${text}; there are ${names.join(', ')}`);
}

const chosen: readonly KindName[] =
  given.kind === undefined || given.kind === 'all'
    ? kindNames
    : given.kind.split(',').map((kind) => among('kind', kind, kindNames));
const shape: ShapeName | undefined = given.shape === undefined ? undefined : among('shape', given.shape, shapeNames);
const backend = among('backend', given.backend ?? 'wasm', ['wasm', 'verilator'] as const);
const seed = number('seed') ?? 1;
const from = number('from') ?? 0;
const runs = number('programs');
const minutes = number('minutes', false) ?? (runs === undefined ? 1 : undefined);

const count = (value: number): string => Math.round(value).toLocaleString('en-US');
const total = (
  tallies: readonly Tally[],
  key: 'runs' | 'instructions' | 'cycles' | 'actions' | 'differences',
): number => tallies.reduce((sum, tally) => sum + tally[key], 0);

function replay({ kind, from, count }: Found): string {
  const options = [
    `--kind ${kind}`,
    `--seed ${seed}`,
    `--from ${from}`,
    `--programs ${count}`,
    ...(shape ? [`--shape ${shape}`] : []),
    ...(backend === 'wasm' ? [] : [`--backend ${backend}`]),
  ];
  return `npm run fuzz -- ${options.join(' ')}`;
}

function show(found: Found): void {
  note('');
  console.log(pc.red(pc.bold(`a difference, ${found.kind}, seed ${seed}, number ${found.from} and after`)));
  console.log(`${found.text}\n${found.difference}`);
  if (given.keep) console.log(`kept in ${write(found.kind === 'host' ? 'host' : 'programs', found.kept)}`);
  console.log(pc.bold(`again: ${replay(found)}\n`));
}

/** A passing line on a terminal; in a file, one now and then. */
let noted = performance.now();
function note(text: string): void {
  const now = performance.now();
  if (process.stderr.isTTY) {
    if (text !== '' && now - noted < 200) return;
    process.stderr.write(`\r\x1b[K${pc.dim(text)}`);
  } else if (text !== '' && now - noted < 30_000) return;
  else if (text !== '') console.error(text);
  noted = now;
}

const begin = performance.now();
const elapsed = (): number => (performance.now() - begin) / 1000;

function progress(tallies: readonly Tally[]): string {
  const done = total(tallies, 'runs');
  const left = [
    ...(minutes === undefined ? [] : [`${Math.max(0, minutes - elapsed() / 60).toFixed(1)} min`]),
    ...(runs === undefined ? [] : [`${count(Math.max(0, runs - done))} runs`]),
  ];
  const rate = (done / Math.max(0.001, elapsed())).toFixed(0);
  return `${count(done)} runs (${rate}/s), ${count(total(tallies, 'instructions'))} instructions, ${count(total(tallies, 'cycles'))} cycles, ${total(tallies, 'differences')} differences, left: ${left.join(', ')}`;
}

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());

console.log(`fuzz: seed ${seed}, ${chosen.join(', ')}${shape ? `, shape ${shape}` : ''}, ${backend}`);
const tallies = await campaign(
  { seed, backend, ...(shape && { shape }) },
  {
    kinds: chosen,
    from,
    signal: stop.signal,
    ...(minutes !== undefined && { seconds: 60 * minutes }),
    ...(runs !== undefined && { runs }),
  },
  (now, found) => {
    note(progress(now));
    if (found) show(found);
  },
).catch((error: unknown): never => {
  if (!(error instanceof ToolError)) throw error;
  console.error(`fuzz: ${error.message}`);
  process.exit(2);
});
note('');

const table = new Table({
  head: ['', 'runs', 'instructions', 'cycles', 'host actions', 'seconds', 'differences'],
  style: { head: [], border: [], compact: true },
});
for (const { kind, runs, instructions, cycles, actions, seconds, differences } of tallies) {
  const found = differences > 0 ? pc.red(differences) : '0';
  table.push([kind, ...[runs, instructions, cycles, actions].map(count), seconds.toFixed(1), found]);
}
console.log(table.toString());
if (stop.signal.aborted) console.log('stopped early');
if (given.record) {
  const file = join(root, recordFile);
  record(file, { seed, backend, from, ...(shape && { shape }) }, tallies);
  console.log(
    `recorded in ${recordFile}: ${count(JSON.parse(readFileSync(file, 'utf8')).total.programs)} programs in all`,
  );
}
const differences = total(tallies, 'differences');
console.log(differences === 0 ? pc.green('no difference') : pc.red(`${differences} differences`));
process.exitCode = differences === 0 ? 0 : 1;
