/** The shell's side of the interrupt lines: requests become MSI-X messages and are acknowledged. */
import type { Port } from '../simulator.ts';
import { ProtocolError, TimeoutError } from './errors.ts';
import type { Random } from './random.ts';
import type { Agent, Timeline } from './timeline.ts';

/** Lines between CL and shell; engine n uses line n mod 16. */
const lineCount = 16;
/** Longest time from a request to its acknowledge, in clock cycles. */
const slowestAcknowledge = 40;
/** A request that was not acknowledged may be followed by another after this many cycles. */
const forgotten = 1024;

interface Line {
  /** Messages so far. */
  count: number;
  /** Cycle of a request that is not acknowledged yet. */
  requested?: number;
  /** Cycle in which to acknowledge it. */
  due?: number;
}

interface Waiter {
  readonly engine: number;
  readonly until: number;
  readonly complete: () => void;
  readonly fail: (reason: unknown) => void;
  readonly limit: number;
}

export class Interrupts implements Agent {
  /** False: a shell whose vectors are masked, and that acknowledges nothing. */
  acknowledges = true;
  readonly #timeline: Timeline;
  readonly #random: Random;
  readonly #request: Port;
  readonly #acknowledge: Port;
  readonly #lines: readonly Line[] = Array.from({ length: lineCount }, () => ({ count: 0 }));
  /** For each engine, how many messages of its line it has seen. */
  readonly #seen = new Map<number, number>();
  readonly #waiters = new Set<Waiter>();
  #acknowledged = 0;
  #pending = 0;

  constructor(timeline: Timeline, random: Random) {
    this.#timeline = timeline;
    this.#random = random;
    this.#request = timeline.simulator.port('cl_sh_apppf_irq_req');
    this.#acknowledge = timeline.simulator.port('sh_cl_apppf_irq_ack');
  }

  /** Resolves with the next message of the engine's line that this engine has not seen; it may have come already. */
  wait(engine: number, limit: number): Promise<void> {
    const line = this.#lines[engine % lineCount]!;
    if (line.count > (this.#seen.get(engine) ?? 0)) {
      this.#seen.set(engine, line.count);
      return Promise.resolve();
    }
    return this.#timeline.operation<void>((complete, fail) => {
      this.#waiters.add({ engine, until: this.#timeline.cycle + limit, complete, fail, limit });
    });
  }

  drive(): void {
    if (this.#pending === 0 && this.#acknowledged === 0) return;
    let bits = 0;
    this.#lines.forEach((line, n) => {
      if (line.due === undefined || line.due > this.#timeline.cycle) return;
      bits |= 1 << n;
      delete line.due;
      delete line.requested;
      this.#pending -= 1;
    });
    if (bits !== this.#acknowledged) this.#acknowledge.set(bits);
    this.#acknowledged = bits;
  }

  sample(): void {
    const bits = this.#request.get();
    if (bits !== 0) for (let n = 0; n < lineCount; n++) if ((bits >> n) & 1) this.#requested(n);
    for (const waiter of this.#waiters) {
      const { count } = this.#lines[waiter.engine % lineCount]!;
      if (bits !== 0 && count > (this.#seen.get(waiter.engine) ?? 0)) {
        this.#seen.set(waiter.engine, count);
        this.#waiters.delete(waiter);
        waiter.complete();
      } else if (this.#timeline.cycle >= waiter.until) {
        this.#waiters.delete(waiter);
        waiter.fail(
          new TimeoutError(
            `no interrupt of engine ${waiter.engine} within ${waiter.limit} cycles; wait longer, or look at EHCMDDONE`,
          ),
        );
      }
    }
  }

  #requested(n: number): void {
    const line = this.#lines[n]!;
    const { cycle } = this.#timeline;
    if (line.requested !== undefined && cycle - line.requested < forgotten) {
      throw new ProtocolError(
        `irq ${n}`,
        cycle,
        `a request while the one of cycle ${line.requested} is not acknowledged; a request is a pulse of one cycle`,
      );
    }
    line.count += 1;
    line.requested = cycle;
    if (!this.acknowledges) return;
    line.due = cycle + 1 + this.#random.below(slowestAcknowledge);
    this.#pending += 1;
  }
}
