/**
 * What a region computes under which condition. A value that only one side of a multiplexer needs, or only a register
 * that is about to change, is computed there and nowhere else.
 */
import { costOf } from './cost.ts';
import type { Access } from './encoder.ts';
import type { Node } from './graph.ts';

/** An effect: a value that is put into memory. */
export interface Store {
  readonly access: Access;
  readonly address: number;
  readonly node: Node;
  /** What is stored there already: storing it again is not needed. */
  readonly hold?: Node;
}

/** Code without a branch around it: values, then effects, then effects under conditions. */
export class Block {
  readonly parent: Block | undefined;
  readonly depth: number;
  /** Values that have a local variable, operands before users. */
  readonly locals: Node[] = [];
  readonly stores: Store[] = [];
  readonly branches: Branch[] = [];
  cost = 0;
  /** The block that does this one's work, where a branch would cost more than it saves. */
  mergedInto: Block | undefined;

  constructor(parent?: Block) {
    this.parent = parent;
    this.depth = parent ? parent.depth + 1 : 0;
  }

  get isEmpty(): boolean {
    return this.locals.length + this.stores.length + this.branches.length === 0;
  }
}

/** Two blocks of which one is executed. */
export interface Choice {
  readonly onTrue: Block;
  readonly onFalse: Block;
}

export interface Branch extends Choice {
  readonly condition: Node;
  /** The effects as they are without the branch. */
  readonly stores: Store[];
}

/** What a region is there for. */
export interface Demand {
  /** Nodes whose values are wanted whatever happens. */
  readonly always: readonly Node[];
  readonly stores: readonly Store[];
  /** Effects that are wanted only while a node is 1. */
  readonly guarded: readonly { readonly condition: Node; readonly stores: readonly Store[] }[];
}

/** The nodes of a region with their positions, operands before users. */
export interface Numbering {
  readonly order: readonly Node[];
  /** Position by id; only for nodes of the region. */
  readonly positions: Int32Array;
  /** Those that are only read from memory here. */
  readonly isLoad: Uint8Array;
}

export interface Schedule {
  readonly root: Block;
  /** Multiplexers of which only the chosen side is computed. */
  readonly choices: ReadonlyMap<Node, Choice>;
}

/** Operations on both sides of a branch that make it worth its cost. */
const worthBranch = 8;
/** Blocks in blocks, and operations in an expression without a local. */
const deepest = 64;
/** Loads of one word that cost more than a local. */
const manyLoads = 3;

export function schedule(numbering: Numbering, demand: Demand): Schedule {
  return new Scheduler(numbering, demand).result();
}

class Scheduler {
  readonly #order: readonly Node[];
  readonly #positions: Int32Array;
  readonly #isLoad: Uint8Array;
  readonly #root = new Block();
  /** By position. */
  readonly #uses: Int32Array;
  readonly #places: (Block | undefined)[];
  readonly #branches: Branch[] = [];
  readonly #choices = new Map<Node, Choice>();

  constructor({ order, positions, isLoad }: Numbering, demand: Demand) {
    this.#order = order;
    this.#positions = positions;
    this.#isLoad = isLoad;
    this.#uses = new Int32Array(order.length);
    this.#places = Array.from({ length: order.length });
    this.#countUses(demand);
    this.#placeEffects(demand);
    this.#placeValues();
  }

  result(): Schedule {
    for (let i = 0; i < this.#order.length; i++) {
      const block = this.#places[i];
      if (block) block.cost += this.#isLoad[i] ? 1 : costOf(this.#order[i]!);
    }
    this.#mergeCheap();
    this.#chooseLocals();
    return { root: this.#root, choices: this.#choices };
  }

  #countUses({ always, stores, guarded }: Demand): void {
    const use = (node: Node): void => {
      this.#uses[this.#positions[node.id]!]!++;
    };
    always.forEach(use);
    for (const { node } of stores) use(node);
    for (const each of guarded) {
      use(each.condition);
      for (const { node } of each.stores) use(node);
    }
    for (let i = 0; i < this.#order.length; i++) {
      if (!this.#isLoad[i]) for (const arg of this.#order[i]!.args) use(arg);
    }
  }

  #placeEffects({ always, stores, guarded }: Demand): void {
    for (const node of always) this.#use(node, this.#root);
    for (const store of stores) this.#place(store, this.#root);
    for (const each of guarded) {
      const branch = each.condition.op === 'const' ? undefined : this.#branchOn(this.#root, each.condition);
      branch?.stores.push(...each.stores);
      for (const store of each.stores) this.#place(store, branch?.onTrue ?? this.#root);
    }
  }

