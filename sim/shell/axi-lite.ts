/** The shell as master of an AXI4-Lite interface of the CL: OCL, BAR1 or SDA. */
import { Receiver, Sender, type ChannelContext } from './channel.ts';
import { ProtocolError } from './errors.ts';
import type { Interface } from '../../gen/shell/ports.ts';
import { channelOf, handlesOf, payloadOf, type MasterOptions } from './ports.ts';
import type { Agent, Timeline } from './timeline.ts';

interface Access {
  readonly address: number;
  /** Of a write: data and byte strobes, in their lanes. */
  readonly write?: { readonly data: number; readonly strobe: number };
  readonly complete: (data: number) => void;
}

/**
 * One access at a time, in the order in which they were asked for, so that reads do not overtake writes. AW and W of a write
 * come in any order. Error responses never reach a host; they are counted.
 */
export class AxiLiteMaster implements Agent {
  /** Responses other than OKAY. */
  errors = 0;
  readonly #timeline: Timeline;
  readonly #options: MasterOptions;
  readonly #queue: Access[] = [];
  readonly #aw: Sender<number>;
  readonly #w: Sender<{ readonly data: number; readonly strobe: number }>;
  readonly #ar: Sender<number>;
  readonly #senders: readonly Pick<Sender<unknown>, 'drive' | 'sample'>[];
  readonly #b: Receiver;
  readonly #r: Receiver;
  #current: Access | undefined;
  /** All that the master drives is as it stays until the next access. */
  #isQuiet = false;
  /** Parts of the access under way that the CL has not taken yet, and the cycle in which it took the last. */
  #missing = 0;
  #since = 0;

  constructor(timeline: Timeline, face: Interface, options: MasterOptions) {
    this.#timeline = timeline;
    this.#options = options;
    const handles = handlesOf(timeline.simulator, face);
    const port = (name: string) => handles[name]!;
    const context: ChannelContext = { cycle: () => timeline.cycle, patience: options.patience };
    const shake = (name: string) => channelOf(handles, name, options);
    const given = (): void => {
      this.#missing -= 1;
      this.#since = timeline.cycle;
    };
    const show = ({ data, strobe }: { data: number; strobe: number }): void => {
      port('wdata').set(data);
      port('wstrb').set(strobe);
    };
    this.#aw = new Sender(context, shake('aw'), (address) => port('awaddr').set(address), given);
    this.#w = new Sender(context, shake('w'), show, given);
    this.#ar = new Sender(context, shake('ar'), (address) => port('araddr').set(address), given);
    this.#senders = [this.#aw, this.#w, this.#ar];
    this.#b = new Receiver(context, shake('b'), payloadOf(handles, 'b'), () =>
      this.#answered('B', port('bresp').get(), 0),
    );
    this.#r = new Receiver(context, shake('r'), payloadOf(handles, 'r'), () =>
      this.#answered('R', port('rresp').get(), port('rdata').get()),
    );
  }

  /** Reads the 32 bits that `address` lies in; the address goes out as it is. */
  read(address: number): Promise<number> {
    return this.#timeline.operation((complete) => this.#queue.push({ address, complete }));
  }

  /** Writes the bytes of the 32 bits that `strobe` names. */
  async write(address: number, data: number, strobe = 0xf): Promise<void> {
    await this.#timeline.operation<number>((complete) =>
      this.#queue.push({ address, write: { data, strobe }, complete }),
    );
  }

  drive(): void {
    if (!this.#current && this.#queue.length > 0) this.#begin(this.#queue.shift()!);
    if (!this.#current && this.#isQuiet) return;
    this.#isQuiet = !this.#current;
    for (const sender of this.#senders) sender.drive();
    this.#b.drive(this.#current?.write !== undefined);
    this.#r.drive(this.#current !== undefined && !this.#current.write);
  }

  sample(): void {
    if (!this.#isQuiet) for (const sender of this.#senders) sender.sample();
    this.#b.sample();
    this.#r.sample();
    if (!this.#current || this.#missing > 0) return;
    const { cycle } = this.#timeline;
    const { name, patience } = this.#options;
    if (cycle - this.#since < patience) return;
    const { address, write } = this.#current;
    const what = `the ${write ? 'write to' : 'read of'} 0x${address.toString(16)}`;
    throw new ProtocolError(
      `${name} ${write ? 'B' : 'R'}`,
      cycle,
      `no answer to ${what} for ${patience} cycles; the shell gives up here`,
    );
  }

  #begin(access: Access): void {
    this.#current = access;
    this.#missing = access.write ? 2 : 1;
    if (access.write) {
      this.#aw.give(access.address);
      this.#w.give(access.write);
    } else this.#ar.give(access.address);
  }

  #answered(channel: 'B' | 'R', response: number, data: number): void {
    const access = this.#current;
    const expected = access && (access.write ? 'B' : 'R');
    const broken = (message: string): never => {
      throw new ProtocolError(`${this.#options.name} ${channel}`, this.#timeline.cycle, message);
    };
    if (!access || expected !== channel) return broken('an answer that nobody asked for');
    if (this.#missing > 0) return broken('an answer before the request was complete');
    if (response === 1) return broken('the response EXOKAY, which AXI4-Lite does not have');
    if (response !== 0) this.errors += 1;
    this.#current = undefined;
    access.complete(data);
  }
}
