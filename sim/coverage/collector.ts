/** Counts what is seen in runs that agree with the model. */
import type { Operation } from '../../gen/ebpf/isa.ts';
import type { Watcher } from '../compare/lockstep.ts';
import type { WasmSimulator } from '../wasm/index.ts';
import type { Bin } from './bins.ts';
import { passageName, seenName } from './instrument.ts';
import type { Model } from './model.ts';
import { Passage } from './passage.ts';
import { Follower, type Read, type Step } from './step.ts';

/** Hits after which a bin is not asked any more: what is rare stays visible, and what is common costs nothing. */
export const plenty = 16;

/** How often each bin was hit in a run, {@link plenty} at most, by its id; bins that never were are absent. */
export type Counts = Readonly<Record<string, number>>;

export class Collector {
  readonly model: Model;
  /** Instructions that were looked at. */
  steps = 0;
  readonly #counts = new Map<Bin, number>();
  /** Those of the model's lists that still have to be asked. */
  readonly #asked = new Map<readonly Bin[], Bin[]>();
  readonly #places: ReadonlyMap<string, number>;
  readonly #accepted: Operation | undefined;

  constructor(model: Model) {
    this.model = model;
    this.#accepted = model.config.callByRegister ? 'callx' : undefined;
    this.#places = new Map(model.flags.map((name, place) => [name, place]));
  }

  count(bin: Bin): number {
    return this.#counts.get(bin) ?? 0;
  }

  /** Bins that can be hit and were not. */
  get missed(): Bin[] {
    return this.model.bins.filter((bin) => bin.excluded === undefined && !this.#counts.has(bin));
  }

  get counts(): Counts {
    return Object.fromEntries([...this.#counts].map(([{ id }, count]) => [id, count]));
  }

  /** Adds what another run has seen. Bins that this model does not have are returned. */
  merge(counts: Counts): string[] {
    const known = new Map(this.model.bins.map((bin) => [bin.id, bin]));
    const unknown: string[] = [];
    for (const [id, count] of Object.entries(counts)) {
      const bin = known.get(id);
      if (bin) this.#hit(bin, count);
      else unknown.push(id);
    }
    return unknown;
  }

  /**
   * Listens to engines whose netlist is the model's, instrumented.
   * @param paths of the engines in the design; one on its own has the empty path
   */
  watching(simulator: WasmSimulator, paths: readonly string[] = ['']): Watcher {
    const passages = paths.map((path) => simulator.signal(within(path, passageName)));
    return ({ program, engine }) => {
      const follower = new Follower(program, this.#accepted);
      const passage = passages[engine]!;
      const own = paths[engine] === '' ? undefined : this.model.ofEngines[engine];
      return (retirement, before) => {
        const step = follower.step(retirement, before, new Passage(passage.get(), this.#places));
        this.#step(step);
        if (!own) return;
        const bin = own.named.get(step.error ?? step.row?.name ?? '');
        if (bin) this.#hit(bin);
        if (step.row) this.#look(own.ofRow.get(step.row)!, step);
      };
    };
  }

  /** Takes over which points of an engine have been seen since the simulation began. @param engine its number in a device */
  readPoints(simulator: WasmSimulator, path = '', engine?: number): void {
    const own = engine === undefined ? undefined : this.model.ofEngines[engine];
    for (const [below, bins] of this.model.ofPoints) {
      const seen = simulator.signal(within(path, within(below, seenName))).getBytes();
      bins.forEach((bin, i) => {
        if (((seen[i >> 3]! >> (i & 7)) & 1) === 0) return;
        this.#hit(bin);
        const ofEngine = own?.named.get(bin.id);
        if (ofEngine) this.#hit(ofEngine);
      });
    }
  }

  #step(step: Step): void {
    this.steps += 1;
    const { row, error, slot, slots, pc } = step;
    if (row) this.#look(this.model.ofRow.get(row)!, step);
    for (const read of step.reads) if (read.producer) this.#lookBack(this.model.ofUse.get(read.producer)!, read);
    if (!error) return;
    if (row) this.#look(this.model.ofFailure.get(row)!, step);
    this.#look(this.model.ofErrors, step);
    if (pc < slots) this.#look(this.model.ofOpcode.get(slot.opcode)!, step);
  }

  #look(all: readonly Bin[], step: Step): void {
    const bins = this.#stillAsked(all);
    for (let i = bins.length - 1; i >= 0; i--) if (bins[i]!.hit?.(step)) this.#hitAt(bins, i);
  }

  #lookBack(all: readonly Bin[], read: Read): void {
    const bins = this.#stillAsked(all);
    for (let i = bins.length - 1; i >= 0; i--) if (bins[i]!.used?.(read)) this.#hitAt(bins, i);
  }

  #stillAsked(all: readonly Bin[]): Bin[] {
    let bins = this.#asked.get(all);
    if (!bins) this.#asked.set(all, (bins = [...all]));
    return bins;
  }

  /** Counts a bin, which leaves the list when it has been hit often enough. */
  #hitAt(bins: Bin[], i: number): void {
    const bin = bins[i]!;
    this.#hit(bin);
    if (this.count(bin) < plenty) return;
    bins[i] = bins.at(-1)!;
    bins.pop();
  }

  #hit(bin: Bin, times = 1): void {
    this.#counts.set(bin, (this.#counts.get(bin) ?? 0) + times);
  }
}

const within = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** Names of the signals that a simulation has to keep for {@link Collector}. */
export const isObserved = (path: string): boolean => path.endsWith(seenName) || path.endsWith(passageName);
