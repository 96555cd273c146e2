/**
 * Wrong use that must not compile. Each comment names what the compiler's message has to contain, separated by ` | `;
 * messages.test.ts compares. Nothing here is run.
 */
/* oxlint-disable vitest/expect-expect -- the compiler is what asserts */
import { test } from 'vitest';
import { bool, enumeration, input, instance, memory, module, mux, output, payload } from '../../gen/hdl/index.ts';
import { pipeline, reg, select, struct, switchOn, u, vec, when, wire } from '../../gen/hdl/index.ts';
import type { Bool, UInt } from '../../gen/hdl/index.ts';

declare const a64: UInt<64>;
declare const a32: UInt<32>;
declare const flag: Bool;
const State = enumeration('State', ['IDLE', 'RUN']);
const Pair = struct('Pair', { left: u(8), right: u(16) });
const child = module('child', { x: input(u(8)), y: output(u(16)) }, (io) => {
  io.y.value = io.x.zext(16);
});

test('operands of different widths', () => {
  // @ts-expect-error UInt<32> | Bits<64> | '32' is not assignable to type '64'
  a64.add(a32);
  // @ts-expect-error UInt<64> | Bits<32>
  a32.sub(a64);
  // @ts-expect-error UInt<32> | Bits<64>
  a64.mul(a32);
  // @ts-expect-error UInt<32> | Bits<64>
  a64.eq(a32);
  // @ts-expect-error UInt<32> | Bits<64>
  a64.le(a32);
  // @ts-expect-error SInt<32> | SInt<64>
  a64.signed.lt(a32.signed);
  // @ts-expect-error UInt<32> | Bits<1>
  flag.and(a32);
  // @ts-expect-error UInt<32> | Bits<64>
  mux(flag, a64, a32);
});

test('what a width becomes', () => {
  // @ts-expect-error UInt<32> | Bits<8>
  a64.slice(0, 8).add(a32);
  // @ts-expect-error UInt<64> | Bits<128>
  a64.zext(128).add(a64);
  // @ts-expect-error UInt<64> | Bits<1>
  a64.lt(3).or(a64);
  // @ts-expect-error Bool | UInt<2>
  const two: UInt<2> = a64.xorReduce();
  return two;
});

test('conditions are one bit', () => {
  // @ts-expect-error UInt<32> | Bool
  when(a32, () => {});
  // @ts-expect-error UInt<32> | Bool
  mux(a32, a64, a64);
});

test('assignments', () => {
  const narrow = wire(u(32));
  // @ts-expect-error UInt<64> | Bits<32>
  narrow.value = a64;
  const count = reg(u(32), 0);
  // @ts-expect-error UInt<64> | Bits<32>
  count.next = a64;
  // @ts-expect-error Property 'value' does not exist
  count.value = 1;
  // @ts-expect-error Property 'next' does not exist
  narrow.next = 1;
  // @ts-expect-error Property 'value' does not exist on type 'UInt<64>'
  a64.value = 1;
  // @ts-expect-error "x" | Bits<8>
  reg(u(8), 'x');
});

test('enumerations', () => {
  const state = reg(State, 'IDLE');
  // @ts-expect-error "RUNNING" | "IDLE" | "RUN"
  state.next = 'RUNNING';
  // @ts-expect-error "WALK" | "IDLE" | "RUN"
  state.is('WALK');
  // @ts-expect-error HALT
  switchOn(state, { HALT: () => {} });
  // @ts-expect-error WALK
  select(state, { WALK: 1 }, u(4).of(0));
  // @ts-expect-error EnumValue<"IDLE" | "RUN"> | Property 'add' does not exist
  state.add(1);
});

test('structs and vectors', () => {
  const pair = wire(Pair);
  // @ts-expect-error UInt<32> | Bits<8>
  pair.left.value = a32;
  // @ts-expect-error { left: number; }
  pair.value = { left: 1 };
  // @ts-expect-error UInt<32> | Bits<8>
  pair.value = { left: a32, right: 2 };
  // @ts-expect-error Property 'middle' does not exist
  pair.middle.value = 3;
  const row = wire(vec(u(8), 4));
  // @ts-expect-error UInt<32> | Bits<8>
  row.at(0).value = a32;
});

test('memories', () => {
  const ram = memory({ type: u(32), depth: 16 });
  // @ts-expect-error UInt<64> | Bits<32>
  ram.write({ address: 0, data: a64 });
  // @ts-expect-error UInt<32> | Bits<64>
  a64.add(ram.read(u(4).of(0)));
});

test('ports have a direction', () => {
  module('wrong', { x: input(u(8)), y: output(u(16)) }, (io) => {
    // @ts-expect-error Property 'value' does not exist on type 'UInt<8>'
    io.x.value = 1;
    // @ts-expect-error UInt<8> | Bits<16>
    io.y.value = io.x;
    // @ts-expect-error Property 'z' does not exist
    io.y.value = io.z;
  });
});

test('instances', () => {
  // @ts-expect-error UInt<32> | Bits<8>
  instance(child, { x: a32 });
  // @ts-expect-error number | undefined
  instance(child, { y: 5 });
  const placed = instance(child);
  // @ts-expect-error Property 'value' does not exist on type 'UInt<16>'
  placed.y.value = 3;
  // @ts-expect-error UInt<16> | Bits<8>
  placed.x.value = placed.y;
});

test('pipelines', () => {
  const index = payload(u(5));
  const { fetch, execute } = pipeline('fetch', 'execute');
  // @ts-expect-error UInt<32> | UInt<5>
  fetch.put(index, a32);
  // @ts-expect-error UInt<5> | Bits<64>
  a64.add(execute.get(index));
  // @ts-expect-error Property 'decode' does not exist
  const { decode } = pipeline('fetch', 'execute');
  return decode;
});

test('values are not numbers', () => {
  // @ts-expect-error arithmetic operation
  return a64 * 2;
});

// Keeps the import of a type in use where only wrong lines would.
bool.of(1);
