/** Many streams into one, and one into many. */
import {
  anyOf,
  bitsFor,
  bool,
  cat,
  input,
  instance,
  module,
  mux,
  named,
  oneHot,
  output,
  reg,
  shared,
  u,
  unused,
  vec,
  when,
} from '../hdl/index.ts';
import type { AnyType, Bool, UInt, Value, ValueOf } from '../hdl/index.ts';
import { as, channel, fires, stream, typeOf, type Source } from './stream.ts';

/** The lowest 1 of a number, alone. */
export function lowestOne(of: UInt): UInt {
  return of.and(of.neg());
}

/** The position of the one 1 in a number; 0 where there is none. */
export function positionOf(hot: UInt): UInt {
  const bits = bitsFor(hot.width);
  const hits = (place: number): Bool[] => hot.toBits().filter((_, i) => (i >> place) & 1);
  return cat(...Array.from({ length: bits }, (_, i) => anyOf(...hits(bits - 1 - i))));
}

/**
 * Grants one of the `requests` (one bit each), one-hot and in the same cycle; 0 when nobody asks. After a cycle with
 * `taken`, which needs a request, the one granted is the last in line: who keeps asking is granted after at most all
 * others.
 */
export function roundRobin(requests: UInt, taken: Bool): UInt {
  /** Those who come before the others: everyone above the last one served. */
  const favoured = reg(u(requests.width), 0);
  const first = requests.and(favoured);
  const granted = lowestOne(mux(first.orReduce(), first, requests));
  when(taken, () => {
    favoured.next = granted.neg().and(granted.not());
  });
  return granted;
}

/** `fair`: round robin; `priority`: the first of the list wins whenever it asks. */
export type ArbiterPolicy = 'fair' | 'priority';

/** An arbiter's outgoing stream with the origin of its item. */
export interface Arbitrated<T extends AnyType> extends Source<T> {
  /** Position in the list of the stream that the item comes from. */
  readonly index: UInt;
}

/**
 * The arbiter as a module: `n` streams side by side in `in_valid`, `in_ready`, `in_bits`, `in_last`; stream `pop` out
 * with the `index` of its origin. A choice stands until its item has moved, and with `bursts` until an item with `last`
 * has moved. No latency, one item a cycle.
 */
export const arbiterModule = shared((width: number, n: number, policy: ArbiterPolicy = 'fair', bursts = false) => {
  const type = u(width);
  const entering = {
    valid: input(u(n)),
    ready: output(u(n)),
    bits: input(vec(type, n)),
    ...(bursts ? { last: input(u(n)) } : {}),
  };
  const ports = { in: entering, pop: stream(type), index: output(u(bitsFor(n))) };
  const name = `${policy}_arbiter_w${width}_n${n}${bursts ? '_burst' : ''}`;
  return module(name, ports, ({ in: asking, pop, index }) => {
    /** The choice of an earlier cycle still stands: `held`. */
    const locked = reg(bool, 0);
    const held = reg(u(n));
    const choose = (): UInt => roundRobin(asking.valid, asking.valid.orReduce().and(locked.not()));
    const chosen = policy === 'fair' ? choose() : lowestOne(asking.valid);
    const granted = mux(locked, held, chosen);
    const moves = fires(pop);
    const ends = asking.last ? moves.and(granted.and(asking.last).orReduce()) : moves;
    when(pop.valid.or(locked), () => {
      locked.next = ends.not();
      held.next = granted;
    });
    pop.valid.value = granted.and(asking.valid).orReduce();
    pop.bits.value = oneHot(
      type,
      granted.toBits().map((hit, i) => [hit, asking.bits.at(i)] as const),
    );
    asking.ready.value = mux(pop.ready, granted, 0);
    index.value = positionOf(granted);
  });
});

export interface ArbiterOptions<T extends AnyType> {
  /** Default `fair`. */
  readonly policy?: ArbiterPolicy;
  /** Where given, the stream that was chosen is served until it has moved an item for which this is 1. */
  readonly last?: (bits: ValueOf<T>) => Bool;
}

/** Merges streams of one type into one. */
export function arbiter<T extends AnyType>(from: readonly Source<T>[], options: ArbiterOptions<T> = {}): Arbitrated<T> {
  const type = typeOf(from[0]!);
  const { policy = 'fair', last } = options;
  const choice = instance(arbiterModule(type.width, from.length, policy, last !== undefined));
  const backwards = from.toReversed();
  choice.in.valid.value = cat(...backwards.map(({ valid }) => valid));
  choice.in.bits.value = from.map(({ bits }) => (bits as Value).bits);
  if (last && choice.in.last) choice.in.last.value = cat(...backwards.map(({ bits }) => last(bits)));
  from.forEach(({ ready }, i) => (ready.value = choice.in.ready.bit(i)));
  unused(choice.index);
  return { ...as(choice.pop, type), index: choice.index };
}

/**
 * Parts a stream into `n`: each item goes to the output with the number `select`, which belongs to the item. An item
 * for an output that does not exist is dropped.
 */
export function demux<T extends AnyType>(from: Source<T>, select: UInt, n: number): Source<T>[] {
  const type = typeOf(from);
  const outputs = Array.from({ length: n }, (_, i) => named(`${i}`, () => channel(type)));
  const hits = outputs.map((_, i) => (2 ** select.width > i ? select.eq(i) : bool.of(0)));
  outputs.forEach(({ valid, bits }, i) => {
    valid.value = from.valid.and(hits[i]!);
    (bits as { value: unknown }).value = from.bits;
  });
  const taken = anyOf(...outputs.map(({ ready }, i) => ready.and(hits[i]!)));
  from.ready.value = 2 ** select.width > n ? taken.or(select.ge(n)) : taken;
  return outputs as unknown as Source<T>[];
}

/** Gives each item to all of `n` consumers, who take it each in its own time; it leaves when the last has it. */
export function fork<T extends AnyType>(from: Source<T>, n: number): Source<T>[] {
  const outputs = Array.from({ length: n }, (_, i) => named(`${i}`, () => channel(typeOf(from))));
  /** Consumers that already have the item. */
  const served = reg(u(n), 0);
  const now = cat(...outputs.map(({ valid, ready }) => valid.and(ready)).toReversed()).or(served);
  from.ready.value = now.andReduce();
  when(from.valid, () => {
    served.next = mux(now.andReduce(), u(n).of(0), now);
  });
  outputs.forEach(({ valid, bits }, i) => {
    valid.value = from.valid.and(served.bit(i).not());
    (bits as { value: unknown }).value = from.bits;
  });
  return outputs as unknown as Source<T>[];
}
