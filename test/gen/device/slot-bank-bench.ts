/** A bank of slot memory between an engine's side, DMA and the slot table, checked in every cycle against a model. */
import { expect } from 'vitest';
import { bankLatency, bankRequest, slotBank, type BankConfig } from '../../../gen/device/slot-bank.ts';
import type { WasmSimulator } from '../../../sim/wasm/index.ts';
import { reset, simulate } from '../lib/bench.ts';
import { packer, toBigInt } from './bits.ts';
import { serve, strobed, type EngineRequest } from './row-model.ts';

export interface BankAccess extends EngineRequest {
  readonly row: number;
  readonly source: number;
}
export interface DmaWrite {
  readonly row: number;
  readonly data: Uint8Array;
  readonly strobe: bigint;
}

/** What is asked of the bank in a cycle; whoever is refused asks again by itself. */
export interface Wishes {
  readonly engine?: BankAccess | undefined;
  readonly write?: DmaWrite | undefined;
  readonly read?: number | undefined;
  /** Slots that are given back. */
  readonly scrub?: number;
}

/** Who was served in a cycle. */
export interface Served {
  readonly engine: boolean;
  readonly write: boolean;
  readonly read: boolean;
}

interface Expected {
  readonly due: number;
  /** Any of these. */
  readonly data: readonly bigint[];
  readonly source?: number;
  readonly kind?: string;
}

export const kinds = ['READ', 'WRITE', 'ATOMIC'] as const;

export class BankBench {
  readonly sim: WasmSimulator;
  readonly config: BankConfig;
  readonly memory: Uint8Array;
  /** Writes and atomics that the bank has announced: row, and engine or -1. */
  readonly announced: { readonly row: number; readonly by: number }[] = [];
  readonly #ports;
  readonly #pack;
  #engine: BankAccess | undefined;
  #write: DmaWrite | undefined;
  #read: number | undefined;
  readonly #responses: Expected[] = [];
  readonly #reads: Expected[] = [];
  /** The row of the atomic under way as it was before, and the last cycle in which it may still be seen. */
  #before: { readonly row: number; readonly bytes: Uint8Array; readonly until: number } | undefined;

  constructor(config: BankConfig) {
    this.config = config;
    this.memory = new Uint8Array(config.rows * 64);
    this.sim = simulate(slotBank(config));
    this.#pack = packer(bankRequest(config));
    const port = (name: string) => this.sim.port(name);
    const named = (prefix: string, ...names: string[]) =>
      Object.fromEntries(names.map((name) => [name, port(prefix + name)]));
    this.#ports = {
      request: named('request', '_valid', '_ready', ''),
      response: named('response_', 'valid', 'source', 'kind', 'data'),
      write: named('dma_write_', 'valid', 'ready', 'row', 'data', 'strobe'),
      read: named('dma_read_', 'valid', 'ready', 'row', 'data'),
      written: named('written', '', '_row', '_source', '_by_engine'),
      scrub: port('scrub'),
    };
  }

  /** Zeroed, with nothing under way. */
  restart(): void {
    for (const name of ['request_valid', 'dma_write_valid', 'dma_read_valid', 'scrub']) this.sim.poke(name, 0);
    reset(this.sim);
    this.#engine = this.#write = this.#read = this.#before = undefined;
    this.#responses.length = this.#reads.length = this.announced.length = 0;
    const rows = this.sim.memory('ram');
    for (let row = 0; row < this.config.rows; row++) rows.write(row, 0n);
    this.memory.fill(0);
  }

  get scrubbing(): number {
    return this.sim.peekNumber('scrubbing');
  }

  row(index: number): Uint8Array {
    return this.memory.subarray(index * 64, index * 64 + 64);
  }

  /** Asked and not yet served. */
  get waiting(): Served {
    return {
      engine: this.#engine !== undefined,
      write: this.#write !== undefined,
      read: this.#read !== undefined,
    };
  }

  tick(wishes: Wishes = {}): Served {
    this.#engine ??= wishes.engine;
    this.#write ??= wishes.write;
    this.#read ??= wishes.read;
    const { request, write, read, scrub } = this.#ports;
    request['_valid']!.set(this.#engine ? 1 : 0);
    if (this.#engine) request['']!.setBig(this.#pack({ ...this.#engine }));
    write['valid']!.set(this.#write ? 1 : 0);
    if (this.#write) {
      write['row']!.set(this.#write.row);
      write['data']!.setBytes(this.#write.data);
      write['strobe']!.setBig(this.#write.strobe);
    }
    read['valid']!.set(this.#read === undefined ? 0 : 1);
    if (this.#read !== undefined) read['row']!.set(this.#read);
    scrub.set(wishes.scrub ?? 0);
    this.#check();
    const served = {
      engine: this.#engine !== undefined && request['_ready']!.get() === 1,
      write: this.#write !== undefined && write['ready']!.get() === 1,
      read: this.#read !== undefined && read['ready']!.get() === 1,
    };
    this.#account(served);
    this.sim.cycle();
    return served;
  }

  /** Reads come before the writes of their cycle. */
  #account(served: Served): void {
    const now = this.sim.cycles;
    const due = now + bankLatency;
    if (served.read) {
      this.#reads.push({ due, data: this.#possible(this.#read!) });
      this.#read = undefined;
    }
    const dmaWrite = served.write ? this.#write : undefined;
    if (served.engine) {
      const { kind, row, source } = this.#engine!;
      const old = this.row(row).slice();
      const data = kind === 'READ' ? this.#possible(row) : [serve(this.row(row), this.#engine!)];
      this.#responses.push({ due, data, source, kind });
      // The old row may be read until the response has been followed by the write.
      if (kind === 'ATOMIC') this.#before = { row, bytes: old, until: due + 1 };
      this.#engine = undefined;
    }
    if (dmaWrite) {
      strobed(this.row(dmaWrite.row), dmaWrite.data, dmaWrite.strobe);
      this.#write = undefined;
    }
  }

  #possible(row: number): bigint[] {
    const values = [toBigInt(this.row(row))];
    const before = this.#before;
    if (before && before.row === row && this.sim.cycles <= before.until) values.push(toBigInt(before.bytes));
    return values;
  }

  #check(): void {
    const now = this.sim.cycles;
    const { response, read, written } = this.#ports;
    const isDue = this.#responses[0]?.due === now;
    expect(response['valid']!.get(), `a response in cycle ${now}`).toBe(isDue ? 1 : 0);
    if (isDue) {
      const { data, source, kind } = this.#responses.shift()!;
      expect(response['source']!.get()).toBe(source);
      expect(kinds[response['kind']!.get()]).toBe(kind);
      if (kind !== 'WRITE') expect(data).toContain(response['data']!.getBig());
    }
    if (this.#reads[0]?.due === now) expect(this.#reads.shift()!.data).toContain(read['data']!.getBig());
    if (written['']!.get() === 1) {
      const by = written['_by_engine']!.get() === 1 ? written['_source']!.get() : -1;
      this.announced.push({ row: written['_row']!.get(), by });
    }
  }
}
