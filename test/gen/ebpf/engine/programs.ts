/** Random programs, made from the instruction table and aimed at what a pipeline can get wrong. */
import fc from 'fast-check';
import { DataBase, instructions, type Instruction } from '../../../../gen/ebpf/isa.ts';
import { encodeSlots, type Slot } from '../../../../gen/ebpf/slot.ts';

/** An instruction before it is known how far its jump goes. */
interface Draft {
  readonly row: Instruction;
  readonly dst: number;
  readonly src: number;
  readonly off: number;
  readonly imm: number;
  /** Jumps: instructions to go past, from the next one on. Calls: number of the function. */
  readonly hop: number;
}

/** The register that points to the data slot. */
const base = 9;
const isWide = ({ operation }: Instruction): boolean => operation === 'lddw';
const isCall = ({ operation }: Instruction): boolean => operation === 'callLocal';
const isJump = ({ class: group, operation }: Instruction): boolean =>
  (group === 'JMP' || group === 'JMP32') && operation !== 'exit' && !isCall({ operation } as Instruction);
const isMemory = ({ operation, writes }: Instruction): boolean =>
  operation.startsWith('load') || writes.includes('memory');

const accepted = instructions.filter(
  ({ refused, operation }) => !refused && operation !== 'callHelper' && operation !== 'exit',
);
const kinds = {
  arithmetic: accepted.filter(({ class: group }) => group === 'ALU' || group === 'ALU64'),
  slow: accepted.filter(({ group }) => group.startsWith('divmul')),
  loads: accepted.filter(({ operation }) => operation.startsWith('load')),
  stores: accepted.filter(({ operation }) => operation === 'store'),
  atomics: accepted.filter(({ group }) => group.startsWith('atomic')),
  jumps: accepted.filter(isJump),
  wide: accepted.filter(isWide),
  calls: accepted.filter(isCall),
};

/** Numbers at which arithmetic goes wrong, and any others. */
const numbers = fc.oneof(
  fc.constantFrom(
    0,
    1,
    2,
    3,
    7,
    8,
    16,
    31,
    32,
    33,
    63,
    64,
    255,
    256,
    65535,
    0x7fff_ffff,
    -0x8000_0000,
    -1,
    -2,
    -8,
    -256,
  ),
  fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
);

/** Few registers, so that instructions depend on each other at every distance. */
const registers = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 3 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 8 }) },
);

/** Mostly inside the data slot or the stack, near its limits and near the ends of lines. */
const place = (aligned: boolean) =>
  fc
    .oneof(
      { weight: 6, arbitrary: fc.record({ register: fc.constant(base), off: fc.integer({ min: 0, max: 40 }) }) },
      { weight: 2, arbitrary: fc.record({ register: fc.constant(base), off: fc.integer({ min: 50, max: 260 }) }) },
      { weight: 4, arbitrary: fc.record({ register: fc.constant(10), off: fc.integer({ min: -40, max: -8 }) }) },
      { weight: 1, arbitrary: fc.record({ register: fc.constant(10), off: fc.integer({ min: -520, max: 8 }) }) },
    )
    .map(({ register, off }) => ({ register, off: aligned ? off & ~7 : off }));

function draft(row: Instruction): fc.Arbitrary<Draft> {
  const atomic = row.group.startsWith('atomic');
  return fc
    .record({
      dst: registers,
      src: registers,
      off: fc.integer({ min: -0x8000, max: 0x7fff }),
      imm: numbers,
      hop: fc.oneof(
        { weight: 5, arbitrary: fc.integer({ min: 0, max: 4 }) },
        { weight: 2, arbitrary: fc.integer({ min: -5, max: -1 }) },
      ),
      place: fc.oneof({ weight: 20, arbitrary: place(atomic) }, { weight: 1, arbitrary: place(false) }),
    })
    .map(({ dst, src, off, imm, hop, place: at }) => {
      const loads = row.operation.startsWith('load');
      const stores = row.writes.includes('memory');
      const field = (rule: Instruction['dst'], register: number): number =>
        typeof rule === 'number' ? rule : register;
      return {
        row,
        dst: stores ? at.register : field(row.dst, dst),
        src: loads ? at.register : field(row.src, src),
        off: isMemory(row) ? at.off : row.off === 'any' ? off : row.off,
        imm: row.imm === 'any' ? imm : row.imm,
        hop,
      };
    });
}

const oneOf = (rows: readonly Instruction[]): fc.Arbitrary<Draft> => fc.constantFrom(...rows).chain(draft);

