/**
 * The memory unit of an engine: loads, stores and atomics on the data slot and the stack. Lines of the slot are cached
 * in local RAM beside the stack; stores go through to the slot. What programs may rely on is in docs/memory-order.md.
 */
import {
  allOf,
  anyOf,
  assertThat,
  bool,
  instance,
  module,
  mux,
  oneHot,
  reg,
  repeat,
  select,
  shared,
  u,
  vec,
  when,
  wire,
} from '../../hdl/index.ts';
import type { UInt } from '../../hdl/index.ts';
import { atomicAlu } from '../../lib/atomic.ts';
import {
  accessPort,
  addressPort,
  framePort,
  lineBits,
  MemoryKind,
  memoryPort,
  snoopPort,
  type EngineConfig,
} from './interface.ts';
import { geometry, located, rowOfAddress, rowOfLine, rowOfStack } from './memory-unit-address.ts';
import { lineCache } from './memory-unit-lines.ts';
import { prefetcher } from './memory-unit-prefetch.ts';
import { localRam } from './memory-unit-ram.ts';
import { fires } from '../../lib/stream.ts';
import { memoryRequests } from './memory-unit-requests.ts';
import { stackScrubber } from './memory-unit-stack.ts';
import { loaded, pairOf, rotateLeft, touched } from './memory-unit-words.ts';

const lineWords = vec(u(64), 8);

const ports = (config: EngineConfig) => ({
  frame: framePort,
  address: addressPort,
  access: accessPort,
  memory: memoryPort(config),
  snoop: snoopPort(config),
});

/**
 * Local RAM reads at the edge that moves an access from execute to memory, so that a load finishes in its first cycle
 * there when its line is present. What waits: a line that is absent, words that were written at the edge of the read,
 * the second line of an access that crosses lines, a full queue of stores, atomics.
 */
