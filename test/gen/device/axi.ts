/** Bus masters for tests: AXI4-Lite and AXI4 of 512 bits. They ask, and tell later what came of it. */
import { expect } from 'vitest';
import type { Simulator } from '../../../sim/simulator.ts';
import type { Agent, Chance } from '../lib/bench.ts';
import { Offers, Takes } from './channel.ts';

/** An access under way. */
export interface Access {
  done: boolean;
  /** Worst answer so far: 0 OKAY, 2 SLVERR. */
  resp: number;
  /** Of a read, complete when done. */
  bytes: Uint8Array;
}

/** Share of the cycles in which the master is willing, by channel. */
export interface Pace {
  readonly address: number;
  readonly data: number;
  readonly answers: number;
}
export const fullPace: Pace = { address: 1, data: 1, answers: 1 };

const access = (bytes: number): Access => ({ done: false, resp: 0, bytes: new Uint8Array(bytes) });

abstract class Master implements Agent {
  protected abstract readonly channels: Readonly<Record<'aw' | 'w' | 'b' | 'ar' | 'r', Offers | Takes>>;
  /** Accesses that have not been answered. */
  outstanding = 0;

  pace({ address, data, answers }: Pace): void {
    const { aw, w, b, ar, r } = this.channels;
    aw.eagerness = ar.eagerness = address;
    w.eagerness = data;
    b.eagerness = r.eagerness = answers;
  }

  drive(): void {
    for (const channel of Object.values(this.channels)) channel.drive();
  }

  sample(): void {
    for (const channel of Object.values(this.channels)) channel.sample();
  }
}

/** Words of 32 bits; answers come in order. */
export class LiteMaster extends Master {
  protected readonly channels;
  readonly #writes: Access[] = [];
  readonly #reads: Access[] = [];

  constructor(sim: Simulator, prefix: string, chance: Chance) {
    super();
    this.channels = {
      aw: new Offers(sim, `${prefix}aw`, ['addr'], chance),
      w: new Offers(sim, `${prefix}w`, ['data', 'strb'], chance),
      b: new Takes(sim, `${prefix}b`, ['resp'], chance, ({ resp }) => this.#finish(this.#writes, Number(resp))),
      ar: new Offers(sim, `${prefix}ar`, ['addr'], chance),
      r: new Takes(sim, `${prefix}r`, ['data', 'resp'], chance, ({ resp }, bytes) => {
        this.#finish(this.#reads, Number(resp)).bytes = bytes('data');
      }),
    };
  }

  /** Writes the bytes of one word that `strobe` names; `data` is the whole word. */
  write(address: number, data: number, strobe = 0xf): Access {
    this.channels.aw.pending.push({ addr: address });
    this.channels.w.pending.push({ data: data >>> 0, strb: strobe });
    return this.#begin(this.#writes);
  }

  read(address: number): Access {
    this.channels.ar.pending.push({ addr: address });
    return this.#begin(this.#reads);
  }

  #begin(list: Access[]): Access {
    this.outstanding++;
    const begun = access(4);
    list.push(begun);
    return begun;
  }

  #finish(list: Access[], resp: number): Access {
    const finished = list.shift();
    if (!finished) throw new Error('an answer that nobody asked for');
    Object.assign(finished, { done: true, resp });
    this.outstanding--;
    return finished;
  }
}

interface Burst {
  readonly access: Access;
  /** Reads: where the next beat's bytes go, and which bytes of the beat are wanted. */
  at: number;
  skip: number;
  beats: number;
  readonly isLast: boolean;
}

export interface BurstOptions {
  readonly id?: number;
  /** Beats in a burst at most, 1 to 64. */
  readonly beats?: number;
  /** Bytes that are written: those for which it is true, by position in `bytes`. Default all. */
  readonly mask?: (position: number) => boolean;
}

/** Lines of 64 bytes, in bursts that keep within 4 KiB. Answers of one ID come in order. */
export class BurstMaster extends Master {
  protected readonly channels;
  readonly #writes = new Map<number, Burst[]>();
  readonly #reads = new Map<number, Burst[]>();
  /** Edges at which data moved. */
  get writeEdges(): readonly number[] {
    return this.channels.w.edges;
  }
  get readEdges(): readonly number[] {
    return this.channels.r.edges;
  }

