/** The five programs that peers were measured with, and running them on a simulated device. */
import { readFileSync } from 'node:fs';
import { Command, Control, Engine } from '../gen/device/layout.ts';
import { assemble } from '../gen/ebpf/assembler.ts';
import { encodeRequest } from '../sim/shell/commands.ts';
import type { HermesDevice, RunResult } from '../sim/shell/index.ts';

/** Cycles of each program on the peers' own RTL in simulation; see the page of peers in the README. */
export const peers = {
  fib50: { what: 'waveBPF with BTB', cycles: 262, bar: 262 },
  prime1009: { what: 'hBPF', cycles: 2285, bar: 1000 },
  csum1500: { what: 'waveBPF with BTB', cycles: 4523, bar: 4523 },
  memcpy1K: { what: 'Sephirot', cycles: 905, bar: 905 },
  parser: { what: 'uz-gaz', cycles: 36, bar: 36 },
} as const;

export type Peer = keyof typeof peers;
export const peerNames = Object.keys(peers) as Peer[];

const file = (name: string): Buffer => readFileSync(new URL(`../examples/peers/${name}`, import.meta.url));

export const sourceOf = (name: Peer): string => file(`${name}.s`).toString();

/** What the data slot holds before the program runs. */
export function dataOf(name: Peer): Uint8Array {
  try {
    return file(`${name}.data`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Uint8Array(0);
    throw error;
  }
}

/** Runs a program on engine 0, so often that the last time it is in place when the doorbell rings. */
export async function runInPlace(device: HermesDevice, name: Peer): Promise<RunResult> {
  const { program } = assemble(sourceOf(name));
  const [code, data] = [await device.requestSlot('program'), await device.requestSlot('data')];
  await device.write(code, program);
  let result: RunResult | undefined;
  for (let time = 0; time < 2; time++) {
    if (dataOf(name).length > 0) await device.write(data, dataOf(name));
    result = await device.run(code, data, program.length);
  }
  await device.releaseSlot(code);
  await device.releaseSlot(data);
  if (result!.error) throw new Error(`${name} ends with ${result!.error.class} at pc ${result!.error.pc}`);
  return result!;
}

/** Keeps an engine busy for good: the program begins again where it would exit. */
export async function startEndless(device: HermesDevice, name: Peer, engine: number): Promise<void> {
  const { program } = assemble(`again:\n${sourceOf(name).replaceAll(/\bexit\b/g, 'goto again')}`);
  const [code, data] = [await device.requestSlot('program', { engine }), await device.requestSlot('data', { engine })];
  await device.write(code, program);
  if (dataOf(name).length > 0) await device.write(data, dataOf(name));
  // The command without a wait for its end.
  const { bar0 } = device.host;
  const request = encodeRequest(
    { opcode: Command.Run, programSlot: code.number, dataSlot: data.number, length: program.length },
    0,
  );
  const at = Engine.EHCMDREQ.offset + engine * Engine.EHCMDREQ.stride;
  for (const [byte, value] of request.entries()) await bar0.write(at + byte, 1, value);
  await bar0.write(Engine.EHCMDCTRL.offset + engine * Engine.EHCMDCTRL.stride + Control.exec, 1, 1);
}
