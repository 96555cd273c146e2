/** The shell as master of the CL's DMA_PCIS interface: AXI4 with 512 bits of data. */
import { Receiver, Sender, type ChannelContext } from './channel.ts';
import { ProtocolError } from './errors.ts';
import type { Interface } from '../../gen/shell/ports.ts';
import { channelOf, handlesOf, payloadOf, type Handles, type MasterOptions } from './ports.ts';
import type { Agent, Timeline } from './timeline.ts';

/** Bytes in a beat. */
export const beatBytes = 64;
/** A burst has at most 64 beats and stays within 4 KiB. */
export const burstBytes = 4096;
/** AxSIZE of every burst. */
const beatSize = Math.log2(beatBytes);
/** Bursts that the shell has under way in each direction. */
export const outstandingBursts = 32;

/** Bytes [address, address + length) with length ≥ 1, within one 4 KiB page. */
export interface Burst {
  readonly id: number;
  readonly address: number;
  readonly length: number;
  /** Of a write: the bytes. */
  readonly data?: Uint8Array;
  /** The response is there. Of a read: its bytes. @param ok the CL did not answer with an error */
  readonly complete: (ok: boolean, bytes: Uint8Array) => void;
}

export interface BurstOptions extends MasterOptions {
  /** Clock cycles from the offer of a burst's address to the end of the burst; however long unless told. */
  readonly deadline?: number;
}

/** A burst under way. */
interface Flight {
  readonly burst: Burst;
  readonly beats: number;
  /** Of a write: beats that the CL has taken. Of a read: beats that it has given. */
  moved: number;
  /** Cycle in which its address was offered. */
  offered: number;
  /** Its address was taken. */
  addressed: boolean;
  ok: boolean;
  readonly bytes: Uint8Array;
}

interface Beat {
  readonly flight: Flight;
  readonly index: number;
}

/**
 * Issues bursts in the order in which they are given, each direction on its own. AW and W go ahead independently. Checks that
 * responses belong to requests, come in the order of their ID, and have as many beats as they should.
 */
export class AxiMaster implements Agent {
  /** Responses other than OKAY; they do not reach the host. */
  errors = 0;
  readonly #timeline: Timeline;
  readonly #options: BurstOptions;
  readonly #handles: Handles;
  readonly #aw: Sender<Flight>;
  readonly #w: Sender<Beat>;
  readonly #ar: Sender<Flight>;
  readonly #b: Receiver;
  readonly #r: Receiver;
  /** Under way, oldest first; there are few. */
  readonly #writes: Flight[] = [];
  readonly #reads: Flight[] = [];
  readonly #line = new Uint8Array(beatBytes);
  /** All that the master drives is as it stays until the next burst. */
  #isQuiet = false;
  /** Cycle of the last progress. */
  #since = 0;

