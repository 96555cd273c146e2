/** `hermes timing`: what Vivado is likely to complain about, told by Yosys in a minute. */
import pc from 'picocolors';
import { measure } from '../../aws-f1/timing/measure.ts';
import { fits, timingReport, type TimingReport, type Verdict } from '../../aws-f1/timing/report.ts';
import type { Crossing } from '../../aws-f1/timing/boundaries.ts';
import type { Named } from '../../aws-f1/timing/mapped.ts';
import { shells, type Config } from '../../gen/config.ts';
import { servedEngine } from '../../gen/ebpf/helpers/served-engine.ts';
import { resourceKinds, type Resources } from '../../gen/estimate.ts';
import { elaborate } from '../../gen/hdl/index.ts';
import { modulesOf, type Module } from '../../gen/ir/index.ts';
import { nearest } from '../../gen/nearest.ts';
import { clHermes } from '../../gen/shell/index.ts';
import { loadConfig, type ConfigOptions } from '../configuration.ts';
import { Exit, UsageError } from '../errors.ts';
import { count, note, noted, table, type Cell } from '../output.ts';

export interface TimingOptions extends ConfigOptions {
  /** The module that is measured; an engine with its helper functions unless told. */
  readonly module?: string;
  readonly json?: boolean;
  /** Readers of a net from which on it is reported. */
  readonly fanOut: number;
  /** Paths and ports that are shown. */
  readonly rows: number;
}

const cache = 'build/timing';

export async function timing(options: TimingOptions): Promise<number> {
  const config = await loadConfig(options);
  const top = noted('generating the device', () => elaborate(() => clHermes(config)).top);
  const module = options.module === undefined ? engineOf(config) : moduleNamed(top, options.module);
  const start = performance.now();
  let begun = false;
  const measured = await measure(module, cache, (step) => {
    if (!begun && !process.stderr.isTTY)
      console.error(`hermes: Yosys synthesises ${module.name}; that takes a minute or more`);
    begun = true;
    note(`${Math.round((performance.now() - start) / 1000)} s  Yosys, ${module.name}: ${step}`);
  });
  note('');
  const report = timingReport(config, top, module.name, measured, { fanOut: options.fanOut });
  if (options.json) console.log(JSON.stringify(report));
  else print(config, report, options, begun);
  return fits(report) ? Exit.ok : Exit.failed;
}

const engineOf = (config: Config): Module => elaborate(() => servedEngine(config)).top;

function moduleNamed(top: Module, name: string): Module {
  const known = new Map(
    modulesOf(top)
      .filter(({ blackBox }) => !blackBox)
      .map((module) => [module.name, module]),
  );
  const module = known.get(name);
  if (module) return module;
  const close = nearest(name, known.keys());
  throw new UsageError({
    message: `--module ${name}: the device has no such module`,
    cure: close === undefined ? `choose one of ${[...known.keys()].join(', ')}` : `did you mean ${close}?`,
  });
}

function print(config: Config, report: TimingReport, { rows, fanOut }: TimingOptions, fresh: boolean): void {
  const { module, shares, parts, paths, loads, crossings, longest, seconds } = report;
  const { cloud, part } = shells[config.shell];
  const when = fresh ? `in ${count(seconds)} s` : 'earlier';
  console.log(`${pc.bold(module)}  measured by Yosys ${when}; routing and placement are Vivado's\n`);
  const head = ['', 'LUT', 'FF', 'BRAM36', 'URAM', 'DSP'];
  const cells = (of: Resources): number[] => resourceKinds.map((kind) => of[kind]);
  const of = ({ instance, module: name }: TimingReport['shares'][number]): string =>
    instance === '' ? `${name}, itself` : `${instance} (${name})`;
  section(`In ${module}`, head, [
    ['all of it', ...cells(report.resources)],
    ...shares.map((share) => [of(share), ...cells(share.resources)]),
  ]);
  const share = resourceKinds.map((kind) => `${((100 * report.total[kind]) / report.leaves[kind]).toFixed(0)} %`);
  section(`In the device, on the ${part} of ${cloud}; logic but for the measured engine is estimated`, head, [
    ...parts.map(({ name, count: many, resources: used }) => [`${many} ${name}`, ...cells(used).map(Math.round)]),
    ['sum', ...cells(report.total).map(Math.round)],
    ['left by the shell', ...cells(report.leaves)],
    ['share', ...share],
  ]);
  section(
    'Slowest ways, logic alone',
    ['levels', 'carry', 'ns', 'from', '', 'to', ''],
    paths
      .slice(0, rows)
      .map(({ levels, carries, nanoseconds, from, to }) => [
        levels,
        carries,
        nanoseconds.toFixed(2),
        from.name,
        place(from),
        to.name,
        place(to),
      ]),
  );
  console.log(
    `  Yosys' own: ${longest.levels} cells (ltp), ${longest.nanoseconds.toFixed(2)} ns (sta, not through LUT RAM)\n`,
  );
  if (loads.length > 0) {
    const lines = loads.map((load): Cell[] => [load.fanOut, load.controls, load.name, place(load)]);
    section(`Nets with more than ${count(fanOut)} readers`, ['readers', 'as enable or reset', 'net', ''], lines);
  }
  const open = crossings
    .filter(({ fromRegister, toRegister }) => !fromRegister && !toRegister)
    .sort((a, b) => b.width - a.width);
  if (open.length > 0) {
    const more = open.length > rows ? ` (${rows} of ${open.length}; --json has all)` : '';
    section(
      `Likely crossings between dies with logic on both sides${more}`,
      ['bits', 'what', '', 'port', ''],
      open.slice(0, rows).map(crossing),
    );
  }
  console.log(`${pc.bold('Verdict')}\n${report.verdicts.map(verdict).join('\n')}`);
}

const place = ({ place: at }: Named): string => at ?? '';

const crossing = ({ width, what, instance, direction, port, place: at }: Crossing): Cell[] => [
  width,
  what,
  direction === 'in' ? 'into' : 'out of',
  `${instance}.${port}`,
  at ?? '',
];

const colors = { no: pc.red, risk: pc.yellow, ok: pc.green };

const verdict = ({ kind, message, cure }: Verdict): string =>
  `  ${colors[kind](kind.padEnd(4))}  ${message}${cure === undefined ? '' : `\n        cure: ${cure}`}`;

function section(title: string, head: readonly string[], rows: readonly (readonly Cell[])[]): void {
  console.log(`${pc.bold(title)}\n${table(head, rows)}\n`);
}
