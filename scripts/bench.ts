/** npm run bench: tables of measured numbers with their ratios. Fails if a number misses its bar. */
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import pc from 'picocolors';
import { meetsBar, ratio, type Row } from '../bench/benchmark.ts';
import { benchmarks } from '../bench/index.ts';
import { commandLine } from './command-line.ts';

const { refuse, read } = commandLine(
  'bench',
  `npm run bench -- [--json] [NAME…]
  NAME    what to measure, instead of all:
${benchmarks.map(({ name, title }) => `            ${name.padEnd(12)}${title}`).join('\n')}
  --json  one object instead of tables`,
);
const { values, positionals: names } = read(() =>
  parseArgs({ allowPositionals: true, options: { json: { type: 'boolean', default: false } } }),
);
const { json } = values;
const unknown = names.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name));
if (unknown.length > 0)
  refuse(`no benchmark is called ${unknown.join(', ')}; there are ${benchmarks.map(({ name }) => name).join(', ')}`);

const number = (value: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: Math.abs(value) < 10 ? 2 : 0 });

function cells(row: Row): string[] {
  const { what, value, unit, better, reference, bar } = row;
  const times = ratio(row);
  const met = meetsBar(row);
  const limit = bar === undefined ? '' : `${better === 'lower' ? '≤' : '≥'} ${number(bar)}`;
  return [
    what,
    `${number(value)} ${unit}`,
    reference === undefined ? '' : `${number(reference.value)} (${reference.what})`,
    times === undefined ? '' : `${number(times)}×`,
    met === undefined ? '' : met ? pc.green(limit) : pc.red(`${limit} missed`),
  ];
}

const measured: Record<string, readonly Row[]> = {};
for (const { name, title, run } of benchmarks) {
  if (names.length > 0 && !names.includes(name)) continue;
  const rows = await run((text) => process.stderr.write(pc.dim(`${name}: ${text}\n`)));
  measured[name] = rows;
  if (json) continue;
  const head = ['', 'measured', 'against', 'better by', 'bar'];
  const table = new Table({ head, style: { head: [], border: [], compact: true } });
  table.push(...rows.map(cells));
  console.log(`\n${pc.bold(title)}\n${table.toString()}`);
}
if (json) console.log(JSON.stringify(measured, null, 2));
process.exitCode = Object.values(measured)
  .flat()
  .some((row) => meetsBar(row) === false)
  ? 1
  : 0;
