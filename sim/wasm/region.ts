/** The function that computes one region: its values, the next values of its registers, what its write ports will do. */
import { access, Code } from './encoder.ts';
import type { Node } from './graph.ts';
import { rowWords, type Layout } from './layout.ts';
import { constant, loadOf, operation, storeOf, typeOf } from './operations.ts';
import type { Plan, Region } from './partition.ts';
import { schedule, type Block, type Demand, type Numbering, type Schedule, type Store } from './schedule.ts';

/** Sets the dirty bytes of regions. */
export function markDirty(code: Code, layout: Layout, regions: Iterable<Region>): void {
  for (const { index } of regions) code.byteAt(layout.dirty + index, 1);
}

/** `positions` is scratch space with room for every node of the design. */
export function regionCode(region: Region, plan: Plan, layout: Layout, positions: Int32Array): Code {
  return new RegionCode(region, plan, layout, positions).code;
}

class RegionCode {
  readonly code = new Code();
  readonly #region: Region;
  readonly #plan: Plan;
  readonly #layout: Layout;
  readonly #schedule: Schedule;
  /** Local variables by id of the node. */
  readonly #locals = new Map<number, number>();

  constructor(region: Region, plan: Plan, layout: Layout, positions: Int32Array) {
    this.#region = region;
    this.#plan = plan;
    this.#layout = layout;
    const demand = this.#demand();
    this.#schedule = schedule(this.#number(demand, positions), demand);
    this.#beginning();
    this.#block(this.#schedule.root);
    for (const node of region.exports) this.#export(node);
    for (const check of region.checks) this.#check(check);
  }

