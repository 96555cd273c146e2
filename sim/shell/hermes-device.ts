/** The device as a program on the host uses it: slots, programs, runs. */
import {
  Command,
  Control,
  Counters,
  Engine,
  Extension,
  ExtensionMagic,
  Info,
  InterfaceVersion,
  Response,
  Status,
} from '../../gen/device/layout.ts';
import {
  CommandError,
  decodeResponse,
  encodeRequest,
  programEnd,
  responseBytes,
  slotType,
  type CommandRequest,
  type CommandResponse,
  type ProgramEnd,
  type SlotKind,
} from './commands.ts';
import { TimeoutError } from './errors.ts';
import type { Host } from './host.ts';

/** What the device says of itself. */
export interface DeviceInfo {
  readonly version: number;
  readonly build: string;
  readonly engines: number;
  readonly slots: Readonly<
    Record<SlotKind, { readonly count: number; readonly offset: number; readonly bytes: number }>
  >;
  /** Instructions that a program may execute. */
  readonly stepLimit: number;
}

export interface Slot {
  readonly kind: SlotKind;
  readonly number: number;
  /** Where it begins in BAR4. */
  readonly address: number;
  readonly bytes: number;
}

export interface RunResult extends ProgramEnd {
  readonly engine: number;
  /** Instructions that retired. */
  readonly instructions: number;
  /** Clock cycles from the first fetch to the exit, both included; 0 in the golden model. */
  readonly cycles: number;
}

export interface RunOptions {
  readonly engine?: number;
  /** Clock cycles to wait for the end. */
  readonly timeout?: number;
}

export interface Job extends RunOptions {
  readonly program: Uint8Array;
  /** Beginning of the data slot; the rest is zero. */
  readonly data?: Uint8Array;
  /** Bytes of the data slot to read back; as many as `data` has unless told. */
  readonly readBack?: number;
}

export interface JobResult extends RunResult {
  /** Beginning of the data slot after the run. */
  readonly data: Uint8Array;
}

/** Somebody who follows what is done with a device, for comparison with a model. */
export interface Observer {
  /** The host has written slot memory, or read it. */
  written?(address: number, bytes: Uint8Array): void;
  read?(address: number, bytes: Uint8Array): void;
  /** The doorbell of an engine is about to ring. */
  starting?(engine: number, command: CommandRequest, request: Uint8Array): void;
  finished?(engine: number, command: CommandRequest, response: Uint8Array, result?: RunResult): void | Promise<void>;
  reset?(): void;
}

const registersOf = (register: { offset: number; stride: number }, engine: number): number =>
  register.offset + engine * register.stride;

export class HermesDevice {
  readonly host: Host;
  readonly info: DeviceInfo;
  readonly #observer: Observer;
  /** The last command of each engine, for the next one to wait for. */
  readonly #busy: Promise<unknown>[];
  /** What EHCMDREQ of each engine holds, as far as it is known. */
  readonly #requests: (Uint8Array | undefined)[];
  #id = 0;

  /** Reads what device it is. @throws Error when it is no hermes device of a version that is known here */
  static async open(host: Host, observer: Observer = {}): Promise<HermesDevice> {
    const read = ({ offset, bytes }: { offset: number; bytes: number }) => host.bar0.read(offset, bytes as 1 | 4);
    const version = await read(Info.EHVER);
    if (version !== InterfaceVersion)
      throw new Error(`EHVER is ${version}, not ${InterfaceVersion}: no hermes device, or one of another interface`);
    const build = new Uint8Array(Info.EHBLD.bytes);
    for (let at = 0; at < build.length; at += 4)
      new DataView(build.buffer).setUint32(at, await host.bar0.read(Info.EHBLD.offset + at), true);
    const hasExtension = (await read(Extension.EHXMAGIC)) === ExtensionMagic;
    const info: DeviceInfo = {
      version,
      build: Buffer.from(build).toString('latin1').replace(/\0+$/, ''),
      engines: await read(Info.EHENG),
      slots: {
        program: { count: await read(Info.EHPSLOT), offset: await read(Info.EHPSOFF), bytes: await read(Info.EHPSSZE) },
        data: { count: await read(Info.EHDSLOT), offset: await read(Info.EHDSOFF), bytes: await read(Info.EHDSSZE) },
      },
      stepLimit: hasExtension ? await read(Extension.EHXLIMIT) : 0,
    };
    return new HermesDevice(host, info, observer);
  }

