import { beforeEach, describe, expect, test } from 'vitest';
import { bar4, configure } from '../../../gen/config.ts';
import { Command, Engine, Extension, Info, Request, Response, SlotType, Status } from '../../../gen/device/layout.ts';
import { assemble } from '../../../gen/ebpf/assembler.ts';
import { ErrorClass } from '../../../gen/ebpf/isa.ts';
import { Device } from '../../../sim/golden/device.ts';

const config = configure({
  engines: 2,
  programSlots: 2,
  programSlotBytes: 4096,
  dataSlots: 3,
  dataSlotBytes: 8192,
  stepLimit: 5000,
  build: 'v1.2-3',
});
const { programOffset, dataOffset } = bar4(config);

let device: Device;
let interrupts: number[];
beforeEach(() => {
  interrupts = [];
  device = new Device(config, { onInterrupt: (engine) => interrupts.push(engine), instructionsPerAccess: 0 });
});

interface Answer {
  readonly id: number;
  readonly status: number;
  readonly detail: bigint;
}

function start(fields: Partial<Record<keyof typeof Request, number>>, engine = 0): void {
  const at = Engine.EHCMDREQ.offset + engine * Engine.EHCMDREQ.stride;
  for (let byte = 0; byte < Engine.EHCMDREQ.bytes; byte += 4) device.writeBar0(at + byte, 4, 0);
  for (const [name, value] of Object.entries(fields)) {
    const size = name === 'length' ? 4 : name === 'id' ? 2 : 1;
    device.writeBar0(at + Request[name as keyof typeof Request], size, value);
  }
  device.writeBar0(Engine.EHCMDCTRL.offset + engine * Engine.EHCMDCTRL.stride, 1, 1);
}

function response(engine = 0): Answer {
  const at = Engine.EHCMDRES.offset + engine * Engine.EHCMDRES.stride;
  const word = (offset: number): bigint => BigInt(device.readBar0(at + offset));
  return {
    id: device.readBar0(at + Response.id, 2),
    status: device.readBar0(at + Response.status, 1),
    detail: word(Response.r0) | (word(Response.r0 + 4) << 32n),
  };
}

const control = (engine = 0): number => device.readBar0(Engine.EHCMDCTRL.offset + engine * Engine.EHCMDCTRL.stride, 2);
const Done = 0x100;
const Executing = 0x001;

function command(fields: Partial<Record<keyof typeof Request, number>>, engine = 0): Answer {
  start(fields, engine);
  device.advance();
  expect(control(engine)).toBe(Done);
  return response(engine);
}

const request = (type: number): Answer => command({ opcode: Command.RequestSlot, type });
const release = (type: number, slot: number): Answer => command({ opcode: Command.ReleaseSlot, type, slot });

/** Allocates program slot 0 and data slot 0 and loads a program; gives its length. */
function load(source: string): number {
  const { program } = assemble(source);
  request(SlotType.Program);
  request(SlotType.Data);
  device.dmaWrite(programOffset, program);
  return program.length;
}
const run = (length: number, programSlot = 0, dataSlot = 0): Answer =>
  command({ opcode: Command.Run, programSlot, dataSlot, length });

describe('registers', () => {
  test('tell what the device is', () => {
    expect(device.readBar0(Info.EHVER.offset)).toBe(1);
    expect(device.readBar0(Info.EHENG.offset, 1)).toBe(2);
    expect(device.readBar0(0x34)).toBe(0x00_03_02_02);
    expect(device.readBar0(Info.EHPSOFF.offset)).toBe(programOffset);
    expect(device.readBar0(Info.EHPSSZE.offset)).toBe(4096);
    expect(device.readBar0(Info.EHDSOFF.offset)).toBe(dataOffset);
    expect(device.readBar0(Info.EHDSSZE.offset)).toBe(8192);
    const build = Array.from({ length: 48 }, (_, i) => device.readBar0(Info.EHBLD.offset + i, 1));
    expect(Buffer.from(build).toString()).toBe('v1.2-3'.padEnd(48, '\0'));
    expect(device.readBar0(Extension.EHXMAGIC.offset)).toBe(0x46504265);
    expect(device.readBar0(Extension.EHXLIMIT.offset)).toBe(5000);
    expect(device.readBar0(Extension.EHXFEAT.offset)).toBe(0x0002_0084);
  });

  test('cannot be written, but for requests', () => {
    for (const offset of [Info.EHVER.offset, Info.EHENG.offset, Engine.EHCMDRES.offset, Extension.EHXMAGIC.offset]) {
      const before = device.readBar0(offset);
      device.writeBar0(offset, 4, 0xffff_ffff);
      expect(device.readBar0(offset)).toBe(before);
    }
    device.writeBar0(Engine.EHCMDREQ.offset + 48 + 30, 2, 0x1234);
    expect(device.readBar0(Engine.EHCMDREQ.offset + 48 + 28)).toBe(0x1234_0000);
    device.writeBar0(Engine.EHCMDREQ.offset + 2 * 48, 4, 0x1234);
    expect(device.readBar0(Engine.EHCMDREQ.offset + 2 * 48)).toBe(0);
  });

  test('the rest of BAR0 reads as 0', () => {
    for (const offset of [0x48, 0xffc, 0x1060, 0x2010, 0x300c, 0x1ff_fffc]) {
      device.writeBar0(offset, 4, 0xffff_ffff);
      expect(device.readBar0(offset)).toBe(0);
    }
  });
});