const rowNamed = (name: string): Instruction => instructions.find((each) => each.name === name)!;
const plain = (name: string, dst = 0, imm = 0): Draft => ({ row: rowNamed(name), dst, src: 0, off: 0, imm, hop: 0 });
const exit = plain('exit');

/** A call of a helper function that exists, now and then of one that does not; its number may be in a register. */
const helperCall = fc
  .record({ number: fc.constantFrom(0, 0, 3, 3, 5, 5, 5, 4), dst: fc.option(registers) })
  .map(({ number, dst }) =>
    dst === null ? [plain('call-helper', 0, number)] : [plain('mov-imm', dst, number), plain('callx', dst)],
  );

/** @param calls with helper functions */
const body = (most: number, calls: boolean): fc.Arbitrary<Draft[]> => {
  const some = (weight: number, rows: readonly Instruction[]) => ({
    weight,
    arbitrary: oneOf(rows).map((each) => [each]),
  });
  const groups = fc.oneof(
    some(8, kinds.arithmetic),
    some(2, kinds.slow),
    some(5, kinds.loads),
    some(4, kinds.stores),
    some(2, kinds.atomics),
    some(5, kinds.jumps),
    some(2, kinds.wide),
    some(2, kinds.calls),
    { weight: calls ? 4 : 0, arbitrary: helperCall },
  );
  return fc.array(groups, { maxLength: most }).map((drafts) => drafts.flat());
};

/** Turns hops into distances. Jumps that would leave the program go to its last instruction. */
function assembled(functions: readonly (readonly Draft[])[]): Uint8Array {
  const drafts = functions.flat();
  const starts: number[] = [];
  let slots = 0;
  for (const { row } of drafts) {
    starts.push(slots);
    slots += isWide(row) ? 2 : 1;
  }
  const entries = functions.map((_, index) => functions.slice(0, index).flat().length);
  const encoded = drafts.flatMap(({ row, dst, src, off, imm, hop }, index): Slot[] => {
    const callee = entries[1 + ((hop & 7) % Math.max(1, entries.length - 1))] ?? index + 1;
    const to = isCall(row) ? callee : Math.min(Math.max(0, index + 1 + hop), drafts.length - 1);
    const distance = starts[to] - starts[index] - 1;
    const slot = { opcode: row.opcode, dst, src, off, imm };
    if (isWide(row)) return [slot, { opcode: 0, dst: 0, src: 0, off: 0, imm: Math.imul(imm, 0x9e37_79b1) }];
    if (isCall(row)) return [{ ...slot, src: 1, imm: distance }];
    if (!isJump(row)) return [slot];
    return [row.off === 'any' ? { ...slot, off: distance } : { ...slot, imm: distance }];
  });
  return encodeSlots(encoded);
}

/**
 * Programs of a main function and up to three others. They jump to instructions only, loop as their data will have it (a step limit
 * has to end them), and now and then reach for what is not theirs.
 */
const programs = (calls: boolean): fc.Arbitrary<Uint8Array> =>
  fc
    .record({
      main: body(40, calls),
      others: fc.array(body(12, calls), { maxLength: 3 }),
      seeds: fc.array(numbers, { minLength: 4, maxLength: 4 }),
    })
    .map(({ main, others, seeds }) => {
      const prologue = [
        plain('mov-imm', base, DataBase),
        ...seeds.map((seed, register) => plain('lddw', register, seed)),
      ];
      return assembled([[...prologue, ...main, exit], ...others.map((each) => [...each, exit])]);
    });

export const randomPrograms = programs(false);

/** The same with calls of helper functions. */
export const randomCalls = programs(true);

/** One slot of any bits whatever, with fields that are often at their limits. */
export const randomSlots: fc.Arbitrary<Slot> = fc.record({
  opcode: fc.oneof(
    fc.constantFrom(...new Set(instructions.map(({ opcode }) => opcode))),
    fc.integer({ min: 0, max: 255 }),
  ),
  dst: fc.oneof(fc.constantFrom(0, 1, 9, 10, 11), fc.integer({ min: 0, max: 15 })),
  src: fc.oneof(fc.constantFrom(0, 1, 2, 3, 10, 11), fc.integer({ min: 0, max: 15 })),
  off: fc.oneof(fc.constantFrom(0, 0, 1, 2, 8, 16, 32, -1), fc.integer({ min: -0x8000, max: 0x7fff })),
  imm: fc.oneof(fc.constantFrom(0, 0, 0, 1, 16, 32, 64, 0x41, 0xa1, 0xe0, 0xe1, 0xf0, 0xf1), numbers),
});
