/** First in, first out. */
import {
  assertThat,
  bitsFor,
  flip,
  instance,
  memory,
  module,
  mux,
  output,
  reg,
  shared,
  u,
  unused,
  when,
} from '../hdl/index.ts';
import type { AnyType, Bool, MemoryOptions, Reg, UInt, UIntType } from '../hdl/index.ts';
import { report } from '../hdl/report.ts';
import { as, delayLine, fires, pipe, stream, typeOf, type Source } from './stream.ts';

export type FifoStyle = NonNullable<MemoryOptions<AnyType>['style']>;

export interface FifoOptions {
  /** What holds the items; default `auto`: LUT RAM up to 64 items, block RAM beyond. */
  readonly style?: FifoStyle;
}

/** A stream that also tells how many items wait in it. */
export interface Fifo<T extends AnyType> extends Source<T> {
  /** Items that were pushed and not yet popped, 0 to depth. */
  readonly count: UInt;
}

/**
 * Cycles from the push into an empty FIFO to the valid that shows the item: in LUT RAM or flip-flops, and in block or
 * UltraRAM.
 */
export const fifoLatency = { shallow: 1, deep: 4 } as const;

/** A deep FIFO's RAM has an output register. */
const ramLatency = 2;
/** Items that a deep FIFO fetches ahead, so that one leaves every cycle. */
const fetchAhead = ramLatency + 2;

/**
 * The FIFO as a module: stream `push` in, stream `pop` out, and `count`. Exactly `depth` items fit: 2 or more, 5 or
 * more in block RAM and UltraRAM. One moves in and one moves out a cycle. `push.ready` and `pop.valid` come from
 * registers.
 */
export const fifoModule = shared((width: number, depth: number, style: FifoStyle = 'auto') => {
  const deep = style === 'auto' ? depth > 64 : style === 'block' || style === 'ultra';
  const least = deep ? fifoLatency.deep + 1 : 2;
  if (depth < least)
    report(
      'H031',
      `a FIFO of ${depth} items; in ${deep ? 'block RAM' : 'LUT RAM'} it takes ${least} to move one a cycle`,
    );
  const type = u(width);
  const ports = { push: flip(stream(type)), pop: stream(type), count: output(u(bitsFor(depth + 1))) };
  const name = `fifo_w${width}_d${depth}${style === 'auto' ? '' : `_${style}`}`;
  return module(name, ports, ({ push, pop, count }) => {
    const pushes = fires(push);
    const pops = fires(pop);
    const held = reg(u(bitsFor(depth + 1)), 0);
    tally(held, pushes, pops);
    count.value = held;
    push.ready.value = held.ne(depth);
    const tail = reg(u(bitsFor(depth)), 0);
    advance(tail, depth, pushes);
    const rows = memory({ type, depth, style: style !== 'auto' ? style : deep ? 'block' : 'distributed' });
    when(pushes, () => {
      rows.write({ address: tail, data: push.bits });
    });
    const head = reg(u(bitsFor(depth)), 0);
    if (!deep) {
      advance(head, depth, pops);
      pop.valid.value = held.ne(0);
      pop.bits.value = rows.read(head, { latency: 0 });
      return;
    }
    // The RAM answers late: items are fetched ahead into a short queue, as many as it has room for.
    const queue = instance(fifoModule(width, fetchAhead, 'registers'));
    /** Items in the RAM alone. */
    const stored = reg(u(bitsFor(depth + 1)), 0);
    /** Items on their way through the RAM's registers or in the queue. */
    const fetched = reg(u(bitsFor(fetchAhead + 1)), 0);
    const fetches = stored.ne(0).and(fetched.ne(fetchAhead));
    tally(stored, pushes, fetches);
    tally(fetched, fetches, pops);
    advance(head, depth, fetches);
    const arrives = delayLine(fetches, ramLatency, 0);
    queue.push.valid.value = arrives;
    queue.push.bits.value = rows.read(head, { enable: fetches, latency: ramLatency });
    assertThat(queue.push.ready.or(arrives.not()), 'a fetched item finds no room');
    pipe(queue.pop, pop);
    unused(queue.count);
  });
});

/** Counts items that come and go. */
function tally(count: Reg<UIntType>, comes: Bool, goes: Bool): void {
  when(comes.and(goes.not()), () => {
    count.next = count.add(1);
  }).elseWhen(goes.and(comes.not()), () => {
    count.next = count.sub(1);
  });
}

/** Walks a pointer through the rows of a memory. */
function advance(pointer: Reg<UIntType>, depth: number, moves: Bool): void {
  const following = pointer.add(1);
  when(moves, () => {
    pointer.next = Number.isInteger(Math.log2(depth))
      ? following
      : mux(pointer.eq(depth - 1), u(pointer.width).of(0), following);
  });
}

/** The stream behind a FIFO of `depth` items: 2 or more, and in block RAM or UltraRAM 5. */
export function fifo<T extends AnyType>(from: Source<T>, depth: number, options: FifoOptions = {}): Fifo<T> {
  const type = typeOf(from);
  const queue = instance(fifoModule(type.width, depth, options.style ?? 'auto'));
  pipe(as(from, u(type.width)), queue.push);
  unused(queue.count);
  return { ...as(queue.pop, type), count: queue.count };
}
