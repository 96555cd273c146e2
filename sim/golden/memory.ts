import { DataBase, MaxFrames, StackBytes, StackTop, StackWindowBits } from '../../gen/ebpf/abi.ts';
import type { ErrorName } from '../../gen/ebpf/abi.ts';

const stackBottom = StackTop - MaxFrames * StackBytes;

/** Where an access lands: a view of the data slot or of the stack, and the byte offset in it. */
export interface Place {
  readonly bytes: DataView;
  readonly offset: number;
}

/** What one program can address: its data slot and the live frames of its stack. */
export class Memory {
  readonly #data: DataView;
  readonly #dataBase: number;
  readonly #stack = new DataView(new ArrayBuffer(MaxFrames * StackBytes));
  #frames = 0;

  /** @param data the data slot, used in place */
  constructor(data: Uint8Array, dataBase = DataBase) {
    this.#data = new DataView(data.buffer, data.byteOffset, data.byteLength);
    this.#dataBase = dataBase;
    this.enter();
  }

  /** Opens the next frame, all zero. */
  enter(): void {
    this.#frames += 1;
    new Uint8Array(this.#stack.buffer, MaxFrames * StackBytes - this.#frames * StackBytes, StackBytes).fill(0);
  }

  /** Closes the innermost frame. */
  leave(): void {
    this.#frames -= 1;
  }

  /** Finds the place of an access of `size` bytes, or the class of error it raises. Addresses are modulo 2^64. */
  at(address: bigint, size: number): Place | ErrorName {
    const first = Number(BigInt.asUintN(64, address));
    const data = first - this.#dataBase;
    if (data >= 0 && data + size <= this.#data.byteLength) return { bytes: this.#data, offset: data };
    if (first >= StackTop - this.#frames * StackBytes && first + size <= StackTop) {
      return { bytes: this.#stack, offset: first - stackBottom };
    }
    return Math.abs(first + 0.5 - StackTop) < 1 << StackWindowBits ? 'E_STACK_OOB' : 'E_MEM_OOB';
  }
}

/** Reads `width` bits, little-endian, unsigned. */
export function read({ bytes, offset }: Place, width: number): bigint {
  switch (width) {
    case 8:
      return BigInt(bytes.getUint8(offset));
    case 16:
      return BigInt(bytes.getUint16(offset, true));
    case 32:
      return BigInt(bytes.getUint32(offset, true));
    default:
      return bytes.getBigUint64(offset, true);
  }
}

/** Writes the low `width` bits of value, little-endian, and returns them as bytes. */
export function write({ bytes, offset }: Place, width: number, value: bigint): Uint8Array {
  switch (width) {
    case 8:
      bytes.setUint8(offset, Number(BigInt.asUintN(8, value)));
      break;
    case 16:
      bytes.setUint16(offset, Number(BigInt.asUintN(16, value)), true);
      break;
    case 32:
      bytes.setUint32(offset, Number(BigInt.asUintN(32, value)), true);
      break;
    default:
      bytes.setBigUint64(offset, BigInt.asUintN(64, value), true);
  }
  return new Uint8Array(bytes.buffer, bytes.byteOffset + offset, width / 8).slice();
}
