/** A piece of an allocated slot that an access touches. */
export interface Piece {
  /** The bytes themselves, to be read or written in place. */
  readonly memory: Uint8Array;
  /** Where the piece begins in the access. */
  readonly at: number;
}

/** The slots of one type: which are allocated, and what they hold. */
export class SlotTable {
  readonly #offset: number;
  readonly #bytes: number;
  /** Contents of the allocated slots; a free slot has none, so that nothing survives in it. */
  readonly #slots: (Uint8Array | undefined)[];

  /** @param offset of slot 0 in BAR4 */
  constructor(offset: number, count: number, bytes: number) {
    this.#offset = offset;
    this.#bytes = bytes;
    this.#slots = Array.from({ length: count }, () => undefined);
  }

  /** Slots that are not allocated, in ascending order. */
  free(): number[] {
    return this.#slots.flatMap((memory, slot) => (memory ? [] : [slot]));
  }

  /** Allocates a slot, all zero. */
  allocate(slot: number): void {
    this.#slots[slot] = new Uint8Array(this.#bytes);
  }

  /** Contents of a slot, undefined when it does not exist or is not allocated. */
  memoryOf(slot: number): Uint8Array | undefined {
    return this.#slots[slot];
  }

  release(slot: number): void {
    this.#slots[slot] = undefined;
  }

  releaseAll(): void {
    this.#slots.fill(undefined);
  }

  /** The pieces of allocated slots within [offset, offset + length) of BAR4. */
  *allocatedWithin(offset: number, length: number): Generator<Piece> {
    const first = Math.max(0, Math.floor((offset - this.#offset) / this.#bytes));
    for (let slot = first; slot < this.#slots.length; slot++) {
      const start = this.#offset + slot * this.#bytes;
      if (start >= offset + length) return;
      const from = Math.max(start, offset);
      const to = Math.min(start + this.#bytes, offset + length);
      const memory = this.#slots[slot]?.subarray(from - start, to - start);
      if (memory) yield { memory, at: from - offset };
    }
  }
}
