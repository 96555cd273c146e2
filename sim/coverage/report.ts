/** What was covered, in numbers and in words. */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ErrorClass } from '../../gen/ebpf/abi.ts';
import { listing } from '../../gen/ebpf/disassembler.ts';
import { groups, sceneOf, type Bin, type Group } from './bins.ts';
import { Code } from './code.ts';
import type { Collector } from './collector.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface GroupTotals {
  readonly group: Group;
  readonly bins: number;
  readonly hit: number;
  readonly excluded: number;
}

/** Totals of each group, in the order of the groups. */
export function totals({ model, count }: Pick<Collector, 'model'> & { count: (bin: Bin) => number }): GroupTotals[] {
  return (Object.keys(groups) as Group[]).map((group) => {
    const bins = model.bins.filter((bin) => bin.group === group);
    const excluded = bins.filter((bin) => bin.excluded !== undefined).length;
    const hit = bins.filter((bin) => bin.excluded === undefined && count(bin) > 0).length;
    return { group, bins: bins.length, hit, excluded };
  });
}

/** Share of the bins that can be hit, in percent and never rounded up to 100. */
export function percent({ bins, hit, excluded }: Omit<GroupTotals, 'group'>): string {
  const possible = bins - excluded;
  if (hit === possible) return '100';
  return (Math.floor((1000 * hit) / possible) / 10).toFixed(1);
}

export const sum = (rows: readonly GroupTotals[]): Omit<GroupTotals, 'group'> =>
  rows.reduce(
    (all, row) => ({ bins: all.bins + row.bins, hit: all.hit + row.hit, excluded: all.excluded + row.excluded }),
    { bins: 0, hit: 0, excluded: 0 },
  );

/** Reasons of exclusion, and how many bins each is about. */
export function exclusions(bins: readonly Bin[]): { readonly reason: string; readonly bins: number }[] {
  const counts = new Map<string, number>();
  for (const { excluded } of bins) if (excluded !== undefined) counts.set(excluded, (counts.get(excluded) ?? 0) + 1);
  return [...counts].map(([reason, number]) => ({ reason, bins: number }));
}

/** What would hit a bin: the program that aims at it, or the condition that has to hold in the hardware. */
export function cure(bin: Bin): string {
  const scene = sceneOf(bin);
  if (!scene) {
    const { subject, label, origin } = bin;
    if (label in ErrorClass) return `a run that ends with ${label}`;
    const frame = origin?.frames[0];
    return `a cycle in which ${subject} has ${label}${frame ? ` (${relative(root, frame.file)}:${frame.line})` : ''}`;
  }
  const code = new Code();
  scene.build(code);
  const bytes = scene.length === undefined ? '' : `with a length of ${scene.length} bytes; `;
  const pace = scene.pace === 'slow' ? 'slow slot memory; ' : '';
  return `${bytes}${pace}this program${scene.alone ? '' : ', followed by an exit'}:\n${listing(code.bytes)}`;
}

/** For docs/records: nothing in it depends on the machine or on the day. */
export function record(collector: Collector, suite: Readonly<Record<string, unknown>>) {
  const rows = totals({ model: collector.model, count: (bin) => collector.count(bin) });
  return {
    suite: { ...suite, instructions: collector.steps },
    groups: Object.fromEntries(rows.map(({ group, ...row }) => [group, row])),
    total: sum(rows),
    missed: collector.missed.map(({ id }) => id),
    exclusions: exclusions(collector.model.bins),
  };
}
