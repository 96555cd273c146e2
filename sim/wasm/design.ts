/** What lowering hands to code generation: the state of the design and the word graph of everything that it does. */
import type { Net } from './flatten.ts';
import type { MemoryState, Node } from './graph.ts';

/** Bits [lo + width - 1 : lo] of a net: what they are, wherever that is stored. */
export interface Piece {
  readonly lo: number;
  readonly width: number;
  readonly node: Node;
}

/** A register, or the output register of a memory's read port: its words with their values after the next edge. */
export interface Register {
  /** Number of the instance that it belongs to. */
  readonly owner: number;
  readonly words: readonly { readonly word: Node; readonly next: Node }[];
}

/** A write port: its operands at a clock edge. */
export interface Write {
  readonly owner: number;
  readonly memory: MemoryState;
  /** 1 only where the address is a row of the memory. */
  readonly enable: Node;
  readonly address: Node;
  /** Words of the row. */
  readonly data: readonly Node[];
  /** Bits to write of each word of the row; absent: all. */
  readonly mask?: readonly Node[];
}

export interface Check {
  readonly owner: number;
  /** 1 where the assertion does not hold. */
  readonly violated: Node;
  readonly message: string;
  readonly path: string;
}

export interface Design {
  /** All nodes by their id, also those that nothing needs. */
  readonly nodes: readonly Node[];
  readonly inputs: readonly Node[];
  readonly registers: readonly Register[];
  /** In the order in which they take effect. */
  readonly writes: readonly Write[];
  readonly memories: readonly MemoryState[];
  /** Constants that are looked up like rows of a memory. */
  readonly tables: readonly MemoryState[];
  readonly checks: readonly Check[];
  /** Values that can be read at any time, whether or not anything needs them. */
  readonly kept: readonly Node[];
  /** What nets are made of, as far as anything reads them. */
  readonly nets: ReadonlyMap<Net, readonly Piece[]>;
}
