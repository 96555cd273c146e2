/** Slot memory between engines and DMA, played by the test, and what it says about each of them. */
import { expect } from 'vitest';
import { bar4, configure, type Config } from '../../../gen/config.ts';
import { slotMemory } from '../../../gen/device/slot-memory.ts';
import { memoryRequest, memoryResponse } from '../../../gen/ebpf/engine/interface.ts';
import type { WasmSimulator } from '../../../sim/wasm/index.ts';
import { reset, simulate } from '../lib/bench.ts';
import { packer, toBytes, unpacker } from './bits.ts';
import type { EngineRequest } from './row-model.ts';

export interface SlotRequest extends EngineRequest {
  readonly program: boolean;
  readonly line: number;
}

export interface Taken extends SlotRequest {
  /** Edges at which the request was taken and at which its response came. */
  readonly edge: number;
  answered?: number;
  /** What the response carried: a line, or the old value in its lowest bytes. */
  bytes?: Uint8Array;
}

export interface DmaTaken {
  readonly line: number;
  readonly edge: number;
  answered?: number;
  failed?: boolean;
  data?: Uint8Array;
}

const kinds = ['READ', 'WRITE', 'ATOMIC'];

/** One engine's side: give requests to `pending`; they end up in `taken`, in order. */
export class EngineSide {
  readonly pending: SlotRequest[] = [];
  readonly taken: Taken[] = [];
  readonly snooped: { readonly line: number; readonly edge: number }[] = [];
  /** Share of the cycles in which a new request is made. */
  eagerness = () => true;
  programSlot = 0;
  dataSlot = 0;
  #isAsking = false;
  #answers = 0;
  readonly #sim: WasmSimulator;
  readonly #ports;
  readonly #pack;
  readonly #unpack = unpacker(memoryResponse);