describe('slots', () => {
  test('are given out from 0 until there are none', () => {
    expect([0, 1, 2].map(() => request(SlotType.Program))).toMatchObject([
      { status: 0, detail: 0n },
      { status: 0, detail: 1n },
      { status: Status.NoSpace, detail: 0n },
    ]);
    expect([0, 1, 2, 3].map(() => request(SlotType.Data).status)).toEqual([0, 0, 0, Status.NoSpace]);
    expect(release(SlotType.Data, 1).status).toBe(0);
    expect(request(SlotType.Data)).toMatchObject({ status: 0, detail: 1n });
  });

  test('that are not allocated cannot be released', () => {
    expect(release(SlotType.Program, 0).status).toBe(Status.InvalidProgramSlot);
    expect(release(SlotType.Data, 200).status).toBe(Status.InvalidDataSlot);
    request(SlotType.Program);
    expect(release(SlotType.Program, 0).status).toBe(0);
    expect(release(SlotType.Program, 0).status).toBe(Status.InvalidProgramSlot);
  });

  test('of another type do not exist', () => {
    expect(request(2).status).toBe(Status.InvalidAddress);
    expect(release(255, 0).status).toBe(Status.InvalidAddress);
  });

  test('are zero when they are given out, whatever was in them', () => {
    for (const [type, offset] of [
      [SlotType.Program, programOffset],
      [SlotType.Data, dataOffset],
    ] as const) {
      request(type);
      device.dmaWrite(offset, Uint8Array.of(1, 2, 3));
      expect([...device.dmaRead(offset, 4)]).toEqual([1, 2, 3, 0]);
      release(type, 0);
      expect([...device.dmaRead(offset, 4)]).toEqual([0, 0, 0, 0]);
      request(type);
      expect([...device.dmaRead(offset, 4)]).toEqual([0, 0, 0, 0]);
    }
  });

  test('that are not allocated take no data', () => {
    device.dmaWrite(dataOffset, new Uint8Array(64).fill(7));
    request(SlotType.Data);
    expect([...device.dmaRead(dataOffset, 64)]).toEqual(Array(64).fill(0));
  });

  test('an access over several slots reaches those that are allocated', () => {
    for (let i = 0; i < 3; i++) request(SlotType.Data);
    release(SlotType.Data, 1);
    device.dmaWrite(dataOffset + 8190, new Uint8Array(8196).fill(9));
    const memory = device.dmaRead(dataOffset, 3 * 8192);
    expect([...memory.keys()].filter((at) => memory[at] === 9)).toEqual([8190, 8191, 16_384, 16_385]);
    expect(device.dmaRead(dataOffset + 3 * 8192 - 2, 4)).toHaveLength(4);
  });
});

