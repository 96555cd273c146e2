/** The record of campaigns, from which the documentation takes its numbers. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { KindName, Tally } from './campaign.ts';
import type { Backend } from './engines.ts';
import type { ShapeName } from './shapes.ts';

/** Within the project. */
export const recordFile = 'docs/records/fuzz.json';

/** What tells one campaign from another. */
export interface Campaign {
  readonly seed: number;
  readonly backend: Backend;
  readonly from: number;
  readonly shape?: ShapeName;
}

interface Entry extends Campaign {
  readonly kind: KindName;
  /** Programs; of the kind `host`, scripts. */
  readonly runs: number;
  readonly instructions: number;
  readonly cycles: number;
  readonly hostActions: number;
  readonly seconds: number;
  readonly differences: number;
  readonly ends: Readonly<Record<string, number>>;
}

export interface Records {
  readonly total: {
    readonly programs: number;
    readonly scripts: number;
    readonly instructions: number;
    readonly cycles: number;
    readonly hostActions: number;
    readonly seconds: number;
    readonly differences: number;
    readonly seeds: readonly number[];
  };
  readonly campaigns: readonly Entry[];
}

const keyOf = ({ kind, backend, seed, from, shape }: Campaign & { kind: KindName }): string =>
  [kind, backend, String(seed).padStart(10), String(from).padStart(10), shape ?? ''].join(' ');

/** What there was together with what is new; a campaign that was run before is replaced. */
export function merged(old: Records | undefined, campaign: Campaign, tallies: readonly Tally[]): Records {
  const entries = new Map((old?.campaigns ?? []).map((entry) => [keyOf(entry), entry] as const));
  for (const { kind, runs, instructions, cycles, actions, seconds, differences, ends } of tallies) {
    if (runs === 0 && differences === 0) continue;
    const sorted = Object.fromEntries(Object.entries(ends).toSorted(([a], [b]) => a.localeCompare(b)));
    const entry: Entry = {
      kind,
      ...campaign,
      runs,
      instructions,
      cycles,
      hostActions: actions,
      seconds: Math.round(seconds),
      differences,
      ends: sorted,
    };
    entries.set(keyOf(entry), entry);
  }
  const campaigns = [...entries].toSorted(([a], [b]) => a.localeCompare(b)).map(([, entry]) => entry);
  const sum = (key: 'runs' | 'instructions' | 'cycles' | 'hostActions' | 'seconds' | 'differences', of = campaigns) =>
    of.reduce((total, entry) => total + entry[key], 0);
  const isHost = ({ kind }: Entry): boolean => kind === 'host';
  return {
    total: {
      programs: sum(
        'runs',
        campaigns.filter((entry) => !isHost(entry)),
      ),
      scripts: sum('runs', campaigns.filter(isHost)),
      instructions: sum('instructions'),
      cycles: sum('cycles'),
      hostActions: sum('hostActions'),
      seconds: sum('seconds'),
      differences: sum('differences'),
      seeds: [...new Set(campaigns.map(({ seed }) => seed))].toSorted((a, b) => a - b),
    },
    campaigns,
  };
}

/** Merges a campaign into a file. */
export function record(file: string, campaign: Campaign, tallies: readonly Tally[]): void {
  const old = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Records) : undefined;
  mkdirSync(dirname(file), { recursive: true });
  const text = JSON.stringify(merged(old, campaign, tallies), null, 2);
  // Seeds side by side, as the formatter has them.
  const lines = text.replace(/\[\s+([\d,\s]+?)\s+\]/g, (_, list: string) => `[${list.replace(/\s+/g, ' ')}]`);
  writeFileSync(file, `${lines}\n`);
}