  constructor(sim: WasmSimulator, config: Config, n: number) {
    const port = (name: string) => sim.port(`engine${n}_${name}`);
    this.#sim = sim;
    this.#pack = packer(memoryRequest(config));
    this.#ports = {
      requests: port('memory_request_valid'),
      ready: port('memory_request_ready'),
      request: port('memory_request'),
      responds: port('memory_response_valid'),
      response: port('memory_response'),
      loads: port('program_valid'),
      line: port('program_line'),
      snoops: port('snoop_valid'),
      snooped: port('snoop_line'),
      programSlot: port('program_slot'),
      dataSlot: port('data_slot'),
    };
  }

  get isIdle(): boolean {
    return this.pending.length === 0 && this.#answers === this.taken.length;
  }

  /** The oldest request of its kind has its answer. */
  #answer(program: boolean, data: bigint, edge: number): Taken {
    const answer = this.taken.find((request) => request.program === program && request.answered === undefined);
    if (!answer) throw new Error('a response that nobody asked for');
    this.#answers++;
    answer.answered = edge;
    answer.bytes = toBytes(data, 64);
    return answer;
  }

  drive(): void {
    this.#ports.programSlot.set(this.programSlot);
    this.#ports.dataSlot.set(this.dataSlot);
    this.#isAsking ||= this.pending.length > 0 && this.eagerness();
    this.#ports.requests.set(this.#isAsking ? 1 : 0);
    if (this.#isAsking) this.#ports.request.setBig(this.#pack({ ...this.pending[0]! }));
  }

  sample(): void {
    const edge = this.#sim.cycles;
    if (this.#ports.responds.get() === 1) {
      const { kind, data } = this.#unpack(this.#ports.response.getBig());
      expect(kinds[Number(kind)]).toBe(this.#answer(false, data!, edge).kind);
    }
    if (this.#ports.loads.get() === 1) this.#answer(true, this.#ports.line.getBig(), edge);
    if (this.#ports.snoops.get() === 1) this.snooped.push({ line: this.#ports.snooped.get(), edge });
    if (!this.#isAsking || this.#ports.ready.get() === 0) return;
    this.taken.push({ ...this.pending.shift()!, edge });
    this.#isAsking = false;
  }
}

export class SlotMemoryBench {
  readonly sim: WasmSimulator;
  readonly config: Config;
  readonly engines: EngineSide[] = [];
  readonly writes: DmaTaken[] = [];
  readonly reads: DmaTaken[] = [];
  readonly pendingWrites: { readonly line: number; readonly data: Uint8Array; readonly strobe?: bigint }[] = [];
  readonly pendingReads: number[] = [];
  dmaEagerness = () => true;
  /** Program slots that were said to have changed, with the edge. */
  readonly changed: { readonly slot: number; readonly edge: number }[] = [];
  /** Bits of allocated slots. */
  allocated = { program: 0, data: 0 };
  #isWriting = false;
  #isReading = false;
  #writesDone = 0;
  #readsDone = 0;

  constructor(given: Partial<Config>) {
    this.config = configure(given, 'small');
    this.sim = simulate(slotMemory(this.config));
    this.restart();
  }

  /** Out of reset, everything zero, all slots allocated. */
  restart(): void {
    const { sim, config } = this;
    for (const { name, direction } of this.#allPorts()) if (direction === 'input' && name !== 'clk') sim.poke(name, 0);
    reset(sim);
    for (const list of [this.engines, this.writes, this.reads, this.pendingWrites, this.pendingReads, this.changed])
      list.length = 0;
    for (let n = 0; n < config.engines; n++) this.engines.push(new EngineSide(sim, config, n));
    this.#isWriting = this.#isReading = false;
    this.#writesDone = this.#readsDone = 0;
    this.dmaEagerness = () => true;
    this.allocated = { program: 2 ** config.programSlots - 1, data: 2 ** config.dataSlots - 1 };
    this.scrub(this.allocated);
    for (let i = 0; i < 4; i++) this.tick();
    this.changed.length = 0;
    for (const engine of this.engines) engine.snooped.length = 0;
  }

  #allPorts() {
    return [
      'dma_write_valid',
      'dma_read_valid',
      'program_scrub',
      'data_scrub',
      ...Array.from({ length: this.config.engines }, (_, n) => `engine${n}_memory_request_valid`),
    ].map((name) => this.sim.port(name));
  }

  /** Zeroes slots, and waits. */
  scrub({ program, data }: { program: number; data: number }): void {
    this.sim.poke('program_scrub', program);
    this.sim.poke('data_scrub', data);
    this.tick();
    this.sim.poke('program_scrub', 0);
    this.sim.poke('data_scrub', 0);
    this.until(() => this.sim.peek('program_scrubbing') === 0n && this.sim.peek('data_scrubbing') === 0n);
  }

  /** Numbers of lines in BAR4's window. */
  programLine(slot: number, line: number): number {
    return (slot * this.config.programSlotBytes) / 64 + line;
  }
  dataLine(slot: number, line: number): number {
    return (bar4(this.config).dataOffset + slot * this.config.dataSlotBytes) / 64 + line;
  }

  tick(): void {
    const { sim } = this;
    for (const engine of this.engines) engine.drive();
    sim.poke('program_allocated', this.allocated.program);
    sim.poke('data_allocated', this.allocated.data);
    this.#isWriting ||= this.pendingWrites.length > 0 && this.dmaEagerness();
    sim.poke('dma_write_valid', this.#isWriting ? 1 : 0);
    if (this.#isWriting) {
      const { line, data, strobe = 2n ** 64n - 1n } = this.pendingWrites[0]!;
      sim.poke('dma_write_line', line);
      sim.poke('dma_write_data', data);
      sim.poke('dma_write_strobe', strobe);
    }
    this.#isReading ||= this.pendingReads.length > 0 && this.dmaEagerness();
    sim.poke('dma_read_valid', this.#isReading ? 1 : 0);
    if (this.#isReading) sim.poke('dma_read_line', this.pendingReads[0]!);

    for (const engine of this.engines) engine.sample();
    this.#sample();
    sim.cycle();
  }

  #sample(): void {
    const { sim } = this;
    const edge = sim.cycles;
    if (sim.peekNumber('dma_write_done') === 1) {
      const write = this.writes[this.#writesDone++];
      if (!write) throw new Error('an answer to a write that nobody made');
      Object.assign(write, { answered: edge, failed: sim.peekNumber('dma_write_failed') === 1 });
    }
    if (sim.peekNumber('dma_read_done') === 1) {
      const read = this.reads[this.#readsDone++];
      if (!read) throw new Error('an answer to a read that nobody made');
      Object.assign(read, {
        answered: edge,
        failed: sim.peekNumber('dma_read_failed') === 1,
        data: sim.peekBytes('dma_read_data'),
      });
    }
    if (sim.peekNumber('program_changed') === 1)
      this.changed.push({ slot: sim.peekNumber('program_changed_slot'), edge });
    if (this.#isWriting && sim.peekNumber('dma_write_ready') === 1) {
      this.writes.push({ line: this.pendingWrites.shift()!.line, edge });
      this.#isWriting = false;
    }
    if (this.#isReading && sim.peekNumber('dma_read_ready') === 1) {
      this.reads.push({ line: this.pendingReads.shift()!, edge });
      this.#isReading = false;
    }
  }

  get isIdle(): boolean {
    const dma = this.pendingWrites.length + this.pendingReads.length === 0;
    return (
      dma &&
      this.#writesDone === this.writes.length &&
      this.#readsDone === this.reads.length &&
      this.engines.every((engine) => engine.isIdle)
    );
  }

  until(holds: () => boolean, limit = 20_000): number {
    let cycles = 0;
    for (; !holds(); cycles++) {
      if (cycles >= limit) throw new Error(`not after ${limit} cycles`);
      this.tick();
    }
    return cycles;
  }

  drain(): void {
    this.until(() => this.isIdle);
    for (let i = 0; i < 8; i++) this.tick(); // snoops
  }

  write(line: number, data: Uint8Array, strobe?: bigint): DmaTaken {
    this.pendingWrites.push({ line, data, ...(strobe === undefined ? {} : { strobe }) });
    this.drain();
    return this.writes.at(-1)!;
  }

  read(line: number): DmaTaken {
    this.pendingReads.push(line);
    this.drain();
    return this.reads.at(-1)!;
  }
}