export const memoryUnit = shared((config: EngineConfig) =>
  module('memory_unit', ports(config), ({ frame, address, access, memory, snoop }) => {
    const shape = geometry(config);
    const ram = instance(localRam(shape.row));
    const cache = instance(lineCache(shape));
    const requests = instance(memoryRequests(config));
    const ahead = instance(prefetcher(shape));
    const scrubber = instance(stackScrubber);

    // How far the access in the memory stage has come; all 0 when one moves there.
    /** The first of two lines is done. */
    const second = reg(bool, 0);
    /** The words that the RAM shows are older than what it holds. */
    const stale = reg(bool, 0);
    /** The slot was asked: for the line, or to do the atomic. */
    const asked = reg(bool, 0);
    /** The words of the line are in `late`. */
    const arrived = reg(bool, 0);
    /** What an atomic leaves on the stack is in `result`. */
    const computed = reg(bool, 0);

    /** The first of two lines is done in this cycle. */
    const advance = wire(bool);
    const at = located(shape, address, access, advance);
    const onSlot = at.stack.not();
    const bytes = touched(at.offset, access.size, second);
    const loads = access.valid.and(access.kind.is('LOAD'));
    const stores = access.valid.and(access.kind.is('STORE'));
    const atomics = access.valid.and(access.kind.is('ATOMIC'));
    const stackAtomic = atomics.and(at.stack);
    const slotAtomic = atomics.and(onSlot);

    const answered = memory.response_valid;
    const lineLands = answered.and(memory.response.kind.is('READ'));
    const atomicLands = answered.and(memory.response.kind.is('ATOMIC'));
    const landing = memory.response.data.as(lineWords);

    // Local RAM, read side.
    const overtaken = allOf(ram.written.row.eq(at.row), ram.written.banks.and(bytes.banks).orReduce());
    const outdated = stale.or(overtaken);
    const readsAgain = allOf(stores.not(), access.valid, arrived.not(), outdated);
    ram.read.enable.value = address.valid.or(readsAgain);
    ram.read.row.value = mux(readsAgain, at.row, rowOfAddress(shape, address.address));
    const present = at.stack.or(cache.own.hit);
    const wordsHere = arrived.or(present.and(outdated.not()));

    // Local RAM, write side: the memory stage, then lines that arrived, then the scrubber.
    const storeTurn = stores.and(at.stack.or(requests.access.write_ready));
    const resultTurn = atomics.and(computed);
    const ownTurn = storeTurn.or(resultTurn);
    const fillTurn = cache.fill.valid.and(ownTurn.not());
    const clearTurn = allOf(cache.fill.valid.not(), ownTurn.not(), scrubber.clear.valid);
    cache.fill.turn.value = fillTurn;
    scrubber.clear.ready.value = clearTurn;
    ram.write.row.value = mux(
      ownTurn,
      at.row,
      mux(fillTurn, rowOfLine(shape, cache.fill.line), rowOfStack(shape, scrubber.clear.line)),
    );
    ram.write.lanes.value = mux(
      ownTurn,
      bytes.lanes.and(repeat(at.legal.and(present), 64)),
      repeat(cache.fill.install.or(clearTurn), 64),
    );
    const result = reg(u(64));
    const stored = rotateLeft(access.data, at.offset.slice(0, 3));
    for (let b = 0; b < 8; b++) {
      ram.write.words.at(b).value = oneHot(u(64), [
        [storeTurn, stored],
        [resultTurn, result],
        [fillTurn, cache.fill.words.at(b)],
      ]);
    }

    // What the slot is asked for.
    const misses = allOf(loads, anyOf(arrived, asked, cache.own.hit, cache.own.coming).not());
    const asks = allOf(at.legal, onSlot, anyOf(misses, storeTurn, slotAtomic.and(asked.not())));
    const taken = allOf(asks, stores.not(), requests.access.ask_ready);
    requests.access.valid.value = asks;
    requests.access.bits.value = {
      kind: select(access.kind, { STORE: 'WRITE', ATOMIC: 'ATOMIC' }, MemoryKind.of('READ')),
      program: 0,
      line: at.line.zext(lineBits(config)),
      offset: at.offset,
      size: access.size,
      upper: second,
      data: mux(stores, stored, access.data),
      atomic: access.atomic,
      compare: access.compare,
    };

    // Words that do not come from the RAM in this cycle.
    const ownLands = anyOf(allOf(loads, present.not(), cache.own.lands), slotAtomic.and(atomicLands));
    const fromRam = pairOf(ram.read.words.toArray(), at.offset);
    const fromSlot = pairOf(landing.toArray(), at.offset);
    const late = { even: reg(u(64)), odd: reg(u(64)) };
    when(slotAtomic, () => {
      const old = mux(access.size.bit(0), landing.at(0), repeat(landing.at(0).slice(0, 32), 2) as UInt<64>);
      late.even.next = old;
      late.odd.next = old;
    }).elseWhen(arrived.not(), () => {
      late.even.next = mux(present, fromRam.even, fromSlot.even);
      when(second.not(), () => {
        late.odd.next = mux(present, fromRam.odd, fromSlot.odd);
      });
    });
    const words = { even: mux(arrived, late.even, fromRam.even), odd: mux(arrived.or(second), late.odd, fromRam.odd) };
    access.value.value = loaded(words, at.offset, access.size, access.sign.and(access.kind.is('LOAD')));
    access.address.value = at.address;
    access.error.value = at.error;

    const wide = access.size.bit(0);
    const lateWord = mux(at.offset.bit(3), late.odd, late.even);
    const old = mux(wide.or(at.offset.bit(2).not()), lateWord, lateWord.slice(32, 32).zext(64) as UInt<64>);
    const alu = instance(atomicAlu, {
      operation: access.atomic,
      wide,
      old,
      operand: access.data,
      compare: access.compare,
    });
    result.next = mux(wide, alu.result, repeat(alu.result.slice(0, 32), 2) as UInt<64>);

    // Progress.
    const lineDone = anyOf(loads.and(wordsHere), storeTurn);
    const lastLine = at.crosses.not().or(second);
    const done = anyOf(lineDone.and(lastLine), resultTurn, slotAtomic.and(arrived));
    advance.value = allOf(at.legal, lineDone, lastLine.not());
    access.wait.value = allOf(access.valid, at.legal, done.not());
    stale.next = outdated.and(readsAgain.not());
    when(taken, () => {
      asked.next = 1;
    });
    when(ownLands.or(stackAtomic.and(wordsHere)), () => {
      arrived.next = 1;
    });
    when(stackAtomic.and(arrived), () => {
      computed.next = 1;
    });
    when(advance, () => {
      second.next = 1;
      stale.next = 1;
      asked.next = 0;
      arrived.next = 0;
    });
    when(address.valid, () => {
      for (const flag of [second, stale, asked, arrived, computed]) flag.next = 0;
    });

    // The parts, and the outside.
    cache.clear.value = frame.start;
    cache.own.line.value = at.line;
    cache.own.stores.value = stores.and(onSlot);
    cache.own.atomics.value = slotAtomic;
    cache.heard.valid.value = snoop.valid;
    cache.heard.line.value = snoop.line.slice(0, shape.line);
    cache.ahead.line.value = ahead.ahead.line;
    cache.request.valid.value = requests.read.valid;
    cache.request.line.value = requests.read.line.slice(0, shape.line);
    cache.request.demand.value = requests.read.demand;
    cache.response.valid.value = lineLands;
    cache.response.words.value = landing;
    requests.read.room.value = cache.request.room;
    requests.answered.value = answered;
    requests.ahead.valid.value = ahead.ahead.valid;
    requests.ahead.bits.value = ahead.ahead.line.zext(lineBits(config));
    ahead.ahead.hit.value = cache.ahead.hit;
    ahead.ahead.ready.value = requests.ahead.ready;
    ahead.start.value = frame.start;
    // A call that waits for its frame is worth more than lines that nobody asked for yet.
    ahead.idle.value = frame.idle.or(scrubber.next_clear.not());
    ahead.load.valid.value = loads.and(onSlot);
    ahead.load.line.value = at.line;
    ahead.load.missed.value = taken;
    scrubber.depth.value = frame.depth;
    scrubber.idle.value = frame.idle;
    scrubber.written.valid.value = allOf(ownTurn, at.legal, at.stack);
    scrubber.written.line.value = at.row.slice(0, 6);
    frame.next_clear.value = scrubber.next_clear;
    /** Slot memory has taken the request for the first line. */
    const warm = reg(bool, 1);
    when(frame.start, () => {
      warm.next = 0;
    }).elseWhen(fires({ valid: requests.slot.valid, ready: memory.request_ready }), () => {
      warm.next = 1;
    });
    frame.warm.value = warm;
    frame.first_clear.value = scrubber.first_clear;
    frame.drained.value = requests.drained.and(cache.fill.valid.not());
    memory.request_valid.value = requests.slot.valid;
    memory.request.value = requests.slot.bits;
    requests.slot.ready.value = memory.request_ready;

    const waited = reg(bool, 0);
    waited.next = access.wait;
    assertThat(access.valid.or(waited.not()), 'an access was taken away while it waited');
    assertThat(frame.drained.or(frame.start.not()), 'a program starts before the one before is drained');
  }),
);
