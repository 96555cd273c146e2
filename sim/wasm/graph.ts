/**
 * The word graph: what a design computes, in values of at most 64 bits. Wide values are rows of words, lowest first.
 * Nodes are immutable and exist once for each meaning, so common subexpressions are shared.
 */
import { simplify } from './simplify.ts';

export type Op =
  /** `value`. */
  | 'const'
  /** A stored value: an input of the top module, (part of) a register. Each is an object of its own. */
  | 'word'
  /** Operands and result of one width. */
  | 'not' | 'and' | 'or' | 'xor' | 'add' | 'sub' | 'mul'
  /** Operands of one width, result one bit. */
  | 'eq' | 'ne' | 'ult' | 'ule' | 'slt' | 'sle'
  /** Amount of any width; one that is too large gives 0 (`sar`: sign bits). */
  | 'shl' | 'shr' | 'sar'
  /** One bit: exclusive or of all bits. */
  | 'parity'
  /** Operands: condition, value where it is 1, value where it is 0. */
  | 'mux'
  /** Bits from `at` upwards. */
  | 'slice'
  /** Parts lowest first. */
  | 'cat'
  | 'zext' | 'sext'
  /** Where a row of `memory` is, or a row of zeros past its end. Operand: row number. */
  | 'row'
  /** Word number `at` of the row of `memory` that the operand points to. */
  | 'load'
  /** Operands: index, elements of one width; 0 past the end. */
  | 'pick'; // prettier-ignore

export interface Node {
  /** Numbers without gaps, for tables. */
  readonly id: number;
  readonly op: Op;
  readonly width: number;
  readonly args: readonly Node[];
  /** `const`. */
  readonly value: bigint;
  /** `slice`: lowest bit; `load`: number of the word. */
  readonly at: number;
  /** `row` and `load`. */
  readonly memory: MemoryState | undefined;
}

/** The content of a memory, or a table of constants. */
export interface MemoryState {
  /** Empty for a table. */
  readonly path: string;
  readonly depth: number;
  /** Bits of a row. */
  readonly width: number;
  readonly init: readonly bigint[];
}

export const wordsIn = (width: number): number => Math.ceil(width / 64);
/** Bits of word `index` of a value of `width` bits. */
export const wordWidth = (width: number, index: number): number => Math.min(64, width - 64 * index);
export const maskOf = (width: number): bigint => (1n << BigInt(width)) - 1n;

/** Buckets of the table of nodes, a power of two. */
const buckets = 1 << 16;

export class Graph {
  /** Every node, by its id. */
  readonly nodes: Node[] = [];
  readonly #tables = new Map<string, MemoryState>();
  readonly #constants = new Map<number, Map<bigint, Node>>();
  /** Nodes by what they mean: the first of each bucket, and for each node the next one. −1 ends. */
  readonly #first = new Int32Array(buckets).fill(-1);
  readonly #next: number[] = [];

  get tables(): MemoryState[] {
    return [...this.#tables.values()];
  }

  const(value: bigint | number, width: number): Node {
    let ofWidth = this.#constants.get(width);
    if (!ofWidth) this.#constants.set(width, (ofWidth = new Map()));
    const big = BigInt(value);
    let node = ofWidth.get(big);
    if (!node) ofWidth.set(big, (node = this.#create('const', width, [], 0, big)));
    return node;
  }

  /** A new stored value. */
  word(width: number): Node {
    return this.#create('word', width, [], 0);
  }

  row(memory: MemoryState, address: Node): Node {
    return this.#intern('row', 32, [address], 0, memory);
  }

  load(memory: MemoryState, row: Node, at: number): Node {
    return this.#intern('load', wordWidth(memory.width, at), [row], at, memory);
  }

  /** A constant out of a table, 0 past its end. */
  lookup(index: Node, values: readonly bigint[], width: number): Node {
    if (index.op === 'const') return this.const(values[Number(index.value)] ?? 0n, width);
    const depth = index.width <= 12 ? 2 ** index.width : values.length;
    const key = `${width}*${depth}:${values.join()}`;
    let table = this.#tables.get(key);
    if (!table) this.#tables.set(key, (table = { path: '', depth, width, init: values.slice(0, depth) }));
    return this.load(table, this.row(table, index), 0);
  }

  slice(a: Node, at: number, width: number): Node {
    return this.make('slice', width, [a], at);
  }

  zext(a: Node, width: number): Node {
    return this.make('zext', width, [a]);
  }

  mux(sel: Node, a: Node, b: Node): Node {
    return this.make('mux', a.width, [sel, a, b]);
  }

  not(a: Node): Node {
    return this.make('not', a.width, [a]);
  }

  /** An operation on operands of one width, with a result of that width. */
  binary(op: 'and' | 'or' | 'xor' | 'add' | 'sub' | 'mul', a: Node, b: Node): Node {
    return this.make(op, a.width, [a, b]);
  }

  compare(op: 'eq' | 'ne' | 'ult' | 'ule' | 'slt' | 'sle', a: Node, b: Node): Node {
    return this.make(op, 1, [a, b]);
  }

  isZero(a: Node): Node {
    return this.compare('eq', a, this.const(0, a.width));
  }

  /** Parts lowest first; 64 bits at most. */
  cat(parts: readonly Node[]): Node {
    if (parts.length === 1) return parts[0]!;
    let width = 0;
    for (const part of parts) width += part.width;
    return this.make('cat', width, parts);
  }

  /** The node that means this, simplified. */
  make(op: Op, width: number, args: readonly Node[], at = 0): Node {
    return simplify(this, op, width, args, at) ?? this.#intern(op, width, args, at);
  }

  #intern(op: Op, width: number, args: readonly Node[], at: number, memory?: MemoryState): Node {
    let hash = op.charCodeAt(0) + 31 * op.charCodeAt(1) + 961 * width + 7919 * at;
    for (const arg of args) hash = Math.imul(hash ^ arg.id, 0x9e37_79b1);
    const bucket = (hash ^ (hash >>> 15)) & (buckets - 1);
    for (let id = this.#first[bucket]!; id >= 0; id = this.#next[id]!) {
      const node = this.nodes[id]!;
      if (node.op === op && node.width === width && node.at === at && node.memory === memory && isSame(node.args, args))
        return node;
    }
    const node = this.#create(op, width, args, at, 0n, memory);
    this.#next[node.id] = this.#first[bucket]!;
    this.#first[bucket] = node.id;
    return node;
  }

  #create(op: Op, width: number, args: readonly Node[], at: number, value = 0n, memory?: MemoryState): Node {
    const node: Node = { id: this.nodes.length, op, width, args, value, at, memory };
    this.nodes.push(node);
    return node;
  }
}

function isSame(a: readonly Node[], b: readonly Node[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * Everything that `roots` are computed from, operands before users. Not what `seen` holds by id, nor what is below that;
 * what is found is added.
 */
export function inOrder(roots: Iterable<Node>, seen: Uint8Array): Node[] {
  const order: Node[] = [];
  const path: Node[] = [];
  const next: number[] = [];
  for (const root of roots) {
    if (seen[root.id]) continue;
    seen[root.id] = 1;
    path.push(root);
    next.push(0);
    while (path.length > 0) {
      const top = path.length - 1;
      const node = path[top]!;
      const arg = node.args[next[top]!++];
      if (arg === undefined) {
        order.push(node);
        path.pop();
        next.pop();
      } else if (!seen[arg.id]) {
        seen[arg.id] = 1;
        path.push(arg);
        next.push(0);
      }
    }
  }
  return order;
}
