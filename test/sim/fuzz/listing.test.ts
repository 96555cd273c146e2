import { expect, test } from 'vitest';
import { assemble } from '../../../gen/ebpf/assembler.ts';
import { toSource } from '../../../gen/ebpf/disassembler.ts';
import { itemsOf, keep, nthProgram, programOf } from '../../../sim/fuzz/index.ts';
import { invalidProgram } from '../../../sim/fuzz/invalid.ts';
import { randomAt } from '../../../sim/fuzz/chance.ts';
import { smallLimits } from '../../../sim/fuzz/generate.ts';

const programText = (source: string): Uint8Array => assemble(source).program;

test('taking a program apart and putting it together gives the same bytes, whatever they are', () => {
  for (let n = 0; n < 100; n++) {
    const { program } = nthProgram(3, n);
    expect(programOf(itemsOf(program))).toEqual(program);
    const wrong = invalidProgram(randomAt(4, n), smallLimits).program;
    expect(programOf(itemsOf(wrong))).toEqual(wrong);
  }
});

test('jumps and calls still go where they went when instructions between are gone', () => {
  const items = itemsOf(
    programText(`
      r6 = 3
    top:
      r0 = 5 ll
      r0 += 1
      call f
      if r0 > 7 goto out
      r6 -= 1
      if r6 != 0 goto top
    out:
      exit
    f:
      r0 += 2
      exit`),
  );
  const kept = keep(
    items,
    [...items.keys()].filter((n) => n !== 2 && n !== 5),
  );
  expect(programOf(kept)).toEqual(
    programText(`
      r6 = 3
    top:
      r0 = 5 ll
      call f
      if r0 > 7 goto out
      if r6 != 0 goto top
    out:
      exit
    f:
      r0 += 2
      exit`),
  );
});

test('a jump whose target is gone goes to what comes after it, or to the end', () => {
  const items = itemsOf(programText('goto +1\n r0 = 1\n r0 = 2\n r0 = 3\n exit'));
  expect(toSource(programOf(keep(items, [0, 3, 4])))).toContain('goto +0');
  expect(keep(items, [0])[0]!.target).toBe(1);
});
