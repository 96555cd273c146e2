/** Arithmetic on values wider than a word: rows of nodes, lowest word first, all 64 bits wide but the last. */
import { wordWidth, wordsIn, type Graph, type Node } from './graph.ts';

export type Row = readonly Node[];

/** `a + b`, or `a - b`: the carry or borrow runs through the words. */
export function addWide(graph: Graph, a: Row, b: Row, subtract: boolean): Node[] {
  const op = subtract ? 'sub' : 'add';
  if (a.length === 1) return [graph.binary(op, a[0]!, b[0]!)];
  let carry: Node = graph.const(0, 1);
  return a.map((x, i) => {
    const y = b[i]!;
    const partial = graph.binary(op, x, y);
    const total = graph.binary(op, partial, graph.zext(carry, x.width));
    const first = subtract ? graph.compare('ult', x, y) : graph.compare('ult', partial, x);
    const second = subtract
      ? graph.compare('ult', partial, graph.zext(carry, x.width))
      : graph.compare('ult', total, partial);
    carry = graph.binary('or', first, second);
    return total;
  });
}

/** The low half of the product, in digits of 32 bits so that sums of products fit a word. */
export function mulWide(graph: Graph, a: Row, b: Row, width: number): Node[] {
  if (a.length === 1) return [graph.binary('mul', a[0]!, b[0]!)];
  const x = digits(graph, a);
  const y = digits(graph, b);
  const count = Math.ceil(width / 32);
  const sums: Node[] = Array.from({ length: count }, () => graph.const(0, 64));
  const half = (product: Node, at: number): Node => graph.zext(graph.slice(product, at, 32), 64);
  for (let i = 0; i < count; i++) {
    for (let j = 0; i + j < count; j++) {
      const product = graph.binary('mul', x[i]!, y[j]!);
      sums[i + j] = graph.binary('add', sums[i + j]!, half(product, 0));
      if (i + j + 1 < count) sums[i + j + 1] = graph.binary('add', sums[i + j + 1]!, half(product, 32));
    }
  }
  for (let i = 1; i < count; i++) sums[i] = graph.binary('add', sums[i]!, half(sums[i - 1]!, 32));
  const low = sums.map((sum) => graph.slice(sum, 0, 32));
  return Array.from({ length: wordsIn(width) }, (_, i) =>
    graph.slice(graph.cat(low.slice(2 * i, 2 * i + 2)), 0, wordWidth(width, i)),
  );
}

/** A row as 32-bit digits, each in a 64-bit word. */
function digits(graph: Graph, row: Row): Node[] {
  return row.flatMap((word) => {
    const low = graph.zext(graph.slice(word, 0, Math.min(32, word.width)), 64);
    return word.width > 32 ? [low, graph.zext(graph.slice(word, 32, word.width - 32), 64)] : [low];
  });
}

/** Whether any bit of any word is set. */
export function anySet(graph: Graph, row: Row): Node {
  const wide = row.map((word) => graph.zext(word, 64));
  return graph.not(graph.isZero(row.length === 1 ? row[0]! : wide.reduce((a, b) => graph.binary('or', a, b))));
}

export function equalWide(graph: Graph, a: Row, b: Row): Node {
  if (a.length === 1) return graph.compare('eq', a[0]!, b[0]!);
  const differences = a.map((x, i) => graph.binary('xor', x, b[i]!));
  return graph.not(anySet(graph, differences));
}

/** `a < b` or `a <= b`; with `signed` the highest word decides as a two's complement number. */
export function lessWide(graph: Graph, a: Row, b: Row, orEqual: boolean, signed: boolean): Node {
  const top = a.length - 1;
  return a.reduce<Node>(
    (below, x, i) => {
      const y = b[i]!;
      const less = graph.compare(signed && i === top ? 'slt' : 'ult', x, y);
      return graph.binary('or', less, graph.binary('and', graph.compare('eq', x, y), below));
    },
    graph.const(orEqual ? 1 : 0, 1),
  );
}

/**
 * Shifts by a variable amount: whole words first, in powers of two, then bits across neighbouring words.
 * The amount's words are given like a value's.
 */
export function shiftWide(graph: Graph, op: 'shl' | 'shr' | 'sar', row: Row, amount: Row, width: number): Node[] {
  if (row.length === 1 && amount.length === 1) return [graph.make(op, width, [row[0]!, amount[0]!])];
  const count = row.length;
  const sign = op === 'sar' ? graph.slice(row.at(-1)!, row.at(-1)!.width - 1, 1) : graph.const(0, 1);
  const fill = graph.make('sext', 64, [sign]);
  let words: Node[] = row.map((word) => graph.make(op === 'sar' ? 'sext' : 'zext', 64, [word]));
  const step = op === 'shl' ? -1 : 1;

  const low = amount[0]!;
  const levels = Math.ceil(Math.log2(count + 1));
  const bit = (index: number): Node => (index < low.width ? graph.slice(low, index, 1) : graph.const(0, 1));
  for (let level = 0; level < levels; level++) {
    const moved = words.map((_, i) => words[i + step * 2 ** level] ?? fill);
    words = words.map((word, i) => graph.mux(bit(6 + level), moved[i]!, word));
  }

  const inner = graph.slice(low, 0, Math.min(6, low.width));
  const rest = graph.not(graph.zext(inner, 6));
  const one = graph.const(1, 1);
  const [there, back] = op === 'shl' ? (['shl', 'shr'] as const) : (['shr', 'shl'] as const);
  words = words.map((word, i) => {
    // The neighbour moves by 64 − amount, in two steps because an amount of 64 would not fit.
    const neighbour = words[i + step] ?? fill;
    const carried = graph.make(back, 64, [graph.make(back, 64, [neighbour, one]), rest]);
    return graph.binary('or', graph.make(there, 64, [word, inner]), carried);
  });

  const beyond = low.width > 6 + levels ? [graph.slice(low, 6 + levels, low.width - 6 - levels)] : [];
  const tooFar = anySet(graph, [graph.const(0, 1), ...beyond, ...amount.slice(1)]);
  return words.map((word, i) => graph.slice(graph.mux(tooFar, fill, word), 0, wordWidth(width, i)));
}
