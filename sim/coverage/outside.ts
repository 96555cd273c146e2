/** Accesses to what is not the program's, and atomics that are not aligned. */
import {
  DataBase,
  MaxFrames,
  StackBytes,
  StackTop,
  StackWindowBits,
  type ErrorName,
  type Instruction,
} from '../../gen/ebpf/isa.ts';
import { raised, type Wanted } from './bins.ts';
import { accessOf, isAtomic } from './rows.ts';

const data = BigInt(DataBase);
const stack = BigInt(StackTop);
const frame = BigInt(StackBytes);
const window = 1n << BigInt(StackWindowBits);

/** @param dataSlotBytes bytes in the data slot */
export const outside = (row: Instruction, dataSlotBytes: number): Wanted[] => {
  const size = BigInt(accessOf(row)!.bytes);
  const end = data + BigInt(dataSlotBytes);
  const at = (error: ErrorName, label: string, place: bigint, off = 0): Wanted =>
    raised(
      error,
      label,
      (code) => code.perform(row, { place: BigInt.asUintN(64, place), off }),
      ({ address }) => address === BigInt.asUintN(64, place),
    );
  return [
    at('E_MEM_OOB', 'address 0', 0n),
    at('E_MEM_OOB', 'the highest address', -1n),
    at('E_MEM_OOB', 'the sum wraps', 7n, 8),
    at('E_MEM_OOB', 'right before the slot', data - 1n),
    at('E_MEM_OOB', 'right behind the slot', end),
    at('E_MEM_OOB', 'its last byte behind the slot', end - size + 1n),
    at('E_MEM_OOB', 'the slot, with a bit set above it', data | (1n << 63n)),
    at('E_MEM_OOB', 'below the window of the stack', stack - window - 1n),
    at('E_MEM_OOB', 'above the window of the stack', stack + window),
    at('E_STACK_OOB', 'the lowest of the window', stack - window),
    at('E_STACK_OOB', 'the highest of the window', stack + window - 1n),
    at('E_STACK_OOB', 'right above the stack', stack),
    at('E_STACK_OOB', 'its last byte above the stack', stack - size + 1n),
    at('E_STACK_OOB', 'right below the frame', stack - frame - 1n),
    at('E_STACK_OOB', 'a frame that is not live', stack - 2n * frame),
    at('E_STACK_OOB', 'below all frames', stack - BigInt(MaxFrames) * frame - 8n),
    ...(isAtomic(row)
      ? [
          at('E_ATOMIC_UNALIGNED', 'on the slot', data + 65n),
          at('E_ATOMIC_UNALIGNED', 'on the slot, by half', data + 64n + size / 2n),
          at('E_ATOMIC_UNALIGNED', 'on the stack', stack - 31n),
          at('E_ATOMIC_UNALIGNED', 'across lines', data + 64n - size / 2n),
        ]
      : []),
  ];
};
