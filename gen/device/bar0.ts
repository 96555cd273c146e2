/** BAR0: what the host sees of the device. Offsets are those of the layout; this says who writes what. */
import { bool, u } from '../hdl/index.ts';
import type { Config } from '../config.ts';
import { bar4, shells } from '../config.ts';
import { MaxFrames, StackBytes } from '../ebpf/abi.ts';
import { constant, register, registers, ro, rw, text, w1s } from '../lib/registers.ts';
import {
  Control,
  Counters,
  Engine,
  Extension,
  ExtensionMagic,
  Info,
  InterfaceVersion,
  Request,
  Response,
} from './layout.ts';

/** Widths of the shell's OCL port. */
export const oclWidths = { address: 32, data: 32 } as const;

export function bar0(config: Config) {
  const count = config.engines;
  const number = (value: number, bits = 32) => constant(u(bits), value);
  return registers(
    'hermes',
    { bytes: shells[config.shell].bar0Bytes, doc: 'The hermes device, BAR0.' },
    {
      /** Interface version. */
      EHVER: register(number(InterfaceVersion), Info.EHVER),
      /** Build version, text padded with NUL. */
      EHBLD: register(text(Info.EHBLD.bytes, config.build), Info.EHBLD),
      /** Number of engines. */
      EHENG: register(number(count, 8), Info.EHENG),
      /** Number of program slots. */
      EHPSLOT: register(number(config.programSlots, 8), Info.EHPSLOT),
      /** Number of data slots. */
      EHDSLOT: register(number(config.dataSlots, 8), Info.EHDSLOT),
      /** Offset in BAR4 of program slot 0. */
      EHPSOFF: register(number(bar4(config).programOffset), Info.EHPSOFF),
      /** Bytes in one program slot. */
      EHPSSZE: register(number(config.programSlotBytes), Info.EHPSSZE),
      /** Offset in BAR4 of data slot 0. */
      EHDSOFF: register(number(bar4(config).dataOffset), Info.EHDSOFF),
      /** Bytes in one data slot. */
      EHDSSZE: register(number(config.dataSlotBytes), Info.EHDSSZE),

      /** Command request of engine n. */
      EHCMDREQ: register(
        {
          /** Which command. */
          opcode: rw(u(8), 0, { byte: Request.opcode }),
          reserved_1: rw(u(8)),
          /** Copied to the response. */
          id: rw(u(16), 0, { byte: Request.id }),
          reserved_4: rw(u(32)),
          /** Slot commands: type of the slot. Run: program slot. */
          slot_type: rw(u(8), 0, { byte: Request.type }),
          /** Release: the slot. Run: data slot. */
          slot: rw(u(8), 0, { byte: Request.slot }),
          reserved_10: rw(u(16)),
          /** Run: bytes of program. */
          length: rw(u(32), 0, { byte: Request.length }),
          reserved_16: rw(u(128)),
        },
        { ...Engine.EHCMDREQ, count },
      ),
      /** Command response of engine n. */
      EHCMDRES: register(
        {
          /** From the request. */
          id: ro(u(16), { byte: Response.id }),
          /** How the command ended. */
          status: ro(u(8), { byte: Response.status }),
          /** Request: the slot. Run: r0, or the error's class in the lowest byte and its pc in the upper half. */
          detail: ro(u(64), { byte: Response.r0 }),
        },
        { ...Engine.EHCMDRES, count },
      ),
      /** Doorbell of engine n. */
      EHCMDCTRL: register(
        {
          /** EHCMDEXEC: written 1 to start the command, 0 again when it is done. */
          exec: w1s(bool, { byte: Control.exec }),
          /** EHCMDDONE: cleared when a command starts, set when it has finished. */
          done: ro(bool, { byte: Control.done }),
        },
        { ...Engine.EHCMDCTRL, count },
      ),

      /** Reads "eBPF": the extension registers are there. */
      EHXMAGIC: register(number(ExtensionMagic), Extension.EHXMAGIC),
      /** Instructions that a program may execute. */
      EHXLIMIT: register(number(config.stepLimit), Extension.EHXLIMIT),
      /** What programs may use. */
      EHXFEAT: register(
        {
          /** Highest instruction set version. */
          version: constant(u(4), 4),
          /** Frames of local calls. */
          frames: constant(u(4), MaxFrames),
          /** Stack bytes a frame. */
          stack: constant(u(16), StackBytes),
        },
        Extension.EHXFEAT,
      ),
      /** Clock cycles of engine n's last program, from its first fetch to its exit, both included. */
      EHXCYCLES: register(ro(u(64)), { ...Counters.EHXCYCLES, count }),
      /** Instructions that engine n's last program retired. */
      EHXINSNS: register(ro(u(64)), { ...Counters.EHXINSNS, count }),
    },
  );
}
