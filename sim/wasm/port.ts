import type { Port } from '../simulator.ts';
import type { Heap, View } from './view.ts';

/** Where an input is stored, and what has to happen when it changes. */
export interface InputPlace {
  readonly address: number;
  /** Bytes of linear memory that are set to 1 then: regions that have to be computed again. */
  readonly dirty: readonly number[];
  changed(): void;
}

/** A port of the top module. */
export class PortView implements Port {
  readonly name: string;
  readonly width: number;
  readonly direction: Port['direction'];
  readonly #view: View;
  readonly #heap: Heap;
  readonly #input: InputPlace | undefined;

  constructor(name: string, direction: Port['direction'], view: View, heap: Heap, input?: InputPlace) {
    this.name = name;
    this.width = view.width;
    this.direction = direction;
    this.#view = view;
    this.#heap = heap;
    this.#input = input;
  }

  /** Where it is stored, as plain data. */
  get place(): Pick<View, 'parts'> & { readonly input?: Pick<InputPlace, 'address' | 'dirty'> } {
    const input = this.#input && { address: this.#input.address, dirty: this.#input.dirty };
    return { parts: this.#view.parts, ...(input && { input }) };
  }

  /** Address of the 32 bits that are its value; see {@link View}. */
  get address(): number | undefined {
    return this.#view.address;
  }

  get(): number {
    return this.#view.get();
  }

  getBig(): bigint {
    return this.#view.getBig();
  }

  getBytes(into?: Uint8Array): Uint8Array {
    return this.#view.getBytes(into);
  }

  set(value: number): void {
    if (this.width > 32) return this.setBig(BigInt(value >>> 0));
    const input = this.#place();
    const next = (value & (-1 >>> (32 - this.width))) >>> 0;
    if (this.#heap.words[input.address >> 2] === next) return;
    this.#heap.words[input.address >> 2] = next;
    input.changed();
  }

  setBig(value: bigint): void {
    const input = this.#place();
    this.#heap.put(input.address, Math.ceil(this.width / 8), BigInt.asUintN(this.width, value));
    input.changed();
  }

  setBytes(bytes: Uint8Array): void {
    const input = this.#place();
    const size = Math.ceil(this.width / 8);
    if (bytes.length > size) throw new RangeError(`${this.name} has ${size} bytes, but is given ${bytes.length}`);
    const target = this.#heap.bytes.subarray(input.address, input.address + size);
    target.fill(0, bytes.length);
    target.set(bytes);
    target[size - 1]! &= 0xff >> (8 * size - this.width);
    input.changed();
  }

  /** Sets an input; unlike the setters, refuses bits beyond its width in every form. */
  poke(value: number | bigint | Uint8Array): void {
    if (value instanceof Uint8Array) return this.setBytes(value);
    if (value < 0 || BigInt(value) >> BigInt(this.width) !== 0n) {
      throw new RangeError(`${this.name} has ${this.width} bits and cannot be ${value}`);
    }
    if (typeof value === 'number' && value <= 0xffff_ffff) this.set(value);
    else this.setBig(BigInt(value));
  }

  /** The port itself, if 32 bits hold its value. */
  narrow(): this {
    if (this.width > 32) throw new RangeError(`${this.name} has ${this.width} bits; use peek`);
    return this;
  }

  #place(): InputPlace {
    if (this.#input) return this.#input;
    throw new Error(`${this.name} is an output; only inputs can be set`);
  }
}
