/** Running one block in the WebAssembly simulator: reset, agents on its streams, a seeded source of chance. */
import assert from 'node:assert/strict';
import { elaborate, type ModuleDef } from '../../../gen/hdl/index.ts';
import { random } from '../../../sim/shell/random.ts';
import { WasmSimulator } from '../../../sim/wasm/index.ts';

/** The block, checked without a warning, out of reset, with all inputs 0. */
export function simulate(definition: ModuleDef<any>): WasmSimulator {
  const { top, warnings } = elaborate(() => definition);
  assert.deepEqual(
    warnings.map(({ message }) => message),
    [],
  );
  const sim = WasmSimulator.create(top);
  if (top.domains.length > 0) reset(sim);
  return sim;
}

export function reset(sim: WasmSimulator): void {
  sim.poke('rst_n', 0);
  sim.cycle(2);
  sim.poke('rst_n', 1);
}

/** Numbers in [0, 1) from a seed (mulberry32). */
export type Chance = () => number;
export const chance = (seed: number): Chance => random(seed).next;

/** Something outside the block: drives its inputs before an edge, then looks at what the edge will do. */
export interface Agent {
  drive(): void;
  sample(): void;
}

export function step(sim: WasmSimulator, agents: readonly Agent[]): void {
  for (const agent of agents) agent.drive();
  for (const agent of agents) agent.sample();
  sim.cycle();
}

/** Steps until `finished`, which must happen within `limit` cycles; returns how many it took. */
export function runUntil(sim: WasmSimulator, agents: readonly Agent[], finished: () => boolean, limit: number): number {
  let cycles = 0;
  for (; !finished(); cycles++) {
    if (cycles >= limit) throw new Error(`not finished after ${limit} cycles`);
    step(sim, agents);
  }
  return cycles;
}

/** Several ports as one number, the first lowest. */
class Payload {
  readonly #ports;

  constructor(sim: WasmSimulator, names: readonly string[]) {
    this.#ports = names.map((name) => sim.port(name));
  }

  set(value: bigint): void {
    let rest = value;
    for (const port of this.#ports) {
      port.setBig(BigInt.asUintN(port.width, rest));
      rest >>= BigInt(port.width);
    }
  }

  get(): bigint {
    return this.#ports.reduceRight((high, port) => (high << BigInt(port.width)) | port.getBig(), 0n);
  }
}

/** Offers items on a stream, and as the rules say keeps an offer until it is taken. */
export class Producer implements Agent {
  readonly pending: bigint[] = [];
  readonly sent: bigint[] = [];
  /** Share of the free cycles in which a new item is offered. */
  eagerness = 1;
  readonly #ports;
  readonly #bits: Payload;
  readonly #chance: Chance;
  #offering = false;

  /**
   * With `fields`, the names of an AXI channel: `s_aw` has `s_awvalid`, and items are made of the fields, lowest bits
   * first.
   */
  constructor(sim: WasmSimulator, stream: string, chance: Chance, ...fields: string[]) {
    this.#chance = chance;
    const prefix = fields.length > 0 ? stream : `${stream}_`;
    this.#bits = new Payload(sim, fields.length > 0 ? fields : [`${prefix}bits`]);
    this.#ports = { valid: sim.port(`${prefix}valid`), ready: sim.port(`${prefix}ready`) };
  }

  drive(): void {
    this.#offering ||= this.pending.length > 0 && this.#chance() < this.eagerness;
    this.#ports.valid.set(this.#offering ? 1 : 0);
    if (this.#offering) this.#bits.set(this.pending[0]!);
  }

  sample(): void {
    if (!this.#offering || this.#ports.ready.get() === 0) return;
    this.sent.push(this.pending.shift()!);
    this.#offering = false;
  }
}

/** Takes items from a stream, and checks that an offer stands until it is taken. */
export class Consumer implements Agent {
  readonly received: bigint[] = [];
  /** Edge of each item, counted from the first one seen. */
  readonly edges: number[] = [];
  eagerness = 1;
  readonly #ports;
  readonly #bits: Payload;
  readonly #sim: WasmSimulator;
  readonly #chance: Chance;
  #refused: bigint | undefined;
  #ready = false;

  constructor(sim: WasmSimulator, stream: string, chance: Chance, ...fields: string[]) {
    this.#sim = sim;
    this.#chance = chance;
    const prefix = fields.length > 0 ? stream : `${stream}_`;
    this.#bits = new Payload(sim, fields.length > 0 ? fields : [`${prefix}bits`]);
    this.#ports = { valid: sim.port(`${prefix}valid`), ready: sim.port(`${prefix}ready`) };
  }

  drive(): void {
    this.#ready = this.#chance() < this.eagerness;
    this.#ports.ready.set(this.#ready ? 1 : 0);
  }

  sample(): void {
    const bits = this.#ports.valid.get() === 1 ? this.#bits.get() : undefined;
    if (this.#refused !== undefined) assert.equal(bits, this.#refused, 'an offer was changed or withdrawn');
    this.#refused = this.#ready ? undefined : bits;
    if (!this.#ready || bits === undefined) return;
    this.received.push(bits);
    this.edges.push(this.#sim.cycles);
  }
}

export function randomBits(chance: Chance, width: number): bigint {
  let value = 0n;
  for (let bit = 0; bit < width; bit += 32) value = (value << 32n) | BigInt(Math.floor(chance() * 2 ** 32));
  return BigInt.asUintN(width, value);
}

/** A master on the AXI4-Lite port `bus`: 32 bits of address and data, each channel with its own pauses. */
export class LiteMaster {
  readonly aw: Producer;
  readonly w: Producer;
  readonly b: Consumer;
  readonly ar: Producer;
  readonly r: Consumer;
  readonly agents: readonly Agent[];
  readonly #sim: WasmSimulator;

  constructor(sim: WasmSimulator, chance: Chance) {
    this.#sim = sim;
    this.aw = new Producer(sim, 'bus_aw', chance, 'bus_awaddr');
    this.w = new Producer(sim, 'bus_w', chance, 'bus_wdata', 'bus_wstrb');
    this.b = new Consumer(sim, 'bus_b', chance, 'bus_bresp');
    this.ar = new Producer(sim, 'bus_ar', chance, 'bus_araddr');
    this.r = new Consumer(sim, 'bus_r', chance, 'bus_rdata', 'bus_rresp');
    this.agents = [this.aw, this.w, this.b, this.ar, this.r];
  }

  set eagerness(share: number) {
    for (const end of [this.aw, this.w, this.b, this.ar, this.r]) end.eagerness = share;
  }

  postWrite(address: number, data: number, strobe = 15): void {
    this.aw.pending.push(BigInt(address));
    this.w.pending.push((BigInt(strobe) << 32n) | BigInt(data >>> 0));
  }

  /** Writes, and waits for the response, which is OKAY. */
  write(address: number, data: number, strobe = 15, agents: readonly Agent[] = []): void {
    const before = this.b.received.length;
    this.postWrite(address, data, strobe);
    runUntil(this.#sim, [...this.agents, ...agents], () => this.b.received.length > before, 1000);
    assert.equal(this.b.received.at(-1), 0n, 'a write was refused');
  }

  read(address: number, agents: readonly Agent[] = []): number {
    const before = this.r.received.length;
    this.ar.pending.push(BigInt(address));
    runUntil(this.#sim, [...this.agents, ...agents], () => this.r.received.length > before, 1000);
    const answer = this.r.received.at(-1)!;
    assert.equal(answer >> 32n, 0n, 'a read was refused');
    return Number(answer);
  }
}
