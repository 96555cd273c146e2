import type { Port } from '../simulator.ts';
import type { ModelPort } from './build.ts';

/** What the ports of one model share: its memory, and whether an input was written since the logic was settled. */
export interface Shared {
  readonly memory: DataView;
  stale: boolean;
  /** Settles the combinational logic and clears `stale`. */
  settle(): void;
}

/** One port in the memory of a model: 1, 2, 4 or 8 bytes by width, words of 4 bytes above 64 bits; little-endian. */
export class MemoryPort implements Port {
  readonly name: string;
  readonly width: number;
  readonly direction: 'input' | 'output';
  /** Byte offset in the model's memory. */
  readonly offset: number;
  /** Bytes that the port occupies there, of which the last may be padding. */
  readonly size: number;
  readonly #shared: Shared;
  readonly #mask: number;

  constructor({ name, width, direction }: ModelPort, offset: number, shared: Shared) {
    this.name = name;
    this.width = width;
    this.direction = direction;
    this.offset = offset;
    this.size = width <= 8 ? 1 : width <= 16 ? 2 : Math.ceil(width / 32) * 4;
    this.#shared = shared;
    this.#mask = width >= 32 ? 0xffffffff : 2 ** width - 1;
  }

  /** The model's memory for reading, with the logic settled. */
  #settled(): DataView {
    if (this.#shared.stale) this.#shared.settle();
    return this.#shared.memory;
  }

  /** The model's memory for writing this port. */
  #driven(): DataView {
    if (this.direction !== 'input') throw new Error(`${this.name} is an output; only inputs can be driven`);
    this.#shared.stale = true;
    return this.#shared.memory;
  }

  get(): number {
    const memory = this.#settled();
    if (this.size === 1) return memory.getUint8(this.offset);
    return this.size === 2 ? memory.getUint16(this.offset, true) : memory.getUint32(this.offset, true);
  }

  set(value: number): void {
    const memory = this.#driven();
    const low = (value & this.#mask) >>> 0;
    if (this.size === 1) memory.setUint8(this.offset, low);
    else if (this.size === 2) memory.setUint16(this.offset, low, true);
    else {
      memory.setUint32(this.offset, low, true);
      for (let byte = 4; byte < this.size; byte += 4) memory.setUint32(this.offset + byte, 0, true);
    }
  }

  getBig(): bigint {
    if (this.size <= 4) return BigInt(this.get());
    const memory = this.#settled();
    let value = 0n;
    for (let byte = this.size - 4; byte >= 0; byte -= 4) {
      value = (value << 32n) | BigInt(memory.getUint32(this.offset + byte, true));
    }
    return value;
  }

  setBig(value: bigint): void {
    this.#mustFit(BigInt.asUintN(this.width, value) === value, value);
    if (this.size <= 4) {
      this.set(Number(value));
      return;
    }
    const memory = this.#driven();
    for (let byte = 0, rest = value; byte < this.size; byte += 4, rest >>= 32n) {
      memory.setUint32(this.offset + byte, Number(BigInt.asUintN(32, rest)), true);
    }
  }

  getBytes(into: Uint8Array = new Uint8Array(Math.ceil(this.width / 8))): Uint8Array {
    into.set(new Uint8Array(this.#settled().buffer, this.offset, Math.ceil(this.width / 8)));
    return into;
  }

  setBytes(bytes: Uint8Array): void {
    const spare = bytes.length * 8 - this.width;
    this.#mustFit(spare < 8 && (spare <= 0 || bytes.at(-1)! >> (8 - spare) === 0), `${bytes.length} bytes`);
    const target = new Uint8Array(this.#driven().buffer, this.offset, this.size);
    target.fill(0, bytes.length);
    target.set(bytes);
  }

  /** Drives the port; unlike the setters of the port, refuses bits beyond its width in every form. */
  poke(value: number | bigint | Uint8Array): void {
    if (typeof value === 'bigint') this.setBig(value);
    else if (typeof value !== 'number') this.setBytes(value);
    else if (this.width > 32) this.setBig(BigInt(value));
    else {
      this.#mustFit(value >= 0 && value <= this.#mask && Number.isInteger(value), value);
      this.set(value);
    }
  }

  #mustFit(fits: boolean, value: unknown): void {
    if (!fits) throw new RangeError(`${this.name} has ${this.width} bits; ${String(value)} does not fit`);
  }
}
