/** Every way in which an instruction, an opcode byte or a program can end with an error. */
import { ErrorClass, MaxFrames, variants, type ErrorName, type Instruction } from '../../gen/ebpf/isa.ts';
import type { Slot } from '../../gen/ebpf/slot.ts';
import { failingHelper } from '../fuzz/cases.ts';
import { alone, raised, type Coverpoints, type Scene, type Wanted } from './bins.ts';
import type { Code } from './code.ts';
import { given } from './jumps.ts';
import { outside } from './outside.ts';
import {
  accessOf,
  callsHelper,
  distanceField,
  isAlways,
  isCall,
  isConditional,
  isExit,
  isJump,
  rowNamed,
} from './rows.ts';
import type { Step } from './step.ts';

const fields = ['dst', 'src', 'off', 'imm'] as const;

/** What can be told from the slots alone. */
function* malformed(row: Instruction): Generator<Wanted> {
  const emit =
    (slot: Partial<Slot>) =>
    (code: Code): void =>
      void code.emit(row, slot);
  for (const field of ['dst', 'src'] as const) {
    if (typeof row[field] === 'number') continue;
    for (const register of [11, 15]) {
      yield raised(
        'E_REG',
        `${field} is r${register}`,
        emit({ [field]: register }),
        ({ slot }) => slot[field] === register,
      );
    }
    if (row[field] !== 'written') continue;
    yield raised('E_R10_WRITE', field, emit({ [field]: 10 }), ({ slot }) => slot[field] === 10);
  }
  for (const field of fields) {
    const rule = row[field];
    if (typeof rule !== 'number' || row.selector?.field === field) continue;
    const other = (value: number): boolean => value !== rule;
    yield raised('E_RESERVED_FIELD', field, emit({ [field]: rule + 1 }), ({ slot }) => other(slot[field]));
    yield raised(
      'E_RESERVED_FIELD',
      `${field}, its top bit only`,
      emit({ [field]: topBit[field] }),
      ({ slot }) => slot[field] === topBit[field],
    );
  }
  if (row.operation === 'lddw') yield* secondSlot(row);
}

const topBit = { dst: 8, src: 8, off: -0x8000, imm: -0x8000_0000 } as const;

function* secondSlot(row: Instruction): Generator<Wanted> {
  const second =
    (slot: Partial<Slot>) =>
    (code: Code): void => {
      const at = code.emit(row);
      code.slots[at + 1] = { opcode: 0, dst: 0, src: 0, off: 0, imm: 0, ...slot };
    };
  yield raised(
    'E_LDDW_INCOMPLETE',
    'the program ends',
    (code) => {
      code.emit(row);
      code.slots.pop();
    },
    ({ next }) => next === undefined,
  );
  yield raised(
    'E_LDDW_INCOMPLETE',
    'the second slot has an opcode',
    second({ opcode: 0x80 }),
    ({ next }) => next !== undefined,
  );
  for (const field of ['dst', 'src', 'off'] as const) {
    yield raised(
      'E_RESERVED_FIELD',
      `${field} of the second slot`,
      second({ [field]: 1 }),
      ({ next }) => next?.[field] !== 0,
    );
  }
}

/** Jumps and calls that are taken and lead to no instruction. */
function* astray(row: Instruction): Generator<Wanted> {
  const field = distanceField(row);
  const jump = (code: Code): void => code.perform(row, { ...given(row, true), distance: 0 });
  const to =
    (target: (code: Code, at: number) => number) =>
    (code: Code): void => {
      jump(code);
      const at = code.here - 1;
      code.emit(rowNamed('exit'));
      code.lead(at, field, target(code, at));
    };
  const target = ({ pc, slot }: Step): number => pc + 1 + slot[field];
  yield raised(
    'E_JUMP_OOB',
    'right behind the end',
    to((code) => code.here),
    (step) => target(step) === step.slots,
  );
  yield raised(
    'E_JUMP_OOB',
    'far behind the end',
    to((_, at) => at + 0x7000),
    (step) => target(step) > step.slots,
  );
  yield raised(
    'E_JUMP_OOB',
    'right before the beginning',
    to(() => -1),
    (step) => target(step) === -1,
  );
  yield raised(
    'E_JUMP_OOB',
    'far before the beginning',
    to(() => -0x7000),
    (step) => target(step) < -1,
  );
  yield raised(
    'E_JUMP_INTO_LDDW',
    'forward',
    to((code) => {
      code.set(0, 1n << 40n);
      return code.here - 1;
    }),
    ({ slot }) => slot[field] > 0,
  );
  yield raised(
    'E_JUMP_INTO_LDDW',
    'backward',
    (code) => {
      code.set(0, 1n << 40n);
      jump(code);
      code.lead(code.here - 1, field, 1);
    },
    ({ slot }) => slot[field] < 0,
  );
  if (!isCall(row)) return;
  yield raised('E_CALL_DEPTH', `from function ${MaxFrames}`, (code) =>
    code.within(MaxFrames - 1, () => code.perform(row)),
  );
}