describe('run', () => {
  test('leaves r0, raises the interrupt, and keeps the identifier', () => {
    const length = load('r0 = *(u64 *)(r1 + 8)\n*(u64 *)(r1 + 16) = r2\nr0 += r0\nexit');
    device.dmaWrite(dataOffset + 8, Uint8Array.of(21));
    interrupts.length = 0;
    expect(command({ opcode: Command.Run, id: 0xbeef, length })).toEqual({ id: 0xbeef, status: 0, detail: 42n });
    expect(interrupts).toEqual([0]);
    expect([...device.dmaRead(dataOffset + 16, 3)]).toEqual([0, 0x20, 0]);
  });

  test('checks both slots', () => {
    const length = load('exit');
    expect(run(length, 1).status).toBe(Status.InvalidProgramSlot);
    expect(run(length, 0, 1).status).toBe(Status.InvalidDataSlot);
    expect(run(length, 250, 250).status).toBe(Status.InvalidProgramSlot);
    expect(run(length).status).toBe(0);
  });

  test.each([
    [0, 'E_PROG_EMPTY', 0],
    [12, 'E_PROG_SIZE', 0],
    [4104, 'E_PROG_TOO_LONG', 0],
    [0xffff_fff8, 'E_PROG_TOO_LONG', 0],
    [8, 'E_PC_OOB', 1],
    [16, 'E_MEM_OOB', 1],
    [4096, 'E_MEM_OOB', 1],
  ] as const)('length %i: %s', (length, name, pc) => {
    load('r3 = 0\nr0 = *(u8 *)(r3 + 0)\nexit');
    expect(run(length)).toMatchObject({
      status: Status.ProgramError,
      detail: BigInt(ErrorClass[name]) | (BigInt(pc) << 32n),
    });
    expect(run(length).status).toBe(Status.ProgramError);
  });

  test('an endless loop ends at the step limit', () => {
    expect(run(load('r0 = 0\nl: goto l'))).toMatchObject({
      status: Status.ProgramError,
      detail: BigInt(ErrorClass.E_STEP_LIMIT) | (1n << 32n),
    });
  });

  test('an unknown command', () => {
    expect(command({ opcode: 0x7f, id: 3 })).toEqual({ id: 3, status: Status.InvalidOpcode, detail: 0n });
  });
});

describe('while a program runs', () => {
  const spin = 'l: r0 = *(u8 *)(r1 + 0)\nif r0 == 0 goto l\nexit';
  let length: number;
  beforeEach(() => {
    length = load(spin);
    start({ opcode: Command.Run, length });
    device.advance(100);
  });

  test('the doorbell says so, and ringing again changes nothing', () => {
    expect(control()).toBe(Executing);
    start({ opcode: 0x55 });
    expect(control()).toBe(Executing);
    device.dmaWrite(dataOffset, Uint8Array.of(5));
    device.advance();
    expect(control()).toBe(Done);
    expect(response()).toMatchObject({ status: 0, detail: 5n });
  });

  test('its slots cannot be released, others can', () => {
    const other = (fields: Partial<Record<keyof typeof Request, number>>): number => {
      start(fields, 1);
      return response(1).status;
    };
    expect(other({ opcode: Command.ReleaseSlot, type: SlotType.Program, slot: 0 })).toBe(Status.InvalidProgramSlot);
    expect(other({ opcode: Command.ReleaseSlot, type: SlotType.Data, slot: 0 })).toBe(Status.InvalidDataSlot);
    expect(other({ opcode: Command.RequestSlot, type: SlotType.Data })).toBe(0);
    expect(other({ opcode: Command.ReleaseSlot, type: SlotType.Data, slot: 1 })).toBe(0);
  });

  test('another engine may run on the same slots', () => {
    start({ opcode: Command.Run, length }, 1);
    device.advance(10);
    device.dmaWrite(dataOffset, Uint8Array.of(3));
    device.advance();
    expect([response(0).detail, response(1).detail]).toEqual([3n, 3n]);
  });

  test('a function-level reset stops it and frees everything', () => {
    interrupts.length = 0;
    device.functionLevelReset();
    device.advance();
    expect(interrupts).toEqual([]);
    expect(control()).toBe(0);
    expect(device.readBar0(Info.EHVER.offset)).toBe(1);
    expect(request(SlotType.Program)).toMatchObject({ status: 0, detail: 0n });
    expect(run(8).status).toBe(Status.InvalidDataSlot);
  });

  test('polling lets it get on', () => {
    device = new Device(config, { instructionsPerAccess: 100 });
    start({ opcode: Command.Run, length: load('r1 = 400\nl: r1 -= 1\nif r1 != 0 goto l\nexit') });
    let polls = 1;
    while (control() !== Done) polls += 1;
    expect(polls).toBe(9);
  });
});
