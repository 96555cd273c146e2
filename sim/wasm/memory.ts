import type { MemoryState } from './graph.ts';
import type { Rows } from './layout.ts';
import type { Heap } from './view.ts';

/** The content of a memory, for reading and writing between clock edges. */
export class MemoryView {
  readonly depth: number;
  /** Bits of a row. */
  readonly width: number;
  /** Bytes from one row to the next in `bytes`: 1, 2, 4 or a multiple of 8. */
  readonly stride: number;
  /** All rows, little-endian. After writing here, call `changed`. */
  readonly bytes: Uint8Array;
  /** Tells the simulator that the content is another one. */
  readonly changed: () => void;
  readonly #heap: Heap;
  readonly #base: number;

  constructor({ depth, width }: MemoryState, { address, stride }: Rows, heap: Heap, changed: () => void) {
    this.depth = depth;
    this.width = width;
    this.stride = stride;
    this.bytes = heap.bytes.subarray(address, address + depth * stride);
    this.changed = changed;
    this.#heap = heap;
    this.#base = address;
  }

  read(row: number): bigint {
    return this.#heap.fetch(this.#address(row), this.stride);
  }

  write(row: number, value: bigint): void {
    this.#heap.put(this.#address(row), this.stride, BigInt.asUintN(this.width, value));
    this.changed();
  }

  #address(row: number): number {
    if (Number.isInteger(row) && row >= 0 && row < this.depth) return this.#base + row * this.stride;
    throw new RangeError(`row ${row} of a memory of ${this.depth}`);
  }
}