  private constructor(host: Host, info: DeviceInfo, observer: Observer) {
    this.host = host;
    this.info = info;
    this.#observer = observer;
    this.#busy = Array.from({ length: info.engines }, () => Promise.resolve());
    this.#requests = Array.from({ length: info.engines }, () => undefined);
  }

  /** @throws CommandError when all are in use */
  async requestSlot(kind: SlotKind, { engine = 0 }: RunOptions = {}): Promise<Slot> {
    const { status, detail } = await this.command({ opcode: Command.RequestSlot, type: slotType(kind) }, { engine });
    if (status !== Status.Success) throw new CommandError(engine, `request of a ${kind} slot`, status);
    const { offset, bytes } = this.info.slots[kind];
    const number = Number(detail & 0xffn);
    return { kind, number, address: offset + number * bytes, bytes };
  }

  /** @throws CommandError when it is not allocated, or in use */
  async releaseSlot({ kind, number }: Pick<Slot, 'kind' | 'number'>, { engine = 0 }: RunOptions = {}): Promise<void> {
    const { status } = await this.command(
      { opcode: Command.ReleaseSlot, type: slotType(kind), slot: number },
      { engine },
    );
    if (status !== Status.Success) throw new CommandError(engine, `release of ${kind} slot ${number}`, status);
  }

  /** Writes into a slot, at a byte offset. */
  async write(slot: Slot, bytes: Uint8Array, offset = 0): Promise<void> {
    this.#mustFit(slot, offset, bytes.length);
    await this.host.dma.write(slot.address + offset, bytes);
    this.#observer.written?.(slot.address + offset, bytes);
  }

  /** Reads from a slot. */
  async read(slot: Slot, length = slot.bytes, offset = 0): Promise<Uint8Array> {
    this.#mustFit(slot, offset, length);
    const bytes = await this.host.dma.read(slot.address + offset, length);
    this.#observer.read?.(slot.address + offset, bytes);
    return bytes;
  }

