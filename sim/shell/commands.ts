/** Commands of the device as bytes, and their outcome as results and errors. */
import { type Command, Engine, Request, Response, SlotType, Status } from '../../gen/device/layout.ts';
import { errorName } from '../../gen/ebpf/abi.ts';

/** Bytes of a command request that carry something; the rest is reserved. */
export const requestBytes = 16;
export const responseBytes = Engine.EHCMDRES.bytes;

export type SlotKind = 'program' | 'data';

/** A command as its request says it. */
export type CommandRequest =
  | { readonly opcode: typeof Command.RequestSlot; readonly type: number }
  | { readonly opcode: typeof Command.ReleaseSlot; readonly type: number; readonly slot: number }
  | {
      readonly opcode: typeof Command.Run;
      readonly programSlot: number;
      readonly dataSlot: number;
      readonly length: number;
    };

export const slotType = (kind: SlotKind): number => (kind === 'data' ? SlotType.Data : SlotType.Program);

/** @param id comes back in the response */
export function encodeRequest(command: CommandRequest, id: number): Uint8Array {
  const bytes = new Uint8Array(requestBytes);
  const view = new DataView(bytes.buffer);
  view.setUint8(Request.opcode, command.opcode);
  view.setUint16(Request.id, id, true);
  if ('type' in command) view.setUint8(Request.type, command.type);
  if ('slot' in command) view.setUint8(Request.slot, command.slot);
  if ('programSlot' in command) {
    view.setUint8(Request.programSlot, command.programSlot);
    view.setUint8(Request.dataSlot, command.dataSlot);
    view.setUint32(Request.length, command.length, true);
  }
  return bytes;
}

export interface CommandResponse {
  readonly id: number;
  readonly status: number;
  /** Bytes 8 to 15. */
  readonly detail: bigint;
}

export function decodeResponse(bytes: Uint8Array): CommandResponse {
  const view = new DataView(bytes.buffer, bytes.byteOffset, responseBytes);
  return {
    id: view.getUint16(Response.id, true),
    status: view.getUint8(Response.status),
    detail: view.getBigUint64(Response.r0, true),
  };
}

/** How a program ended. */
export interface ProgramEnd {
  readonly r0: bigint;
  readonly error: { readonly class: string; readonly pc: number } | null;
}

export function programEnd({ status, detail }: CommandResponse): ProgramEnd {
  if (status !== Status.ProgramError) return { r0: detail, error: null };
  const code = Number(detail & 0xffn);
  const pc = Number(BigInt.asUintN(32, detail >> BigInt(8 * (Response.errorPc - Response.errorClass))));
  return { r0: 0n, error: { class: errorName(code) ?? `class ${code}`, pc } };
}

/** A command that the device refused. */
export class CommandError extends Error {
  readonly status: number;
  /** Name of the status, `NoSpace`. */
  readonly reason: string;

  constructor(engine: number, what: string, status: number) {
    const reason =
      Object.entries(Status).find(([, value]) => value === status)?.[0] ?? `status 0x${status.toString(16)}`;
    super(`engine ${engine}, ${what}: ${reason}${cures[status] ? `; ${cures[status]}` : ''}`);
    this.name = 'CommandError';
    this.status = status;
    this.reason = reason;
  }
}

const cures: Readonly<Record<number, string>> = {
  [Status.NoSpace]: 'all slots of that kind are in use: release one, or generate a device with more',
  [Status.InvalidProgramSlot]: 'the program slot does not exist, was not requested, or an engine still runs it',
  [Status.InvalidDataSlot]: 'the data slot does not exist, was not requested, or an engine still uses it',
  [Status.InvalidAddress]: 'slot types are 0 for program and 1 for data',
  [Status.InvalidOpcode]: 'opcodes are 0x00 request slot, 0x01 release slot and 0x80 run',
};
