/** Values in linear memory as numbers, as big integers and as bytes. */
import type { Piece } from './design.ts';
import { maskOf, type Node } from './graph.ts';
import { sizeOf, type Layout } from './layout.ts';

/** The linear memory, seen in the three ways in which it is used. */
export class Heap {
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  readonly longs: BigUint64Array;

  constructor(buffer: ArrayBuffer) {
    this.bytes = new Uint8Array(buffer);
    this.words = new Uint32Array(buffer);
    this.longs = new BigUint64Array(buffer);
  }

  /** Writes a value little-endian into `size` bytes. */
  put(address: number, size: number, value: bigint): void {
    for (let i = 0; i < size; i++, value >>= 8n) this.bytes[address + i] = Number(value & 0xffn);
  }

  /** Reads `size` bytes. */
  fetch(address: number, size: number): bigint {
    let value = 0n;
    for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[address + i]!);
    return value;
  }
}

/** Bits [lo + width - 1 : lo] of a value, found from bit `at` of a stored word. */
export interface Stored {
  readonly lo: number;
  readonly width: number;
  readonly at: number;
  /** Of the word; undefined for a constant. */
  readonly address: number | undefined;
  readonly bytes: number;
  readonly constant: bigint;
  /** Nothing else is in the word. */
  readonly isWhole: boolean;
  /** It is up to date only after settling. */
  readonly isComputed: boolean;
}

/** Where a node's value is, if it is stored. */
function storedAt({ lo, width, node }: Piece, layout: Layout): Stored | undefined {
  let at = 0;
  let source: Node = node;
  let visible = width;
  while (layout.stored[source.id] === undefined && (source.op === 'slice' || source.op === 'zext')) {
    const inner: Node = source.args[0]!;
    if (source.op === 'slice') at += source.at;
    else visible = Math.max(0, Math.min(visible, inner.width - at));
    source = inner;
  }
  const address = layout.stored[source.id];
  if (address === undefined && source.op !== 'const') return undefined;
  const bytes = sizeOf(source.width);
  const isWhole = at === 0 && visible === source.width;
  return {
    lo,
    width: visible,
    at,
    address,
    bytes,
    constant: source.value,
    isWhole,
    isComputed: source.op !== 'word' && source.op !== 'const',
  };
}

/** Brings what is computed up to date. */
export type Settle = () => void;

/** A value that can be read. */
export class View {
  /** Bits. */
  readonly width: number;
  protected readonly heap: Heap;
  readonly parts: readonly Stored[];
  readonly #settle: Settle;
  /** Address of a value that lies in memory byte for byte. */
  readonly #bytes: number | undefined;

  constructor(width: number, parts: readonly Stored[], heap: Heap, settle: Settle) {
    this.width = width;
    this.heap = heap;
    this.parts = parts;
    this.#settle = parts.some(({ isComputed }) => isComputed) ? settle : () => {};
    const base = parts[0]?.address;
    const isComplete = parts.reduce((sum, part) => sum + part.width, 0) === width;
    const isPlain = parts.every((part) => part.isWhole && part.lo % 8 === 0 && part.address === base! + part.lo / 8);
    if (base !== undefined && isComplete && isPlain) this.#bytes = base;
  }

  /** The value of the pieces, or undefined if some of it is not stored. */
  static of(width: number, pieces: readonly Piece[], layout: Layout, heap: Heap, settle: Settle): View | undefined {
    const parts = pieces.map((piece) => storedAt(piece, layout));
    return parts.every((part) => part !== undefined) ? new View(width, parts, heap, settle) : undefined;
  }

  /** Address of 32 bits that are this value; undefined if it is wider, or put together of several. */
  get address(): number | undefined {
    return this.width <= 32 ? this.#bytes : undefined;
  }

  /** The lowest 32 bits. */
  get(): number {
    this.#settle();
    if (this.#bytes !== undefined) return this.heap.words[this.#bytes >> 2]!;
    return Number(BigInt.asUintN(32, this.getBig()));
  }

  getBig(): bigint {
    this.#settle();
    let value = 0n;
    for (const { lo, width, at, address, bytes, constant } of this.parts) {
      const stored =
        address === undefined
          ? constant
          : bytes === 8
            ? this.heap.longs[address >> 3]!
            : BigInt(this.heap.words[address >> 2]!);
      value |= ((stored >> BigInt(at)) & maskOf(width)) << BigInt(lo);
    }
    return value;
  }

  /** Little-endian; into `into` if given. */
  getBytes(into?: Uint8Array): Uint8Array {
    this.#settle();
    const size = Math.ceil(this.width / 8);
    const target = into ?? new Uint8Array(size);
    if (this.#bytes !== undefined) {
      target.set(this.heap.bytes.subarray(this.#bytes, this.#bytes + size));
      return target;
    }
    let value = this.getBig();
    for (let i = 0; i < size; i++, value >>= 8n) target[i] = Number(value & 0xffn);
    return target;
  }
}
