/** Rules that make word nodes cheaper before they exist: constants, identities, slices of what is put together. */
import { maskOf, type Graph, type Node, type Op } from './graph.ts';

/** A node that means the same and is simpler, if there is one. */
export function simplify(graph: Graph, op: Op, width: number, args: readonly Node[], at: number): Node | undefined {
  if (op === 'cat') return concatenation(graph, args, width);
  if (op === 'pick') return choice(graph, args, width);
  const [a, b, c] = [args[0]!, args[1]!, args[2]!];
  if (a.op === 'const' && (!b || b.op === 'const') && (!c || c.op === 'const')) {
    const value = folds[op]?.(a, b, at, c);
    if (value !== undefined) return graph.const(value & maskOf(width), width);
  }
  return rules[op]?.(graph, a, b, width, at, c);
}

const isConst = (node: Node): boolean => node.op === 'const';
const isZero = (node: Node): boolean => node.op === 'const' && node.value === 0n;
const isOnes = (node: Node): boolean => node.op === 'const' && node.value === maskOf(node.width);
const signed = ({ value, width }: Node): bigint => BigInt.asIntN(width, value);
const flag = (condition: boolean): bigint => (condition ? 1n : 0n);

/** An operation on constants; the result is cut to its width by the caller. */
type Fold = (a: Node, b: Node, at: number, c: Node) => bigint;

const folds: Partial<Record<Op, Fold>> = {
  not: (a) => ~a.value,
  and: (a, b) => a.value & b.value,
  or: (a, b) => a.value | b.value,
  xor: (a, b) => a.value ^ b.value,
  add: (a, b) => a.value + b.value,
  sub: (a, b) => a.value - b.value,
  mul: (a, b) => a.value * b.value,
  eq: (a, b) => flag(a.value === b.value),
  ne: (a, b) => flag(a.value !== b.value),
  ult: (a, b) => flag(a.value < b.value),
  ule: (a, b) => flag(a.value <= b.value),
  slt: (a, b) => flag(signed(a) < signed(b)),
  sle: (a, b) => flag(signed(a) <= signed(b)),
  shl: (a, b) => (b.value < 64n ? a.value << b.value : 0n),
  shr: (a, b) => (b.value < 64n ? a.value >> b.value : 0n),
  sar: (a, b) => signed(a) >> (b.value < 64n ? b.value : 64n),
  parity: (a) => BigInt(a.value.toString(2).replaceAll('0', '').length & 1),
  mux: (sel, a, _, b) => (sel.value ? a.value : b.value),
  slice: (a, _, at) => a.value >> BigInt(at),
  zext: (a) => a.value,
  sext: (a) => signed(a),
};

type Rule = (graph: Graph, a: Node, b: Node, width: number, at: number, c: Node) => Node | undefined;

const opposite: Partial<Record<Op, 'eq' | 'ne' | 'ult' | 'ule' | 'slt' | 'sle'>> = { eq: 'ne', ne: 'eq' };
/** not (a < b) is b ≤ a. */
const mirrored: Partial<Record<Op, 'ult' | 'ule' | 'slt' | 'sle'>> = { ult: 'ule', ule: 'ult', slt: 'sle', sle: 'slt' };

/** Constants to the right, else by age, so that a + b and b + a are one node; undefined when already so. */
function ordered(graph: Graph, op: Op, width: number, a: Node, b: Node): Node | undefined {
  const swap = isConst(a) || (!isConst(b) && a.id > b.id);
  return swap ? graph.make(op, width, [b, a]) : undefined;
}

const rules: Partial<Record<Op, Rule>> = {
  not: (graph, a) => {
    if (a.op === 'not') return a.args[0]!;
    if (opposite[a.op]) return graph.compare(opposite[a.op]!, a.args[0]!, a.args[1]!);
    if (mirrored[a.op]) return graph.compare(mirrored[a.op]!, a.args[1]!, a.args[0]!);
    return undefined;
  },
  and: (graph, a, b, width) => {
    if (a === b || isOnes(b)) return a;
    if (isZero(b)) return b;
    return ordered(graph, 'and', width, a, b);
  },
  or: (graph, a, b, width) => {
    if (a === b || isZero(b)) return a;
    if (isOnes(b)) return b;
    return ordered(graph, 'or', width, a, b);
  },
  xor: (graph, a, b, width) => {
    if (a === b) return graph.const(0, width);
    if (isZero(b)) return a;
    if (isOnes(b)) return graph.not(a);
    return ordered(graph, 'xor', width, a, b);
  },
  add: (graph, a, b, width) => (isZero(b) ? a : ordered(graph, 'add', width, a, b)),
  sub: (graph, a, b, width) => (a === b ? graph.const(0, width) : isZero(b) ? a : undefined),
  mul: (graph, a, b, width) => {
    if (isZero(b)) return b;
    if (b.op === 'const' && b.value === 1n) return a;
    return ordered(graph, 'mul', width, a, b);
  },
  eq: (graph, a, b) => equality(graph, a, b, false),
  ne: (graph, a, b) => equality(graph, a, b, true),
  ult: (graph, a, b) => {
    if (a === b || isZero(b)) return graph.const(0, 1);
    return isZero(a) ? graph.compare('ne', b, a) : undefined;
  },
  ule: (graph, a, b) => (a === b || isZero(a) || isOnes(b) ? graph.const(1, 1) : undefined),
  slt: (graph, a, b) => (a === b ? graph.const(0, 1) : undefined),
  sle: (graph, a, b) => (a === b ? graph.const(1, 1) : undefined),
  shl: (graph, a, b, width) => {
    if (isZero(a)) return a;
    if (!isConst(b)) return undefined;
    const amount = Number(b.value);
    if (amount === 0) return a;
    return amount >= width
      ? graph.const(0, width)
      : graph.cat([graph.const(0, amount), graph.slice(a, 0, width - amount)]);
  },
  shr: (graph, a, b, width) => {
    if (isZero(a)) return a;
    if (!isConst(b)) return undefined;
    const amount = Number(b.value);
    return amount >= width ? graph.const(0, width) : graph.zext(graph.slice(a, amount, width - amount), width);
  },
  sar: (graph, a, b, width) => {
    if (!isConst(b)) return undefined;
    const amount = Math.min(Number(b.value), width - 1);
    return graph.make('sext', width, [graph.slice(a, amount, width - amount)]);
  },
  parity: (_, a) => (a.width === 1 ? a : undefined),
  mux: (graph, sel, a, width, _, b) => {
    if (isConst(sel)) return sel.value ? a : b;
    if (a === b) return a;
    if (sel.op === 'not') return graph.mux(sel.args[0]!, b, a);
    if (width === 1 && isConst(a) && isConst(b)) return a.value ? sel : graph.not(sel);
    if (a.op === 'mux' && a.args[0] === sel) return graph.mux(sel, a.args[1]!, b);
    if (b.op === 'mux' && b.args[0] === sel) return graph.mux(sel, a, b.args[2]!);
    return undefined;
  },
  slice: (graph, a, _, width, at) => sliced(graph, a, at, width),
  zext: (graph, a, _, width) => {
    if (a.width === width) return a;
    return a.op === 'zext' ? graph.zext(a.args[0]!, width) : undefined;
  },
  sext: (graph, a, _, width) => {
    if (a.width === width) return a;
    if (a.op === 'zext') return graph.zext(a.args[0]!, width);
    return a.op === 'sext' ? graph.make('sext', width, [a.args[0]!]) : undefined;
  },
};

