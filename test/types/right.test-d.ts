/** The types that right use has: widths follow the operations, and only what is known at elaboration becomes `any`. */
import { expectTypeOf, test } from 'vitest';
import { bool, enumeration, flip, input, instance, memory, module, mux } from '../../gen/hdl/index.ts';
import { output, payload, pipeline, struct, u, vec, wire } from '../../gen/hdl/index.ts';
import type { Bool, EnumValue, Port, UInt, UIntType } from '../../gen/hdl/index.ts';

declare const a64: UInt<64>;
declare const flag: Bool;
const State = enumeration('State', ['IDLE', 'RUN']);
const Pair = struct('Pair', { left: u(8), state: State });

test('widths follow the operations', () => {
  expectTypeOf(a64.add(1)).toEqualTypeOf<UInt<64>>();
  expectTypeOf(a64.slice(3, 7)).toEqualTypeOf<UInt<7>>();
  expectTypeOf(a64.low(12)).toEqualTypeOf<UInt<12>>();
  expectTypeOf(a64.sext(72)).toEqualTypeOf<UInt<72>>();
  expectTypeOf(a64.eq(3n)).toEqualTypeOf<Bool>();
  expectTypeOf(a64.signed.shr(2)).toEqualTypeOf<UInt<64>>();
  expectTypeOf(a64.bit(3)).toEqualTypeOf<UInt<1>>();
  expectTypeOf(mux(flag, a64, 0)).toEqualTypeOf<UInt<64>>();
  expectTypeOf(bool.of(1)).toEqualTypeOf<Bool>();
});

test('a computed width is left to elaboration', () => {
  const width = Math.max(3, 4);
  expectTypeOf(u(width)).toEqualTypeOf<UIntType<any>>();
  expectTypeOf(a64.slice(0, width).add(a64)).toEqualTypeOf<UInt<any>>();
});

test('fields, elements, rows', () => {
  const pair = wire(Pair);
  expectTypeOf(pair.left).toExtend<UInt<8>>();
  expectTypeOf(pair.state).toExtend<EnumValue<'IDLE' | 'RUN'>>();
  expectTypeOf(wire(vec(u(8), 4)).at(0)).toExtend<UInt<8>>();
  const ram = memory({ type: Pair, depth: 16 });
  expectTypeOf(ram.read(u(4).of(0)).left).toEqualTypeOf<UInt<8>>();
});

test('ports seen from both sides', () => {
  const ports = { x: input(u(8)), bus: { y: output(u(16)) } };
  expectTypeOf(flip(ports).x).toEqualTypeOf<Port<UIntType<8>, 'output'>>();
  expectTypeOf(flip(ports).bus.y).toEqualTypeOf<Port<UIntType<16>, 'input'>>();
  const child = module('child', ports, (io) => {
    expectTypeOf(io.x).toEqualTypeOf<UInt<8>>();
    io.bus.y.value = io.x.zext(16);
  });
  const placed = instance(child, { x: 5 });
  expectTypeOf(placed.bus.y).toEqualTypeOf<UInt<16>>();
});

test('payloads keep their type', () => {
  const index = payload(u(5));
  const { fetch, execute } = pipeline('fetch', 'execute');
  fetch.put(index, u(5).of(3));
  expectTypeOf(execute.get(index)).toEqualTypeOf<UInt<5>>();
});