  constructor(timeline: Timeline, face: Interface, options: BurstOptions) {
    this.#timeline = timeline;
    this.#options = options;
    const handles = handlesOf(timeline.simulator, face);
    this.#handles = handles;
    const context: ChannelContext = { cycle: () => timeline.cycle, patience: options.patience };
    const shake = (name: string) => channelOf(handles, name, options);
    const address = (channel: string) => {
      const [id, addr, len, size] = ['id', 'addr', 'len', 'size'].map((name) => handles[channel + name]!);
      return (flight: Flight): void => {
        const { burst, beats } = flight;
        flight.offered = timeline.cycle;
        id!.set(burst.id);
        addr!.setBig(BigInt(burst.address));
        len!.set(beats - 1);
        size!.set(beatSize);
      };
    };
    const addressed = (flight: Flight): void => {
      flight.addressed = true;
    };
    this.#aw = new Sender(context, shake('aw'), address('aw'), addressed);
    this.#ar = new Sender(context, shake('ar'), address('ar'), addressed);
    this.#w = new Sender(
      context,
      shake('w'),
      (beat) => this.#showBeat(beat),
      ({ flight }) => {
        flight.moved += 1;
      },
    );
    this.#b = new Receiver(context, shake('b'), payloadOf(handles, 'b'), () => this.#writeAnswered());
    this.#r = new Receiver(context, shake('r'), payloadOf(handles, 'r'), () => this.#readAnswered());
  }

  /** Room for another burst of that direction. */
  hasRoom(direction: 'read' | 'write'): boolean {
    return (direction === 'read' ? this.#reads : this.#writes).length < outstandingBursts;
  }

  issue(burst: Burst): void {
    const first = Math.floor(burst.address / beatBytes);
    const beats = Math.floor((burst.address + burst.length - 1) / beatBytes) - first + 1;
    const bytes = new Uint8Array(burst.data ? 0 : beats * beatBytes);
    const flight: Flight = { burst, beats, moved: 0, offered: Infinity, addressed: false, ok: true, bytes };
    if (this.#writes.length + this.#reads.length === 0) this.#since = this.#timeline.cycle;
    if (burst.data) {
      this.#writes.push(flight);
      this.#aw.give(flight);
      for (let index = 0; index < beats; index++) this.#w.give({ flight, index });
    } else {
      this.#reads.push(flight);
      this.#ar.give(flight);
    }
  }

  drive(): void {
    const isWriting = this.#writes.length > 0;
    const isReading = this.#reads.length > 0;
    const isIdle = !isWriting && !isReading;
    if (isIdle && this.#isQuiet) return;
    this.#isQuiet = isIdle;
    this.#aw.drive();
    this.#w.drive();
    this.#ar.drive();
    this.#b.drive(isWriting);
    this.#r.drive(isReading);
  }

  sample(): void {
    this.#b.sample();
    this.#r.sample();
    if (this.#isQuiet) return;
    this.#aw.sample();
    this.#w.sample();
    this.#ar.sample();
    const { patience, deadline = Infinity } = this.#options;
    const { cycle } = this.#timeline;
    for (const oldest of [this.#writes[0], this.#reads[0]]) {
      if (!oldest) continue;
      if (cycle - oldest.offered >= deadline)
        this.#giveUp(oldest, `is not done ${deadline} cycles after it was offered`);
      if (cycle - this.#since >= patience) this.#giveUp(oldest, `stands still for ${patience} cycles`);
    }
  }

  #giveUp({ burst, beats, moved }: Flight, why: string): never {
    const what = `${burst.data ? 'write to' : 'read of'} 0x${burst.address.toString(16)}, ${beats} beats, ID ${burst.id}`;
    const at = burst.data ? (moved < beats ? 'W' : 'B') : 'R';
    this.#broken(at, `the ${what}, ${why}: ${moved} beats have moved; the shell gives up here`);
  }

  #showBeat({ flight: { burst, beats }, index }: Beat): void {
    const { wdata, wstrb, wlast } = this.#handles;
    const data = burst.data!;
    const from = index * beatBytes - (burst.address % beatBytes);
    if (from >= 0 && from + beatBytes <= data.length) {
      wdata!.setBytes(data.subarray(from, from + beatBytes));
      wstrb!.setBytes(allBytes);
    } else {
      const first = Math.max(0, -from);
      const last = Math.min(beatBytes, data.length - from);
      this.#line.fill(0);
      this.#line.set(data.subarray(from + first, from + last), first);
      wdata!.setBytes(this.#line);
      wstrb!.setBig(((1n << BigInt(last - first)) - 1n) << BigInt(first));
    }
    wlast!.set(index === beats - 1 ? 1 : 0);
    this.#since = this.#timeline.cycle;
  }

  #writeAnswered(): void {
    const { bid, bresp } = this.#handles;
    const flight = this.#oldest(this.#writes, bid!.get(), 'B');
    if (!flight.addressed || flight.moved < flight.beats)
      this.#broken('B', `an answer with ID ${flight.burst.id} before the write was complete`);
    this.#respond('B', flight, bresp!.get());
    this.#finish(this.#writes, flight);
  }

  #readAnswered(): void {
    const { rid, rdata, rresp, rlast } = this.#handles;
    const flight = this.#oldest(this.#reads, rid!.get(), 'R');
    if (!flight.addressed) this.#broken('R', `data with ID ${flight.burst.id} before the address was taken`);
    this.#respond('R', flight, rresp!.get());
    rdata!.getBytes(flight.bytes.subarray(flight.moved * beatBytes, (flight.moved + 1) * beatBytes));
    flight.moved += 1;
    this.#since = this.#timeline.cycle;
    const isLast = flight.moved === flight.beats;
    if ((rlast!.get() === 1) !== isLast)
      this.#broken('R', `last is ${isLast ? 0 : 1} in beat ${flight.moved} of ${flight.beats}`);
    if (isLast) this.#finish(this.#reads, flight);
  }

  #oldest(flights: readonly Flight[], id: number, channel: string): Flight {
    return (
      flights.find(({ burst }) => burst.id === id) ??
      this.#broken(channel, `an answer with ID ${id}, of which nothing is under way`)
    );
  }

  #respond(channel: string, flight: Flight, response: number): void {
    if (response === 1) this.#broken(channel, 'the response EXOKAY to an access that is not exclusive');
    if (response === 0) return;
    flight.ok = false;
    this.errors += 1;
  }

  #finish(flights: Flight[], flight: Flight): void {
    flights.splice(flights.indexOf(flight), 1);
    this.#since = this.#timeline.cycle;
    const { burst, bytes, ok } = flight;
    const from = burst.address % beatBytes;
    burst.complete(ok, bytes.subarray(from, burst.data ? from : from + burst.length));
  }

  #broken(channel: string, message: string): never {
    throw new ProtocolError(`${this.#options.name} ${channel}`, this.#timeline.cycle, message);
  }
}

const allBytes = new Uint8Array(beatBytes / 8).fill(0xff);
