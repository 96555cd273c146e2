/** The collector on programs made by hand, of which it is known exactly what they hit; and the scenes of the bins. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sceneOf, type Bin } from '../../../sim/coverage/bins.ts';
import { Collector } from '../../../sim/coverage/collector.ts';
import { hitByScene, hitBySource, model } from './bench.ts';

describe('programs made by hand hit exactly', () => {
  test('the bins of two instructions', () => {
    expect(hitBySource('r7 = -1\nexit').sort()).toEqual([
      'call/exit/depth/1',
      'operand/mov-imm/right/-1',
      'path/exit/left/rows_rdata',
      'register/mov-imm/dst/r7',
    ]);
  });

  test('the bins of a word that goes over the stack', () => {
    const ids = hitBySource('r3 = 1\n*(u64 *)(r10 - 8) = r3\nr4 = *(u64 *)(r10 - 8)\nr4 += r4\nexit');
    expect(ids.filter((id) => !/^(?:place|register)/.test(id)).sort()).toEqual([
      'call/exit/depth/1',
      'distance/add-reg/dst from its producer/1',
      'distance/add-reg/src from its producer/1',
      'distance/ldxdw/result to its consumer/1',
      'distance/mov-imm/result to its consumer/1',
      'distance/stxdw/src from its producer/1',
      'hazard/add-reg/dst from access/1',
      'hazard/add-reg/src from access/1',
      'hazard/stxdw/src from alu/1',
      'memory/ldxdw/meets/words of the stack that were written right before',
      'memory/stxdw/meets/the stack',
      'operand/add-reg/both/equal',
      'operand/add-reg/left/1',
      'operand/add-reg/right/1',
      'operand/ldxdw/loaded/1',
      'operand/mov-imm/right/1',
      'operand/stxdw/data/1',
      'path/add-reg/left/memory_loaded',
      'path/add-reg/right/memory_loaded',
      'path/exit/left/rows_rdata',
      'path/ldxdw/left/rows_rdata',
      'path/stxdw/left/rows_rdata',
      'path/stxdw/right/execute_computed',
    ]);
  });

  test('the jumps of a loop: the first one predicted because it leads backward, the last one wrongly', () => {
    const ids = hitBySource('r6 = 3\nl: r6 += -1\nif r6 s> 0 goto l\nexit');
    expect(ids.filter((id) => id.startsWith('jump')).sort()).toEqual([
      'jump/jsgt-imm/from slot of its line/2',
      'jump/jsgt-imm/not taken/backward',
      'jump/jsgt-imm/not taken/predicted as taken',
      'jump/jsgt-imm/taken/backward',
      'jump/jsgt-imm/taken/predicted as taken',
      'jump/jsgt-imm/to slot of its line/1',
    ]);
  });

  test('nothing of an instruction on the wrong path of a jump', () => {
    // Each time the division behind the jump is fetched, and never done.
    const ids = hitBySource('r3 = 5\nif r3 == 5 goto +2\nr3 /= 7\nr3 *= 7\nexit');
    expect(ids.filter((id) => /div|mul/.test(id))).toEqual([]);
  });

  test('the error of an instruction that fails, and nothing else of it', () => {
    const ids = hitBySource('r3 = *(u32 *)(r0 + 0)\nexit');
    expect(ids.sort()).toEqual(['error/ldxw/E_MEM_OOB/address 0', 'error/program/any/E_MEM_OOB']);
  });

  test('the producer that wrote last, also across a call that saves it', () => {
    // r6 of the caller was written three instructions before the addition reads it: what the function did is forgotten.
    const ids = hitBySource('goto +3\nf: r6 = 1 ll\nexit\nr6 = 7\ncall f\nr6 += 1\nexit');
    expect(ids).toContain('distance/add-imm/dst from its producer/4');
    expect(ids.filter((id) => id.startsWith('hazard/add-imm'))).toEqual(['hazard/add-imm/dst from alu/4']);
  });
});

const inReach = model.bins.filter((bin) => bin.excluded === undefined && sceneOf(bin));

test('a scene hits its own bin when nothing went before it', () => {
  fc.assert(
    fc.property(fc.constantFrom(...inReach.filter(({ group }) => group !== 'engine')), (bin) => {
      // A matter of where a scene stands in its line of the program.
      fc.pre(!['jump', 'memory', 'path'].includes(bin.group) && bin.id !== 'error/program/any');
      expect(hitByScene(sceneOf(bin)!)).toContain(bin.id);
    }),
    { numRuns: 300 },
  );
});

/** Aspects whose bins exclude each other: a scene performs its instruction once, so that it hits one of them. */
const exclusive = (bin: Bin): boolean =>
  (bin.group === 'register' && bin.aspect !== 'both') ||
  (bin.group === 'operand' &&
    ['left', 'right', 'data', 'loaded', 'found'].includes(bin.aspect) &&
    !bin.label.startsWith('upper'));

test('a scene hits no other value, and no other register, than it aims at', () => {
  const bins = inReach
    .filter(exclusive)
    .filter(({ subject }) => !/^(?:mov|lddw|exit|call|stx|mul-imm|lock)/.test(subject));
  fc.assert(
    fc.property(fc.constantFrom(...bins), (bin) => {
      const prefix = `${bin.group}/${bin.subject}/${bin.aspect}/`;
      const others = hitByScene(sceneOf(bin)!).filter((id) => id.startsWith(prefix) && !id.includes('upper half'));
      expect(others).toEqual([bin.id]);
    }),
    { numRuns: 300 },
  );
});

test('counts of several runs add up, and bins that are gone are named', () => {
  const collector = new Collector(model);
  const [first, second] = model.bins;
  expect(collector.merge({ [first!.id]: 2, 'operand/gone/left/0': 1 })).toEqual(['operand/gone/left/0']);
  expect(collector.merge({ [first!.id]: 3, [second!.id]: 1 })).toEqual([]);
  expect(collector.counts).toEqual({ [first!.id]: 5, [second!.id]: 1 });
  expect(collector.missed).not.toContain(first);
  expect(new Collector(model).missed).toContain(first);
});
