/** Crossing from one clock to another. What happens elsewhere is error H107. */
import {
  bitsFor,
  bool,
  flip,
  inDomain,
  instance,
  memory,
  module,
  reg,
  shared,
  synchroniser,
  u,
  when,
} from '../hdl/index.ts';
import type { AnyType, Bool, Domain, Reg, UInt, UIntType } from '../hdl/index.ts';
import { report } from '../hdl/report.ts';
import { as, fires, pipe, stream, typeOf, type Source } from './stream.ts';

/**
 * A signal of another clock, in the domain of the place of call, after `stages` (2 or more) flip-flops. For one bit, or
 * for a number of which one bit changes at a time (Gray code): of others, bits of different moments would meet.
 */
export function synchronise<W extends number>(value: UInt<W>, stages = 2, reset: number | bigint = 0): UInt<W> {
  const first = synchroniser(value.type as UIntType, reset);
  first.next = value as UInt;
  return settled(first, stages - 1, reset);
}

function settled(first: UInt, stages: number, reset: number | bigint): UInt {
  if (stages === 0) return first;
  const stable = reg(first.type as UIntType, reset);
  stable.next = first;
  return settled(stable, stages - 1, reset);
}

/** A pulse that arrives in the other domain. */
export interface CrossedPulse {
  /** One cycle for each pulse taken, in the domain it goes to. */
  readonly pulse: Bool;
  /** In the domain it comes from: the last pulse has not arrived yet, and another one would be lost. */
  readonly busy: Bool;
}

/** Takes one-cycle pulses from one domain to another, with an acknowledgement, whatever the clocks. */
export function crossPulse(pulse: Bool, from: Domain, to: Domain): CrossedPulse {
  /** Changes with each pulse that is taken. */
  const sent = inDomain(from, () => reg(bool, 0));
  const arrived = inDomain(to, () => synchronise(sent));
  const seen = inDomain(to, () => reg(bool, 0));
  seen.next = arrived;
  const returned = inDomain(from, () => synchronise(seen));
  const busy = sent.ne(returned);
  when(pulse.and(busy.not()), () => {
    sent.next = sent.not();
  });
  return { pulse: arrived.ne(seen), busy };
}

/** Binary to Gray code. */
export function gray(binary: UInt): UInt {
  return binary.xor(binary.shr(1));
}

/**
 * A FIFO with a clock at each end, as a module: stream `push` in domain `from`, stream `pop` in domain `to`; `depth` is
 * a power of two, 4 or more. Pointers cross in Gray code; the rows are read once the pointer that covers them has
 * arrived.
 */
export const asyncFifoModule = shared((width: number, depth: number, from: Domain, to: Domain) => {
  if (depth < 4 || !Number.isInteger(Math.log2(depth)))
    report('H031', `a FIFO between clocks of ${depth} items; it takes a power of two, 4 or more`);
  const type = u(width);
  const bits = bitsFor(depth) + 1;
  const name = `async_fifo_w${width}_d${depth}_${from.name}_${to.name}`;
  const body = ({ push, pop }: { push: any; pop: any }): void => {
    const tail = inDomain(from, () => reg(u(bits), 0));
    const tailGray = inDomain(from, () => reg(u(bits), 0));
    const head = inDomain(to, () => reg(u(bits), 0));
    const headGray = inDomain(to, () => reg(u(bits), 0));

    const headSeen = inDomain(from, () => synchronise(headGray));
    // In Gray code a pointer that is `depth` ahead differs in its two highest bits.
    const full = tailGray.eq(headSeen.xor(u(bits).of(3n << BigInt(bits - 2))));
    push.ready.value = full.not();
    const rows = inDomain(from, () => memory({ type, depth, style: 'distributed' }));
    when(fires(push), () => {
      rows.write({ address: tail.low(bits - 1), data: push.bits });
      advance(tail, tailGray);
    });

    const tailSeen = inDomain(to, () => synchronise(tailGray));
    const held = inDomain(to, () => reg(bool, 0));
    // Rows belong to the other clock, but do not move once their pointer is here.
    const item = inDomain(to, () => synchroniser(type));
    pop.valid.value = held;
    pop.bits.value = item;
    when(held.not().or(pop.ready), () => {
      held.next = headGray.ne(tailSeen);
      item.next = rows.read(head.low(bits - 1), { latency: 0 });
      when(headGray.ne(tailSeen), () => {
        advance(head, headGray);
      });
    });
  };
  return module(name, { push: flip(stream(type)), pop: stream(type) }, body, { domain: from });
});

function advance(binary: Reg<UIntType>, inGray: Reg<UIntType>): void {
  const following = binary.add(1);
  binary.next = following;
  inGray.next = gray(following);
}

/** The stream `from` of one domain in another, through a FIFO of `depth` items. */
export function asyncFifo<T extends AnyType>(source: Source<T>, depth: number, from: Domain, to: Domain): Source<T> {
  const type = typeOf(source);
  const queue = instance(asyncFifoModule(type.width, depth, from, to));
  pipe(as(source, u(type.width)), queue.push);
  return as(queue.pop, type);
}
