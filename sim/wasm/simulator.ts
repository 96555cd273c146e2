/** The compiled design, running. */
import type { Module, Signal } from '../../gen/ir/index.ts';
import { AssertionFailure, type Simulator } from '../simulator.ts';
import type { Design } from './design.ts';
import { flatten, pathOf, type Flat, type Net } from './flatten.ts';
import type { Frozen } from './frozen.ts';
import { generate } from './generate.ts';
import type { MemoryState } from './graph.ts';
import { compile, instantiate, type Code, type Exports } from './instantiate.ts';
import type { Layout } from './layout.ts';
import { lower, type Keep } from './lower.ts';
import { MemoryView } from './memory.ts';
import { partition, type PartitionOptions, type Plan } from './partition.ts';
import { Tracer } from './tracer.ts';
import { PortView } from './port.ts';
import { Heap, View } from './view.ts';

export interface WasmOptions {
  /**
   * Signals, by hierarchical path, that can be read although no output needs them: `engine0.pc_q`. Ports of the top
   * module always can, and registers that the design needs. What is kept is computed in every cycle.
   */
  readonly keep?: 'all' | ((path: string) => boolean);
  /** How the design is divided; for measurements. */
  readonly partition?: PartitionOptions;
}

/** The nets that can be read: ports of the top module, and what the user wants to see. */
export function keeping({ top }: Flat, keep: WasmOptions['keep'] = () => false): Keep {
  const ports = new Set(top.module.ports);
  return (net) => {
    if (net.names.some(({ scope, signal }) => scope === top && ports.has(signal))) return true;
    if (keep === 'all') return net.source.kind !== 'missing';
    return net.names.some(({ scope, signal }) => keep(pathOf(scope, signal.name)));
  };
}

/** The state of a simulation at one moment. */
export interface Snapshot {
  readonly cycles: number;
  readonly memory: Uint8Array;
}

/** What simulators of one design have in common. */
interface Compiled {
  readonly flat: Flat;
  readonly design: Design;
  readonly plan: Plan;
  readonly layout: Layout;
  /** The WebAssembly module, as bytes and compiled. */
  readonly bytes: Uint8Array;
  readonly code: Code;
}

function compiledOf(flat: Flat, design: Design, options?: PartitionOptions): Compiled {
  const plan = partition(design, options);
  const { bytes, layout } = generate(design, plan);
  return { flat, design, plan, layout, bytes, code: compile(bytes) };
}

/** Netlists never change, so each is compiled once, unless there are options. */
const known = new WeakMap<Module, Compiled>();

export class WasmSimulator implements Simulator {
  readonly #flat: Flat;
  readonly #design: Design;
  readonly #plan: Plan;
  readonly #layout: Layout;
  readonly #bytes: Uint8Array;
  readonly #exports: Exports;
  readonly #heap: Heap;
  readonly #ports = new Map<string, PortView>();
  #nets: Map<string, Net> | undefined;
  #cycles = 0;
  #isStale = true;
  #tracer: Tracer | undefined;

  static create(top: Module, options?: WasmOptions): WasmSimulator {
    const before = options ? undefined : known.get(top);
    if (before) return new WasmSimulator(before);
    const flat = flatten(top);
    const compiled = compiledOf(flat, lower(flat, keeping(flat, options?.keep)), options?.partition);
    if (!options) known.set(top, compiled);
    return new WasmSimulator(compiled);
  }

  /** From a design that was lowered, and perhaps changed since. */
  static of(flat: Flat, design: Design, options?: PartitionOptions): WasmSimulator {
    return new WasmSimulator(compiledOf(flat, design, options));
  }

  private constructor({ flat, design, plan, layout, bytes, code }: Compiled) {
    this.#flat = flat;
    this.#design = design;
    this.#plan = plan;
    this.#layout = layout;
    this.#bytes = bytes;
    this.#exports = instantiate(code);
    this.#heap = new Heap(this.#exports.memory.buffer);
    this.#initialise();
    for (const port of flat.top.module.ports) this.#ports.set(port.name, this.#portView(port));
  }

  get cycles(): number {
    return this.#cycles;
  }

  poke(port: string, value: number | bigint | Uint8Array): void {
    this.port(port).poke(value);
  }

  peek(port: string): bigint {
    return this.port(port).getBig();
  }

  peekNumber(port: string): number {
    return this.port(port).narrow().get();
  }

  peekBytes(port: string, into?: Uint8Array): Uint8Array {
    return this.port(port).getBytes(into);
  }

  port(name: string): PortView {
    const port = this.#ports.get(name);
    if (port) return port;
    throw new Error(`${this.#flat.top.name} has no port '${name}'; it has ${[...this.#ports.keys()].join(', ')}`);
  }

