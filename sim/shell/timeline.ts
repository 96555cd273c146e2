/**
 * Simulated time. It passes only while somebody waits for something: an operation that was begun lets cycles go by until it
 * is complete, and whoever awaited it goes on in that very cycle. Several operations may be under way at once.
 */
import type { Simulator } from '../simulator.ts';

/** Somebody who takes part in every cycle. */
export interface Agent {
  /** Sets inputs for the coming clock edge. */
  drive?(): void;
  /** Sees what that edge will take, with all inputs set. */
  sample?(): void;
}

/** Cycles after which the event loop gets a turn, so that a long wait does not stop the rest of the process. */
const cyclesPerTurn = 16_384;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class Timeline {
  readonly simulator: Simulator;
  #agents: readonly Agent[] = [];
  readonly #fail = new Set<(reason: unknown) => void>();
  #failure: { readonly reason: unknown } | undefined;
  #completed = false;
  #running = false;

  constructor(simulator: Simulator) {
    this.simulator = simulator;
  }

  get cycle(): number {
    return this.simulator.cycles;
  }

  /** Operations that are not complete. */
  get open(): number {
    return this.#fail.size;
  }

  /** Adds someone who takes part from the next cycle on. */
  add<A extends Agent>(agent: A): A {
    this.#agents = [...this.#agents, agent];
    return agent;
  }

  remove(agent: Agent): void {
    this.#agents = this.#agents.filter((other) => other !== agent);
  }

  /**
   * Begins an operation and lets time pass until it calls `complete`. When the simulation fails, with an error that an
   * agent or the simulator throws, every operation rejects with that error, and so does every later one.
   */
  operation<T>(begin: (complete: (value: T) => void, fail: (reason: unknown) => void) => void): Promise<T> {
    if (this.#failure) return Promise.reject(this.#failure.reason as Error);
    return new Promise<T>((resolve, reject) => {
      const close = (): void => {
        this.#fail.delete(abandon);
        this.#completed = true;
      };
      const abandon = (reason: unknown): void => {
        close();
        reject(reason as Error);
      };
      this.#fail.add(abandon);
      begin((value) => {
        close();
        resolve(value);
      }, abandon);
      void this.#run();
    });
  }

  /** Takes one cycle. */
  step(): void {
    const { simulator } = this;
    for (const agent of this.#agents) agent.drive?.();
    for (const agent of this.#agents) agent.sample?.();
    simulator.cycle();
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    await turn(); // others may begin something in this cycle, too
    for (let n = 1; this.#fail.size > 0; n++) {
      try {
        this.step();
      } catch (reason) {
        this.#failure = { reason };
        for (const fail of this.#fail) fail(reason);
      }
      if (!this.#completed && n % cyclesPerTurn !== 0) continue;
      this.#completed = false;
      await turn();
    }
    this.#running = false;
  }
}
