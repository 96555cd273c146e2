/** Second stage: from statements to the word graph. Nothing is computed that no output, assertion or kept signal needs. */
import type { Domain, Memory, ReadPort, Signal } from '../../gen/ir/index.ts';
import { Deferral, Endless } from './deferral.ts';
import type { Check, Design, Piece, Register, Write } from './design.ts';
import { cutsOf, pathOf, type Flat, type Net, type Scope } from './flatten.ts';
import { Graph, maskOf, wordsIn, wordWidth, type MemoryState, type Node } from './graph.ts';
import { maskWords } from './mask.ts';
import { Steps } from './steps.ts';
import { Words, type Signals } from './words.ts';

/** Whether the value of the net can be read although no output needs it. */
export type Keep = (net: Net) => boolean;

export function lower(flat: Flat, keep: Keep): Design {
  try {
    return new Lowering(flat, false).design(keep);
  } catch (error) {
    if (!(error instanceof Loop || error instanceof Endless)) throw error;
    // Bits that share a word may seem to wait for each other: once more, bit by bit.
    return new Lowering(flat, true).design(keep);
  }
}

/** A combinational value that needs itself. */
class Loop extends Error {}

/** What is computed and stored on its own: a net between two cuts, or 64 bits of that. */
interface Part {
  readonly lo: number;
  readonly width: number;
  node?: Node;
  busy?: boolean;
}

/** A word of a register whose next value is still to be found. */
interface Pending {
  /** Words of one register have one key. */
  readonly key: object;
  readonly owner: number;
  readonly lo: number;
  readonly word: Node;
  readonly next: () => Node;
}

class Lowering implements Signals {
  readonly #flat: Flat;
  readonly #exact: boolean;
  readonly #graph = new Graph();
  readonly #words: Words;
  readonly #steps: Steps;
  readonly #deferral = new Deferral();
  readonly #parts = new Map<Net, readonly Part[]>();
  /** Ranges of logic that were wanted while the part that they belong to was being computed. */
  readonly #ranges = new Map<Net, Map<string, Part>>();
  readonly #registers: Pending[] = [];
  readonly #memories = new Map<Scope, Map<Memory, MemoryState>>();
  readonly #writes: (() => Write[])[] = [];

  constructor(flat: Flat, exact: boolean) {
    this.#flat = flat;
    this.#exact = exact;
    this.#words = new Words(this.#graph, this, this.#deferral, exact);
    this.#steps = new Steps(this.#graph, this.#words);
  }

