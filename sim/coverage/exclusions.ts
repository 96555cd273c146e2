/** Why some bins cannot be hit. A rule says for which, from what the bin is about, and the reason that reports show. */
import { MaxFrames, type Instruction } from '../../gen/ebpf/isa.ts';
import { sceneOf, type Bin } from './bins.ts';
import { accessOf, isAlways, isAtomic, isCall } from './rows.ts';

export interface Rule {
  readonly reason: string;
  readonly applies: (bin: Bin, row: Instruction | undefined) => boolean;
}

const isOneOf = (value: string, ...values: readonly string[]): boolean => values.includes(value);

export const rules: readonly Rule[] = [
  {
    reason: 'an immediate has 32 bits, which are sign-extended: it cannot be this value',
    applies: ({ immediate }, row) =>
      immediate !== undefined &&
      row?.source === 'imm' &&
      BigInt.asUintN(row.width, BigInt.asIntN(32, immediate)) !== immediate,
  },
  {
    reason: 'a single byte is always aligned, and lies in one word, line and frame',
    applies: ({ group, label }, row) =>
      group === 'place' && accessOf(row!)!.bytes === 1 && (label.includes('not aligned') || label.startsWith('across')),
  },
  {
    reason: 'a single byte lies in one line',
    applies: ({ group, label }, row) =>
      group === 'memory' && accessOf(row!)!.bytes === 1 && label.startsWith('two lines'),
  },
  {
    reason: 'eight bytes within a word of eight are aligned',
    applies: ({ group, label }, row) =>
      group === 'place' && accessOf(row!)!.bytes === 8 && label === 'within a word, not aligned',
  },
  {
    reason: 'an atomic that is not aligned is refused (E_ATOMIC_UNALIGNED), and an aligned one crosses nothing',
    applies: ({ group, label }, row) =>
      group === 'place' && isAtomic(row!) && (label.includes('not aligned') || label.startsWith('across')),
  },
  {
    reason: 'the jump is always taken',
    applies: ({ group, aspect }, row) => group === 'jump' && aspect === 'not taken' && isAlways(row!),
  },
  {
    reason: `a call from function ${MaxFrames} is refused (E_CALL_DEPTH)`,
    applies: ({ group, label }, row) => group === 'call' && isCall(row!) && label === String(MaxFrames),
  },
  {
    reason: 'no part of an engine raises it: the code is kept for the bus and the host',
    applies: ({ group, aspect, label }) =>
      group === 'error' && aspect === 'any' && isOneOf(label, 'E_BUS', 'E_ABORTED'),
  },
  {
    reason: 'slot memory of a device takes a store in every cycle: only a slower one fills the queue',
    applies: (bin) => bin.group === 'engine' && sceneOf(bin)?.pace === 'slow',
  },
  {
    reason: 'the functions that a device is built with do not fail',
    applies: ({ group, label }) => group === 'engine' && label === 'E_HELPER_FAULT',
  },
];
