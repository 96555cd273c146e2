/** The two ends of a valid/ready channel of the design, with the rules that AXI (Arm IHI 0022, A3.2) sets for it. */
import type { Port } from '../simulator.ts';
import { ProtocolError } from './errors.ts';

/** What all channels of one interface share. */
export interface ChannelContext {
  /** Edges taken so far. */
  readonly cycle: () => number;
  /** Edges that the design may leave a channel waiting. */
  readonly patience: number;
}

export interface Handshake {
  /** `OCL AW`. */
  readonly name: string;
  readonly valid: Port;
  readonly ready: Port;
  /** Says for each cycle whether this end pauses. */
  readonly pause: () => boolean;
}

/** Gives items to the design, in order. An item that is shown stays until it is taken. */
export class Sender<T> {
  readonly #context: ChannelContext;
  readonly #handshake: Handshake;
  readonly #show: (item: T) => void;
  readonly #taken: (item: T) => void;
  readonly #items: T[] = [];
  #shown: T | undefined;
  #isValid = false;
  #since = 0;

  /** @param show puts an item on the ports; @param taken hears that it has moved */
  constructor(
    context: ChannelContext,
    handshake: Handshake,
    show: (item: T) => void,
    taken: (item: T) => void = () => {},
  ) {
    this.#context = context;
    this.#handshake = handshake;
    this.#show = show;
    this.#taken = taken;
  }

  /** Queues an item. */
  give(item: T): void {
    this.#items.push(item);
  }

  drive(): void {
    if (this.#shown !== undefined) return;
    const { valid, pause } = this.#handshake;
    if (this.#items.length > 0 && !pause()) this.#shown = this.#items.shift();
    if (this.#shown !== undefined) {
      this.#show(this.#shown);
      this.#since = this.#context.cycle();
    }
    const isValid = this.#shown !== undefined;
    if (isValid !== this.#isValid) valid.set(isValid ? 1 : 0);
    this.#isValid = isValid;
  }

  sample(): void {
    if (this.#shown === undefined) return;
    const { ready, name } = this.#handshake;
    if (ready.get() === 1) {
      const item = this.#shown;
      this.#shown = undefined;
      this.#taken(item);
      return;
    }
    const { cycle, patience } = this.#context;
    if (cycle() - this.#since < patience) return;
    throw new ProtocolError(
      name,
      cycle(),
      `valid has waited for ready for ${patience} cycles; the shell gives up here`,
    );
  }
}

type Payload = number | Uint8Array;

/** Takes items from the design, and checks that valid and payload hold until they are taken. */
export class Receiver {
  readonly #context: ChannelContext;
  readonly #handshake: Handshake;
  readonly #payload: readonly Port[];
  readonly #take: () => void;
  #isReady = false;
  /** What was shown and not taken at the last edge. */
  #held: readonly Payload[] | undefined;

  /** @param payload ports that have to hold still; @param take reads them when the item moves */
  constructor(context: ChannelContext, handshake: Handshake, payload: readonly Port[], take: () => void) {
    this.#context = context;
    this.#handshake = handshake;
    this.#payload = payload;
    this.#take = take;
  }

  /** @param busy something is to come; only then ready may pause */
  drive(busy: boolean): void {
    const { ready, pause } = this.#handshake;
    const isReady = !(busy && pause());
    if (isReady === this.#isReady) return;
    this.#isReady = isReady;
    ready.set(isReady ? 1 : 0);
  }

  sample(): void {
    const { valid } = this.#handshake;
    const isValid = valid.get() === 1;
    if (this.#held) this.#checkHeld(isValid);
    if (!isValid) return;
    if (this.#isReady) {
      this.#held = undefined;
      this.#take();
    } else this.#held ??= this.#payload.map(read);
  }

  #checkHeld(isValid: boolean): void {
    const { name } = this.#handshake;
    const cycle = this.#context.cycle();
    if (!isValid)
      throw new ProtocolError(name, cycle, 'valid fell before the item was taken; it has to hold until ready');
    const moved = this.#payload.find((port, i) => !same(read(port), this.#held![i]!));
    if (moved)
      throw new ProtocolError(name, cycle, `${moved.name} changed while valid waited for ready; it has to hold`);
  }
}

const read = (port: Port): Payload => (port.width <= 32 ? port.get() : port.getBytes());

function same(a: Payload, b: Payload): boolean {
  return typeof a === 'number' || typeof b === 'number' ? a === b : a.every((byte, i) => byte === b[i]);
}