  /** Read from memory here: stored words, and what other regions compute. */
  #isLoad(node: Node): boolean {
    const home = this.#plan.home[node.id];
    return home ? home !== this.#region : node.op === 'word';
  }

  #number({ always, stores, guarded }: Demand, positions: Int32Array): Numbering {
    const order: Node[] = [];
    const add = (node: Node): void => {
      if (order[positions[node.id]!] === node) return;
      // What the region computes comes in its order; this is about what is free, and that is no deep expression.
      if (!this.#isLoad(node)) node.args.forEach(add);
      positions[node.id] = order.length;
      order.push(node);
    };
    this.#region.nodes.forEach(add);
    always.forEach(add);
    for (const { node } of stores) add(node);
    for (const each of guarded) {
      add(each.condition);
      for (const { node } of each.stores) add(node);
    }
    return { order, positions, isLoad: Uint8Array.from(order, (node) => (this.#isLoad(node) ? 1 : 0)) };
  }

  #demand(): Demand {
    const { registers, writes, checks, exports } = this.#region;
    const { stored, next, writes: staged } = this.#layout;
    const store = (node: Node, address: number): Store => ({ access: storeOf(node.width), address, node });
    return {
      always: [...exports, ...checks.map(({ violated }) => violated)],
      stores: [
        ...registers.flatMap((register) =>
          register.words.map(({ word, next: node }) => ({ ...store(node, stored[word.id]! + next), hold: word })),
        ),
        ...writes.map((write) => ({
          ...store(write.enable, staged.get(write)!.enable),
          access: access.i32.store8,
        })),
      ],
      guarded: writes.map((write) => {
        const { address, data, mask } = staged.get(write)!;
        const stores = [
          store(write.address, address),
          ...write.data.map((node, i) => store(node, data[i]!)),
          ...(write.mask ?? []).map((node, i) => store(node, mask![i]!)),
        ];
        return { condition: write.enable, stores };
      }),
    };
  }

  /** Computed again before an edge, the region starts from the registers' values, not from those it left last time. */
  #beginning(): void {
    const { code } = this;
    const { dirty, pending, next, banks } = this.#layout;
    const { index } = this.#region;
    code.byteAt(dirty + index, 0);
    const ofRegion = banks.get(this.#region)!;
    if (ofRegion.length === 0) return;
    code.fetch(access.i32.load8, pending + index).if();
    for (const { address, size } of ofRegion) {
      code.i32(address + next);
      code.i32(address).i32(size).copy();
    }
    code.byteAt(pending + index, 0).op('end');
  }

  /** `isPending`: it is known already that registers get new values. */
  #block({ locals, stores, branches }: Block, isPending = false): void {
    const { code } = this;
    for (const node of locals) {
      this.#compute(node);
      const local = code.local(typeOf(node.width));
      this.#locals.set(node.id, local);
      code.set(local);
    }
    for (const { access, address, node } of stores) {
      code.i32(0);
      this.#push(node);
      code.access(access, address);
    }
    const leaves = !isPending && stores.some(({ hold }) => hold !== undefined);
    if (leaves) code.byteAt(this.#layout.pending + this.#region.index, 1);
    for (const { condition, onTrue, onFalse } of branches) {
      this.#push(condition);
      const inverted = onTrue.isEmpty;
      if (inverted) code.on('i32', 'eqz');
      code.if();
      this.#block(inverted ? onFalse : onTrue, isPending || leaves);
      if (!inverted && !onFalse.isEmpty) {
        code.op('else');
        this.#block(onFalse, isPending || leaves);
      }
      code.op('end');
    }
  }

  #push(node: Node): void {
    const local = this.#locals.get(node.id);
    if (local === undefined) this.#compute(node);
    else this.code.get(local);
  }

  #compute(node: Node): void {
    const { code } = this;
    const { width, args } = node;
    if (this.#isLoad(node)) return void code.fetch(loadOf(width), this.#layout.stored[node.id]!);
    switch (node.op) {
      case 'const':
        constant(code, node.value, width);
        return;
      case 'mux':
        return this.#mux(node);
      case 'row':
        return this.#row(node);
      case 'load':
        this.#push(args[0]!);
        code.access(
          loadOf(width, rowWords(node.memory!.width)[node.at]!.bytes),
          this.#layout.memories.get(node.memory!)!.address + 8 * node.at,
        );
        return;
      case 'pick':
        return this.#pick(node);
      default:
        return operation(code, node, this.#operand);
    }
  }

  readonly #operand = (node: Node): void => this.#push(node);

  #mux(node: Node): void {
    const [condition, a, b] = node.args as [Node, Node, Node];
    const choice = this.#schedule.choices.get(node);
    if (choice) {
      this.#push(condition);
      this.code.if(typeOf(node.width));
      this.#block(choice.onTrue);
      this.#push(a);
      this.code.op('else');
      this.#block(choice.onFalse);
      this.#push(b);
      this.code.op('end');
    } else if (node.width === 1 && b.op === 'const') {
      // c ? a : 0 is c & a; c ? a : 1 is !c | a.
      this.#push(condition);
      if (b.value) this.code.on('i32', 'eqz');
      this.#push(a);
      this.code.on('i32', b.value ? 'or' : 'and');
    } else if (node.width === 1 && a.op === 'const') {
      this.#push(condition);
      if (!a.value) this.code.on('i32', 'eqz');
      this.#push(b);
      this.code.on('i32', a.value ? 'or' : 'and');
    } else {
      this.#push(a);
      this.#push(b);
      this.#push(condition);
      this.code.op('select');
    }
  }

  /** Leaves the row's distance from the first one. */
  #row({ memory, args }: Node): void {
    this.#index(args[0]!, memory!.depth, memory!.depth);
    this.code.i32(this.#layout.memories.get(memory!)!.stride).on('i32', 'mul');
  }

  #pick(node: Node): void {
    const { code } = this;
    const [index, ...elements] = node.args as [Node, ...Node[]];
    const { width } = node;
    const array = this.#array(elements);
    if (array) {
      const inside = this.#index(index, elements.length, 0);
      code.i32(array.stride).on('i32', 'mul').access(loadOf(width), array.address);
      if (inside === undefined) return;
      constant(code, 0n, width).get(inside).i32(elements.length).on('i32', 'lt_u').op('select');
      return;
    }
    this.#tree(index, elements, width);
  }

  /** Puts an index below `length` on the stack; where it is not, `otherwise`, and the local that has it is returned. */
  #index(index: Node, length: number, otherwise: number): number | undefined {
    const { code } = this;
    this.#push(index);
    if (2 ** index.width <= length) return undefined;
    const local = code.local('i32');
    code.tee(local).i32(otherwise).get(local).i32(length).on('i32', 'lt_u').op('select');
    return local;
  }

  /** Stored words at equal distances. */
  #array(elements: readonly Node[]): { address: number; stride: number } | undefined {
    if (elements.length < 3 || !elements.every(({ op }) => op === 'word')) return undefined;
    const addresses = elements.map(({ id }) => this.#layout.stored[id]!);
    const stride = addresses[1]! - addresses[0]!;
    const even = stride > 0 && addresses.every((address, i) => address === addresses[0]! + i * stride);
    return even ? { address: addresses[0]!, stride } : undefined;
  }

  /** Elements by the bits of the index, lowest first. */
  #tree(index: Node, elements: readonly Node[], width: number): void {
    const { code } = this;
    const levels = Math.ceil(Math.log2(elements.length));
    const local = code.local('i32');
    this.#push(index);
    code.set(local);
    const choose = (first: number, level: number): void => {
      if (first >= elements.length) return void constant(code, 0n, width);
      if (level === 0) return this.#push(elements[first]!);
      const bit = 2 ** (level - 1);
      choose(first + bit, level - 1);
      choose(first, level - 1);
      code.get(local).i32(bit).on('i32', 'and').op('select');
    };
    choose(0, levels);
    if (2 ** index.width <= 2 ** levels) return;
    constant(code, 0n, width).get(local).i32(levels).on('i32', 'shr_u').on('i32', 'eqz').op('select');
  }

  #export(node: Node): void {
    const { code } = this;
    const address = this.#layout.stored[node.id]!;
    const readers = this.#plan.readers[node.id] ?? [];
    if (readers.length === 0) {
      code.i32(0);
      this.#push(node);
      code.access(storeOf(node.width), address);
      return;
    }
    const type = typeOf(node.width);
    const value = code.local(type);
    this.#push(node);
    code.tee(value).fetch(access[type].load, address).on(type, 'ne').if();
    code.i32(0).get(value).access(access[type].store, address);
    markDirty(code, this.#layout, readers);
    code.op('end');
  }

  /** Keeps the number of violated assertions right. */
  #check(check: Region['checks'][number]): void {
    const { code } = this;
    const { violations, checks } = this.#layout;
    const address = checks.get(check)!;
    const value = code.local('i32');
    this.#push(check.violated);
    code.tee(value).fetch(access.i32.load, address).on('i32', 'ne').if();
    code.i32(0).fetch(access.i32.load, violations).get(value).on('i32', 'add');
    code.fetch(access.i32.load, address).on('i32', 'sub').access(access.i32.store, violations);
    code.i32(0).get(value).access(access.i32.store, address).op('end');
  }
}
