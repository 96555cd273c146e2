/** AXI4 and AXI4-Lite (Arm IHI 0022): ports with the standard names, and their channels as streams. */
import { assertThat, bool, cat, input, mux, named, output, reg, shared, struct, u, when, wire } from '../hdl/index.ts';
import type { AnyType, Flip, Io, Port, StructType, Value, Wire } from '../hdl/index.ts';
import { registerSlice, type SliceKind } from './slice.ts';
import { channel, pipe, typeOf, type Sink, type Source } from './stream.ts';

/** AxRESP and xRESP values. */
export const AxiResponse = { okay: 0, slaveError: 2, decodeError: 3 } as const;

export interface AxiWidths {
  /** Bits of an ID. */
  readonly id: number;
  /** Bits of a byte address. */
  readonly address: number;
  /** Bits of data: 8 × 2^n. */
  readonly data: number;
}

export type AxiLiteWidths = Omit<AxiWidths, 'id'>;

/**
 * Ports of an AXI4 master; `flip` makes a slave's. Bursts are INCR, so there is no `awburst`: `awlen` beats minus 1 of
 * 2^`awsize` bytes. As `{ s_axi: flip(axi4(…)) }` they read `s_axi_awvalid` and so on.
 */
export function axi4({ id, address, data }: AxiWidths) {
  return {
    awid: output(u(id)),
    awaddr: output(u(address)),
    awlen: output(u(8)),
    awsize: output(u(3)),
    awvalid: output(bool),
    awready: input(bool),
    wdata: output(u(data)),
    wstrb: output(u(data / 8)),
    wlast: output(bool),
    wvalid: output(bool),
    wready: input(bool),
    bid: input(u(id)),
    bresp: input(u(2)),
    bvalid: input(bool),
    bready: output(bool),
    arid: output(u(id)),
    araddr: output(u(address)),
    arlen: output(u(8)),
    arsize: output(u(3)),
    arvalid: output(bool),
    arready: input(bool),
    rid: input(u(id)),
    rdata: input(u(data)),
    rresp: input(u(2)),
    rlast: input(bool),
    rvalid: input(bool),
    rready: output(bool),
  };
}

/** Ports of an AXI4-Lite master; `flip` makes a slave's. */
export function axiLite({ address, data }: AxiLiteWidths) {
  return {
    awaddr: output(u(address)),
    awvalid: output(bool),
    awready: input(bool),
    wdata: output(u(data)),
    wstrb: output(u(data / 8)),
    wvalid: output(bool),
    wready: input(bool),
    bresp: input(u(2)),
    bvalid: input(bool),
    bready: output(bool),
    araddr: output(u(address)),
    arvalid: output(bool),
    arready: input(bool),
    rdata: input(u(data)),
    rresp: input(u(2)),
    rvalid: input(bool),
    rready: output(bool),
  };
}

export type AxiPorts = ReturnType<typeof axi4>;
export type AxiLitePorts = ReturnType<typeof axiLite>;

type Fields<P, C extends string> = {
  readonly [
    K in keyof P & string as K extends `${C}${infer F}` ? Exclude<F, 'valid' | 'ready'> : never
  ]: P[K] extends Port<infer T> ? T : never;
};
type Item<P, C extends string> = StructType<Fields<P, C>>;

/** The channels as a slave sees them. Items are records of the channel's signals: `aw.bits.addr`. */
export interface AxiSlave<P = any> {
  readonly aw: Source<Item<P, 'aw'>>;
  readonly w: Source<Item<P, 'w'>>;
  readonly b: Sink<Item<P, 'b'>>;
  readonly ar: Source<Item<P, 'ar'>>;
  readonly r: Sink<Item<P, 'r'>>;
}

/** The channels as a master sees them. */
export interface AxiMaster<P = any> {
  readonly aw: Sink<Item<P, 'aw'>>;
  readonly w: Sink<Item<P, 'w'>>;
  readonly b: Source<Item<P, 'b'>>;
  readonly ar: Sink<Item<P, 'ar'>>;
  readonly r: Source<Item<P, 'r'>>;
}

/**
 * Channels of ports that the module declared with `flip(axi4(…))` or `flip(axiLite(…))`, or of an instance's master
 * ports.
 */
export function axiSlave<P extends AxiPorts = AxiPorts>(io: Io<Flip<P>>): AxiSlave<P>;
export function axiSlave<P extends AxiLitePorts = AxiLitePorts>(io: Io<Flip<P>>): AxiSlave<P>;
export function axiSlave(io: object): AxiSlave {
  const [aw, w, ar] = [source(io, 'aw'), source(io, 'w'), source(io, 'ar')];
  const [b, r] = [sink(io, 'b'), sink(io, 'r')];
  return { aw, w, b, ar, r };
}

