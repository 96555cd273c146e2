/**
 * npm run mutate: puts faults into the netlists of engine and device, one at a time, and counts how many the tests find.
 *
 * Fails when less than 95 % are found. What is known of a design is kept in build/mutate, so that a run that was stopped goes on where it was.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { Campaign, Unsound } from '../sim/mutate/campaign.ts';
import { faultsOf, type Fault } from '../sim/mutate/fault.ts';
import {
  byKind,
  byModule,
  excuses,
  grouped,
  percent,
  placeOf,
  story,
  table,
  tally,
  type Tried,
} from '../sim/mutate/report.ts';
import { ordered } from '../sim/mutate/sample.ts';
import { scopeNames, scopeOf, type Scope, type ScopeName } from '../sim/mutate/scopes.ts';
import { commandLine } from './command-line.ts';

const bar = 0.95;
const record = new URL('../docs/records/mutation.json', import.meta.url);

const { refuse, read } = commandLine(
  'mutate',
  `npm run mutate -- [options]
  --faults N   how many to try (520); engine and device have shares by their places, rounded up
  --seed N     which ones (1)
  --module M   those of engine or device alone
  --only ID    one, and what becomes of it
  --list       name them, and try none
  --record     write docs/records/mutation.json`,
);

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  return Number.isSafeInteger(value) && value > 0
    ? value
    : refuse(`--${name} is ${text}; give a whole number, 1 or more`);
}

const options = () =>
  parseArgs({
    options: {
      faults: { type: 'string', default: '520' },
      seed: { type: 'string', default: '1' },
      module: { type: 'string' },
      only: { type: 'string' },
      list: { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
    },
  }).values;

const given = read(options);
const faults = wholeNumber('faults', given.faults);
const seed = wholeNumber('seed', given.seed);
if (given.module !== undefined && !scopeNames.some((name) => name === given.module))
  refuse(`--module is ${given.module}; choose ${scopeNames.join(' or ')}`);
if (given.record && (given.only !== undefined || given.module !== undefined || given.list))
  refuse('--record goes with whole runs only');

/** A passing line on a terminal; in a file, one in 25. */
let notes = 0;
function note(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text} `);
  else if (notes % 25 === 0) process.stderr.write(`${text}\n`);
  notes += 1;
}

const begin = performance.now();
const scopes = scopeNames.filter((name) => given.module === undefined || name === given.module).map(scopeOf);
const faultsIn = ({ modules }: Scope): Fault[] => modules.flatMap(faultsOf);
const campaign = new Campaign(scopes, undefined, undefined, note);

/** Tries faults in order until enough of them change the design. */
async function tryFaults(list: readonly Fault[], scope: ScopeName, enough: number): Promise<Tried[]> {
  const tried: Tried[] = [];
  for (const fault of list) {
    const { faults, survived, score } = tally(tried);
    if (faults >= enough) break;
    if (tried.length > 0) note(`${scope}: ${faults} of ${enough}, ${survived} survived, ${percent(score)}`);
    const result = await campaign.result(fault, scope);
    tried.push({ scope, fault, result });
    if (result.verdict === 'survived')
      process.stderr.write(`${process.stderr.isTTY ? '\r\x1b[K' : ''}${story(tried.at(-1)!)}\n`);
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  return tried;
}

function show(tried: readonly Tried[]): void {
  const total = tally(tried);
  console.log(table('module', grouped(tried, byModule), total));
  console.log(table('kind', grouped(tried, byKind), total));
  for (const one of tried.filter(({ result }) => result.verdict === 'survived')) console.log(`\n${story(one)}`);
  const same = tried.filter(({ result }) => result.verdict === 'equivalent').length;
  const tests = total.byTests / (total.byTests + total.survived);
  console.log(
    `\n${total.faults} faults, ${total.byTests} found by tests, ${total.byChecks} by the checks of the netlist, ${total.survived} survived: ` +
      `${percent(total.score)} (by tests alone ${percent(tests)}); ${same} more change nothing and do not count`,
  );
}

function write(tried: readonly Tried[]): void {
  const survivors = tried
    .filter(({ result }) => result.verdict === 'survived')
    .map(({ fault }) => ({
      id: fault.id,
      kind: fault.kind,
      text: fault.text,
      place: placeOf(fault),
      ...excuses[fault.id],
    }));
  const seconds = Math.round(tried.reduce((sum, { result }) => sum + result.seconds, 0));
  const content = {
    seed,
    ...tally(tried),
    equivalent: tried.filter(({ result }) => result.verdict === 'equivalent').length,
    seconds,
    designs: Object.fromEntries(scopes.map(({ name, digest }) => [name, digest])),
    modules: grouped(tried, byModule),
    kinds: grouped(tried, byKind),
    survivors,
  };
  mkdirSync(new URL('.', record), { recursive: true });
  writeFileSync(record, `${JSON.stringify(content, null, 2)}\n`);
}

async function one(id: string): Promise<number> {
  for (const scope of scopes) {
    const fault = faultsIn(scope).find((each) => each.id === id);
    if (!fault) continue;
    const tried = { scope: scope.name, fault, result: await campaign.result(fault, scope.name) };
    console.log(story(tried));
    return tried.result.verdict === 'survived' ? 1 : 0;
  }
  return refuse(`no fault is called ${id}; --list shows those of a sample`);
}

/** The scopes with their faults in the order in which they are tried, and how many of each: by the places that they have. */
function plan(): { scope: Scope; list: Fault[]; enough: number }[] {
  const lists = scopes.map((scope) => ({ scope, list: ordered(faultsIn(scope), seed) }));
  const places = lists.reduce((sum, { list }) => sum + list.length, 0);
  return lists.map((each) => ({ ...each, enough: Math.ceil((faults * each.list.length) / places) }));
}

async function all(): Promise<number> {
  const tried: Tried[] = [];
  for (const { scope, list, enough } of plan()) tried.push(...(await tryFaults(list, scope.name, enough)));
  show(tried);
  if (given.record) write(tried);
  console.log(pc.dim(`${((performance.now() - begin) / 1000).toFixed(0)} seconds`));
  return tally(tried).score >= bar ? 0 : 1;
}

function list(): number {
  for (const { list, enough } of plan()) {
    for (const fault of list.slice(0, enough))
      console.log(`${fault.id}  ${fault.kind}  ${placeOf(fault)}\n    ${fault.text}`);
  }
  return 0;
}

try {
  process.exitCode = given.list ? list() : given.only === undefined ? await all() : await one(given.only);
} catch (error) {
  if (!(error instanceof Unsound)) throw error;
  console.error(pc.red(error.message));
  process.exitCode = 2;
} finally {
  campaign.close();
}
