import { expectTypeOf, test } from 'vitest';
import { bool, enumeration, u, type Bool, type EnumValue, type UInt, type UIntType } from '../../gen/hdl/index.ts';
import type { AccessBus } from '../../gen/lib/axi-lite.ts';
import { fifo } from '../../gen/lib/fifo.ts';
import { attach } from '../../gen/lib/registers-attach.ts';
import { register, registers, ro, rw, table, w1s } from '../../gen/lib/registers.ts';
import { channel, pipe, type Source } from '../../gen/lib/stream.ts';

const Mode = enumeration('mode', ['SLOW', 'FAST']);
const map = registers(
  'map',
  { bytes: 64 },
  {
    CONTROL: register({ mode: rw(Mode, 'FAST'), level: rw(u(12)), go: w1s(bool) }),
    RESULT: register(ro(u(32))),
    LANE: register({ count: ro(u(8)) }, { count: 4 }),
    ORDER: table({ id: rw(u(16)) }, { count: 8 }),
    ANSWER: table({ id: ro(u(16)) }, { count: 8 }),
  },
);
declare const bus: AccessBus;

test('registers as the hardware sees them', () => {
  const csr = attach(map, bus);
  expectTypeOf(csr.CONTROL.level).toEqualTypeOf<UInt<12>>();
  expectTypeOf(csr.CONTROL.mode).toEqualTypeOf<EnumValue<'SLOW' | 'FAST'>>();
  expectTypeOf(csr.CONTROL.go.value).toEqualTypeOf<Bool>();
  expectTypeOf(csr.LANE).toExtend<readonly { readonly count: unknown }[]>();
  expectTypeOf(csr.ORDER.read(u(3).of(0)).id).toEqualTypeOf<UInt<16>>();
  csr.RESULT.value = u(32).of(1);

  // @ts-expect-error a field of the host is not driven by the hardware
  csr.CONTROL.level.value = 3;
  // @ts-expect-error 16 bits do not fit 32
  csr.RESULT.value = u(16).of(1);
  // @ts-expect-error no such register
  void csr.STATUS;
  // @ts-expect-error an array has no fields of its own
  void csr.LANE.count;
  // @ts-expect-error the host's table is not written by the hardware
  csr.ORDER.write(u(3).of(0), { id: 1 });
  // @ts-expect-error the hardware's table is not read by it
  csr.ANSWER.read(u(3).of(0));
  // @ts-expect-error a row has all its fields
  csr.ANSWER.write(u(3).of(0), {});
});

test('a reset value is a member of the enumeration', () => {
  expectTypeOf(rw(Mode, 'SLOW').access).toEqualTypeOf<'rw'>();
  // @ts-expect-error no such member
  rw(Mode, 'IDLE');
});

test('streams keep their type', () => {
  const wide = channel(u(64));
  const narrow = channel(u(32));
  expectTypeOf(fifo(wide, 8).bits.width).toEqualTypeOf<64>();
  expectTypeOf(fifo(wide, 8)).toExtend<Source<UIntType<64>>>();
  // @ts-expect-error 64 bits do not go into 32
  pipe(wide, narrow);
  // @ts-expect-error the end that is read has no valid to drive
  fifo(wide, 8).valid.value = 1;
});
