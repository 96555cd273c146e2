/** BAR4 as the cores of a host use it without a DMA engine: mapped write-combining, with stores and loads. */
import { beatBytes, type AxiMaster } from './axi.ts';
import type { Dma } from './host.ts';
import type { Random } from './random.ts';
import type { Agent, Timeline } from './timeline.ts';

/** Cores that use the mapping; a call without a core takes them in turns. */
export const hostCores = 4;
/** AXI ID of everything that the host asks for by itself. */
export const hostId = 0x20;
/** Lines of 64 bytes that a core combines at once, and leaves in any order. */
const combiningBuffers = 8;
/** Loads that a core has under way. */
const loadsUnderWay = 10;
/** The word in which a line goes out that was not filled. */
const partialBytes = 8;

/** One store or load as it leaves a core, within a line of 64 bytes. */
interface Access {
  readonly address: number;
  readonly length: number;
  /** Of a store. */
  readonly data?: Uint8Array;
  /** A store has left the core, or the bytes of a load are there. */
  readonly done: (bytes: Uint8Array) => void;
}

interface Core {
  /** In the order of the program. */
  readonly accesses: Access[];
  loads: number;
}

/** A load on its way. */
interface Load {
  readonly access: Access;
  readonly core: Core;
  /** Stores that went before it, counted from the beginning; it may not overtake them. */
  readonly after: number;
}

/**
 * A core fills lines and lets go of each as one store of 64 bytes, if it may; a line that is evicted early, or never filled,
 * leaves in parts. Lines leave in any order. Stores get no answer (they are posted), so a write ends with a load behind
 * them, which the shell, as PCIe wants it, does not let overtake. A core does not store before its loads are done. Cores
 * take turns by chance.
 */
export class MappedMemory implements Agent, Dma {
  readonly #timeline: Timeline;
  readonly #master: AxiMaster;
  readonly #random: Random;
  /** Share of the lines that are evicted early. */
  readonly #early: number;
  readonly #cores: readonly Core[] = Array.from({ length: hostCores }, () => ({ accesses: [], loads: 0 }));
  readonly #loads: Load[] = [];
  /** Accesses that wait in cores. */
  #waiting = 0;
  #stored = 0;
  #answered = 0;
  #next = 0;

  /** @param stalls how much is left to chance: 0 gives full lines in ascending order */
  constructor(timeline: Timeline, master: AxiMaster, random: Random, stalls: number) {
    this.#timeline = timeline;
    this.#master = master;
    this.#random = random;
    this.#early = stalls / 2;
  }

  /** Resolves when the CL has taken every byte; a copy of `bytes` is made. */
  async write(address: number, bytes: Uint8Array, core = this.#turn()): Promise<void> {
    if (bytes.length === 0) return;
    const data = Uint8Array.from(bytes);
    const last = address + data.length - 1;
    await this.#timeline.operation<void>((complete) => {
      for (const { from, to } of this.#combined(address, last + 1)) {
        const part = data.subarray(from - address, to - address);
        this.#give(core, { address: from, length: part.length, data: part, done: () => {} });
      }
      this.#give(core, { address: last - (last % 4), length: 4, done: () => complete() });
    });
  }

  async read(address: number, length: number, core = this.#turn()): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    if (length === 0) return bytes;
    await this.#timeline.operation<void>((complete) => {
      let open = 0;
      const widest = this.#early > 0 && length <= 256 ? 8 << this.#random.below(4) : beatBytes;
      for (let at = address; at < address + length;) {
        const from = at;
        let width = widest;
        while (from % width !== 0 || from + width > address + length) width /= 2;
        const done = (part: Uint8Array): void => {
          bytes.set(part, from - address);
          open -= 1;
          if (open === 0) complete();
        };
        this.#give(core, { address: from, length: width, done });
        open += 1;
        at += width;
      }
    });
    return bytes;
  }

  drive(): void {
    for (let idle = false; this.#waiting > 0 && !idle;) {
      const ready = this.#cores.filter((core) => this.#canGo(core));
      idle = ready.length === 0;
      if (!idle) this.#go(ready[this.#random.below(ready.length)]!);
    }
    while (this.#loads.length > 0 && this.#loads[0]!.after <= this.#answered && this.#master.hasRoom('read')) {
      const { access, core } = this.#loads.shift()!;
      const { address, length } = access;
      const complete = (_ok: boolean, bytes: Uint8Array): void => {
        core.loads -= 1;
        access.done(bytes);
      };
      this.#master.issue({ id: hostId, address, length, complete });
    }
  }

  #give(core: number, access: Access): void {
    this.#cores[core]!.accesses.push(access);
    this.#waiting += 1;
  }

  #canGo({ accesses: [access], loads }: Core): boolean {
    if (!access) return false;
    return access.data ? loads === 0 && this.#master.hasRoom('write') : loads < loadsUnderWay;
  }

  /** The next access leaves its core. */
  #go(core: Core): void {
    const access = core.accesses.shift()!;
    this.#waiting -= 1;
    const { address, length, data } = access;
    if (data) {
      this.#stored += 1;
      const complete = (): void => {
        this.#answered += 1;
      };
      this.#master.issue({ id: hostId, address, length, data, complete });
    } else {
      core.loads += 1;
      this.#loads.push({ access, core, after: this.#stored });
    }
  }

  /** How the bytes [begin, end) leave a core, in this order. */
  *#combined(begin: number, end: number): Generator<{ from: number; to: number }> {
    const open: { from: number; to: number }[][] = [];
    for (let at = begin; at < end || open.length > 0;) {
      for (; at < end && open.length < combiningBuffers; at = lineEnd(at))
        open.push(this.#evicted(at, Math.min(end, lineEnd(at))));
      const pick = this.#early > 0 ? this.#random.below(open.length) : 0;
      yield open[pick]!.shift()!;
      if (open[pick]!.length === 0) open.splice(pick, 1);
    }
  }

  /** The parts in which the bytes [from, to) of one line leave. */
  #evicted(from: number, to: number): { from: number; to: number }[] {
    if (this.#random.next() >= this.#early) return [{ from, to }];
    const parts: { from: number; to: number }[] = [];
    const cut = from + this.#random.below(to - from);
    for (let at = from; at < to;) {
      // What was there when the line was evicted goes word by word, the rest at once.
      const until = at < cut ? Math.min(cut, at - (at % partialBytes) + partialBytes) : to;
      parts.push({ from: at, to: until });
      at = until;
    }
    return parts;
  }

  #turn(): number {
    this.#next = (this.#next + 1) % hostCores;
    return this.#next;
  }
}

const lineEnd = (address: number): number => address - (address % beatBytes) + beatBytes;