  cycle(n = 1): void {
    if (this.#tracer) for (let i = 0; i < n; i++) this.#take(1);
    else this.#take(n);
  }

  eval(): void {
    if (!this.#isStale) return;
    this.#exports.settle();
    this.#isStale = false;
  }

  cycleUntil(port: string, value: number, max: number): number {
    const target = this.port(port).narrow();
    const begin = this.#cycles;
    if (target.address !== undefined && !this.#tracer) {
      const taken = max - this.#exports.until(max, target.address, value);
      this.#isStale = false;
      this.#cycles += taken;
      if (taken < max && target.get() !== value) this.#fail();
      return taken;
    }
    while (this.#cycles - begin < max) {
      this.cycle();
      if (target.get() === value) break;
    }
    return this.#cycles - begin;
  }

  /** A signal by its hierarchical path, `engine0.pc_q`, for reading. Combinational ones have to be kept at creation. */
  signal(path: string): View {
    const net = this.#netAt(path);
    const view = net && this.#viewOf(net);
    if (view) return view;
    if (net)
      throw new Error(`${path} is not stored: nothing that is observed depends on it; name it in the option 'keep'`);
    throw new Error(`there is no signal '${path}'`);
  }

  /** The content of a memory by its hierarchical path, for reading and writing between edges. */
  memory(path: string): MemoryView {
    const memory = this.#design.memories.find((state) => state.path === path);
    if (!memory) {
      const known = this.#design.memories.map((state) => state.path).join(', ');
      throw new Error(`there is no memory '${path}', or nothing reads it; there is ${known || 'none'}`);
    }
    return new MemoryView(memory, this.#layout.memories.get(memory)!, this.#heap, () => this.#changed(memory));
  }

  snapshot(): Snapshot {
    return { cycles: this.#cycles, memory: this.#heap.bytes.slice() };
  }

  /** Back to a snapshot of this simulator. */
  restore({ cycles, memory }: Snapshot): void {
    this.#heap.bytes.set(memory);
    this.#cycles = cycles;
    this.#isStale = true;
  }

  /** This simulation as it stands, to go on in a process that has no design: see frozen.ts. */
  freeze(): Frozen {
    const { checks } = this.#layout;
    return {
      top: this.#flat.top.name,
      cycles: this.#cycles,
      ports: [...this.#ports.values()].map(({ name, width, direction, place }) => ({
        name,
        width,
        direction,
        ...place,
      })),
      checks: this.#design.checks.map((check) => ({
        address: checks.get(check)!,
        message: check.message,
        path: check.path,
      })),
      code: this.#bytes,
      memory: this.#heap.bytes.slice(),
    };
  }

  /** Writes ports, registers and kept signals, those that `filter` wants by their path. */
  trace(file: string | null, filter: (path: string) => boolean = () => true): void {
    this.#tracer?.close();
    this.#tracer = undefined;
    if (file === null) return;
    this.eval();
    this.#tracer = new Tracer(file, this.#flat, (net) => this.#viewOf(net), filter);
    this.#tracer.sample(this.#cycles, false);
  }

  close(): void {
    this.trace(null);
  }

  #take(cycles: number): void {
    this.#sample(true);
    const left = this.#exports.run(cycles);
    this.#cycles += cycles - left;
    this.#isStale = true;
    if (left > 0) this.#fail();
    this.#sample(false);
  }

  #sample(isBetween: boolean): void {
    if (!this.#tracer) return;
    this.eval();
    this.#tracer.sample(this.#cycles, isBetween);
  }

  #fail(): never {
    const { checks } = this.#layout;
    const failed = this.#design.checks.find((check) => this.#heap.words[checks.get(check)! >> 2] !== 0)!;
    throw new AssertionFailure(failed.message, failed.path, this.#cycles);
  }

  #initialise(): void {
    const { dirty, memories } = this.#layout;
    this.#heap.bytes.fill(1, dirty, dirty + this.#plan.regions.length);
    for (const [memory, rows] of memories) {
      const view = new MemoryView(memory, rows, this.#heap, () => {});
      memory.init.forEach((row, i) => view.write(i, row));
    }
  }

  #changed(memory: MemoryState): void {
    for (const { index } of this.#plan.memoryReaders.get(memory) ?? [])
      this.#heap.bytes[this.#layout.dirty + index] = 1;
    this.#isStale = true;
  }

  #viewOf(net: Net): View | undefined {
    const pieces = this.#design.nets.get(net);
    return pieces && View.of(net.width, pieces, this.#layout, this.#heap, () => this.eval());
  }

  #netAt(path: string): Net | undefined {
    this.#nets ??= new Map(
      this.#flat.scopes.flatMap((scope) =>
        [...scope.nets].map(([signal, net]): [string, Net] => [pathOf(scope, signal.name), net]),
      ),
    );
    return this.#nets.get(path);
  }

  #portView({ name, kind }: Signal): PortView {
    const net = this.#netAt(name)!;
    const view = this.#viewOf(net)!;
    if (kind === 'output') return new PortView(name, kind, view, this.#heap);
    const words = this.#design.nets.get(net)!.map(({ node }) => node);
    const readers = [...new Set(words.flatMap(({ id }) => this.#plan.readers[id] ?? []))];
    const dirty = readers.map(({ index }) => this.#layout.dirty + index);
    const changed = (): void => {
      for (const address of dirty) this.#heap.bytes[address] = 1;
      this.#isStale = true;
    };
    const input = { address: this.#layout.stored[words[0]!.id]!, dirty, changed };
    return new PortView(name, kind === 'inout' ? 'inout' : 'input', view, this.#heap, input);
  }
}
