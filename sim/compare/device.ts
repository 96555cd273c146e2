/** A simulated device and the golden one, step by step. */
import { bar4, type Config } from '../../gen/config.ts';
import { Command, Control, Engine, Response, Status } from '../../gen/device/layout.ts';
import { Device } from '../golden/device.ts';
import { modelOf } from '../golden/helpers.ts';
import {
  HermesDevice,
  ProtocolError,
  TimeoutError,
  type CommandRequest,
  type Observer,
  type RunResult,
  type ShellHost,
} from '../shell/index.ts';
import { AssertionFailure } from '../simulator.ts';
import { Divergence, Lockstep, type Watcher } from './lockstep.ts';
import { retirementPort, type Retirement } from './retired.ts';

/** A program under way on an engine. */
interface Run {
  /** Offset of its data slot in BAR4. */
  readonly data: number;
  readonly lockstep: Lockstep;
  /** Somebody else works on the data slot, too: what the program finds there is a matter of timing. */
  shared: boolean;
}

/**
 * Follows a {@link HermesDevice} with the golden device: every instruction that an engine retires, every response, and what
 * the host reads of slot memory; after a run the whole data slot. Which of the free slots a request gets is the device's to
 * choose. A program whose data slot others use meanwhile is not compared, and the model takes over what it leaves there.
 */
export class DeviceLockstep implements Observer {
  /** Instructions that were compared. */
  compared = 0;
  readonly #host: ShellHost;
  readonly #config: Config;
  readonly #model: Device;
  readonly #watcher: Watcher | undefined;
  readonly #runs = new Map<number, Run>();
  /** The slot that the device has just given. */
  #given = 0;

  /** @param watcher is told of every instruction that is compared */
  constructor(host: ShellHost, watcher?: Watcher) {
    const { config, simulator, timeline } = host;
    if (!config.retirePort)
      throw new Error('lockstep needs the retirement ports; generate the device with retirePort: true');
    this.#host = host;
    this.#watcher = watcher;
    this.#config = config;
    this.#model = new Device(config, { instructionsPerAccess: 0, chooseSlot: (free) => this.#chosen(free) });
    const ports = Array.from({ length: config.engines }, (_, engine) => retirementPort(simulator, `retire${engine}_`));
    timeline.add({
      sample: () => {
        for (let engine = 0; engine < ports.length; engine++) {
          const retirement = ports[engine]!();
          if (retirement) this.#retire(engine, retirement);
        }
      },
    });
  }

