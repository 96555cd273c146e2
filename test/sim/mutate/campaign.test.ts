/** Faults that the tests have to find, put into engine and device as `npm run mutate` does it; and which faults it chooses. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Campaign } from '../../../sim/mutate/campaign.ts';
import { baseName, faultsOf, type Fault } from '../../../sim/mutate/fault.ts';
import { kinds } from '../../../sim/mutate/mutators.ts';
import { tally, type Tried } from '../../../sim/mutate/report.ts';
import { ordered } from '../../../sim/mutate/sample.ts';
import { scopeNames, scopeOf, type ScopeName } from '../../../sim/mutate/scopes.ts';

const scopes = Object.fromEntries(scopeNames.map((name) => [name, scopeOf(name)])) as Record<
  ScopeName,
  ReturnType<typeof scopeOf>
>;
const faults = Object.fromEntries(scopeNames.map((name) => [name, scopes[name].modules.flatMap(faultsOf)])) as Record<
  ScopeName,
  Fault[]
>;

describe('the sample', () => {
  test.each(scopeNames)('of %s: every module and every kind has its share, the same for the same seed', (name) => {
    const all = faults[name];
    const sample = ordered(all, 5).slice(0, 300);
    const count = (key: (fault: Fault) => string, list: readonly Fault[]): Map<string, number> =>
      list.reduce(
        (counts, fault) => counts.set(key(fault), (counts.get(key(fault)) ?? 0) + 1),
        new Map<string, number>(),
      );
    const [ofModule, modules] = [count(({ module }) => module, sample), count(({ module }) => module, all)];
    for (const [module, there] of modules)
      expect([module, (ofModule.get(module) ?? 0) >= Math.min(4, there)]).toEqual([module, true]);
    const ofKind = count(({ kind }) => kind, sample);
    for (const kind of Object.keys(kinds)) expect([kind, (ofKind.get(kind) ?? 0) >= 8]).toEqual([kind, true]);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    const ids = (list: readonly Fault[]): string[] => list.map(({ id }) => id);
    expect(ids(ordered(all.toReversed(), 5).slice(0, 300)).sort()).toEqual(ids(sample).sort());
    expect(ids(ordered(all, 6).slice(0, 300))).not.toEqual(ids(sample));
  });
});

describe('the campaign', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hermes-mutate-'));
  const memo = join(folder, 'results.json');
  afterAll(() => rmSync(folder, { recursive: true }));
  const tests: Record<ScopeName, readonly string[]> = {
    engine: ['test/gen/ebpf/engine/engine-errors.test.ts', 'test/gen/ebpf/engine/engine-cycles.test.ts'],
    device: ['test/sim/shell/hermes-device.test.ts', 'test/gen/device/command-unit.test.ts'],
  };
  const known: Record<ScopeName, readonly (readonly [module: string, key: string])[]> = {
    engine: [
      ['divider', 'operator distance add'],
      ['divider', 'bypass next.b.b a'],
      ['branch_targets', 'operator fades or'],
      ['branch_targets', 'bypass at a'],
      ['alu', 'operator subtracts ne'],
      ['engine', 'enable writeback_valid_q#1 never'],
      ['engine', 'slice landing moved'],
      ['memory_requests', 'operator free and'],
      ['memory_unit', 'slice at_stack moved'],
      ['program_memory', 'bypass slot#1.0 b'],
    ],
    device: [
      ['command_unit', 'operator is_run ne'],
      ['command_unit', 'enable when command_q#1 never 0'],
      ['slot_table_e2_p3_d2', 'arms invalid exchanged'],
      ['slot_memory', 'operator way0_own_slot_0 ne'],
      ['dma_slave', 'operator write_address_first ne'],
      ['fifo_w8_d32', 'operator pushes or'],
      ['hermes', 'operator reset or'],
      ['interrupt_lines_e2', 'operator requests_line1_begins.b removed'],
    ],
  };

  test('finds what is known to be wrong, by tests that pass without it, and remembers', async () => {
    const notes: string[] = [];
    const open = (): Campaign =>
      new Campaign(
        Object.values(scopes),
        memo,
        (scope) => tests[scope],
        (text) => void notes.push(text),
      );
    const campaign = open();
    const tried: Tried[] = [];
    try {
      for (const scope of scopeNames) {
        for (const [module, key] of known[scope]) {
          const fault = faults[scope].find((each) => each.module === module && each.key === key);
          if (!fault)
            throw new Error(`${module} has no fault '${key}' any more; choose another of \`npm run mutate -- --list\``);
          tried.push({ scope, fault, result: await campaign.result(fault, scope) });
        }
      }
    } finally {
      campaign.close();
    }
    expect(notes).toHaveLength(tests.engine.length + tests.device.length);
    expect(notes[0]).toBe(`engine: first without a fault, test file 1 of ${tests.engine.length}`);
    expect(tried.filter(({ result }) => result.verdict !== 'found').map(({ fault }) => fault.text)).toEqual([]);
    expect(tally(tried)).toMatchObject({ faults: 18, byTests: 18, survived: 0, score: 1 });
    for (const { scope, result } of tried) if (result.verdict === 'found') expect(tests[scope]).toContain(result.file);
    // What is known needs no process.
    const [{ fault, result }] = tried as [Tried];
    expect(open().known(fault, 'engine')).toEqual(result);
  }, 300_000);

  test('a fault that changes nothing does not count, and one that no test reaches survives', async () => {
    const campaign = new Campaign(Object.values(scopes), memo, () => ['test/gen/lib/atomic.test.ts']);
    try {
      const find = (module: string, key: string): Fault =>
        faults.engine.find((each) => each.module === module && each.key === key)!;
      // The register behind a valid bit may take whatever comes while that is 0.
      const same = find('engine', 'enable when writeback_slot_q#1 always 0');
      expect((await campaign.result(same, 'engine')).verdict).toBe('equivalent');
      const unseen = find('prefetcher_l64_i8', 'reset next_q flipped');
      expect((await campaign.result(unseen, 'engine')).verdict).toBe('survived');
      expect(baseName(unseen.module)).toBe('prefetcher');
    } finally {
      campaign.close();
    }
  }, 120_000);
});