  /**
   * Runs the first `length` bytes of a program slot on a data slot. A program that goes wrong is a result, not an exception.
   * @throws CommandError when the device refuses the slots @throws TimeoutError
   */
  async run(
    program: Slot,
    data: Slot,
    length: number,
    { engine = 0, timeout = this.host.timeout }: RunOptions = {},
  ): Promise<RunResult> {
    const command: CommandRequest = { opcode: Command.Run, programSlot: program.number, dataSlot: data.number, length };
    let result!: RunResult;
    await this.#exclusively(engine, async () => {
      const bytes = await this.#serve(engine, command, timeout);
      const response = decodeResponse(bytes);
      if (response.status !== Status.Success && response.status !== Status.ProgramError) {
        await this.#observer.finished?.(engine, command, bytes);
        throw new CommandError(
          engine,
          `run of program slot ${program.number} on data slot ${data.number}`,
          response.status,
        );
      }
      const [cycles, instructions] = await Promise.all(
        [Counters.EHXCYCLES, Counters.EHXINSNS].map(async (counter) =>
          Number(await this.host.bar0.read(registersOf(counter, engine), 8)),
        ),
      );
      result = { engine, ...programEnd(response), instructions: instructions!, cycles: cycles! };
      await this.#observer.finished?.(engine, command, bytes, result);
    });
    return result;
  }

  /** Does everything for one run: slots, program, data, run, reading back, and releasing the slots. */
  async execute({ program, data = new Uint8Array(0), readBack = data.length, ...options }: Job): Promise<JobResult> {
    const code = await this.requestSlot('program', options);
    await this.write(code, program);
    const memory = await this.requestSlot('data', options);
    await this.write(memory, data);
    const result = await this.run(code, memory, program.length, options);
    const bytes = await this.read(memory, readBack);
    await this.releaseSlot(memory, options);
    await this.releaseSlot(code, options);
    return { ...result, data: bytes };
  }

  /** Runs jobs on all engines at once, each on the next engine that is free, and returns the results in the order of the jobs. */
  async runAll(jobs: readonly Omit<Job, 'engine'>[], engines = this.info.engines): Promise<JobResult[]> {
    const results: JobResult[] = [];
    const waiting = [...jobs.entries()];
    const { program, data } = this.info.slots;
    const workers = Math.min(engines, program.count, data.count);
    const work = async (_: unknown, engine: number): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift())
        results[next[0]] = await this.execute({ ...next[1], engine });
    };
    await Promise.all(Array.from({ length: workers }, work));
    return results;
  }

  /** Gives one command to an engine, after those that it was given before, and waits for its end. */
  async command(
    command: CommandRequest,
    { engine = 0, timeout = this.host.timeout }: RunOptions = {},
  ): Promise<CommandResponse> {
    return this.#exclusively(engine, async () => {
      const response = await this.#serve(engine, command, timeout);
      await this.#observer.finished?.(engine, command, response);
      return decodeResponse(response);
    });
  }

  /** Function-level reset; all slots are gone. */
  async reset(): Promise<void> {
    await this.host.flr();
    this.#requests.fill(undefined);
    this.#observer.reset?.();
  }

  async #exclusively<T>(engine: number, work: () => Promise<T>): Promise<T> {
    if (!(engine in this.#busy))
      throw new RangeError(`there is no engine ${engine}; the device has ${this.info.engines}`);
    const turn = this.#busy[engine]!.then(work);
    this.#busy[engine] = turn.catch(() => {});
    return turn;
  }

  async #serve(engine: number, command: CommandRequest, timeout: number): Promise<Uint8Array> {
    const { bar0 } = this.host;
    const id = (this.#id = (this.#id + 1) & 0xffff);
    const request = encodeRequest(command, id);
    await this.#writeRequest(engine, request);
    this.#observer.starting?.(engine, command, request);
    const control = registersOf(Engine.EHCMDCTRL, engine);
    await bar0.write(control + Control.exec, 1, 1);
    await this.#finished(engine, control, timeout);
    const response = new Uint8Array(responseBytes);
    const words = new DataView(response.buffer);
    // Bytes 4 to 7 are reserved.
    for (const at of [Response.id, Response.r0, Response.errorPc]) {
      const word = at - (at % 4);
      words.setUint32(word, await bar0.read(registersOf(Engine.EHCMDRES, engine) + word), true);
    }
    const answered = decodeResponse(response).id;
    if (answered !== id)
      throw new Error(`engine ${engine} answers command ${answered}, but was given ${id}; does somebody else use it?`);
    return response;
  }

  /** Writes the words of a request that the registers do not hold already. */
  async #writeRequest(engine: number, request: Uint8Array): Promise<void> {
    const old = this.#requests[engine];
    const [was, is] = [old && new DataView(old.buffer), new DataView(request.buffer)];
    for (let at = 0; at < request.length; at += 4) {
      const word = is.getUint32(at, true);
      if (was?.getUint32(at, true) !== word)
        await this.host.bar0.write(registersOf(Engine.EHCMDREQ, engine) + at, 4, word);
    }
    this.#requests[engine] = request;
  }

  /** Waits for an interrupt after which EHCMDDONE is 1: engines may share a line. */
  async #finished(engine: number, control: number, timeout: number): Promise<void> {
    const isDone = async (): Promise<boolean> =>
      ((await this.host.bar0.read(control)) >>> (8 * Control.done)) % 2 === 1;
    try {
      do await this.host.waitInterrupt(engine, timeout);
      while (!(await isDone()));
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      const state = (await isDone())
        ? 'EHCMDDONE is 1: the interrupt got lost'
        : 'its command still runs; wait longer, or stop it with a function-level reset';
      throw new TimeoutError(`engine ${engine} has given no interrupt for ${timeout} cycles, and ${state}`);
    }
  }

  #mustFit({ kind, number, bytes }: Slot, offset: number, length: number): void {
    if (offset >= 0 && offset + length <= bytes) return;
    throw new RangeError(
      `${length} bytes at ${offset} do not fit ${kind} slot ${number} of ${bytes} bytes; generate a device with larger slots`,
    );
  }
}