  /** Users before operands, so that all places where a value is used are known when its own operands get theirs. */
  #placeValues(): void {
    for (let i = this.#order.length - 1; i >= 0; i--) {
      const node = this.#order[i]!;
      const block = this.#places[i];
      if (!block || this.#isLoad[i]) continue;
      if (
        node.op === 'mux' &&
        block.depth < deepest &&
        (this.#isOnlyHere(node.args[1]!) || this.#isOnlyHere(node.args[2]!))
      ) {
        const choice = { onTrue: new Block(block), onFalse: new Block(block) };
        this.#choices.set(node, choice);
        this.#use(node.args[0]!, block);
        this.#use(node.args[1]!, choice.onTrue);
        this.#use(node.args[2]!, choice.onFalse);
      } else {
        for (const arg of node.args) this.#use(arg, block);
      }
    }
  }

  /** A value that is computed for one use only; without one a branch saves nothing. */
  #isOnlyHere(node: Node): boolean {
    const at = this.#positions[node.id]!;
    return this.#uses[at] === 1 && !this.#isLoad[at] && node.op !== 'const';
  }

  #use(node: Node, block: Block): void {
    const at = this.#positions[node.id]!;
    const place = this.#places[at];
    this.#places[at] = place ? common(place, block) : block;
  }

  /** Puts an effect where its value differs from what is stored: into branches along the multiplexers that choose it. */
  #place(first: Store, firstBlock: Block): void {
    const todo: [Store, Block][] = [[first, firstBlock]];
    for (let item = todo.pop(); item; item = todo.pop()) {
      const [store, block] = item;
      const { node, hold } = store;
      if (node === hold) continue;
      const at = this.#positions[node.id]!;
      if (node.op === 'mux' && this.#uses[at] === 1 && !this.#isLoad[at] && block.depth < deepest) {
        const branch = this.#branchOn(block, node.args[0]!);
        branch.stores.push(store);
        todo.push(
          [{ ...store, node: node.args[2]! }, branch.onFalse],
          [{ ...store, node: node.args[1]! }, branch.onTrue],
        );
      } else {
        this.#use(node, block);
        block.stores.push(store);
      }
    }
  }

  #branchOn(block: Block, condition: Node): Branch {
    const known = block.branches.find((branch) => branch.condition === condition);
    if (known) return known;
    const branch = { condition, onTrue: new Block(block), onFalse: new Block(block), stores: [] };
    block.branches.push(branch);
    this.#branches.push(branch);
    this.#use(condition, block);
    return branch;
  }

  /** Does away with branches around little work, innermost first. */
  #mergeCheap(): void {
    const all: { choice: Choice; branch?: Branch; node?: Node }[] = this.#branches.map((branch) => ({
      choice: branch,
      branch,
    }));
    for (const [node, choice] of this.#choices) all.push({ choice, node });
    all.sort((a, b) => b.choice.onTrue.depth - a.choice.onTrue.depth);
    for (const { choice, branch, node } of all) {
      const { onTrue, onFalse } = choice;
      const parent = onTrue.parent!;
      const cost = onTrue.cost + onFalse.cost + onTrue.stores.length + onFalse.stores.length;
      parent.cost += cost;
      if (cost > worthBranch) continue;
      onTrue.mergedInto = parent;
      onFalse.mergedInto = parent;
      if (node) this.#choices.delete(node);
      if (branch) this.#dissolve(branch, parent);
    }
  }

  #dissolve(branch: Branch, parent: Block): void {
    parent.branches.splice(parent.branches.indexOf(branch), 1);
    parent.stores.push(...branch.stores);
    for (const { node } of branch.stores) {
      // A multiplexer that was a branch is now a value, and reads both its sides.
      const at = this.#positions[node.id]!;
      if (this.#places[at]) continue;
      this.#places[at] = parent;
      for (const arg of node.args) this.#use(arg, parent);
    }
  }

  /** What is used several times, or deep inside an expression. */
  #chooseLocals(): void {
    const depths = new Int32Array(this.#order.length);
    for (let i = 0; i < this.#order.length; i++) {
      const node = this.#order[i]!;
      let block = this.#places[i];
      if (!block || node.op === 'const') continue;
      while (block.mergedInto) block = block.mergedInto;
      const isLoad = this.#isLoad[i] === 1;
      let depth = 1;
      if (!isLoad) for (const arg of node.args) depth = Math.max(depth, 1 + depths[this.#positions[arg.id]!]!);
      const isLocal = this.#uses[i]! >= (isLoad ? manyLoads : 2) || depth >= deepest;
      if (isLocal) block.locals.push(node);
      depths[i] = isLocal ? 0 : depth;
    }
  }
}

/** The innermost block that contains both. */
function common(a: Block, b: Block): Block {
  while (a !== b) {
    if (a.depth < b.depth) b = b.parent!;
    else a = a.parent!;
  }
  return a;
}
