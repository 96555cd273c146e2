import { bar4 } from '../../gen/config.ts';
import type { Config } from '../../gen/config.ts';
import {
  Command,
  Control,
  Counters,
  Engine,
  Extension,
  ExtensionMagic,
  Info,
  InterfaceVersion,
  Request,
  Response,
  SlotType,
  Status,
} from '../../gen/device/layout.ts';
import { ErrorClass, MaxFrames, StackBytes } from '../../gen/ebpf/isa.ts';
import type { ProgramError } from '../../gen/ebpf/isa.ts';
import { modelOf } from './helpers.ts';
import { lengthError, Machine } from './interpreter.ts';
import { SlotTable } from './slots.ts';

/** Bytes of BAR0 up to the end of the last register. */
const registerBytes = ({ engines }: Config): number => Counters.EHXCYCLES.offset + engines * Counters.EHXCYCLES.stride;

export interface DeviceOptions {
  /** A command of this engine has finished. */
  readonly onInterrupt?: (engine: number) => void;
  /** Instructions that every running program gets on with while the host makes one access to BAR0; 1024 unless told. */
  readonly instructionsPerAccess?: number;
  /** Which slot a request gets, one of those that are free; the lowest unless told. */
  readonly chooseSlot?: (free: readonly number[]) => number;
}

/** A program under way on an engine. */
interface Running {
  readonly machine: Machine;
  readonly program: number;
  readonly data: number;
}

/**
 * What the hermes device does, as a host can see it: registers, commands, slots, interrupts and reset, with programs run
 * by the golden interpreter. It knows no clock: programs get on while the host makes accesses, or by {@link advance}.
 */
export class Device {
  readonly config: Config;
  readonly #registers: Uint8Array;
  readonly #view: DataView;
  readonly #running = new Map<number, Running>();
  readonly #onInterrupt: (engine: number) => void;
  readonly #instructionsPerAccess: number;
  readonly #chooseSlot: (free: readonly number[]) => number;
  readonly #programs: SlotTable;
  readonly #data: SlotTable;

  constructor(config: Config, options: DeviceOptions = {}) {
    const { onInterrupt = () => {}, instructionsPerAccess = 1024, chooseSlot = (free) => free[0]! } = options;
    this.config = config;
    this.#registers = new Uint8Array(registerBytes(config));
    this.#view = new DataView(this.#registers.buffer);
    this.#onInterrupt = onInterrupt;
    this.#chooseSlot = chooseSlot;
    this.#instructionsPerAccess = instructionsPerAccess;
    const { programOffset, dataOffset } = bar4(config);
    this.#programs = new SlotTable(programOffset, config.programSlots, config.programSlotBytes);
    this.#data = new SlotTable(dataOffset, config.dataSlots, config.dataSlotBytes);
    this.#reset();
  }