  constructor(sim: Simulator, prefix: string, chance: Chance) {
    super();
    const address = ['id', 'addr', 'len', 'size'];
    this.channels = {
      aw: new Offers(sim, `${prefix}aw`, address, chance),
      w: new Offers(sim, `${prefix}w`, ['data', 'strb', 'last'], chance),
      b: new Takes(sim, `${prefix}b`, ['id', 'resp'], chance, ({ id, resp }) => this.#finish(this.#writes, id!, resp!)),
      ar: new Offers(sim, `${prefix}ar`, address, chance),
      r: new Takes(sim, `${prefix}r`, ['id', 'data', 'resp', 'last'], chance, (beat, bytes) =>
        this.#collect(beat, bytes('data')),
      ),
    };
  }

  write(address: number, bytes: Uint8Array, options: BurstOptions = {}): Access {
    const { mask = () => true } = options;
    const begun = access(0);
    this.#bursts(address, bytes.length, options, begun, this.#writes, this.channels.aw, (start, beats) => {
      for (let beat = 0; beat < beats; beat++) {
        const line = Math.floor(start / 64) * 64 + 64 * beat;
        const data = new Uint8Array(64);
        const strb = new Uint8Array(8);
        for (let lane = 0; lane < 64; lane++) {
          const position = line + lane - address;
          if (line + lane < start || position >= bytes.length) continue;
          data[lane] = bytes[position]!;
          if (mask(position)) strb[lane >> 3]! |= 1 << (lane & 7);
        }
        this.channels.w.pending.push({ data, strb, last: beat === beats - 1 ? 1 : 0 });
      }
    });
    return begun;
  }

  read(address: number, length: number, options: BurstOptions = {}): Access {
    const begun = access(length);
    this.#bursts(address, length, options, begun, this.#reads, this.channels.ar, () => {});
    return begun;
  }

  #bursts(
    address: number,
    length: number,
    { id = 0, beats: most = 64 }: BurstOptions,
    begun: Access,
    lists: Map<number, Burst[]>,
    channel: Offers,
    more: (start: number, beats: number) => void,
  ): void {
    this.outstanding++;
    const list = lists.get(id) ?? lists.set(id, []).get(id)!;
    for (let start = address; start < address + length;) {
      const line = Math.floor(start / 64) * 64;
      const end = Math.min(address + length, line + 64 * most, Math.floor(start / 4096) * 4096 + 4096);
      const beats = Math.ceil((end - line) / 64);
      channel.pending.push({ id, addr: start, len: beats - 1, size: 6 });
      more(start, beats);
      list.push({ access: begun, at: start - address, skip: start - line, beats, isLast: end === address + length });
      start = end;
    }
  }

  #collect({ id, resp, last }: Record<string, bigint>, data: Uint8Array): void {
    const burst = this.#reads.get(Number(id))?.[0];
    if (!burst) throw new Error(`a beat with ID ${id}, for which nobody asked`);
    const { access, skip } = burst;
    access.bytes.set(data.subarray(skip, skip + access.bytes.length - burst.at), burst.at);
    access.resp = Math.max(access.resp, Number(resp));
    burst.at += 64 - skip;
    burst.skip = 0;
    burst.beats--;
    expect(last, 'RLAST with the last beat of a burst').toBe(burst.beats === 0 ? 1n : 0n);
    if (burst.beats === 0) this.#finish(this.#reads, id!, resp!);
  }

  #finish(lists: Map<number, Burst[]>, id: bigint, resp: bigint): void {
    const burst = lists.get(Number(id))?.shift();
    if (!burst) throw new Error(`an answer with ID ${id}, for which nobody asked`);
    burst.access.resp = Math.max(burst.access.resp, Number(resp));
    if (!burst.isLast) return;
    burst.access.done = true;
    this.outstanding--;
  }
}
