/**
 * Third stage: the word graph in regions, each of which is computed as a whole and only when something that it reads has
 * changed. Regions stand in an order in which every value is computed before it is read.
 */
import type { Check, Design, Register, Write } from './design.ts';
import { inOrder, type MemoryState, type Node } from './graph.ts';
import { costOf, isFree } from './cost.ts';

export interface Region {
  readonly index: number;
  /** What is computed here, operands before users. */
  readonly nodes: readonly Node[];
  /** What is computed here and read elsewhere. */
  readonly exports: readonly Node[];
  readonly registers: readonly Register[];
  readonly writes: readonly Write[];
  readonly checks: readonly Check[];
}

/** Tables are by a node's id. */
export interface Plan {
  readonly regions: readonly Region[];
  /** The region that computes a node; none for what every region gets for itself (`isFree`). */
  readonly home: readonly (Region | undefined)[];
  /** Regions that read a stored word, or a node of another region, in order. */
  readonly readers: readonly (readonly Region[] | undefined)[];
  /** Regions that read a memory. */
  readonly memoryReaders: ReadonlyMap<MemoryState, readonly Region[]>;
}

export interface PartitionOptions {
  /** Operations after which a region ends. */
  readonly size?: number;
  /** Operations after which it ends even in the middle of what one effect needs. */
  readonly limit?: number;
}

/** Something that has an effect, and the values that it needs. */
interface Sink {
  readonly owner: number;
  readonly needs: readonly Node[];
  readonly register?: Register;
  readonly write?: Write;
  readonly check?: Check;
}

export function partition(design: Design, { size = 40, limit = 500 }: PartitionOptions = {}): Plan {
  return planOf(design, cut(design, sinksOf(design), size, limit));
}

function sinksOf(design: Design): Sink[] {
  return [
    ...design.registers.map((register) => ({
      owner: register.owner,
      needs: register.words.map(({ next }) => next),
      register,
    })),
    ...design.writes.map((write) => ({
      owner: write.owner,
      needs: [write.enable, write.address, ...write.data, ...(write.mask ?? [])],
      write,
    })),
    ...design.checks.map((check) => ({ owner: check.owner, needs: [check.violated], check })),
  ].sort((a, b) => a.owner - b.owner);
}

/** A region in the making. */
interface Draft {
  readonly nodes: Node[];
  readonly sinks: Sink[];
}

/**
 * Effect after effect, instance by instance, with what it needs and no earlier one did: what changes together stands
 * together, and a value stands close to its users. That sequence is cut into regions.
 */
function cut({ nodes, kept }: Design, sinks: readonly Sink[], size: number, limit: number): Draft[] {
  const drafts: Draft[] = [];
  let draft: Draft = { nodes: [], sinks: [] };
  let weight = 0;
  const endAt = (most: number): void => {
    if (weight < most) return;
    drafts.push(draft);
    draft = { nodes: [], sinks: [] };
    weight = 0;
  };
  const seen = new Uint8Array(nodes.length);
  const take = (needs: readonly Node[]): void => {
    for (const node of inOrder(needs, seen)) {
      if (isFree(node)) continue;
      draft.nodes.push(node);
      weight += costOf(node);
      endAt(limit);
    }
  };
  for (const sink of sinks) {
    take(sink.needs);
    draft.sinks.push(sink);
    weight += 2 * sink.needs.length;
    endAt(size);
  }
  for (const node of kept) {
    take([node]);
    endAt(size);
  }
  endAt(1);
  return drafts;
}

function planOf({ nodes, kept }: Design, drafts: readonly Draft[]): Plan {
  const draftOf = new Int32Array(nodes.length).fill(-1);
  drafts.forEach((draft, i) => {
    for (const node of draft.nodes) draftOf[node.id] = i;
  });
  const exported: Node[][] = drafts.map(() => []);
  const isExported = new Uint8Array(nodes.length);
  const leave = (node: Node): void => {
    const home = draftOf[node.id]!;
    if (home < 0 || isExported[node.id]) return;
    isExported[node.id] = 1;
    exported[home]!.push(node);
  };
  kept.forEach(leave);

  const readers: (number[] | undefined)[] = Array.from({ length: nodes.length });
  const memoryReaders = new Map<MemoryState, number[]>();
  const holds = holdingMuxes(drafts, draftOf, kept);
  drafts.forEach((draft, i) => {
    const visit = (node: Node): void => {
      const home = draftOf[node.id]!;
      if (home === i) return;
      if (home < 0 && node.op !== 'word') return node.args.forEach(visit);
      const list = (readers[node.id] ??= []);
      if (list.at(-1) !== i) list.push(i);
      leave(node);
    };
    for (const node of draft.nodes) {
      const held = holds[node.id];
      for (let k = 0; k < node.args.length; k++) if (k === 0 || node.args[k] !== held) visit(node.args[k]!);
      if (node.op !== 'load' || node.memory!.path === '') continue;
      const list = memoryReaders.get(node.memory!) ?? [];
      memoryReaders.set(node.memory!, list);
      if (list.at(-1) !== i) list.push(i);
    }
    for (const { needs, register } of draft.sinks) {
      // A register that holds its value does not have to know it.
      needs.forEach((node, k) => {
        if (!register || node !== register.words[k]!.word) visit(node);
      });
    }
  });

  const regions = drafts.map((draft, index): Region => ({
    index,
    nodes: draft.nodes,
    exports: exported[index]!,
    registers: draft.sinks.flatMap(({ register }) => register ?? []),
    writes: draft.sinks.flatMap(({ write }) => write ?? []),
    checks: draft.sinks.flatMap(({ check }) => check ?? []),
  }));
  const regionsAt = (list: readonly number[]): Region[] => list.map((i) => regions[i]!);
  return {
    regions,
    home: Array.from(draftOf, (i) => (i < 0 ? undefined : regions[i])),
    readers: readers.map((list) => list && regionsAt(list)),
    memoryReaders: new Map([...memoryReaders].map(([memory, list]) => [memory, regionsAt(list)])),
  };
}

/**
 * Multiplexers that only choose between a register's new value and its old one, with the register; by id. They stand in
 * the region that keeps the register: elsewhere they leave a value for it, which has to follow the old one.
 */
function holdingMuxes(drafts: readonly Draft[], draftOf: Int32Array, kept: readonly Node[]): (Node | undefined)[] {
  const uses = new Int32Array(draftOf.length);
  for (const { id } of kept) uses[id]!++;
  for (const { nodes, sinks } of drafts) {
    for (const { args } of nodes) for (const { id } of args) uses[id]!++;
    for (const { needs } of sinks) for (const { id } of needs) uses[id]!++;
  }
  const found: (Node | undefined)[] = Array.from({ length: draftOf.length });
  drafts.forEach(({ sinks }, i) => {
    for (const { word, next } of sinks.flatMap(({ register }) => register?.words ?? [])) {
      const todo = [next];
      for (let node = todo.pop(); node; node = todo.pop()) {
        if (node.op !== 'mux' || uses[node.id] !== 1 || draftOf[node.id] !== i) continue;
        found[node.id] = word;
        todo.push(node.args[1]!, node.args[2]!);
      }
    }
  });
  return found;
}
