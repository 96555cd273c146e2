/** One instruction of every class of error that a program can run into, with younger ones behind it. */
import { FramePointer, StackBytes, type ErrorName } from '../../gen/ebpf/isa.ts';
import type { Slot } from '../../gen/ebpf/slot.ts';
import { between, happens, immediate, oneOf } from './chance.ts';
import type { Statement } from './statements.ts';
import type { Sketch } from './sketch.ts';

const slot = (opcode: number, fields: Partial<Slot> = {}): Slot => ({
  opcode,
  dst: 0,
  src: 0,
  off: 0,
  imm: 0,
  ...fields,
});

const illegal = [0x00, 0x20, 0x28, 0x40, 0x50, 0x8c, 0x8d, 0x9d, 0xc1, 0xe5, 0xee, 0xff] as const;

/** What raises each class, in the function of the sketch. `undefined`: the class has a shape of its own. */
const makers: Partial<Record<ErrorName, Statement>> = {
  E_OPCODE: (s) => s.raw(slot(oneOf(s.random, illegal), { dst: s.target(), imm: immediate(s.random) })),
  E_RESERVED_FIELD: (s) =>
    s.raw(
      oneOf(s.random, [
        slot(0x07, { src: 1 }),
        slot(0x0f, { off: 1 }),
        slot(0x37, { off: 2, imm: 1 }),
        slot(0xbc, { off: 32 }),
        slot(0x95, { dst: 1 }),
        slot(0x61, { src: s.base, imm: 4 }),
        slot(0x05, { dst: 1 }),
      ]),
    ),
  E_REG: (s) =>
    s.raw(oneOf(s.random, [slot(0xb7, { dst: 11 }), slot(0x0f, { src: 15 }), slot(0x1d, { dst: 11, src: 1 })])),
  E_R10_WRITE: (s) =>
    s.raw(
      oneOf(s.random, [
        slot(0xb7, { dst: 10 }),
        slot(0x79, { dst: 10, src: s.base }),
        slot(0xdb, { dst: s.base, src: 10, imm: 1 }),
      ]),
    ),
  E_END_WIDTH: (s) =>
    s.raw(slot(oneOf(s.random, [0xd4, 0xdc, 0xd7]), { dst: s.target(), imm: oneOf(s.random, [0, 8, 24, 128]) })),
  E_ATOMIC_OP: (s) =>
    s.raw(
      slot(oneOf(s.random, [0xc3, 0xdb]), { dst: s.base, src: 0, imm: oneOf(s.random, [2, 0x10, 0x60, 0xe0, 0xf0]) }),
    ),
  E_LDDW_SUBTYPE: (s) => s.raw(slot(0x18, { src: between(s.random, 7, 15) }), slot(0)),
  E_LDDW_SUBTYPE_UNSUPPORTED: (s) => s.raw(slot(0x18, { src: between(s.random, 1, 6) }), slot(0)),
  E_LDDW_INCOMPLETE: (s) => s.raw(slot(0x18), slot(oneOf(s.random, [0x07, 0x18, 0x95]))),
  E_CALL_TYPE: (s) => s.raw(slot(0x85, { src: between(s.random, 3, 15) })),
  E_CALL_BTF_UNSUPPORTED: (s) => s.raw(slot(0x85, { src: 2 })),
  E_HELPER_UNKNOWN: (s) => s.raw(slot(0x85, { imm: oneOf(s.random, [1, -1, 0x7fff_ffff, 4097]) })),
  E_JUMP_OOB: (s) =>
    s.raw(
      oneOf(s.random, [
        slot(0x05, { off: 0x7fff }),
        slot(0x05, { off: -0x8000 }),
        slot(0x06, { imm: 0x7fff_ffff }),
        slot(0x06, { imm: -0x8000_0000 }),
        slot(0x1d, { dst: 2, src: 2, off: -s.slots - 2 }),
        slot(0x85, { src: 1, imm: 0x1000_0000 }),
        slot(0x85, { src: 1, imm: -s.slots - 2 }),
      ]),
    ),
  E_JUMP_INTO_LDDW: (s) => {
    s.raw(
      oneOf(s.random, [
        slot(0x05, { off: 1 }),
        slot(0x06, { imm: 1 }),
        slot(0x85, { src: 1, imm: 1 }),
        slot(0x1d, { off: 1 }),
      ]),
    );
    s.lddw(s.target(), [1, 2]);
  },
  E_MEM_OOB: (s) => {
    const off = oneOf(s.random, [-1, -8, -0x8000]);
    outside(s, s.base, off);
  },
  E_STACK_OOB: (s) =>
    outside(s, FramePointer, oneOf(s.random, [...(s.depth === 0 ? [0, -1, 8] : []), -StackBytes - 1, -StackBytes - 8])),
  E_ATOMIC_UNALIGNED: (s) =>
    s.emit(oneOf(s.random, ['lock-add', 'lock-fetch-or', 'xchg', 'cmpxchg', 'lock-add32']), {
      ...oneOf(s.random, [
        { dst: s.base, off: 64 },
        { dst: FramePointer, off: -64 },
      ]),
      src: s.target(),
    }),
};

/** An access of some kind to an address that is nobody's. */
function outside(s: Sketch, register: number, off: number): void {
  const width = oneOf(s.random, ['b', 'h', 'w', 'dw'] as const);
  oneOf(s.random, [
    () => s.emit(`ldx${width}`, { dst: s.target(), src: register, off }),
    () => s.emit(`stx${width}`, { dst: register, src: s.target(), off }),
    () => s.emit(`st${width}`, { dst: register, imm: 1, off }),
    () => s.emit('lock-fetch-add', { dst: register, src: s.target(), off }),
  ])();
}

/** Classes that {@link fault} raises. */
export const faults = Object.keys(makers) as readonly ErrorName[];

/**
 * Raises an error of a class, or would: in the shadow of a branch that may be taken, or behind one that is, the
 * instruction must not be noticed.
 */
export const fault: Statement = (s) => {
  if (happens(s.random, 0.4))
    s.jump(oneOf(s.random, ['ja', 'jeq-reg', 'jne-reg', 'jsgt-imm']), s.ahead(0), { dst: s.source(), src: s.source() });
  const name = oneOf(s.random, faults);
  makers[name]!(s);
  s.tick();
};
