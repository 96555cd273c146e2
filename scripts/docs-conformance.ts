/** Markdown of the conformance record, as docs/conformance.md shows it. */
import { readFileSync } from 'node:fs';
import type { ConformanceRecord } from '../sim/conformance/record.ts';

const file = new URL('../docs/records/conformance.json', import.meta.url);

export function conformanceTable(): string {
  const { backends, node, verilator } = JSON.parse(readFileSync(file, 'utf8')) as ConformanceRecord;
  const count = (value: number): string => value.toLocaleString('en-US');
  const rows = Object.entries(backends).map(
    ([name, { passed, total, programsPerMinute, millisecondsForOne }]) =>
      `| \`${name}\` | ${passed} of ${total} | ${count(programsPerMinute)} | ${count(millisecondsForOne)} ms |`,
  );
  return [
    '| backend | passed | programs a minute, in a batch | one program, process and all |',
    '| --- | ---: | ---: | ---: |',
    ...rows,
    '',
    `Node ${node}, Verilator ${verilator}.`,
  ].join('\n');
}
