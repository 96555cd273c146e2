/** A share of `npm run fuzz` in every run of the tests, and what it once found, for ever. */
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Script } from '../../../sim/fuzz/actions.ts';
import { campaign, type KindName, type Tally } from '../../../sim/fuzz/campaign.ts';
import { Devices } from '../../../sim/fuzz/devices.ts';
import { Engines } from '../../../sim/fuzz/engines.ts';
import { fromText, keptFolder, read } from '../../../sim/fuzz/kept.ts';
import { merged } from '../../../sim/fuzz/record.ts';
import { playOn } from '../../../sim/fuzz/traffic.ts';

const seed = Number(process.env['HERMES_SEED'] ?? 1);

test.each<[KindName, number]>([
  ['programs', 640],
  ['invalid', 480],
  ['device', 160],
  ['host', 12],
])('%s: %i runs without a difference', { timeout: 240_000 }, async (kind, runs) => {
  const differences: string[] = [];
  const [tally] = await campaign({ seed, backend: 'wasm' }, { kinds: [kind], runs, differences: 1 }, (_, found) => {
    if (found) differences.push(`seed ${seed}, number ${found.from}\n${found.text}\n${found.difference}`);
  });
  expect(differences).toEqual([]);
  expect(tally!.runs).toBeGreaterThanOrEqual(runs);
  expect(tally!.instructions).toBeGreaterThan(10 * runs);
});

const kept = (kind: string) => (existsSync(keptFolder) ? read(kind) : []);

test('every program that once showed a difference shows none', { timeout: 240_000 }, async () => {
  const [engines, devices] = [new Engines('wasm'), new Devices('wasm')];
  for (const { name, text } of kept('programs')) {
    const one = fromText(text);
    const { failure } = await (one.target === 'engine' ? engines : devices).run(one);
    expect(failure && `${name}: ${failure.error.message}`).toBeUndefined();
  }
});

test('so does host traffic', { timeout: 240_000 }, async () => {
  const devices = new Devices('wasm');
  for (const { name, text } of kept('host')) {
    const { script } = JSON.parse(text) as { readonly script: Script };
    const outcome = await playOn(devices, script);
    expect(outcome instanceof Error ? `${name}: ${outcome.message}` : '').toBe('');
  }
});

test('a campaign that is run again takes the place of the one before; others are added', () => {
  const tally = (runs: number, kind: KindName = 'programs'): Tally => ({
    kind,
    runs,
    instructions: 10 * runs,
    cycles: 20 * runs,
    actions: kind === 'host' ? 5 * runs : 0,
    ends: { exit: runs },
    seconds: 1.4,
    differences: 0,
  });
  const one = { seed: 1, backend: 'wasm', from: 0 } as const;
  const first = merged(undefined, one, [tally(100), tally(3, 'host'), tally(0, 'invalid')]);
  expect(first.campaigns.map(({ kind }) => kind)).toEqual(['host', 'programs']);
  expect(first.total).toMatchObject({ programs: 100, scripts: 3, instructions: 1030, hostActions: 15, seeds: [1] });
  const again = merged(first, one, [tally(200)]);
  const other = merged(again, { ...one, seed: 2 }, [tally(50)]);
  expect(other.total).toMatchObject({ programs: 250, scripts: 3, seeds: [1, 2] });
});
