/** Markdown of what verification has measured, from docs/records, as docs/verification.md shows it. */
import { readFileSync } from 'node:fs';
import type { ConformanceRecord } from '../sim/conformance/record.ts';
import type { Records as FuzzRecord } from '../sim/fuzz/record.ts';

/** The parts of the other records that are shown. */
interface FormalRecord {
  readonly tools: Readonly<Record<string, string>>;
  readonly jobs: readonly {
    readonly task: string;
    readonly what: string;
    readonly engine: string;
    readonly mode: string;
    readonly depth?: number;
    readonly result: string;
    readonly seconds: number;
  }[];
}

interface CoverageRecord {
  readonly suite: { readonly vectors: number; readonly programs: number; readonly instructions: number };
  readonly total: { readonly bins: number; readonly hit: number; readonly excluded: number };
  readonly missed: readonly string[];
}

interface MutationRecord {
  readonly faults: number;
  readonly byTests: number;
  readonly byChecks: number;
  readonly survived: number;
  readonly score: number;
  readonly survivors: readonly { readonly reason?: string }[];
}

/** What `npm test` counted, by its runners. */
export interface TestRecord {
  readonly [runner: string]: { readonly passed: number; readonly failed: number };
}

function recordOf(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../docs/records/${name}.json`, import.meta.url), 'utf8'));
}

const count = (value: number): string => value.toLocaleString('en-US');
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** The other jobs show that assumptions can be met (`cover`), or that a planted fault is noticed (`fault`). */
const isProof = ({ mode }: FormalRecord['jobs'][number]): boolean => mode !== 'cover' && mode !== 'fault';

/** One row a means: what was run, and what came of it. */
export function verificationTable(): string {
  const { backends } = recordOf('conformance') as ConformanceRecord;
  const { total: fuzz, campaigns } = recordOf('fuzz') as FuzzRecord;
  const ofHosts = campaigns.filter(({ kind }) => kind === 'host').reduce((sum, each) => sum + each.differences, 0);
  const coverage = recordOf('coverage') as CoverageRecord;
  const mutation = recordOf('mutation') as MutationRecord;
  const { jobs } = recordOf('formal') as FormalRecord;
  const tests = recordOf('tests') as TestRecord;

  const perBackend = Object.entries(backends).map(([name, { passed, total }]) => `${name} ${passed} of ${total}`);
  const proofs = jobs.filter(isProof);
  const proved = proofs.filter(({ result }) => result === 'ok').length;
  const { bins, hit, excluded } = coverage.total;
  const explained = mutation.survivors.filter(({ reason }) => reason !== undefined).length;
  const rows: readonly (readonly [string, string, string])[] = [
    ...Object.entries(tests).map(
      ([name, { passed, failed }]) =>
        [`\`npm test\`: ${name}`, `${count(passed + failed)} tests`, `${count(failed)} failed`] as const,
    ),
    ['[public vectors](conformance.md)', 'programs of bpf_conformance', perBackend.join(', ')],
    [
      '[random programs](fuzzing.md)',
      `${count(fuzz.programs)} programs, ${count(fuzz.instructions)} instructions`,
      `${count(fuzz.differences - ofHosts)} differences from the model`,
    ],
    [
      '[hostile hosts](fuzzing.md)',
      `${count(fuzz.scripts)} scripts, ${count(fuzz.hostActions)} actions`,
      `${count(ofHosts)} times a hang, a wrong answer afterwards, or a slot lost or leaked`,
    ],
    [
      '[coverage](coverage.md)',
      `${count(bins)} bins, ${count(excluded)} excluded by rules with reasons`,
      `${percent(hit / (bins - excluded))} of the others hit, ${count(coverage.missed.length)} missed`,
    ],
    [
      '[planted faults](mutation.md)',
      `${count(mutation.faults)} faults, one at a time`,
      `${percent(mutation.score)} found; ${count(mutation.survived)} survive, ${count(explained)} of them explained`,
    ],
    [
      '[proofs](formal.md)',
      `${count(jobs.length)} jobs: ${count(proofs.length)} proofs, the others show that assumptions can be met and that planted faults are noticed`,
      `${count(proved)} of ${count(proofs.length)} proved, ${count(jobs.filter(({ result }) => result !== 'ok').length)} jobs failed`,
    ],
  ];
  return ['| means | what ran | result |', '| --- | --- | --- |', ...rows.map((row) => `| ${row.join(' | ')} |`)].join(
    '\n',
  );
}

/** Every proof: what it says, and for how many cycles. */
export function proofTable(): string {
  const { tools, jobs } = recordOf('formal') as FormalRecord;
  const rows = jobs.filter(isProof).map(({ task, what, mode, depth, result }) => {
    const reach = mode === 'bmc' ? `${depth} cycles from reset` : `unbounded (${mode})`;
    return `| \`${task}\` | ${what} | ${reach} | ${result} |`;
  });
  const versions = Object.entries(tools).map(([name, version]) => `${name} ${version}`);
  return [
    '| task | what | how far | result |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    `${versions.join(', ')}.`,
  ].join('\n');
}