  design(keep: Keep): Design {
    const nets = new Map<Net, readonly Piece[]>();
    for (const net of this.#flat.nets) {
      if (net.source.kind !== 'input' && !keep(net)) continue;
      const pieces = this.#deferral.run(() => this.#pieces(net));
      nets.set(net, pieces);
    }
    const kept = [...nets.values()].flatMap((pieces) => pieces.map(({ node }) => node));
    const checks = this.#flat.scopes.flatMap((scope) => this.#checks(scope));
    const { registers, writes } = this.#state();
    const memories = [...this.#memories.values()].flatMap((states) => [...states.values()]);
    for (const [net, parts] of this.#parts) {
      const known = parts.flatMap(({ lo, width, node }) => (node ? [{ lo, width, node }] : []));
      if (known.length === parts.length) nets.set(net, known);
    }
    // The words of an input lie side by side, whichever of them was wanted first.
    const isInput = ([net]: [Net, unknown]): boolean => net.source.kind === 'input';
    const inputs = [...nets].filter(isInput).flatMap(([, pieces]) => pieces.map(({ node }) => node));
    return {
      nodes: this.#graph.nodes,
      tables: this.#graph.tables,
      inputs,
      registers,
      writes,
      memories,
      checks,
      kept,
      nets,
    };
  }

  /** What happens at an edge. Registers and memories may bring up others of both. */
  #state(): { registers: Register[]; writes: Write[] } {
    const registers = new Map<object, { owner: number; words: { lo: number; word: Node; next: Node }[] }>();
    const writes: Write[] = [];
    for (let work: Pending | undefined; (work = this.#registers.shift()) || this.#writes.length > 0;) {
      for (const ports of this.#writes.splice(0)) writes.push(...this.#deferral.run(ports));
      if (!work) continue;
      const { key, owner, lo, word, next } = work;
      const register = registers.get(key) ?? { owner, words: [] };
      registers.set(key, register);
      register.words.push({ lo, word, next: this.#deferral.run(next) });
    }
    for (const { words } of registers.values()) words.sort((a, b) => a.lo - b.lo);
    return { registers: [...registers.values()], writes };
  }

  isSplit(scope: Scope, signal: Signal): boolean {
    const net = netOf(scope, signal);
    return this.#partsOf(net).length > wordsIn(net.width);
  }

  read(scope: Scope, signal: Signal, lo: number, width: number): Node {
    const net = netOf(scope, signal);
    if (net.source.kind === 'expression') return this.#words.range(net.scope, net.signal.value!, lo, width);
    const parts = this.#partsOf(net);
    const found: Node[] = [];
    for (let i = lastAtOrBelow(parts, lo); i < parts.length && parts[i]!.lo < lo + width; i++) {
      const part = parts[i]!;
      const from = Math.max(lo, part.lo);
      found.push(this.#partOf(net, part, from, Math.min(lo + width, part.lo + part.width) - from));
    }
    return this.#graph.cat(found);
  }

  #partsOf(net: Net): readonly Part[] {
    let parts = this.#parts.get(net);
    if (!parts) {
      const cuts = cutsOf(net);
      parts = cuts.slice(1).flatMap((to, i) => {
        const from = cuts[i]!;
        return Array.from({ length: wordsIn(to - from) }, (_, k): Part => ({
          lo: from + 64 * k,
          width: wordWidth(to - from, k),
        }));
      });
      this.#parts.set(net, parts);
    }
    return parts;
  }

  /** Everything that a net is made of. */
  #pieces(net: Net): Piece[] {
    if (net.source.kind === 'expression') {
      const row = this.#words.row(net.scope, net.signal.value!);
      return row.map((node, i) => ({ lo: 64 * i, width: node.width, node }));
    }
    return this.#partsOf(net).map((part) => ({
      lo: part.lo,
      width: part.width,
      node: this.#partOf(net, part, part.lo, part.width),
    }));
  }

  /** Bits [lo + width - 1 : lo] of the net, all inside the part. */
  #partOf(net: Net, part: Part, lo: number, width: number): Node {
    const graph = this.#graph;
    if (part.node) return graph.slice(part.node, lo - part.lo, width);
    if (isComputed(net)) {
      // While the part is being computed, a part of it may still be had: a field that does not need the others.
      const range = part.busy || this.#exact ? this.#range(net, lo, width) : part;
      if (range.node) return range.node;
      if (range.busy) throw new Loop(`${pathOf(net.scope, net.signal.name)} depends on itself within one cycle`);
      if (this.#deferral.isDeep) this.#deferral.putOff(() => this.#partOf(net, part, lo, width));
      this.#deferral.enter();
      range.busy = true;
      try {
        range.node = this.#compute(net, range.lo, range.width);
      } finally {
        range.busy = false;
      }
      this.#deferral.leave();
      return graph.slice(range.node, lo - range.lo, width);
    }
    part.node = this.#store(net, part);
    return graph.slice(part.node, lo - part.lo, width);
  }

