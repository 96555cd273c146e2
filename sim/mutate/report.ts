/** What a campaign found, for readers and for the records. */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import Table from 'cli-table3';
import pc from 'picocolors';
import type { Result } from './campaign.ts';
import { baseName, type Fault } from './fault.ts';
import { kinds } from './mutators.ts';
import type { ScopeName } from './scopes.ts';
import { root } from './tests.ts';

export interface Tried {
  readonly scope: ScopeName;
  readonly fault: Fault;
  readonly result: Result;
}

export interface Tally {
  /** Faults that change the design. */
  readonly faults: number;
  readonly byTests: number;
  readonly byChecks: number;
  readonly survived: number;
  /** Found, of all. */
  readonly score: number;
}

export function tally(tried: readonly Tried[]): Tally {
  const count = (verdict: Result['verdict']): number => tried.filter(({ result }) => result.verdict === verdict).length;
  const [byTests, byChecks, survived] = [count('found'), count('checks'), count('survived')];
  const faults = byTests + byChecks + survived;
  return { faults, byTests, byChecks, survived, score: faults === 0 ? 1 : (byTests + byChecks) / faults };
}

/** Why a fault may survive. */
export interface Excuse {
  readonly reason: 'equivalent' | 'performance' | 'unreachable';
  readonly why: string;
}
/** By the fault's id. */
export const excuses = JSON.parse(readFileSync(new URL('survivors.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, Excuse>
>;

export function grouped(tried: readonly Tried[], key: (one: Tried) => string): Record<string, Tally> {
  const names = [...new Set(tried.map(key))].sort();
  return Object.fromEntries(names.map((name) => [name, tally(tried.filter((one) => key(one) === name))]));
}

export const byModule = ({ scope, fault }: Tried): string => `${scope}: ${baseName(fault.module)}`;
export const byKind = ({ fault }: Tried): string => fault.kind;

export const percent = (score: number): string => `${(100 * score).toFixed(1)} %`;

export function table(title: string, groups: Record<string, Tally>, total: Tally): string {
  const table = new Table({
    head: [title, 'faults', 'found', 'by checks', 'survived', 'score'],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
  });
  for (const [name, { faults, byTests, byChecks, survived, score }] of [
    ...Object.entries(groups),
    ['all', total] as const,
  ])
    table.push([name, faults, byTests, byChecks, survived, percent(score)]);
  return table.toString();
}

/** `gen/lib/fifo.ts:67`; empty when nobody knows. */
export function placeOf({ origin }: Fault): string {
  const frame = origin?.frames[0];
  return frame ? `${relative(root, frame.file)}:${frame.line}` : '';
}

/** A fault with the line of source that it sits in. */
export function story({ fault, result }: Tried): string {
  const { origin, id, kind, text } = fault;
  const frame = origin?.frames[0];
  const line = frame ? readFileSync(frame.file, 'utf8').split('\n')[frame.line - 1] : undefined;
  const verdict = {
    found: () => result.verdict === 'found' && pc.green(`found by ${result.file}, '${result.test}': ${result.message}`),
    checks: () => result.verdict === 'checks' && pc.green(`found by checks: ${result.message}`),
    equivalent: () => 'compiles to what the design compiles to',
    survived: () => {
      const excuse = excuses[id];
      return excuse ? pc.yellow(`survives; ${excuse.reason}: ${excuse.why}`) : pc.red('survives, and nobody knows why');
    },
  }[result.verdict]();
  return [
    `${pc.bold(id)} (${kind}: ${kinds[kind]})`,
    `  ${text}`,
    ...(frame ? [pc.dim(`  --> ${placeOf(fault)}`)] : []),
    ...(line === undefined ? [] : [pc.dim(`   |  ${line.trim()}`)]),
    `  ${verdict}`,
  ].join('\n');
}
