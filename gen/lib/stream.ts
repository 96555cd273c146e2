/**
 * Streams: items handed over by valid/ready. An item moves at every clock edge where both are 1. A producer does not
 * wait for `ready` before it raises `valid`, and then holds `valid` and `bits` until the item has moved; a consumer may
 * look at `valid` first.
 */
import { bool, input, named, output, reg, wire } from '../hdl/index.ts';
import type { AnyType, Bool, Operand, UIntType, Value, ValueOf, Wire } from '../hdl/index.ts';

/** Says the compiler which type of items it is that a stream has. */
interface Typed<T> {
  readonly type: T;
}

/** The end that a consumer reads: `valid` and `bits` are read, `ready` is driven. */
export interface Source<T extends AnyType = any> {
  readonly valid: Bool;
  /** The intersection says the obvious, so that the compiler finds `T`. */
  readonly bits: ValueOf<T> & { readonly type: T };
  readonly ready: Wire<UIntType<1>>;
}

/** The end that a producer drives: `valid` and `bits` are driven, `ready` is read. */
export interface Sink<T extends AnyType = any> {
  readonly valid: Wire<UIntType<1>>;
  readonly bits: Wire<T> & Typed<T>;
  readonly ready: Bool;
}

/**
 * Both ends of a stream inside one module: whoever produces drives `valid` and `bits`, whoever consumes drives `ready`.
 */
export interface Channel<T extends AnyType = any> {
  readonly valid: Wire<UIntType<1>>;
  readonly bits: Wire<T> & Typed<T>;
  readonly ready: Wire<UIntType<1>>;
}

/** Ports of a stream that leaves the module (a {@link Sink} inside it); `flip(stream(type))` is one that enters. */
export function stream<T extends AnyType>(type: T) {
  return { valid: output(bool), ready: input(bool), bits: output(type) };
}

/** A stream of this module that is produced and consumed in it. */
export function channel<T extends AnyType>(type: T): Channel<T> {
  const valid = wire(bool);
  const ready = wire(bool);
  const bits = wire(type) as Channel<T>['bits'];
  return { valid, ready, bits };
}

/** Type of the items. */
export function typeOf<T extends AnyType>(from: Source<T> | Sink<T>): T {
  return (from.bits as Value).type as T;
}

/** 1 in the cycle in which an item moves. */
export function fires(of: { readonly valid: Bool; readonly ready: Bool }): Bool {
  return of.valid.and(of.ready);
}

/** Connects a stream to where it goes. */
export function pipe<T extends AnyType>(from: Source<T>, to: Sink<T>): void {
  to.valid.value = from.valid;
  (to.bits as Wire<UIntType>).value = from.bits as ValueOf<UIntType>;
  from.ready.value = to.ready;
}

/** The same items seen through a function; adds no register. */
export function map<T extends AnyType, U extends AnyType>(
  from: Source<T>,
  through: (bits: ValueOf<T>) => Value<U>,
): Source<U> {
  return { valid: from.valid, ready: from.ready, bits: through(from.bits) as Value as Source<U>['bits'] };
}

/** The same items under another type of equal width. */
export function as<T extends AnyType, U extends AnyType>(from: Source<T>, type: U): Source<U> {
  return { valid: from.valid, ready: from.ready, bits: (from.bits as Value).as(type) as Source<U>['bits'] };
}

/**
 * The stream while `open` is 1; nothing moves while it is 0. Close it only before `valid` or after the item has moved.
 */
export function gate<T extends AnyType>(from: Source<T>, open: Bool): Source<T> {
  const ready = wire(bool);
  from.ready.value = ready.and(open);
  const valid = from.valid.and(open);
  return { valid, ready, bits: from.bits };
}

/**
 * The same signal `cycles` clock edges later. With `reset` the registers take that constant under reset; without, they
 * have none and may become shift-register LUTs.
 */
export function delayLine<T extends AnyType>(value: Value<T>, cycles: number, reset?: Operand<T>): ValueOf<T> {
  const stage = (): Value => reg(value.type, reset) as Value;
  // The last stage takes the name of what holds the result, the others are numbered.
  return [...Array(cycles).keys()].reduce<Value>(
    (from, i) => following(from, i === cycles - 1 ? stage() : named(`${i + 1}`, stage)),
    value as Value,
  ) as ValueOf<T>;
}

function following(from: Value, stage: Value & { next?: unknown }): Value {
  stage.next = from;
  return stage;
}
