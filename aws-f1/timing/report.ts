/** What Vivado is likely to complain about, from one measured module and the netlist of the device: findings with cures. */
import type { Config } from '../../gen/config.ts';
import { estimate, resourceKinds, shortages, total, type Part, type Resources } from '../../gen/estimate.ts';
import type { Module } from '../../gen/ir/index.ts';
import { shells } from '../../gen/shells.ts';
import { crossings, type Crossing } from './boundaries.ts';
import type { Load } from './loads.ts';
import type { Measured } from './measure.ts';

/** Levels of logic that 250 MHz leaves room for on UltraScale+, routing included. */
export const levelsAt250 = 10;

/** Share of the LUTs beyond which placement and routing become hard. */
const crowded = 0.7;

export interface Verdict {
  /** `no`: it cannot be built; `risk`: timing may be missed; `ok`. */
  readonly kind: 'no' | 'risk' | 'ok';
  readonly message: string;
  /** Absent where there is nothing to do. */
  readonly cure?: string;
}

export interface TimingReport extends Measured {
  /** The module that was measured. */
  readonly module: string;
  readonly parts: readonly Part[];
  readonly total: Resources;
  readonly leaves: Resources;
  /** Only those above the threshold. */
  readonly loads: readonly Load[];
  /** All ports at which the device may be cut. */
  readonly crossings: readonly Crossing[];
  readonly verdicts: readonly Verdict[];
}

export interface ReportOptions {
  /** Readers of a net from which on it is reported. */
  readonly fanOut: number;
}

/** @param top the custom logic: the device in its shell */
export function timingReport(
  config: Config,
  top: Module,
  module: string,
  measured: Measured,
  { fanOut }: ReportOptions,
): TimingReport {
  const isEngine = /^(served_)?engine$/.test(module);
  const parts = estimate(config, isEngine ? measured.resources : undefined);
  const loads = measured.loads.filter((load) => load.fanOut > fanOut);
  const cut = crossings(top);
  const { leaves } = shells[config.shell];
  const sum = total(parts.map(({ resources }) => resources));
  const verdicts = [
    ...fitVerdicts(config, parts, sum),
    pathVerdict(measured),
    ...loads.map(loadVerdict),
    ...crossingVerdicts(cut),
  ];
  return { module, ...measured, loads, parts, total: sum, leaves, crossings: cut, verdicts };
}

/** Whether one of the verdicts says that it cannot be built. */
export const fits = ({ verdicts }: TimingReport): boolean => verdicts.every(({ kind }) => kind !== 'no');

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

function fitVerdicts(config: Config, parts: readonly Part[], sum: Resources): Verdict[] {
  const { cloud, part, leaves } = shells[config.shell];
  const short = shortages(config, parts);
  if (short.length > 0) {
    return short.map(({ what, needed, has, cure }) => ({
      kind: 'no',
      message: `does not fit: ${whole(needed)} ${what}, and ${cloud} leaves ${whole(has)} of its ${part}`,
      cure,
    }));
  }
  const share = Math.max(...resourceKinds.map((kind) => sum[kind] / leaves[kind]));
  if (sum.lut > crowded * leaves.lut) {
    return [
      {
        kind: 'risk',
        message: `takes ${whole((100 * sum.lut) / leaves.lut)} % of the LUTs: routing gets long`,
        cure: 'fewer engines or fewer data slots: every engine has a way to every bank',
      },
    ];
  }
  return [{ kind: 'ok', message: `fits: at most ${whole(100 * share)} % of anything that ${cloud} leaves` }];
}

function pathVerdict({ paths }: Measured): Verdict {
  const long = paths.filter(({ levels }) => levels > levelsAt250);
  const [worst] = long;
  if (!worst) return { kind: 'ok', message: `no path has more than ${levelsAt250} levels of logic` };
  const { levels, carries, from, to } = worst;
  const chain = carries > 0 ? ` and ${carries} carry blocks` : '';
  return {
    kind: 'risk',
    message: `${long.length} ways have more than ${levelsAt250} levels of logic; the slowest, ${levels} levels${chain}, goes from ${from.name} to ${to.name}`,
    cure: `put a register on the way, or compute a part of it a stage earlier: from ${from.place ?? from.name} to ${to.place ?? to.name}`,
  };
}

function loadVerdict({ name, place, fanOut, controls }: Load): Verdict {
  const mostly = controls > fanOut / 2;
  return {
    kind: 'risk',
    message: `${name} is read by ${whole(fanOut)} cells${mostly ? `, ${whole(controls)} of them as enable or reset` : ''}`,
    cure: `${mostly ? 'enable less with it, or register copies of it beside their readers' : 'register copies of it beside their readers'}${place === undefined ? '' : `: ${place}`}`,
  };
}

function crossingVerdicts(cut: readonly Crossing[]): Verdict[] {
  const open = cut.filter(({ fromRegister, toRegister }) => !fromRegister && !toRegister);
  const half = cut.filter(({ fromRegister, toRegister }) => fromRegister !== toRegister);
  const bits = (of: readonly Crossing[]): string => whole(of.reduce((sum, { width }) => sum + width, 0));
  const kinds = (of: readonly Crossing[]): string => [...new Set(of.map(({ what }) => what))].join(', ');
  const verdicts: Verdict[] = [];
  if (open.length > 0) {
    verdicts.push({
      kind: 'risk',
      message: `${open.length} kinds of ports (${bits(open)} bits) have logic on both sides of a likely crossing between dies: ${kinds(open)}`,
      cure: 'keep both sides in one die (a pblock in cl_pnr_user.xdc or small_shell_cl_pnr_user.xdc), or put a slice of gen/lib/slice.ts there',
    });
  }
  if (half.length > 0) {
    verdicts.push({
      kind: 'ok',
      message: `${half.length} kinds of ports (${bits(half)} bits) have a register on one side and logic on the other`,
    });
  }
  if (verdicts.length === 0) verdicts.push({ kind: 'ok', message: 'every likely crossing between dies is registered' });
  return verdicts;
}
