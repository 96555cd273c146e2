/** The suite of `npm run coverage`, with a small share of random programs: everything that can be hit is. */
import { beforeAll, expect, test } from 'vitest';
import { ErrorClass, instructions } from '../../../gen/ebpf/isa.ts';
import { groups } from '../../../sim/coverage/bins.ts';
import type { Collector } from '../../../sim/coverage/collector.ts';
import { rules } from '../../../sim/coverage/exclusions.ts';
import { page } from '../../../sim/coverage/html.ts';
import type { Model } from '../../../sim/coverage/model.ts';
import { cure, record, totals } from '../../../sim/coverage/report.ts';
import { runBy } from '../../../sim/coverage/rows.ts';
import { covered } from '../../../sim/coverage/covered.ts';
import { conformanceVectors, runSuite } from '../../../sim/coverage/suite.ts';

let collector: Collector;
let model: Model;

beforeAll(async () => {
  collector = await runSuite({ vectors: conformanceVectors(), programs: 200, seed: 1, engines: 2 });
  model = collector.model;
}, 300_000);

test('every bin is hit that can be', () => {
  expect(collector.missed.map((bin) => `${bin.id}: ${cure(bin)}`)).toEqual([]);
});

test('no bin is hit that is said to be out of reach', () => {
  const wrong = model.bins.filter((bin) => bin.excluded !== undefined && collector.count(bin) > 0);
  expect(wrong.map(({ id, excluded }) => `${id}: ${excluded}`)).toEqual([]);
});

test('every rule of exclusion is about something, and few bins are excluded', () => {
  const reasons = new Set(model.bins.map(({ excluded }) => excluded));
  expect(rules.map(({ reason }) => reason).filter((reason) => !reasons.has(reason))).toEqual([]);
  expect(model.bins.filter(({ excluded }) => excluded).length).toBeLessThan(model.bins.length / 30);
});

test('every instruction that runs has bins in the groups that it belongs to', () => {
  const running = runBy(covered);
  expect(running.length).toBeGreaterThan(150);
  for (const row of running) {
    const of = new Set([model.ofRow, model.ofFailure].flatMap((bins) => bins.get(row)!.map(({ group }) => group)));
    const hasFields = typeof row.dst === 'string' || typeof row.src === 'string';
    expect([row.name, of.has('error'), of.has('register')]).toEqual([row.name, true, hasFields]);
  }
});

test('every instruction of the table and every error class is on each engine, or said not to be', () => {
  for (const [engine, { named: bins }] of model.ofEngines.entries()) {
    const missing = [...instructions.map(({ name }) => name), ...Object.keys(ErrorClass)].filter(
      (name) => !bins.has(name),
    );
    const refused = instructions.filter((row) => !runBy(covered).includes(row)).map(({ name }) => name);
    expect([engine, missing]).toEqual([engine, [...refused, 'E_BUS', 'E_ABORTED']]);
  }
});

test('each way to wait and to be emptied that the stages of the engine have is among the bins', () => {
  const labels = model.bins.filter(({ group }) => group === 'stall' || group === 'flush').map(({ label }) => label);
  expect(labels).toEqual(
    expect.arrayContaining([
      'decode: decoded_control.reads_left & left_wait',
      'decode: decoded_control.reads_right & right_wait',
      'decode: jump_valid',
      'execute: back_valid',
      'memory: divided & !division_done',
      'memory: fails',
    ]),
  );
});

test('the record and the page say what was counted', () => {
  const rows = totals({ model, count: (bin) => collector.count(bin) });
  expect(rows.map(({ group }) => group)).toEqual(Object.keys(groups));
  expect(rows.every(({ bins }) => bins > 0)).toBe(true);
  const { total, missed } = record(collector, {});
  expect(total.bins).toBe(model.bins.length);
  expect(total.hit + total.excluded + missed.length).toBe(total.bins);
  const html = page(collector, 'a test of <pages>');
  expect(html).toContain('a test of &lt;pages&gt;');
  expect(html.match(/<\/script>/g)).toHaveLength(1);
  for (const { excluded } of model.bins) if (excluded) expect(html).toContain(excluded);
});