  #range(net: Net, lo: number, width: number): Part {
    let ranges = this.#ranges.get(net);
    if (!ranges) this.#ranges.set(net, (ranges = new Map()));
    const key = `${lo}+${width}`;
    const range = ranges.get(key) ?? { lo, width };
    ranges.set(key, range);
    return range;
  }

  /** The value of combinational logic. */
  #compute(net: Net, lo: number, width: number): Node {
    const { scope, signal, source } = net;
    if (source.kind === 'read') return this.#slot(scope, source.memory, source.port, lo, width);
    if (source.kind === 'missing') {
      throw new Error(
        `${scope.path}: black box ${source.module} drives '${signal.name}', but has no model; give it one to simulate it`,
      );
    }
    const before = signal.fallback ? this.#words.range(scope, signal.fallback, lo, width) : this.#graph.const(0, width);
    return this.#steps.run(scope, scope.facts.steps.get(signal) ?? [], lo, width, before);
  }

  /** The stored word behind part of an input, a register or a synchronous read port. */
  #store(net: Net, { lo, width }: Part): Node {
    const { scope, signal, source } = net;
    if (source.kind === 'input') return this.#graph.word(width);
    const register = (key: object, next: (hold: Node) => Node): Node => {
      const word = this.#graph.word(width);
      this.#registers.push({ key, owner: scope.id, lo, word, next: () => next(word) });
      return word;
    };
    if (source.kind === 'read') {
      const { memory, port } = source;
      const sampled = (hold: Node): Node => {
        const enable = port.enable ? this.#words.bit(scope, port.enable) : this.#graph.const(1, 1);
        return this.#graph.mux(enable, this.#slot(scope, memory, port, lo, width), hold);
      };
      if (port.latency === 1) return register(net, sampled);
      const first = register(port, sampled);
      return register(net, () => first);
    }
    return register(net, (hold) => {
      const next = this.#steps.run(scope, scope.facts.steps.get(signal) ?? [], lo, width, hold);
      if (signal.reset === undefined) return next;
      const value = this.#graph.const((signal.reset >> BigInt(lo)) & maskOf(width), width);
      return this.#graph.mux(this.#inReset(scope, signal.domain!), value, next);
    });
  }

  /** Part of the row that a read port's address points to. */
  #slot(scope: Scope, memory: Memory, port: ReadPort, lo: number, width: number): Node {
    const state = this.#memory(scope, memory);
    const row = this.#graph.row(state, this.#words.index(scope, port.address));
    return this.#graph.slice(this.#graph.load(state, row, Math.floor(lo / 64)), lo % 64, width);
  }

  #memory(scope: Scope, memory: Memory): MemoryState {
    let states = this.#memories.get(scope);
    if (!states) this.#memories.set(scope, (states = new Map()));
    let state = states.get(memory);
    if (!state) {
      const { depth, width, init } = memory;
      const made: MemoryState = { path: pathOf(scope, memory.name), depth, width, init: init ?? [] };
      states.set(memory, (state = made));
      this.#writes.push(() => memory.writes.map((port) => this.#write(scope, memory, made, port)));
    }
    return state;
  }

  #write(scope: Scope, { lane, width, depth }: Memory, memory: MemoryState, port: Memory['writes'][number]): Write {
    const graph = this.#graph;
    const address = this.#words.index(scope, port.address);
    const inside =
      2 ** address.width <= depth
        ? graph.const(1, 1)
        : graph.compare('ult', address, graph.const(depth, address.width));
    return {
      owner: scope.id,
      memory,
      enable: graph.binary('and', this.#words.bit(scope, port.enable), inside),
      address,
      data: this.#words.row(scope, port.data),
      ...(port.mask ? { mask: maskWords(graph, this.#words.row(scope, port.mask), lane, width) } : {}),
    };
  }

  #checks(scope: Scope): Check[] {
    return scope.facts.assertions.flatMap(({ violated, message, domain }) => {
      const node = this.#deferral.run(() => {
        const failed = this.read(scope, violated, 0, 1);
        return this.#graph.binary('and', failed, this.#graph.not(this.#inReset(scope, domain)));
      });
      if (node.op === 'const' && node.value === 0n) return [];
      const path = [this.#flat.top.name, scope.path].filter(Boolean).join('.');
      return [{ owner: scope.id, violated: node, message, path }];
    });
  }

  #inReset(scope: Scope, domain: Domain): Node {
    const port = scope.module.ports.find(({ name }) => name === domain.reset);
    if (!port) return this.#graph.const(0, 1);
    const reset = this.read(scope, port, 0, 1);
    return domain.resetActive === 'low' ? this.#graph.not(reset) : reset;
  }
}

function netOf(scope: Scope, signal: Signal): Net {
  const net = scope.nets.get(signal);
  if (net) return net;
  throw new Error(`${pathOf(scope, signal.name)} is read, but module ${scope.module.name} does not declare it`);
}

/** Neither an input nor the output of a flip-flop. */
function isComputed({ source }: Net): boolean {
  return source.kind === 'logic' || source.kind === 'missing' || (source.kind === 'read' && source.port.latency === 0);
}

function lastAtOrBelow(parts: readonly Part[], lo: number): number {
  let from = 0;
  let to = parts.length;
  while (to - from > 1) {
    const middle = (from + to) >> 1;
    if (parts[middle]!.lo <= lo) from = middle;
    else to = middle;
  }
  return from;
}
