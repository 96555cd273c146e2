/** What has to hold of a device when hostile traffic is over: it can be had as a whole, it is empty, and it works. */
import { bar4 } from '../../gen/config.ts';
import { Engine, Status } from '../../gen/device/layout.ts';
import { DeviceLockstep } from '../compare/index.ts';
import { modelOf } from '../golden/helpers.ts';
import { Machine } from '../golden/interpreter.ts';
import {
  CommandError,
  HermesDevice,
  type RunResult,
  type ShellHost,
  type Slot,
  type SlotKind,
} from '../shell/index.ts';
import type { Job } from './cases.ts';
import { onDevice } from './devices.ts';

/** The device does not do what it promises whatever its host does. */
export class Violation extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Violation';
  }
}

/** Clock cycles after which everything that engines were told has come to an end. */
export const settling = 300_000;

export const numbers = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n));

export const control = (engine: number): number => Engine.EHCMDCTRL.offset + engine * Engine.EHCMDCTRL.stride;

/** Waits until an engine has no command. @throws Violation when that takes too long */
export async function idle(host: ShellHost, engine: number): Promise<void> {
  const begin = host.cycles;
  while (((await host.bar0.read(control(engine))) & 1) === 1) {
    if (host.cycles - begin > settling) throw new Violation(`engine ${engine} is busy for ${settling} cycles`);
    await host.idle(20);
  }
}

/** A run as the request says it. */
export interface RunRequest {
  readonly engine: number;
  readonly program: number;
  readonly data: number;
  readonly length: number;
}

/**
 * A program that is run again does what the slots hold now, whatever an engine remembers of them. Slots that are not
 * allocated are left out. @returns instructions
 */
export async function asHeld(host: ShellHost, { engine, program, data, length }: RunRequest): Promise<number> {
  const { config } = host;
  const { dataOffset } = bar4(config);
  const slotOf = (kind: SlotKind, number: number): Slot => {
    const bytes = kind === 'data' ? config.dataSlotBytes : config.programSlotBytes;
    return { kind, number, bytes, address: (kind === 'data' ? dataOffset : 0) + number * bytes };
  };
  const [code, memory] = [slotOf('program', program), slotOf('data', data)];
  const isThere = program < config.programSlots && data < config.dataSlots;
  if (!isThere || length > code.bytes || length % 8 !== 0 || length === 0) return 0;
  const device = await HermesDevice.open(host);
  const text = await device.read(code, length);
  const before = await device.read(memory);
  const result = await device.run(code, memory, length, { engine }).catch((error: unknown) => {
    if (error instanceof CommandError) return undefined;
    throw error;
  });
  if (!result) return 0;
  const after = await device.read(memory);
  const expected = new Machine({ ...modelOf(config), program: text, data: before }).run();
  const at = after.findIndex((byte, index) => byte !== before[index]);
  const told = ({ r0, error, instructions }: ProgramResult): string =>
    `${error ? `${error.class} at ${error.pc}` : `r0 ${r0}`} after ${instructions} instructions`;
  const what = `engine ${engine}, program slot ${program}, data slot ${data}, ${length} bytes`;
  if (told(result) !== told(expected))
    throw new Violation(`${what}: ${told(result)}, but what the slots hold gives ${told(expected)}`);
  if (at >= 0) throw new Violation(`${what}: byte ${at} of the data slot is ${after[at]}, and not ${before[at]}`);
  return result.instructions;
}

type ProgramResult = Pick<RunResult, 'r0' | 'error' | 'instructions'>;

/** Gives back every slot; that some are not allocated is no fault. */
export async function releaseAll(host: ShellHost): Promise<void> {
  const device = await HermesDevice.open(host);
  for (const kind of ['program', 'data'] as const) {
    for (let number = 0; number < device.info.slots[kind].count; number++) {
      await device.releaseSlot({ kind, number }).catch((error: unknown) => {
        if (!(error instanceof CommandError)) throw error;
      });
    }
  }
}

/** With all slots free there is nothing to be read. */
export async function empty(host: ShellHost): Promise<void> {
  const window = await host.dma.read(0, bar4(host.config).bytes);
  const leak = window.findIndex((byte) => byte !== 0);
  if (leak >= 0) throw new Violation(`all slots are free, and byte ${leak} of BAR4 reads ${window[leak]}`);
}

/** Every slot can be had, once, and what it held before is gone. */
export async function allSlots(host: ShellHost): Promise<void> {
  const device = await HermesDevice.open(host);
  const { dataOffset } = bar4(host.config);
  for (const kind of ['program', 'data'] as const) {
    const { count, bytes } = device.info.slots[kind];
    const slots: Slot[] = [];
    for (let n = 0; n < count; n++) {
      const engine = n % host.config.engines;
      slots.push(
        await device.requestSlot(kind, { engine }).catch((error: unknown) => {
          if (!(error instanceof CommandError)) throw error;
          throw new Violation(`of ${count} ${kind} slots only ${n} can be had: one is lost`);
        }),
      );
    }
    if (new Set(slots.map(({ number }) => number)).size < count) throw new Violation(`a ${kind} slot is given twice`);
    const more = await device.requestSlot(kind).then(
      ({ number }) => `${kind} slot ${number} is given although all are in use`,
      (error: unknown) =>
        error instanceof CommandError && error.status === Status.NoSpace ? undefined : String(error),
    );
    if (more !== undefined) throw new Violation(more);
    const memory = await host.dma.read(kind === 'data' ? dataOffset : 0, count * bytes);
    const at = memory.findIndex((byte) => byte !== 0);
    if (at >= 0)
      throw new Violation(`byte ${at % bytes} of the new ${kind} slot ${Math.floor(at / bytes)} is ${memory[at]}`);
    for (const slot of slots) await device.releaseSlot(slot);
  }
}

/** Known programs do what the model says. @returns instructions compared */
export async function known(host: ShellHost, jobs: readonly Job[]): Promise<number> {
  const lockstep = new DeviceLockstep(host);
  const device = await HermesDevice.open(host, lockstep);
  const share = (engine: number): readonly Job[] => jobs.filter((_, n) => n % host.config.engines === engine);
  await Promise.all(
    numbers(host.config.engines, async (engine) => {
      for (const job of share(engine)) await onDevice(device, engine, job);
    }),
  );
  return lockstep.compared;
}