function concatenation(graph: Graph, parts: readonly Node[], width: number): Node | undefined {
  if (parts.length === 1) return parts[0];
  const merged: Node[] = [];
  for (const part of parts.flatMap((part) => (part.op === 'cat' ? part.args : [part]))) {
    const joined = merged.length > 0 ? join(graph, merged.at(-1)!, part) : undefined;
    if (joined) merged[merged.length - 1] = joined;
    else merged.push(part);
  }
  const top = merged.at(-1)!;
  if (merged.length > 1 && isZero(top)) return graph.zext(graph.cat(merged.slice(0, -1)), width);
  return merged.length < parts.length ? graph.cat(merged) : undefined;
}

function choice(graph: Graph, [first, ...elements]: readonly Node[], width: number): Node | undefined {
  const index = first!;
  if (isConst(index))
    return index.value < BigInt(elements.length) ? elements[Number(index.value)] : graph.const(0, width);
  const reachable = index.width < 20 ? 2 ** index.width : Infinity;
  if (elements.length > reachable) return graph.make('pick', width, [index, ...elements.slice(0, reachable)]);
  if (elements.length === reachable && elements.every((element) => element === elements[0])) return elements[0];
  if (elements.every(isConst))
    return graph.lookup(
      index,
      elements.map(({ value }) => value),
      width,
    );
  if (elements.length === 1) return graph.mux(graph.isZero(index), elements[0]!, graph.const(0, width));
  if (elements.length === 2 && reachable === 2) return graph.mux(index, elements[1]!, elements[0]!);
  return undefined;
}

function equality(graph: Graph, a: Node, b: Node, negated: boolean): Node | undefined {
  const op = negated ? 'ne' : 'eq';
  if (a === b) return graph.const(negated ? 0 : 1, 1);
  if (!isConst(b)) return ordered(graph, op, 1, a, b);
  if (a.width === 1) return (b.value === 1n) !== negated ? a : graph.not(a);
  if (a.op === 'zext') {
    const inner = a.args[0]!;
    if (b.value > maskOf(inner.width)) return graph.const(negated ? 1 : 0, 1);
    return graph.compare(op, inner, graph.const(b.value, inner.width));
  }
  return undefined;
}

/** Two neighbours of a concatenation as one part. */
function join(graph: Graph, low: Node, high: Node): Node | undefined {
  if (isConst(low) && isConst(high))
    return graph.const(low.value | (high.value << BigInt(low.width)), low.width + high.width);
  if (low.op !== 'slice' || high.op !== 'slice' || low.args[0] !== high.args[0] || low.at + low.width !== high.at)
    return undefined;
  return graph.slice(low.args[0]!, low.at, low.width + high.width);
}

function sliced(graph: Graph, a: Node, at: number, width: number): Node | undefined {
  if (at === 0 && width === a.width) return a;
  const inner = a.args[0];
  switch (a.op) {
    case 'slice':
      return graph.slice(inner!, a.at + at, width);
    case 'zext':
      if (at >= inner!.width) return graph.const(0, width);
      return graph.zext(graph.slice(inner!, at, Math.min(width, inner!.width - at)), width);
    case 'sext':
      if (at + width <= inner!.width) return graph.slice(inner!, at, width);
      return at < inner!.width ? graph.make('sext', width, [graph.slice(inner!, at, inner!.width - at)]) : undefined;
    case 'cat': {
      const parts: Node[] = [];
      let lo = 0;
      for (const part of a.args) {
        const from = Math.max(at, lo);
        const to = Math.min(at + width, lo + part.width);
        if (from < to) parts.push(graph.slice(part, from - lo, to - from));
        lo += part.width;
      }
      return graph.cat(parts);
    }
    case 'mux':
      if (!isConst(a.args[1]!) && !isConst(a.args[2]!)) return undefined;
      return graph.mux(inner!, graph.slice(a.args[1]!, at, width), graph.slice(a.args[2]!, at, width));
    default:
      return undefined;
  }
}
