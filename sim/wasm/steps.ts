/** Statements as values: what bits [lo + width - 1 : lo] of a signal are after its steps. */
import type { Target } from '../../gen/ir/index.ts';
import { reach } from '../../gen/ir/index.ts';
import type { Step } from './facts.ts';
import type { Scope } from './flatten.ts';
import { maskOf, type Graph, type Node } from './graph.ts';
import { equalWide } from './wide.ts';
import type { Words } from './words.ts';

type Assign = Extract<Step, { kind: 'assign' }>;
type Switch = Extract<Step, { kind: 'switch' }>;
type Element = Extract<Target, { kind: 'element' }>;

export class Steps {
  readonly #graph: Graph;
  readonly #words: Words;

  constructor(graph: Graph, words: Words) {
    this.#graph = graph;
    this.#words = words;
  }

  /** `before` where no step assigns. The range crosses no end of an assignment, and has at most 64 bits. */
  run(scope: Scope, steps: readonly Step[], lo: number, width: number, before: Node): Node {
    return steps.reduce((value, step) => {
      switch (step.kind) {
        case 'assign':
          return this.#assign(scope, step, lo, width, value);
        case 'when':
          return step.branches.reduceRight<Node>((rest, { condition, steps: body }) => {
            const taken = this.run(scope, body, lo, width, value);
            // A condition that makes no difference to these bits may depend on them.
            if (!condition || taken === rest) return taken;
            return this.#graph.mux(this.#words.bit(scope, condition), taken, rest);
          }, value);
        case 'switch':
          return this.#switch(scope, step, lo, width, value);
      }
    }, before);
  }

  #assign(scope: Scope, { target, value }: Assign, lo: number, width: number, before: Node): Node {
    const span = reach(target);
    const offset = lo - span.lo;
    if (offset + width <= 0 || offset >= span.width) return before;
    if (target.kind === 'bits') return this.#words.range(scope, value, offset, width);
    const inside = offset % target.width;
    if (inside + width <= target.width) {
      const hit = this.#isIndex(scope, target, Math.floor(offset / target.width));
      return this.#graph.mux(hit, this.#words.range(scope, value, inside, width), before);
    }
    if (inside === 0 && width % target.width === 0) return this.#scatter(scope, target, value, offset, width, before);
    // A range that cuts elements: one piece for each.
    const graph = this.#graph;
    const parts: Node[] = [];
    for (let at = 0; at < width;) {
      const end = Math.min(width, at + target.width - ((offset + at) % target.width));
      const old = graph.slice(before, at, end - at);
      parts.push(this.#assign(scope, { kind: 'assign', target, value }, lo + at, end - at, old));
      at = end;
    }
    return graph.cat(parts);
  }

  /** Several whole elements in one word: the new one is moved to its place under a mask. */
  #scatter(scope: Scope, target: Element, value: Assign['value'], offset: number, width: number, before: Node): Node {
    const graph = this.#graph;
    const first = offset / target.width;
    const index = graph.zext(this.#words.index(scope, target.index), 32);
    const place = graph.binary('sub', index, graph.const(first, 32));
    const hit = graph.compare('ult', place, graph.const(width / target.width, 32));
    const bits = Math.ceil(Math.log2(width));
    const amount = graph.binary('mul', graph.slice(place, 0, bits), graph.const(target.width, bits));
    const mask = graph.make('shl', width, [graph.const(maskOf(target.width), width), amount]);
    const moved = graph.make('shl', width, [
      graph.zext(this.#words.range(scope, value, 0, target.width), width),
      amount,
    ]);
    const written = graph.binary('or', graph.binary('and', before, graph.not(mask)), moved);
    return graph.mux(hit, written, before);
  }

  #isIndex(scope: Scope, target: Element, element: number): Node {
    const index = this.#words.index(scope, target.index);
    if (element >= 2 ** index.width) return this.#graph.const(0, 1);
    return this.#graph.compare('eq', index, this.#graph.const(element, index.width));
  }

  #switch(scope: Scope, { subject, cases, otherwise }: Switch, lo: number, width: number, before: Node): Node {
    const graph = this.#graph;
    const rest = this.run(scope, otherwise, lo, width, before);
    const arms = new Map<Node, bigint[]>();
    for (const { values, steps } of cases) {
      const value = this.run(scope, steps, lo, width, before);
      arms.set(value, [...(arms.get(value) ?? []), ...values]);
    }
    const table = this.#table(arms, rest, subject.width);
    if (table) return graph.lookup(this.#words.range(scope, subject, 0, subject.width), table, width);
    // Where the cases cover every value, the arm with most of them needs no test.
    const covered = [...arms.values()].reduce((sum, values) => sum + values.length, 0);
    let fallback = rest;
    if (subject.width < 30 && covered === 2 ** subject.width) {
      fallback = [...arms].reduce((a, b) => (b[1].length > a[1].length ? b : a))[0];
    }
    const matches = (values: readonly bigint[]): Node => {
      const row = this.#words.row(scope, subject);
      if (values.length > 2 && subject.width <= 6) return this.#inSet(row[0]!, values);
      const words = (value: bigint): Node[] =>
        row.map((word, i) => graph.const((value >> BigInt(64 * i)) & maskOf(word.width), word.width));
      return values.map((value) => equalWide(graph, row, words(value))).reduce((a, b) => graph.binary('or', a, b));
    };
    return [...arms]
      .filter(([arm]) => arm !== fallback)
      .reduceRight((value, [arm, values]) => graph.mux(matches(values), arm, value), fallback);
  }

  /** All arms as constants, if they are and a table is worth it. */
  #table(arms: ReadonlyMap<Node, readonly bigint[]>, rest: Node, width: number): bigint[] | undefined {
    if (arms.size < 4 || width > 8 || ![rest, ...arms.keys()].every(({ op }) => op === 'const')) return undefined;
    const table = Array.from<bigint>({ length: 2 ** width }).fill(rest.value);
    for (const [arm, values] of arms) for (const value of values) table[Number(value)] = arm.value;
    return table;
  }

  /** Whether a subject of at most 6 bits is one of the values: a bit of a constant. */
  #inSet(subject: Node, values: readonly bigint[]): Node {
    const size = 2 ** subject.width;
    const set = values.reduce((sum, value) => sum | (1n << value), 0n);
    return this.#graph.slice(this.#graph.make('shr', size, [this.#graph.const(set, size), subject]), 0, 1);
  }
}
