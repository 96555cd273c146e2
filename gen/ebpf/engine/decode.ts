/** Second stage: what the instruction is, its operands, and where it would jump. */
import { allOf, anyOf, bool, bypass, cat, instance, mux, muxCase, select, u } from '../../hdl/index.ts';
import type { Bool, Producer, UInt, ValueOf } from '../../hdl/index.ts';
import { ErrorClass, FramePointer, StackBytes } from '../isa.ts';
import { noRegister } from './registers.ts';
import type { Early } from './control-signals.ts';
import type { Core } from './core.ts';
import { decoder, errorType } from './decoder.ts';
import { hasHelpers } from './repertoire.ts';

/** What decode reads of the program. */
interface Program {
  readonly slot: UInt<64>;
  readonly next: UInt<64>;
  readonly early: ValueOf<typeof Early>;
  /** Slots in it. */
  readonly slots: UInt;
  /** Error of its length, 0 for none. */
  readonly error: UInt<8>;
}

/**
 * @param read what a register holds
 * @param accessWaits what the memory stage has been asked for has no value yet
 */
export function decodeStage(core: Core, program: Program, read: (index: UInt<4>) => UInt<64>, accessWaits: Bool): void {
  const { item } = core;
  const { decode, execute, memory } = core.stages;
  const { slot, next, early } = program;
  const pc = decode.get(item.pc);
  const following = decode.get(item.following);
  const decoded = instance(decoder(core.config), {
    slot,
    next,
    has_next: following.lt(program.slots),
    wide: early.wide,
  });
  const { control } = decoded;
  const isServed = hasHelpers(core.config);
  const dst = slot.slice(8, 4);
  const src = slot.slice(12, 4);
  const off = slot.slice(16, 16);
  const imm = slot.slice(32, 32);

  const producers = (alsoLater: Bool): Producer[] => {
    const { source } = execute.get(item.control);
    const known = memory.get(item.control).source;
    return [
      { ...writer(core, 'execute'), value: execute.get(item.computed), available: source.is('ALU').or(alsoLater) },
      {
        ...writer(core, 'memory'),
        value: memory.get(item.loaded),
        available: known.is('ALU').or(known.is('ACCESS').and(accessWaits.not())),
      },
      { ...writer(core, 'writeback'), value: core.result },
    ];
  };
  const leftIndex = select(early.left, { SRC: src, R10: FramePointer, NONE: noRegister }, dst);
  const left = bypass(leftIndex, read(leftIndex), producers(bool.of(0)));
  const rightIndex = mux(early.right_dst, dst, src);
  // Data to be stored may be one stage behind: it is needed in memory only.
  const stores = control.kind.is('STORE');
  const right = bypass(rightIndex, read(rightIndex), producers(stores));
  const leader = writer(core, 'execute');
  const late = allOf(
    stores,
    control.reads_right,
    execute.valid,
    leader.writes,
    leader.index.eq(rightIndex),
    execute.get(item.control).source.is('ALU').not(),
  );

  // A compare-exchange finds r0 in the register file when it comes to memory.
  const comparesR0 = control.kind.is('ATOMIC').and(control.atomic.is('CMPXCHG'));
  const movesR0 = anyOf(
    ...[writer(core, 'execute'), writer(core, 'memory')].map(({ stage, writes, index }) =>
      allOf(stage.valid, writes, index.eq(0)),
    ),
  );

  const frame = mux(control.exit, u(32).of(StackBytes), u(32).of(-StackBytes));
  const isLocal = isServed ? [decoded.helper.not()] : [];
  const immediate = mux(allOf(early.left.is('R10'), ...isLocal), frame, imm);
  const upper = mux(early.wide, next.slice(32, 32), immediate.sext(64).high(32));
  const distance = mux(control.from_imm, imm, off.sext(32));

  decode.halt(control.reads_left.and(left.wait).or(control.reads_right.and(right.wait)));
  decode.halt(comparesR0.and(movesR0));
  decode.put(item.slot, slot);
  decode.put(item.wide, early.wide);
  decode.put(item.control, control);
  if (isServed) decode.put(item.helper, decoded.helper);
  decode.put(
    item.illegal,
    muxCase(
      [
        [program.error.orReduce(), program.error],
        [pc.ge(program.slots), errorType.of(ErrorClass.E_PC_OOB)],
      ],
      decoded.error,
    ),
  );
  decode.put(item.destination, select(control.destination, { SRC: src, R0: 0, R10: FramePointer }, dst));
  decode.put(item.left, left.value);
  decode.put(item.right, mux(control.right_immediate, cat(upper, immediate), right.value));
  decode.put(item.late, late);
  decode.put(item.offset, off);
  decode.put(item.target, following.zext(33).add(distance.sext(33)));
}

/** Which register the instruction in a stage writes, if any. */
function writer(
  { stages, item }: Core,
  name: 'execute' | 'memory' | 'writeback',
): Pick<Producer, 'stage' | 'writes' | 'index'> {
  const stage = stages[name];
  return { stage, writes: stage.get(item.control).writes, index: stage.get(item.destination) };
}
