/**
 * Where everything is in BAR0 and in the command block, as plain data: the one declaration from which the register map,
 * the device model and the host software take their offsets. All multi-byte fields are little-endian.
 */

/** Read-only information registers: offset and size in bytes. */
export const Info = {
  /** Interface version. */
  EHVER: { offset: 0x00, bytes: 4 },
  /** Build version, text padded with NUL. */
  EHBLD: { offset: 0x04, bytes: 48 },
  /** Number of engines. */
  EHENG: { offset: 0x34, bytes: 1 },
  /** Number of program slots. */
  EHPSLOT: { offset: 0x35, bytes: 1 },
  /** Number of data slots. */
  EHDSLOT: { offset: 0x36, bytes: 1 },
  /** Offset in BAR4 of program slot 0. */
  EHPSOFF: { offset: 0x38, bytes: 4 },
  /** Bytes in one program slot. */
  EHPSSZE: { offset: 0x3c, bytes: 4 },
  /** Offset in BAR4 of data slot 0. */
  EHDSOFF: { offset: 0x40, bytes: 4 },
  /** Bytes in one data slot. */
  EHDSSZE: { offset: 0x44, bytes: 4 },
} as const;

/** The value of EHVER. */
export const InterfaceVersion = 1;

/** Read-only registers of this device beyond the specification, 4 bytes each. */
export const Extension = {
  /** {@link ExtensionMagic}. */
  EHXMAGIC: { offset: 0x3000, bytes: 4 },
  /** Instructions a program may retire before it is stopped. */
  EHXLIMIT: { offset: 0x3004, bytes: 4 },
  /** Bits 3..0 highest instruction set version, 7..4 frames, 23..8 stack bytes a frame. */
  EHXFEAT: { offset: 0x3008, bytes: 4 },
} as const;

/** The characters `eBPF` in ascending addresses. */
export const ExtensionMagic = 0x46504265;

/** Registers of engine n lie at offset + n * stride. */
export const Engine = {
  /** Command request, RW. */
  EHCMDREQ: { offset: 0x1000, bytes: 32, stride: 48 },
  /** Command response, RO. */
  EHCMDRES: { offset: 0x1020, bytes: 16, stride: 48 },
  /** Doorbell: byte 0 EHCMDEXEC (RW), byte 1 EHCMDDONE (RO), the rest reserved. */
  EHCMDCTRL: { offset: 0x2000, bytes: 8, stride: 8 },
} as const;

/** What an engine measured of its last program; of engine n at offset + n * stride. Read-only. */
export const Counters = {
  /** Clock cycles from the first fetch to the exit, both included. */
  EHXCYCLES: { offset: 0x3100, bytes: 8, stride: 16 },
  /** Instructions retired. */
  EHXINSNS: { offset: 0x3108, bytes: 8, stride: 16 },
} as const;

/** Engines that fit between EHCMDREQ and EHCMDCTRL. */
export const MaxEngines = 85;

/** Byte offsets in a command request; `programSlot` to `length` belong to Run, `type` and `slot` to slot commands. */
export const Request = { opcode: 0, id: 2, type: 8, slot: 9, programSlot: 8, dataSlot: 9, length: 12 } as const;

/** Byte offsets in a command response; `slot` of a slot request, `r0` or `errorClass` and `errorPc` of a run. */
export const Response = { id: 0, status: 2, slot: 8, r0: 8, errorClass: 8, errorPc: 12 } as const;

/** Byte offsets in the doorbell register. */
export const Control = { exec: 0, done: 1 } as const;

/** Commands. */
export const Command = { RequestSlot: 0x00, ReleaseSlot: 0x01, Run: 0x80 } as const;

/** Slot types in slot commands. */
export const SlotType = { Program: 0, Data: 1 } as const;

/** Status of a command, byte 2 of its response. */
export const Status = {
  Success: 0x00,
  /** All slots of that type are in use. */
  NoSpace: 0x01,
  /** The program slot does not exist, is not allocated, or cannot be released because an engine runs it. */
  InvalidProgramSlot: 0x02,
  /** The data slot does not exist, is not allocated, or cannot be released because an engine uses it. */
  InvalidDataSlot: 0x03,
  /** No such slot type. */
  InvalidAddress: 0x04,
  /** The program ended with an error: response bytes 8..15 hold its class and pc. */
  ProgramError: 0x05,
  InvalidOpcode: 0x06,
} as const;