  written(address: number, bytes: Uint8Array): void {
    for (const run of this.#runsOn(address, bytes.length)) run.shared = true;
    this.#model.dmaWrite(address, bytes);
  }

  read(address: number, bytes: Uint8Array): void {
    if (this.#runsOn(address, bytes.length).length > 0) return;
    this.#compare('slot memory, BAR4 offset', address, bytes, this.#model.dmaRead(address, bytes.length));
  }

  starting(engine: number, command: CommandRequest, request: Uint8Array): void {
    const register = Engine.EHCMDREQ.offset + engine * Engine.EHCMDREQ.stride;
    request.forEach((byte, i) => this.#model.writeBar0(register + i, 1, byte));
    // The model does slot commands at once, so it gets them when the device has done them.
    if (command.opcode !== Command.Run) return;
    this.#ring(engine);
    const status = this.#response(engine)[Response.status];
    if (this.#isDone(engine) && status !== Status.ProgramError) return;
    const { programOffset, dataOffset } = bar4(this.#config);
    const { programSlotBytes, dataSlotBytes } = this.#config;
    const data = dataOffset + command.dataSlot * dataSlotBytes;
    const others = this.#runsOn(data, dataSlotBytes);
    for (const other of others) other.shared = true;
    const length = Math.min(command.length, programSlotBytes + 8 + (command.length % 8));
    const program = this.#model.dmaRead(programOffset + command.programSlot * programSlotBytes, length);
    const memory = this.#model.dmaRead(data, dataSlotBytes);
    const options = { ...modelOf(this.#config), program, data: memory, programLimit: programSlotBytes };
    const lockstep = new Lockstep(`engine ${engine}`, options, this.#watcher?.({ program, engine }));
    this.#runs.set(engine, { data, lockstep, shared: others.length > 0 });
  }

  async finished(engine: number, command: CommandRequest, response: Uint8Array, result?: RunResult): Promise<void> {
    const run = this.#runs.get(engine);
    if (run) {
      const memory = await this.#host.dma.read(run.data, this.#config.dataSlotBytes);
      this.#model.complete(engine);
      this.#runs.delete(engine);
      if (run.shared) {
        this.#model.dmaWrite(run.data, memory);
        return;
      }
      // The response to a program that went wrong has no r0.
      const r0 = result!.error ? (run.lockstep.outcome?.r0 ?? 0n) : result!.r0;
      run.lockstep.finish({ ...result!, r0 }, memory);
    } else if (command.opcode !== Command.Run) {
      this.#given = response[Response.slot]!;
      this.#ring(engine);
    }
    this.#compare(`response of engine ${engine}, byte`, 0, response, this.#response(engine));
  }

  reset(): void {
    this.#model.functionLevelReset();
    this.#runs.clear();
  }

  #retire(engine: number, retirement: Retirement): void {
    const run = this.#runs.get(engine);
    if (!run)
      throw new Divergence(
        `engine ${engine} retires the instruction at pc ${retirement.pc}, but was not told to run`,
        0,
      );
    if (run.shared) return;
    run.lockstep.retire(retirement);
    this.compared += 1;
  }

  /** Programs under way whose data slots lie in [address, address + length) of BAR4. */
  #runsOn(address: number, length: number): Run[] {
    const { dataSlotBytes } = this.#config;
    return [...this.#runs.values()].filter(({ data }) => address < data + dataSlotBytes && data < address + length);
  }

  #chosen(free: readonly number[]): number {
    if (free.includes(this.#given)) return this.#given;
    throw new Divergence(
      `the device gives slot ${this.#given}, which is in use; free are ${free.join(', ')}`,
      this.compared,
    );
  }

  #ring(engine: number): void {
    this.#model.writeBar0(this.#control(engine) + Control.exec, 1, 1);
  }

  #isDone(engine: number): boolean {
    return this.#model.readBar0(this.#control(engine) + Control.done, 1) === 1;
  }

  #control(engine: number): number {
    return Engine.EHCMDCTRL.offset + engine * Engine.EHCMDCTRL.stride;
  }

  #response(engine: number): Uint8Array {
    const register = Engine.EHCMDRES.offset + engine * Engine.EHCMDRES.stride;
    return Uint8Array.from({ length: Engine.EHCMDRES.bytes }, (_, i) => this.#model.readBar0(register + i, 1));
  }

  #compare(what: string, base: number, device: Uint8Array, model: Uint8Array): void {
    if (Buffer.compare(device, model) === 0) return;
    const at = device.findIndex((byte, i) => byte !== model[i]);
    const around = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(at, at + 16)).toString('hex');
    const place = `${what} ${base + at < 16 ? base + at : `0x${(base + at).toString(16)}`}`;
    throw new Divergence(`${place}: device ${around(device)}, model ${around(model)}`, this.compared);
  }
}

/** Errors that the design is to blame for. */
const blames = [Divergence, ProtocolError, TimeoutError, AssertionFailure];

/**
 * Does `work` with a device that is compared with the model all the way. When the design does wrong, the last cycles before
 * it are written to `wave`, and the error says so.
 * @throws Divergence, ProtocolError, TimeoutError, AssertionFailure; and whatever `work` throws
 */
export async function inLockstep<T>(
  host: ShellHost,
  wave: string,
  work: (device: HermesDevice, lockstep: DeviceLockstep) => Promise<T>,
  watcher?: Watcher,
): Promise<T> {
  const lockstep = new DeviceLockstep(host, watcher);
  try {
    return await work(await HermesDevice.open(host, lockstep), lockstep);
  } catch (error) {
    if (error instanceof Error && blames.some((kind) => error instanceof kind)) {
      await host.dump(wave);
      error.message += `\nthe last cycles as a waveform: ${wave}`;
    }
    throw error;
  }
}
