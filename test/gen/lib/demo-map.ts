/** A register map with one of everything, for tests of the hardware and of what is printed from it. */
import { bool, enumeration, u } from '../../../gen/hdl/index.ts';
import { constant, pulse, register, registers, ro, rw, table, text, w1c, w1s } from '../../../gen/lib/registers.ts';

export const Mode = enumeration('mode', { IDLE: 0, FAST: 1, SAFE: 5 });

export const demo = registers(
  'demo',
  { bytes: 0x10000, doc: 'A device for tests.' },
  {
    /** Reads "DEMO". */
    MAGIC: register(constant(u(32), 0x4f4d4544)),
    /** Version of this map. */
    VERSION: register(constant(u(8), 3), { offset: 0x04, bytes: 1 }),
    /** Lanes in the device. */
    LANES: register(ro(u(8)), { offset: 0x05, bytes: 1 }),
    /** Name, padded with NUL. */
    NAME: register(text(12, 'demo 1.0'), { offset: 0x08 }),
    /** How the device works. */
    CONTROL: register({
      /** Begins; reads 0. */
      start: pulse(bool),
      mode: rw(Mode, 'SAFE'),
      /** Straddles three bytes. */
      level: rw(u(13), 0x1234, { bit: 6 }),
      kick: pulse(u(4), { byte: 3 }),
    }),
    /** What happened. */
    EVENTS: register({ done: w1c(bool), error: w1c(u(9), { bit: 4 }), live: ro(u(3), { byte: 3 }) }),
    /** A wide counter. */
    COUNT: register(ro(u(64))),
    /** Two words of scratch. */
    SCRATCH: register(rw(u(64), 0x0123456789abcdefn)),
    /** Per channel. */
    CHANNEL: register(
      { run: w1s(bool), done: ro(bool, { byte: 1 }), weight: rw(u(12), 7, { byte: 2 }) },
      { offset: 0x100, bytes: 4, count: 40, stride: 12 },
    ),
    /** Order of a channel. */
    ORDER: table(
      {
        opcode: rw(u(8)),
        id: rw(u(16), undefined, { byte: 2 }),
        body: rw(u(96), 0, { byte: 8 }),
        head: rw(u(16), 0, { byte: 8, alias: true }),
      },
      { offset: 0x1000, bytes: 20, stride: 48, count: 37 },
    ),
    /** Answer to an order. */
    ANSWER: table(
      { id: ro(u(16)), status: ro(Mode), value: ro(u(64), { byte: 8 }) },
      { offset: 0x1014, bytes: 16, stride: 48, count: 37 },
    ),
    /** A table of single words. */
    PLAIN: table(rw(u(32)), { offset: 0x4000, count: 8 }),
  },
);
