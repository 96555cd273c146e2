/** The shell's XDMA channels: transfers of any length and alignment as bursts on DMA_PCIS. */
import { burstBytes, type AxiMaster, type Burst } from './axi.ts';
import type { Agent, Timeline } from './timeline.ts';
import type { Random } from './random.ts';

/** Channels in each direction; a channel's number is the ID of its bursts. */
export const xdmaChannels = 4;

type Direction = 'read' | 'write';

/**
 * Each channel serves its transfers one after the other, with several bursts under way; channels take turns burst by burst,
 * by chance. A burst ends at each 4 KiB boundary.
 */
export class Xdma implements Agent {
  readonly #timeline: Timeline;
  readonly #master: AxiMaster;
  readonly #random: Random;
  readonly #queues: Readonly<Record<Direction, readonly Burst[][]>>;
  /** Bursts that wait, over all queues. */
  #waiting = 0;
  #next = 0;

  constructor(timeline: Timeline, master: AxiMaster, random: Random) {
    this.#timeline = timeline;
    this.#master = master;
    this.#random = random;
    const queues = (): Burst[][] => Array.from({ length: xdmaChannels }, () => []);
    this.#queues = { read: queues(), write: queues() };
  }

  /** Host to card. Resolves when the CL has answered every burst; a copy of `bytes` is made. */
  async write(address: number, bytes: Uint8Array, channel = this.#turn()): Promise<void> {
    const data = Uint8Array.from(bytes);
    await this.#transfer(
      'write',
      address,
      data.length,
      channel,
      (from, length) => data.subarray(from, from + length),
      () => {},
    );
  }

  /** Card to host. */
  async read(address: number, length: number, channel = this.#turn()): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    await this.#transfer(
      'read',
      address,
      length,
      channel,
      () => undefined,
      (from, part) => bytes.set(part, from),
    );
    return bytes;
  }

  drive(): void {
    if (this.#waiting === 0) return;
    for (const direction of ['write', 'read'] as const) {
      for (;;) {
        const ready = this.#queues[direction].filter((queue) => queue.length > 0);
        if (ready.length === 0 || !this.#master.hasRoom(direction)) break;
        this.#master.issue(ready[this.#random.below(ready.length)]!.shift()!);
        this.#waiting -= 1;
      }
    }
  }

  #transfer(
    direction: Direction,
    address: number,
    length: number,
    channel: number,
    dataOf: (from: number, length: number) => Uint8Array | undefined,
    received: (from: number, bytes: Uint8Array) => void,
  ): Promise<void> {
    if (length === 0) return Promise.resolve();
    return this.#timeline.operation<void>((complete) => {
      let open = 0;
      for (let from = 0; from < length;) {
        const start = address + from;
        const part = Math.min(length - from, burstBytes - (start % burstBytes));
        const at = from;
        const data = dataOf(at, part);
        this.#queues[direction][channel]!.push({
          id: channel,
          address: start,
          length: part,
          ...(data && { data }),
          complete: (_ok, bytes) => {
            received(at, bytes);
            open -= 1;
            if (open === 0) complete();
          },
        });
        open += 1;
        this.#waiting += 1;
        from += part;
      }
    });
  }

  /** Transfers that name no channel take them in turns. */
  #turn(): number {
    this.#next = (this.#next + 1) % xdmaChannels;
    return this.#next;
  }
}
