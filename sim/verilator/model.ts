/** One design in Verilator, inside this process. */
import { constants } from 'node:os';
import { AssertionFailure, type Simulator } from '../simulator.ts';
import { buildAddon, type BuildOptions } from './build.ts';
import { MemoryPort, type Shared } from './port.ts';

/** What harness.cpp gives for one instance. */
interface Native {
  /** The model's memory; ports are at `offsets`, in the order they were declared. */
  readonly memory: ArrayBuffer;
  readonly offsets: readonly number[];
  evaluate(): void;
  cycle(count: number): void;
  cycleUntil(offset: number, bytes: number, value: number, max: number): void;
  edges(): number;
  trace(file: string | null): void;
  close(): void;
}

interface Addon {
  open(seed: number, halfPeriod: number): Native;
}

export interface ModelOptions extends BuildOptions {
  /** 0, the default: all state that has no reset starts as zero. Otherwise the seed of its random bits. */
  readonly seed?: number;
  /** Clock period in picoseconds, for waveforms; an even number. 4000 (250 MHz) by default. */
  readonly period?: number;
}

const loaded = new Map<string, Addon>();

/**
 * A design in Verilator, driven cycle by cycle. Inputs are written and outputs read as memory of the model, which costs
 * nanoseconds; only `cycle`, `cycleUntil` and `eval` call native code. All inputs start as zero and the clock low.
 *
 * An {@link AssertionFailure} comes after the edge at which the assertion failed: that edge has been taken.
 */
export class VerilatedModel implements Simulator {
  readonly #native: Native;
  readonly #shared: Shared;
  readonly #ports: ReadonlyMap<string, MemoryPort>;
  readonly #top: string;
  readonly #traceable: boolean;

  private constructor(native: Native, { ports, top, trace }: ModelOptions) {
    const settle = (): void => this.eval();
    const shared: Shared = { memory: new DataView(native.memory), stale: false, settle };
    this.#native = native;
    this.#shared = shared;
    this.#ports = new Map(ports.map((port, i) => [port.name, new MemoryPort(port, native.offsets[i], shared)]));
    this.#top = top;
    this.#traceable = trace !== undefined;
    for (const port of this.#ports.values()) if (port.direction === 'input') port.set(0);
  }

  /** Builds the design, or takes it from build/verilator, and opens a new instance of it. */
  static async build(options: ModelOptions): Promise<VerilatedModel> {
    const path = await buildAddon(options);
    let addon = loaded.get(path);
    if (addon === undefined) {
      const module = { exports: {} as Addon };
      process.dlopen(module, path, constants.dlopen.RTLD_NOW);
      loaded.set(path, (addon = module.exports));
    }
    return new VerilatedModel(addon.open(options.seed ?? 0, (options.period ?? 4000) / 2), options);
  }

  get cycles(): number {
    return this.#native.edges();
  }

  port(name: string): MemoryPort {
    const port = this.#ports.get(name);
    if (port !== undefined) return port;
    throw new Error(`${this.#top} has no port "${name}"; it has ${[...this.#ports.keys()].join(', ')}`);
  }

  poke(name: string, value: number | bigint | Uint8Array): void {
    this.port(name).poke(value);
  }

  peek(name: string): bigint {
    return this.port(name).getBig();
  }

  peekNumber(name: string): number {
    return this.#small(name).get();
  }

  peekBytes(name: string, into?: Uint8Array): Uint8Array {
    return this.port(name).getBytes(into);
  }

  cycle(n = 1): void {
    this.#run(() => this.#native.cycle(n));
  }

  cycleUntil(name: string, value: number, max: number): number {
    const { offset, size } = this.#small(name);
    const start = this.cycles;
    this.#run(() => this.#native.cycleUntil(offset, size, value, max));
    return this.cycles - start;
  }

  eval(): void {
    this.#run(() => this.#native.evaluate());
  }

  /** Starts writing a waveform to a file in the format of the build option `trace`, or ends it with null. */
  trace(file: string | null): void {
    if (!this.#traceable) {
      throw new Error(`${this.#top} was built without waveforms; build it with trace: 'fst' or 'vcd'`);
    }
    this.#native.trace(file);
  }

  /** Ends the simulation and its waveform, and frees its memory. The model cannot be used afterwards. */
  close(): void {
    this.#native.close();
  }

  #small(name: string): MemoryPort {
    const port = this.port(name);
    if (port.width > 32) throw new Error(`${name} has ${port.width} bits, more than 32; use peek or peekBytes`);
    return port;
  }

  #run(evaluate: () => void): void {
    this.#shared.stale = false;
    try {
      evaluate();
    } catch (error) {
      const assertion = /Assertion failed in (?<path>[^:]+): (?<message>[^]*)/.exec((error as Error).message)?.groups;
      if (assertion === undefined) throw error;
      throw new AssertionFailure(assertion['message'].trim(), assertion['path'], this.cycles - 1);
    }
  }
}
