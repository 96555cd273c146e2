/** One valid/ready channel of a bus whose payload is spread over several ports, as in AXI. */
import { expect } from 'vitest';
import type { Port, Simulator } from '../../../sim/simulator.ts';
import type { Agent, Chance } from '../lib/bench.ts';

export type Beat = Readonly<Record<string, number | bigint | Uint8Array>>;

/** Ports of a channel: `<prefix>valid`, `<prefix>ready` and the payload `<prefix><field>`. */
function portsOf(sim: Simulator, prefix: string, fields: readonly string[]) {
  const payload = fields.map((field) => [field, sim.port(prefix + field)] as const);
  return { valid: sim.port(`${prefix}valid`), ready: sim.port(`${prefix}ready`), payload };
}

function set(port: Port, value: Beat[string]): void {
  if (value instanceof Uint8Array) port.setBytes(value);
  else port.setBig(BigInt(value));
}

/** Offers beats one after the other, each until it is taken; between them it pauses at random. */
export class Offers implements Agent {
  readonly pending: Beat[] = [];
  /** Share of the free cycles in which a new beat is offered. */
  eagerness = 1;
  /** Edges at which beats were taken. */
  readonly edges: number[] = [];
  readonly #sim: Simulator;
  readonly #ports;
  readonly #chance: Chance;
  #isOffering = false;

  constructor(sim: Simulator, prefix: string, fields: readonly string[], chance: Chance) {
    this.#sim = sim;
    this.#ports = portsOf(sim, prefix, fields);
    this.#chance = chance;
  }

  drive(): void {
    if (this.#isOffering || this.pending.length === 0 || this.#chance() >= this.eagerness) {
      this.#ports.valid.set(this.#isOffering ? 1 : 0);
      return;
    }
    this.#isOffering = true;
    this.#ports.valid.set(1);
    for (const [field, port] of this.#ports.payload) set(port, this.pending[0]![field]!);
  }

  sample(): void {
    if (!this.#isOffering || this.#ports.ready.get() === 0) return;
    this.pending.shift();
    this.edges.push(this.#sim.cycles);
    this.#isOffering = false;
  }
}

/** Takes beats, pausing at random, and checks that an offer stands unchanged until it is taken. */
export class Takes implements Agent {
  eagerness = 1;
  readonly edges: number[] = [];
  readonly #sim: Simulator;
  readonly #ports;
  readonly #chance: Chance;
  readonly #take: (beat: Record<string, bigint>, bytes: (field: string) => Uint8Array) => void;
  #refused: bigint[] | undefined;
  #isReady = false;

  constructor(
    sim: Simulator,
    prefix: string,
    fields: readonly string[],
    chance: Chance,
    take: (beat: Record<string, bigint>, bytes: (field: string) => Uint8Array) => void,
  ) {
    this.#sim = sim;
    this.#ports = portsOf(sim, prefix, fields);
    this.#chance = chance;
    this.#take = take;
  }

  drive(): void {
    this.#isReady = this.#chance() < this.eagerness;
    this.#ports.ready.set(this.#isReady ? 1 : 0);
  }

  sample(): void {
    const isOffered = this.#ports.valid.get() === 1;
    if (!isOffered && this.#refused === undefined) return;
    const values = isOffered ? this.#ports.payload.map(([, port]) => port.getBig()) : undefined;
    if (this.#refused !== undefined) expect(values, 'an offer stands until it is taken').toEqual(this.#refused);
    this.#refused = this.#isReady ? undefined : values;
    if (!this.#isReady || values === undefined) return;
    this.edges.push(this.#sim.cycles);
    const beat = Object.fromEntries(this.#ports.payload.map(([field], i) => [field, values[i]!]));
    this.#take(beat, (field) => this.#ports.payload.find(([name]) => name === field)![1].getBytes());
  }
}
