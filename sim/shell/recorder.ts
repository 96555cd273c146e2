/** A simulator that remembers what it was told, so that the last cycles can be run again with a waveform. */
import type { Port, Simulator } from '../simulator.ts';

interface Entry {
  readonly cycle: number;
  readonly port: Port;
  readonly value: number | bigint | Uint8Array;
}

/** A simulator that can go back. */
interface Restorable extends Simulator {
  snapshot(): { readonly cycles: number };
  restore(snapshot: { readonly cycles: number }): void;
}

const isRestorable = (simulator: Simulator): simulator is Restorable =>
  'snapshot' in simulator && 'restore' in simulator;

/** Cycles between two snapshots; at least so many can be run again. */
const interval = 1 << 16;

export class Recorder implements Simulator {
  readonly #simulator: Simulator;
  readonly #reopen: (wave: string) => Promise<Simulator>;
  #entries: Entry[] = [];
  /** The last two, where the simulator has them. */
  #snapshots: { readonly cycles: number }[] = [];

  /** @param reopen the same design once more, able to write that waveform: for a simulator that cannot go back */
  constructor(simulator: Simulator, reopen: (wave: string) => Promise<Simulator>) {
    this.#simulator = simulator;
    this.#reopen = reopen;
    this.#mark();
  }

  /** Writes the waveform of the last cycles. @returns the cycles that it shows */
  async dump(file: string, cycles = 1000): Promise<number> {
    const end = this.#simulator.cycles;
    const begin = Math.max(0, end - cycles);
    const from = this.#snapshots.findLast((snapshot) => snapshot.cycles <= begin) ?? this.#snapshots[0];
    const simulator = from ? this.#simulator : await this.#reopen(file);
    if (from) (simulator as Restorable).restore(from);
    const entries = this.#entries.filter(({ cycle }) => cycle >= (from?.cycles ?? 0));
    const start = Math.max(begin, simulator.cycles);
    let at = 0;
    for (; ; simulator.cycle()) {
      for (; at < entries.length && entries[at]!.cycle <= simulator.cycles; at++)
        apply(simulator.port(entries[at]!.port.name), entries[at]!.value);
      if (simulator.cycles === start) simulator.trace(file);
      if (simulator.cycles >= end) break;
    }
    simulator.eval();
    simulator.trace(null);
    if (!from) simulator.close();
    return end - start;
  }

  get cycles(): number {
    return this.#simulator.cycles;
  }

  port(name: string): Port {
    const port = this.#simulator.port(name);
    return port.direction === 'output'
      ? port
      : new RecordedPort(port, (value) => this.#entries.push({ cycle: this.cycles, port, value }));
  }

  poke(name: string, value: number | bigint | Uint8Array): void {
    apply(this.port(name), value);
  }

  cycle(n = 1): void {
    this.#simulator.cycle(n);
    if (this.#snapshots.length > 0 && this.cycles - this.#snapshots.at(-1)!.cycles >= interval) this.#mark();
  }

  cycleUntil(port: string, value: number, max: number): number {
    return this.#simulator.cycleUntil(port, value, max);
  }

  peek(port: string): bigint {
    return this.#simulator.peek(port);
  }

  peekNumber(port: string): number {
    return this.#simulator.peekNumber(port);
  }

  peekBytes(port: string, into?: Uint8Array): Uint8Array {
    return this.#simulator.peekBytes(port, into);
  }

  eval(): void {
    this.#simulator.eval();
  }

  trace(file: string | null): void {
    this.#simulator.trace(file);
  }

  close(): void {
    this.#simulator.close();
  }

  #mark(): void {
    if (!isRestorable(this.#simulator)) return;
    this.#snapshots = [...this.#snapshots.slice(-1), this.#simulator.snapshot()];
    const [{ cycles }] = this.#snapshots as [{ cycles: number }];
    this.#entries = this.#entries.filter(({ cycle }) => cycle >= cycles);
  }
}

function apply(port: Port, value: number | bigint | Uint8Array): void {
  if (typeof value === 'number' && port.width <= 32) port.set(value);
  else if (value instanceof Uint8Array) port.setBytes(value);
  else port.setBig(BigInt(value));
}

class RecordedPort implements Port {
  readonly name: string;
  readonly width: number;
  readonly direction: Port['direction'];
  readonly #port: Port;
  readonly #record: (value: number | bigint | Uint8Array) => void;

  constructor(port: Port, record: (value: number | bigint | Uint8Array) => void) {
    this.name = port.name;
    this.width = port.width;
    this.direction = port.direction;
    this.#port = port;
    this.#record = record;
  }

  get(): number {
    return this.#port.get();
  }

  getBig(): bigint {
    return this.#port.getBig();
  }

  getBytes(into?: Uint8Array): Uint8Array {
    return this.#port.getBytes(into);
  }

  set(value: number): void {
    this.#record(value >>> 0);
    this.#port.set(value);
  }

  setBig(value: bigint): void {
    this.#record(value);
    this.#port.setBig(value);
  }

  setBytes(bytes: Uint8Array): void {
    this.#record(bytes.slice());
    this.#port.setBytes(bytes);
  }
}
