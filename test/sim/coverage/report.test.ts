import { expect, test } from 'vitest';
import { sceneOf, type Bin } from '../../../sim/coverage/bins.ts';
import { cure, exclusions, percent, sum } from '../../../sim/coverage/report.ts';
import { model } from './bench.ts';

const binNamed = (id: string): Bin => model.bins.find((bin) => bin.id === id)!;

test('percentages are of what can be hit, and 100 only when all is', () => {
  expect(percent({ bins: 20, hit: 15, excluded: 5 })).toBe('100');
  expect(percent({ bins: 20_000, hit: 19_998, excluded: 1 })).toBe('99.9');
  expect(percent({ bins: 3, hit: 0, excluded: 0 })).toBe('0.0');
  expect(percent({ bins: 2, hit: 0, excluded: 2 })).toBe('100');
});

test('totals are sums', () => {
  const rows = [
    { group: 'operand', bins: 5, hit: 3, excluded: 1 },
    { group: 'jump', bins: 2, hit: 2, excluded: 0 },
  ] as const;
  expect(sum(rows)).toEqual({ bins: 7, hit: 5, excluded: 1 });
});

test('a cure is a program, or what has to be so in the hardware and where that stands', () => {
  const bin = binNamed('operand/sdiv-reg/both/smallest by -1');
  expect(sceneOf(bin)).toBeDefined();
  expect(cure(bin)).toMatch(/followed by an exit:\n[^]*r3 s\/= r4/);
  expect(cure(binNamed('error/program/E_PROG_SIZE/7 bytes'))).toContain('with a length of 7 bytes');
  const point = cure(binNamed('signal/engine.unit.cache/seen/request_room = 0'));
  expect(point).toMatch(
    /^a cycle in which engine\.unit\.cache has request_room = 0 \(gen\/ebpf\/engine\/memory-unit-lines\.ts:\d+\)$/,
  );
});

test('each reason of exclusion is counted', () => {
  const found = exclusions(model.bins);
  expect(found.reduce((all, { bins }) => all + bins, 0)).toBe(model.bins.filter(({ excluded }) => excluded).length);
  expect(new Set(found.map(({ reason }) => reason)).size).toBe(found.length);
});