export interface Limits {
  readonly dataSlotBytes: number;
  readonly programSlotBytes: number;
  readonly stepLimit: number;
}

/** A function that does not exist anywhere. */
const unknown = 99;

/** Calls of functions outside the program. */
function* failedCalls(row: Instruction, served: boolean): Generator<Wanted> {
  const call =
    (number: number) =>
    (code: Code): void =>
      row.operation === 'callHelper'
        ? void code.emit(row, { imm: number })
        : code.perform(row, { left: BigInt(number) });
  yield raised('E_HELPER_UNKNOWN', 'no such function', call(unknown));
  if (served) yield raised('E_HELPER_FAULT', 'the function fails', call(failingHelper));
}

/** Errors of one instruction. @param running what the engine runs */
export const errorsOf = ({ dataSlotBytes, stepLimit }: Limits, running: readonly Instruction[]): Coverpoints =>
  function* (row) {
    const runs = running.includes(row);
    if (row.refused && !runs) {
      yield raised(row.refused, 'refused', (code) => void code.emit(row));
      return;
    }
    if (callsHelper(row)) yield* failedCalls(row, runs);
    yield* malformed(row);
    if (isJump(row)) yield* astray(row);
    if (accessOf(row)) yield* outside(row, dataSlotBytes);
    yield raised('E_STEP_LIMIT', 'the limit is used up', (code) => {
      code.idle(stepLimit);
      code.emit(row);
    });
  };

/** The program ends behind an instruction that goes on there. */
export const endsBehind: Coverpoints = function* (row) {
  if (isAlways(row)) return;
  const hit = ({ error, previous }: Step): boolean => error === 'E_PC_OOB' && previous === row;
  const scene = alone((code) => {
    if (!isExit(row)) return code.perform(row, { ...given(row, false), ...(isConditional(row) && { distance: 0 }) });
    code.emit(rowNamed('ja'), { off: 1 });
    code.emit(row);
    code.emit(rowNamed('call-local'), { imm: -2 });
  });
  yield { aspect: 'E_PC_OOB', label: 'behind it', hit, scene };
};

/** Opcode bytes: those that are none, and the values of selecting fields that are none. */
export function* errorsOfOpcode(opcode: number): Generator<Wanted> {
  const rows = variants(opcode);
  const [first] = rows;
  if (!first) {
    yield raised('E_OPCODE', 'no instruction', (code) => code.slots.push({ opcode, dst: 0, src: 0, off: 0, imm: 0 }));
    return;
  }
  const { selector } = first;
  if (rows.length === 1 || !selector) return;
  const { field, error } = selector;
  const known = new Set(rows.map((row) => row[field]));
  const others = { src: [3, 7, 15], off: [2, 0x7fff, -1], imm: [2, 8, -1, 0x60] }[field].filter(
    (value) => !known.has(value),
  );
  for (const value of others) {
    yield raised(
      error,
      `${field} is ${value}`,
      (code) => void code.emit(first, { [field]: value }),
      ({ slot }) => slot[field] === value,
    );
  }
}

/** Programs that are refused before their first instruction, and every class at all. */
export function* errorsOfProgram({ programSlotBytes }: Limits): Generator<Wanted> {
  const lengths: readonly (readonly [ErrorName, number])[] = [
    ['E_PROG_EMPTY', 0],
    ['E_PROG_SIZE', 1],
    ['E_PROG_SIZE', 7],
    ['E_PROG_SIZE', programSlotBytes + 12],
    ['E_PROG_TOO_LONG', programSlotBytes + 8],
  ];
  for (const [error, length] of lengths) {
    const scene: Scene = { alone: true, length, build: (code) => void code.emit(rowNamed('exit')) };
    yield {
      aspect: error,
      label: `${length} bytes`,
      hit: (step) => step.error === error && step.bytes === length,
      scene,
    };
  }
  for (const error of Object.keys(ErrorClass) as ErrorName[]) {
    yield { aspect: 'any', label: error, hit: (step) => step.error === error };
  }
}