  /** Reads 1, 2 or 4 bytes of BAR0, little-endian. Where there is no register it reads 0. */
  readBar0(offset: number, size: 1 | 2 | 4 = 4): number {
    this.advance(this.#instructionsPerAccess);
    let value = 0;
    for (let byte = size - 1; byte >= 0; byte--) value = value * 256 + (this.#registers[offset + byte] ?? 0);
    return value;
  }

  /** Writes 1, 2 or 4 bytes of BAR0, little-endian. What is not writable stays as it is. */
  writeBar0(offset: number, size: 1 | 2 | 4, value: number): void {
    this.advance(this.#instructionsPerAccess);
    for (let byte = 0; byte < size; byte++) this.#writeByte(offset + byte, (value / 256 ** byte) & 0xff);
  }

  /** Reads slot memory at an offset in BAR4. Bytes outside allocated slots read as 0. */
  dmaRead(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (const table of [this.#programs, this.#data]) {
      for (const { memory, at } of table.allocatedWithin(offset, length)) bytes.set(memory, at);
    }
    return bytes;
  }

  /** Writes slot memory at an offset in BAR4. Bytes outside allocated slots are dropped. */
  dmaWrite(offset: number, bytes: Uint8Array): void {
    for (const table of [this.#programs, this.#data]) {
      for (const { memory, at } of table.allocatedWithin(offset, bytes.length)) {
        memory.set(bytes.subarray(at, at + memory.length));
      }
    }
  }

  /** Lets every running program execute up to so many instructions, taking turns one by one. */
  advance(instructions = Infinity): void {
    for (let left = instructions; left > 0 && this.#running.size > 0; left--) {
      for (const engine of this.#running.keys()) this.#step(engine);
    }
  }

  /** Lets the program of one engine run to its end, if there is one. */
  complete(engine: number): void {
    while (this.#running.has(engine)) this.#step(engine);
  }

  #step(engine: number): void {
    const { machine } = this.#running.get(engine)!;
    machine.step();
    if (machine.outcome) this.#ended(engine, machine);
  }

  /** Function-level reset: everything stops, every slot is free, registers are as after power-up. */
  functionLevelReset(): void {
    this.#running.clear();
    this.#programs.releaseAll();
    this.#data.releaseAll();
    this.#reset();
  }

  #reset(): void {
    const { config } = this;
    const { programOffset, dataOffset } = bar4(config);
    this.#registers.fill(0);
    const values: readonly (readonly [{ readonly offset: number; readonly bytes: number }, number])[] = [
      [Info.EHVER, InterfaceVersion],
      [Info.EHENG, config.engines],
      [Info.EHPSLOT, config.programSlots],
      [Info.EHDSLOT, config.dataSlots],
      [Info.EHPSOFF, programOffset],
      [Info.EHPSSZE, config.programSlotBytes],
      [Info.EHDSOFF, dataOffset],
      [Info.EHDSSZE, config.dataSlotBytes],
      [Extension.EHXMAGIC, ExtensionMagic],
      [Extension.EHXLIMIT, config.stepLimit],
      [Extension.EHXFEAT, 4 | (MaxFrames << 4) | (StackBytes << 8)],
    ];
    for (const [{ offset, bytes }, value] of values) {
      if (bytes === 1) this.#view.setUint8(offset, value);
      else this.#view.setUint32(offset, value, true);
    }
    this.#registers.set(Buffer.from(config.build).subarray(0, Info.EHBLD.bytes), Info.EHBLD.offset);
  }

  #writeByte(offset: number, value: number): void {
    const request = engineAt(Engine.EHCMDREQ, offset, this.config.engines);
    if (request) this.#registers[offset] = value;
    const control = engineAt(Engine.EHCMDCTRL, offset, this.config.engines);
    if (control?.byte === Control.exec && (value & 1) === 1) this.#doorbell(control.engine);
  }

  /** Starts the command of an engine, unless it is still busy with one. */
  #doorbell(engine: number): void {
    const control = Engine.EHCMDCTRL.offset + engine * Engine.EHCMDCTRL.stride;
    if (this.#registers[control + Control.exec] !== 0) return;
    this.#registers[control + Control.exec] = 1;
    this.#registers[control + Control.done] = 0;
    const at = Engine.EHCMDREQ.offset + engine * Engine.EHCMDREQ.stride;
    const byte = (offset: number): number => this.#view.getUint8(at + offset);
    const response = Engine.EHCMDRES.offset + engine * Engine.EHCMDRES.stride;
    this.#view.setUint16(response + Response.id, this.#view.getUint16(at + Request.id, true), true);
    switch (byte(Request.opcode)) {
      case Command.RequestSlot:
        return this.#requestSlot(engine, byte(Request.type));
      case Command.ReleaseSlot:
        return this.#releaseSlot(engine, byte(Request.type), byte(Request.slot));
      case Command.Run:
        return this.#run(
          engine,
          byte(Request.programSlot),
          byte(Request.dataSlot),
          this.#view.getUint32(at + Request.length, true),
        );
      default:
        return this.#finish(engine, Status.InvalidOpcode);
    }
  }

  #requestSlot(engine: number, type: number): void {
    if (type > SlotType.Data) return this.#finish(engine, Status.InvalidAddress);
    const slots = type === SlotType.Data ? this.#data : this.#programs;
    const free = slots.free();
    if (free.length === 0) return this.#finish(engine, Status.NoSpace);
    const slot = this.#chooseSlot(free);
    slots.allocate(slot);
    return this.#finish(engine, Status.Success, BigInt(slot));
  }

  #releaseSlot(engine: number, type: number, slot: number): void {
    if (type > SlotType.Data) return this.#finish(engine, Status.InvalidAddress);
    const isData = type === SlotType.Data;
    const table = isData ? this.#data : this.#programs;
    const inUse = [...this.#running.values()].some(({ program, data }) => (isData ? data : program) === slot);
    if (!inUse && table.memoryOf(slot)) {
      table.release(slot);
      return this.#finish(engine, Status.Success);
    }
    return this.#finish(engine, isData ? Status.InvalidDataSlot : Status.InvalidProgramSlot);
  }

  #run(engine: number, program: number, data: number, length: number): void {
    const code = this.#programs.memoryOf(program);
    const memory = this.#data.memoryOf(data);
    if (!code) return this.#finish(engine, Status.InvalidProgramSlot);
    if (!memory) return this.#finish(engine, Status.InvalidDataSlot);
    this.#retired(engine, 0);
    const refused = lengthError(length, code.length);
    if (refused) return this.#fail(engine, { class: refused, pc: 0 });
    const machine = new Machine({
      program: code.slice(0, length),
      data: memory,
      ...modelOf(this.config),
    });
    this.#running.set(engine, { machine, program, data });
  }

  #ended(engine: number, { outcome }: Machine): void {
    this.#running.delete(engine);
    this.#retired(engine, outcome!.instructions);
    if (outcome?.error) this.#fail(engine, outcome.error);
    else this.#finish(engine, Status.Success, outcome?.r0);
  }

  #retired(engine: number, instructions: number): void {
    this.#view.setBigUint64(Counters.EHXINSNS.offset + engine * Counters.EHXINSNS.stride, BigInt(instructions), true);
  }

  #fail(engine: number, { class: name, pc }: ProgramError): void {
    const shift = BigInt((Response.errorPc - Response.errorClass) * 8);
    this.#finish(engine, Status.ProgramError, BigInt(ErrorClass[name]) | (BigInt(pc) << shift));
  }

  /** Leaves the response, takes the doorbell back and raises the interrupt. */
  #finish(engine: number, status: number, detail = 0n): void {
    const response = Engine.EHCMDRES.offset + engine * Engine.EHCMDRES.stride;
    const control = Engine.EHCMDCTRL.offset + engine * Engine.EHCMDCTRL.stride;
    this.#view.setUint8(response + Response.status, status);
    this.#view.setBigUint64(response + Response.r0, detail, true);
    this.#registers[control + Control.exec] = 0;
    this.#registers[control + Control.done] = 1;
    this.#onInterrupt(engine);
  }
}

/** Which engine's register, and which byte of it, an offset belongs to. */
function engineAt(
  { offset: first, bytes, stride }: { offset: number; bytes: number; stride: number },
  offset: number,
  engines: number,
): { engine: number; byte: number } | undefined {
  const engine = Math.floor((offset - first) / stride);
  const byte = offset - first - engine * stride;
  return engine >= 0 && engine < engines && byte < bytes ? { engine, byte } : undefined;
}
