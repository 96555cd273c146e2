/** A real run of Yosys on small designs whose depth is known. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { measure, type Measured } from '../../../aws-f1/timing/measure.ts';
import { fits, timingReport } from '../../../aws-f1/timing/report.ts';
import { presets } from '../../../gen/config.ts';
import { bool, elaborate, input, instance, memory, module, output, reg, u, when } from '../../../gen/hdl/index.ts';
import { clHermes } from '../../../gen/shell/index.ts';
import { temporary } from '../../cli/hermes.ts';

const here = 'test/aws-f1/timing/measure.test.ts';
const timeout = 120_000;

/** The line of this file with a text that occurs once. */
const lineOf = (text: string): string =>
  `${here}:${
    readFileSync(here, 'utf8')
      .split('\n')
      .findIndex((line) => line.includes(text)) + 1
  }`;

/** Parity of 36 bits: two levels of LUTs with six inputs; 36 registers lead to one. */
const parity = module('parity', { value: input(u(36)), odd: output(bool) }, ({ value, odd }) => {
  const from_here = reg(u(36), 0);
  from_here.next = value;
  const to_there = reg(bool, 0);
  to_there.next = from_here.xorReduce();
  odd.value = to_there;
});

/** 200 registers that one enables. */
const wide = module('wide', { value: input(u(200)), go: input(bool), held: output(u(200)) }, ({ value, go, held }) => {
  const enable = reg(bool, 0);
  enable.next = go;
  const store = reg(u(200), 0);
  when(enable, () => {
    store.next = value;
  });
  held.value = store;
});

/** LUT RAM between two registers: Yosys' own analysis ends there. */
const looked = module('looked', { at: input(u(5)), go: input(bool), data: input(u(8)), found: output(u(8)) }, (io) => {
  const address = reg(u(5), 0);
  address.next = io.at;
  const rows = memory({ type: u(8), depth: 32, style: 'distributed' });
  when(io.go, () => rows.write({ address: io.at, data: io.data }));
  const result = reg(u(8), 0);
  result.next = rows.read(address, { latency: 0 }).add(1);
  io.found.value = result;
});

const both = module('both', { value: input(u(36)), odd: output(bool) }, ({ value, odd }) => {
  odd.value = instance(parity, { value }, { name: 'inner' }).odd;
});

const quiet = (): void => {};

test('levels, delay and both ends of a path, in an instance, by name and line', { timeout }, async () => {
  const { paths, longest, shares, resources } = await measure(elaborate(() => both).top, temporary(), quiet);
  const [slowest] = paths;
  expect(slowest).toMatchObject({
    levels: 2,
    carries: 0,
    from: { name: 'inner.from_here_q', place: lineOf('const from_here =') },
    to: { name: 'inner.to_there_q', place: lineOf('const to_there =') },
  });
  expect(slowest!.nanoseconds, "as Yosys' own analysis").toBeCloseTo(longest.nanoseconds, 6);
  expect(shares.map(({ instance: name, module: of }) => [name, of])).toEqual([['inner', 'parity']]);
  expect(shares[0]!.resources).toEqual(resources);
  expect(resources).toMatchObject({ ff: 37, bram: 0 });
});

test('a net with many readers, most of them enables', { timeout }, async () => {
  const folder = temporary();
  const top = elaborate(() => wide).top;
  const steps: string[] = [];
  const first = await measure(top, folder, (step) => steps.push(step));
  expect(steps.some((step) => step.startsWith('SYNTH_XILINX'))).toBe(true);
  expect(steps.some((step) => step.startsWith('ABC9'))).toBe(true);
  expect(first.loads).toEqual([
    { name: 'not rst_n', place: lineOf('const wide ='), fanOut: 201, controls: 201 },
    { name: 'enable_q', place: lineOf('const enable ='), fanOut: 200, controls: 200 },
  ]);

  // The second time nothing runs; what was cut off is measured anew.
  const again: string[] = [];
  const [kept] = readdirSync(folder);
  expect(await measure(top, folder, (step) => again.push(step))).toEqual(first);
  expect(again).toEqual([]);
  writeFileSync(join(folder, kept!), '{ "resources"');
  expect((await measure(top, folder, (step) => again.push(step))).loads).toEqual(first.loads);
  expect(again).not.toEqual([]);
});

test('a path goes on through LUT RAM', { timeout }, async () => {
  const { paths, longest } = await measure(elaborate(() => looked).top, temporary(), quiet);
  const [slowest] = paths;
  expect(slowest).toMatchObject({
    // Yosys takes the register of the address into the RAM.
    from: { name: 'read address of rows', place: lineOf('const rows =') },
    to: { name: 'result_q', place: lineOf('const result =') },
  });
  expect(slowest!.levels, 'the RAM and an incrementer').toBeGreaterThanOrEqual(2);
  expect(slowest!.nanoseconds).toBeGreaterThan(longest.nanoseconds);
});

const none = { lut: 1, ff: 1, bram: 0, uram: 0, dsp: 0 };
const end = (name: string) => ({ name, place: `gen/x.ts:${name.length}` });
const small: Measured = {
  resources: none,
  shares: [],
  paths: [],
  longest: { levels: 1, nanoseconds: 1 },
  loads: [],
  seconds: 1,
};

test('each finding has a cure; what does not fit is told from what is slow', () => {
  const { top } = elaborate(() => clHermes(presets.small));
  const reportOf = (measured: Measured) => timingReport(presets.small, top, 'engine', measured, { fanOut: 500 });
  const path = { from: end('a'), to: end('bb'), levels: 11, carries: 0, nanoseconds: 4, through: [] };
  const risky = reportOf({ ...small, paths: [path], loads: [{ ...end('c'), fanOut: 501, controls: 400 }] });
  const messages = risky.verdicts.filter(({ kind }) => kind === 'risk').map(({ message }) => message);
  expect(messages[0]).toMatch(/more than 10 levels of logic; the slowest, 11 levels, goes from a to bb$/);
  expect(messages[1]).toBe('c is read by 501 cells, 400 of them as enable or reset');
  expect(risky.verdicts.filter(({ kind, cure }) => kind !== 'ok' && cure === undefined)).toEqual([]);
  expect(risky.verdicts[0]!.message).toMatch(/^fits/);

  const large = reportOf({ ...small, resources: { ...none, lut: 900_000 } });
  expect(large.verdicts[0]).toMatchObject({ kind: 'no', cure: 'fewer engines or fewer data slots' });
  expect([fits(risky), fits(large)]).toEqual([true, false]);
  expect(reportOf({ ...small, loads: [{ ...end('c'), fanOut: 500, controls: 0 }] }).loads).toEqual([]);
});
