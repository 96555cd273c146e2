/** r0 to r10. */
import { allOf, cat, memory, mux, muxCase, named, reg, u, vec, when } from '../../hdl/index.ts';
import type { Bits, Bool, Io, UInt } from '../../hdl/index.ts';
import { DataBase, FramePointer, MaxFrames, RegisterCount, StackTop } from '../isa.ts';
import type { Core } from './core.ts';
import type { EngineConfig, entryPort } from './interface.ts';
import { hasHelpers } from './repertoire.ts';

/** The registers that belong to the caller; the lowest two bits tell them apart. */
const kept = [6, 7, 8, 9] as const;

/** A register that does not exist: nothing writes it, and it reads as 0. */
export const noRegister = 15;

/** The registers that a helper function is given. */
const passedOn = [1, 2, 3, 4, 5] as const;

/** What a program finds in its registers (abi.ts), by register; 0 where nothing is said. */
const entryValues = (
  { dataSlotBytes }: EngineConfig,
  given?: Io<typeof entryPort>,
): readonly (readonly [number, Bits<64>])[] => [
  [1, given?.r1 ?? DataBase],
  [2, given?.r2 ?? dataSlotBytes],
  [FramePointer, StackTop],
];

export interface Registers {
  /** What a register holds: everything that has been written back. */
  readonly read: (index: UInt<4>) => UInt<64>;
  readonly r0: UInt<64>;
  /** r1 to r5 as {@link read} gives them, all at once; none where there are no helper functions. */
  readonly passed: readonly UInt<64>[];
  /** Entry values are in place. */
  readonly ready: Bool;
}

/**
 * The register file: LUT RAM, written in writeback. r10 is a register like others, which calls and exits move by the size
 * of a frame. Calls copy nothing: each frame has its own rows for r6 to r9, and `homes` says in which frame each was
 * written last. A call saves only this, an exit brings it back. Entry values are set while no program runs; those that come
 * from the entry port are known only after `start`.
 */
export function registerFile(
  { config, stages: { writeback }, item, begins, running, fails, result }: Core,
  start: Bool,
  given?: Io<typeof entryPort>,
): Registers {
  const rows = memory({ type: u(64), depth: 64, style: 'distributed' });
  const homes = reg(vec(u(3), kept.length));
  const isKept = (index: UInt<4>): Bool => index.isOneOf(...kept);
  const rowOf = (index: UInt<4>, home: UInt<3>): UInt<6> =>
    mux(isKept(index), cat(u(1).of(0), home, index.low(2)), cat(u(2).of(2), index));

  /** The register that gets its entry value next. */
  const upcoming = reg(u(4), 0);
  const ready = upcoming.eq(RegisterCount);
  const sets = allOf(running.not(), writeback.valid.not(), ready.not());
  when(given ? running.or(start) : running, () => {
    upcoming.next = 0;
  }).elseWhen(sets, () => {
    upcoming.next = upcoming.add(1);
  });

  const control = writeback.get(item.control);
  const frame = writeback.get(item.frame);
  const done = writeback.firing.and(fails.not());
  const writes = done.and(control.writes);
  const index = mux(sets, upcoming, writeback.get(item.destination));
  const entry = muxCase(
    entryValues(config, given).map(([register, value]) => [upcoming.eq(register), value] as const),
    u(64).of(0),
  );
  rows.write({
    enable: sets.or(writes),
    address: rowOf(index, mux(sets, u(3).of(0), frame)),
    data: mux(sets, entry, result),
  });

  const r0 = reg(u(64), 0);
  when(writes.and(index.eq(0)), () => {
    r0.next = result;
  });
  when(begins, () => {
    r0.next = 0;
  });

  const passed = (hasHelpers(config) ? passedOn : []).map((register) => named(`r${register}`, () => reg(u(64))));
  passed.forEach((copy, i) => {
    when(sets.or(writes).and(index.eq(passedOn[i])), () => {
      copy.next = mux(sets, entry, result);
    });
  });

  // When an exit restores, nothing younger is on its way.
  const saved = memory({ type: vec(u(3), kept.length), depth: MaxFrames, style: 'distributed' });
  const homesBefore = saved.read(frame, { latency: 0 });
  when(writes.and(isKept(index)), () => {
    homes.at(index.low(2)).next = frame;
  });
  when(done.and(control.call), () => {
    saved.write({ address: frame, data: homes });
  });
  when(done.and(control.exit), () => {
    homes.next = homesBefore;
  });
  when(begins, () => {
    homes.next = kept.map(() => 0);
  });

  const read = (register: UInt<4>): UInt<64> => rows.read(rowOf(register, homes.at(register.low(2))), { latency: 0 });
  return { read, r0, passed, ready };
}