/** Channels of ports that the module declared with `axi4(…)` or `axiLite(…)`, or of an instance's slave ports. */
export function axiMaster<P extends AxiPorts = AxiPorts>(io: Io<P>): AxiMaster<P>;
export function axiMaster<P extends AxiLitePorts = AxiLitePorts>(io: Io<P>): AxiMaster<P>;
export function axiMaster(io: object): AxiMaster {
  const [aw, w, ar] = [sink(io, 'aw'), sink(io, 'w'), sink(io, 'ar')];
  const [b, r] = [source(io, 'b'), source(io, 'r')];
  return { aw, w, b, ar, r };
}

type Signals = Readonly<Record<string, Value>>;

/** The payload signals of a channel by their names without the channel's. */
function payloadOf(io: object, channelName: string): Signals {
  const own = Object.entries(io as Signals).filter(
    ([name]) => name.startsWith(channelName) && !/(valid|ready)$/.test(name),
  );
  return Object.fromEntries(own.map(([name, signal]) => [name.slice(channelName.length), signal]));
}

/** One type for all channels of one shape. */
const recordType = shared((name: string, widths: Readonly<Record<string, number>>) =>
  struct(
    `${name}_${Object.values(widths).join('_')}`,
    Object.fromEntries(Object.entries(widths).map(([field, width]) => [field, u(width)])),
  ),
);

function itemType(channelName: string, signals: Signals): StructType {
  const widths = Object.entries(signals).map(([field, { type }]) => [field, type.width] as const);
  return recordType(`axi_${channelName}`, Object.fromEntries(widths));
}

function source(io: object, name: string): Source {
  const signals = payloadOf(io, name);
  const { [`${name}valid`]: valid, [`${name}ready`]: ready } = io as Record<string, any>;
  return { valid, ready, bits: itemType(name, signals).of(signals) };
}

function sink(io: object, name: string): Sink {
  const signals = payloadOf(io, name);
  const { [`${name}valid`]: valid, [`${name}ready`]: ready } = io as Record<string, any>;
  return {
    valid,
    ready,
    bits: spread(
      named(name, () => wire(itemType(name, signals))),
      signals,
    ),
  };
}

/** Drives each signal from its field. */
function spread(bits: Wire<StructType>, signals: Signals): Wire<StructType> {
  for (const [field, signal] of Object.entries(signals)) (signal as Value & { value: unknown }).value = bits[field];
  return bits;
}

/** The slave behind register slices on all five channels. Order and IDs are untouched. */
export function sliceAxi<P>({ aw, w, b, ar, r }: AxiSlave<P>, kind: SliceKind = 'full'): AxiSlave<P> {
  const back = <T extends AnyType>(to: Sink<T>): Sink<T> => {
    const from = channel(typeOf(to));
    pipe(registerSlice(from as unknown as Source<T>, kind), to);
    return from;
  };
  return {
    aw: named('aw', () => registerSlice(aw, kind)),
    w: named('w', () => registerSlice(w, kind)),
    b: named('b', () => back(b)),
    ar: named('ar', () => registerSlice(ar, kind)),
    r: named('r', () => back(r)),
  };
}

/**
 * One beat of a burst. `address` is that of its first byte: unaligned perhaps in the first beat, in the others a
 * multiple of the data's bytes.
 */
const beatType = shared((id: number, address: number) =>
  struct(`axi_beat_${id}_${address}`, { id: u(id), address: u(address), first: bool, last: bool }),
);

/**
 * The beats of INCR bursts from an address channel, one a cycle, without a pause between bursts. `bytes` is the width
 * of the data; narrower bursts (`size`) are not supported.
 */
export function beats(
  from: Source<StructType<Fields<AxiPorts, 'aw'>>>,
  bytes: number,
): Source<ReturnType<typeof beatType>> {
  const { id, addr, len, size } = from.bits;
  const offset = Math.log2(bytes);
  const ready = wire(bool);
  /** Beats of this burst that have moved. */
  const done = reg(u(8), 0);
  /** Number of the line of the beat, once the first has moved. */
  const line = reg(u(addr.width - offset));
  const first = done.eq(0);
  const here = mux(first, addr.high(addr.width - offset), line);
  const last = done.eq(len);
  when(from.valid.and(ready), () => {
    line.next = here.add(1);
    done.next = mux(last, u(8).of(0), done.add(1));
  });
  assertThat(from.valid.not().or(size.eq(offset)), 'a burst narrower than the bus');
  from.ready.value = ready.and(last);
  const address = cat(here, mux(first, addr.low(offset), u(offset).of(0)));
  return { valid: from.valid, ready, bits: beatType(id.width, addr.width).of({ id, address, first, last }) };
}
