/** Small designs, each for one part of what is emitted; their text stands under test/golden. */
import {
  assertThat, blackBox, bool, cat, enumeration, inout, input, instance, memory, module, mux, output, reg, shared, struct, switchOn, synchroniser, u, vec, when, wire, type Reg,
} from '../../../gen/hdl/index.ts'; // prettier-ignore

/** Counts while enabled, and says when it is about to wrap. */
export const counter = module(
  'counter',
  { /** Counts. */ enable: input(bool), count: output(u(8)), /** The next step wraps. */ last: output(bool) },
  (io) => {
    /** Steps since reset. */
    const count = reg(u(8), 0);
    when(io.enable, () => {
      count.next = count.add(1);
    });
    io.count.value = count;
    io.last.value = count.eq(255);
    assertThat(io.enable.or(count.lt(200)), 'stopped above 200, that is "100%" wrong');
  },
);

const State = enumeration('State', ['IDLE', 'LOAD', 'WORK', 'DONE']);
const Bytes = vec(u(8), 4);
const Job = struct('Job', { valid: bool, state: State, address: u(12), bytes: Bytes });

/** A state machine with defaults, a record and a vector. */
export const machine = module(
  'machine',
  {
    job: input(Job),
    pick: input(u(3)),
    busy: output(bool),
    chosen: output(u(8)),
    result: output(Job),
    apart: output(u(12)),
  },
  (io) => {
    /** What is going on. */
    const state = reg(State, 'IDLE');
    const held = reg(Job);
    const left = reg(u(12), 0);
    const step = wire(u(12), 1);
    const finished = wire(bool);
    switchOn(state, {
      IDLE: () => {
        finished.value = 0;
        when(io.job.valid, () => {
          state.next = 'LOAD';
        });
      },
      LOAD: () => {
        finished.value = 0;
        left.next = held.address;
        state.next = 'WORK';
      },
      WORK: () => {
        finished.value = left.eq(0);
        step.value = mux(left.gt(16), u(12).of(16), 1);
        left.next = left.sub(step);
        when(finished, () => {
          state.next = 'DONE';
        });
      },
      DONE: () => {
        finished.value = 1;
        state.next = 'IDLE';
      },
    });
    when(io.job.valid.and(state.is('IDLE')), () => {
      held.next = io.job;
    });
    when(io.pick.eq(7), () => {
      (held.bytes as Reg<typeof Bytes>).at(io.pick.low(2)).next = io.job.bytes.at(0);
    });
    io.busy.value = state.is('IDLE').not();
    io.chosen.value = held.bytes.at(io.pick);
    io.result.value = { valid: finished, state, address: left, bytes: held.bytes };
    io.apart.value = io.job.address.signed.shr(io.pick).xor(left.signed.lt(held.address.signed).zext(12));
  },
);

/** Every style of memory port. */
export const memories = module(
  'memories',
  {
    write: input(bool),
    mask: input(u(8)),
    at: input(u(9)),
    other: input(u(9)),
    data: input(u(64)),
    first: output(u(64)),
    second: output(u(64)),
    square: output(u(8)),
    quick: output(u(4)),
  },
  (io) => {
    /** Lines of a slot. */
    const lines = memory({ type: u(64), depth: 512, style: 'ultra', lane: 8 });
    lines.write({ address: io.at, data: io.data, mask: io.mask, enable: io.write });
    io.first.value = lines.read(io.at, { latency: 2, enable: io.write.not() });
    const both = memory({ type: u(64), depth: 512, style: 'block' });
    both.write({ address: io.at, data: io.data, enable: io.write });
    both.write({ address: io.other, data: io.data.not(), enable: io.write.and(io.other.ne(io.at)) });
    io.second.value = both.read(io.other);
    const squares = memory({
      type: u(8),
      depth: 16,
      style: 'distributed',
      init: Array.from({ length: 16 }, (_, i) => BigInt(i * i)),
    });
    io.square.value = squares.read(io.at.add(io.other).low(4), { latency: 0 });
    const small = memory({ type: u(4), depth: 4, style: 'registers' });
    when(io.write, () => {
      small.write({ address: io.at.low(2), data: io.data.low(4) });
    });
    io.quick.value = small.read(io.other.low(2), { latency: 0 });
  },
);

const scaled = shared((factor: number) =>
  module(`scaled_${factor}`, { a: input(u(8)), b: output(u(16)) }, (io) => {
    io.b.value = io.a.zext(16).mul(factor);
  }),
);

const pad = blackBox(
  'IOBUF',
  { O: output(bool), IO: inout(bool), I: input(bool), T: input(bool) },
  { parameters: { DRIVE: 12n, IOSTANDARD: 'LVCMOS18', MASK: 0xffff_ffff_0000n } },
);

/** Instances, a vendor's cell, a pin, another clock's signal. */
export const hierarchy = module(
  'hierarchy',
  {
    pin: inout(bool),
    drive: input(bool),
    a: input(u(8)),
    sum: output(u(16)),
    alone: output(u(16)),
    seen: output(bool),
  },
  (io) => {
    const doubled = instance(scaled(2), { a: io.a });
    const tripled = instance(scaled(3), { a: io.a.add(1) });
    const another = instance(scaled(3), { a: io.a });
    io.sum.value = doubled.b.add(tripled.b);
    io.alone.value = another.b;
    const buffer = instance(pad, { IO: io.pin, I: io.drive, T: io.drive.not() });
    const meta = synchroniser(bool, 0);
    meta.next = buffer.O;
    const settled = reg(bool, 0);
    settled.next = meta;
    io.seen.value = settled;
  },
);

/** Long and shared expressions. */
export const expressions = module(
  'expressions',
  {
    a: input(u(32)),
    b: input(u(32)),
    s: input(u(8)),
    wide: output(u(64)),
    chain: output(u(32)),
    flags: output(u(4)),
    middle: output(u(8)),
    all: output(bool),
    concat: output(u(96)),
  },
  (io) => {
    const { a, b, s } = io;
    io.wide.value = cat(a.add(b), a.sub(b)).add(a.zext(64).mul(b.sext(64)));
    io.chain.value = mux(
      s.eq(1),
      a.add(b),
      mux(s.eq(2), a.and(b), mux(s.eq(3), a.shl(s), mux(s.gt(100), b.signed.shr(s), u(32).of(0xdead_beef)))),
    );
    io.flags.value = cat(a.lt(b), a.signed.lt(b.signed), a.add(b).orReduce(), a.slice(3, 5).andReduce().not());
    io.middle.value = a.xor(b).add(7).slice(12, 8);
    io.all.value = a
      .bit(0)
      .and(b.bit(1))
      .and(s.bit(2).or(a.eq(b)))
      .and(a.slice(8, 8).ne(s))
      .and(b.slice(16, 8).eq(s.not()))
      .and(a.high(4).ne(b.high(4)));
    io.concat.value = cat(a, b.slice(0, 16), s, u(8).of(0x5a), b.slice(8, 8).zext(32));
  },
);
