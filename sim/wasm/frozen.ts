/**
 * A simulation as plain data: the compiled design, the state that it was in, and where its ports are. It goes on in
 * another process at once, which needs neither the design nor the compiler.
 */
import { AssertionFailure, type Simulator } from '../simulator.ts';
import { compile, instantiate, type Exports } from './instantiate.ts';
import { PortView, type InputPlace } from './port.ts';
import { Heap, View, type Stored } from './view.ts';

export interface FrozenPort extends Pick<PortView, 'name' | 'width' | 'direction'> {
  readonly parts: readonly Stored[];
  readonly input?: Pick<InputPlace, 'address' | 'dirty'>;
}

/** What `WasmSimulator.freeze` gives. */
export interface Frozen {
  /** Name of the top module. */
  readonly top: string;
  readonly cycles: number;
  readonly ports: readonly FrozenPort[];
  /** Of each assertion the address that is not 0 where it does not hold. */
  readonly checks: readonly { readonly address: number; readonly message: string; readonly path: string }[];
  /** The WebAssembly module. */
  readonly code: Uint8Array;
  /** Its linear memory. */
  readonly memory: Uint8Array;
}

/** Bytes that `unpack` understands: a header in JSON after its length, the code, the memory. */
export function pack({ code, memory, ...rest }: Frozen): Uint8Array {
  const sizes = { code: code.length, memory: memory.length };
  const plain = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? { bigint: String(value) } : value);
  const header = Buffer.from(JSON.stringify({ ...rest, sizes }, plain));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  return Buffer.concat([length, header, code, memory]);
}

/** @throws Error when these are not all the bytes that `pack` gave */
export function unpack(bytes: Uint8Array): Frozen {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = 4 + buffer.readUInt32LE();
  const revive = (_: string, value: unknown): unknown =>
    typeof value === 'object' && value !== null && 'bigint' in value ? BigInt(value.bigint as string) : value;
  const { sizes, ...rest } = JSON.parse(buffer.toString('utf8', 4, start), revive) as Omit<
    Frozen,
    'code' | 'memory'
  > & {
    readonly sizes: { readonly code: number; readonly memory: number };
  };
  if (buffer.length !== start + sizes.code + sizes.memory) throw new Error('a frozen simulation is not complete');
  const code = buffer.subarray(start, start + sizes.code);
  return { ...rest, code, memory: buffer.subarray(start + sizes.code) };
}

/** Goes on with a frozen simulation. It has ports, but no signals below them, and writes no waveforms. */
export class FrozenSimulator implements Simulator {
  readonly #frozen: Frozen;
  readonly #exports: Exports;
  readonly #heap: Heap;
  readonly #ports: ReadonlyMap<string, PortView>;
  #cycles: number;
  #isStale = true;

  constructor(frozen: Frozen) {
    this.#frozen = frozen;
    this.#cycles = frozen.cycles;
    this.#exports = instantiate(compile(frozen.code));
    const heap = new Heap(this.#exports.memory.buffer);
    heap.bytes.set(frozen.memory);
    this.#heap = heap;
    const settle = (): void => this.eval();
    this.#ports = new Map(
      frozen.ports.map(({ name, width, direction, parts, input }) => {
        const changed = (): void => {
          for (const address of input!.dirty) heap.bytes[address] = 1;
          this.#isStale = true;
        };
        const view = new View(width, parts, heap, settle);
        return [name, new PortView(name, direction, view, heap, input && { ...input, changed })];
      }),
    );
  }

  get cycles(): number {
    return this.#cycles;
  }

  port(name: string): PortView {
    const port = this.#ports.get(name);
    if (port) return port;
    throw new Error(`${this.#frozen.top} has no port '${name}'; it has ${[...this.#ports.keys()].join(', ')}`);
  }

  poke(name: string, value: number | bigint | Uint8Array): void {
    this.port(name).poke(value);
  }

  peek(name: string): bigint {
    return this.port(name).getBig();
  }

  peekNumber(name: string): number {
    return this.port(name).narrow().get();
  }

  peekBytes(name: string, into?: Uint8Array): Uint8Array {
    return this.port(name).getBytes(into);
  }

  cycle(n = 1): void {
    const left = this.#exports.run(n);
    this.#cycles += n - left;
    this.#isStale = true;
    if (left > 0) this.#fail();
  }

  eval(): void {
    if (!this.#isStale) return;
    this.#exports.settle();
    this.#isStale = false;
  }

  cycleUntil(name: string, value: number, max: number): number {
    const port = this.port(name).narrow();
    const begin = this.#cycles;
    if (port.address === undefined) {
      do this.cycle();
      while (this.#cycles - begin < max && port.get() !== value);
      return this.#cycles - begin;
    }
    const taken = max - this.#exports.until(max, port.address, value);
    this.#isStale = false;
    this.#cycles += taken;
    if (taken < max && port.get() !== value) this.#fail();
    return taken;
  }

  trace(file: string | null): void {
    if (file !== null) throw new Error(`${this.#frozen.top} was frozen; simulate the design itself for a waveform`);
  }

  close(): void {}

  #fail(): never {
    const failed = this.#frozen.checks.find(({ address }) => this.#heap.words[address >> 2] !== 0)!;
    throw new AssertionFailure(failed.message, failed.path, this.#cycles);
  }
}
