/** Programs that are none: any bits, and good programs with something wrong. */
import { instructions } from '../../gen/ebpf/isa.ts';
import { decodeSlots, encodeSlots, type Slot } from '../../gen/ebpf/slot.ts';
import { between, bytesOfWords, happens, immediate, oneOf, weighted, type Random } from './chance.ts';
import { generateProgram } from './generate.ts';
import type { Limits } from './sketch.ts';

export interface Invalid {
  /** What was done to it. */
  readonly what: string;
  readonly program: Uint8Array;
  readonly data: Uint8Array;
  readonly length?: number;
}

const opcodes = [...new Set(instructions.map(({ opcode }) => opcode))];

/** A slot of any bits, whose fields are often at their limits. */
function anySlot(random: Random): Slot {
  return {
    opcode: happens(random, 0.7) ? oneOf(random, opcodes) : random.below(256),
    dst: oneOf(random, [0, 1, 9, 10, 11, random.below(16)]),
    src: oneOf(random, [0, 0, 1, 2, 3, 10, 11, random.below(16)]),
    off: oneOf(random, [0, 0, 0, 1, 2, 8, 16, 32, -1, between(random, -0x8000, 0x7fff)]),
    imm: oneOf(random, [0, 0, 0, 1, 16, 32, 64, 0x41, 0xa1, 0xe0, 0xe1, 0xf0, 0xf1, immediate(random)]),
  };
}

const exit: Slot = { opcode: 0x95, dst: 0, src: 0, off: 0, imm: 0 };
const wide: Slot = { ...exit, opcode: 0x18 };
const zero: Slot = { ...exit, opcode: 0 };

const slots = (random: Random, count: number, one: () => Slot): Slot[] =>
  Array.from({ length: between(random, 1, count) }, one);

/** A change to the slots of a good program. */
type Change = (random: Random, program: Slot[]) => void;

const changeSlot =
  (change: (random: Random, slot: Slot) => Slot): Change =>
  (random, program) => {
    const at = random.below(program.length);
    program[at] = change(random, program[at]!);
  };

const changes: Readonly<Record<string, Change>> = {
  'another opcode': changeSlot((random, slot) => ({ ...slot, opcode: random.below(256) })),
  'another register': changeSlot((random, slot) => ({ ...slot, [oneOf(random, ['dst', 'src'])]: random.below(16) })),
  'another offset': changeSlot((random, slot) => ({
    ...slot,
    off: slot.off + oneOf(random, [-1, 1, 2, -300, 300, 0x4000]),
  })),
  'another immediate': changeSlot((random, slot) => ({ ...slot, imm: immediate(random) | 0 })),
  'a slot of any bits': (random, program) => program.splice(random.below(program.length), 1, anySlot(random)),
  'a slot too few': (random, program) => program.splice(random.below(program.length), 1),
  'a slot too many': (random, program) => program.splice(random.below(program.length), 0, anySlot(random)),
  'cut off': (random, program) => program.splice(between(random, 1, program.length)),
};

function flipped(random: Random, program: Uint8Array): Uint8Array {
  const bytes = program.slice();
  for (let n = between(random, 1, 4); n > 0; n--) bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
  return bytes;
}

/** Lengths that a command may give: most of them wrong, none beyond the program without being wrong. */
function wrongLength(random: Random, program: Uint8Array, slotBytes: number): number {
  const any = oneOf(random, [
    0,
    random.below(program.length),
    8 * random.below(program.length / 8),
    program.length + between(random, 1, 7),
    slotBytes + between(random, 1, 64),
    slotBytes + 8 * between(random, 1, 64),
    2 ** 31,
    2 ** 32 - 8,
    random.below(2 ** 32),
  ]);
  const isSilent = any % 8 === 0 && any > program.length && any <= slotBytes;
  return isSilent ? any + 1 : any;
}

/** A program that is wrong somewhere, though execution may never come there. */
export function invalidProgram(random: Random, limits: Limits): Invalid {
  const data = bytesOfWords(random, 64);
  const good = (): Uint8Array => generateProgram(random, undefined, limits).program;
  const most = limits.programSlots * 8;
  return weighted<() => Invalid>(random, [
    [3, () => ({ what: 'any bits', data, program: encodeSlots([...slots(random, 12, () => anySlot(random)), exit]) })],
    [
      1,
      () => ({
        what: 'any bits, also of opcodes',
        data,
        program: Uint8Array.from({ length: 8 * between(random, 1, 30) }, () => random.below(256)),
      }),
    ],
    [
      2,
      () => {
        const run = slots(random, 30, () => oneOf(random, [wide, wide, wide, zero, exit]));
        const jump = { ...exit, opcode: oneOf(random, [0x05, 0x85]), off: random.below(run.length) };
        const first = jump.opcode === 0x85 ? { ...jump, src: 1, off: 0, imm: jump.off } : jump;
        return { what: 'a jump into a run of opcodes of lddw', data, program: encodeSlots([first, ...run, exit]) };
      },
    ],
    [3, () => ({ what: 'flipped bits', data, program: flipped(random, good()) })],
    [
      6,
      () => {
        const program = decodeSlots(good());
        const names = Array.from({ length: between(random, 1, 2) }, () => oneOf(random, Object.keys(changes)));
        for (const name of names) if (program.length > 0) changes[name]!(random, program);
        if (program.length === 0) program.push(exit);
        return { what: names.join(' and '), data, program: encodeSlots(program.slice(0, limits.programSlots)) };
      },
    ],
    [
      2,
      () => {
        const program = good();
        return { what: 'a wrong length', data, program, length: wrongLength(random, program, most) };
      },
    ],
  ])();
}
