/**
 * A memory unit between what surrounds it: two pipeline stages in front, a slot memory that is slow at random behind,
 * and others who write that slot.
 */
import { elaborate, type StructType } from '../../../../gen/hdl/index.ts';
import { memoryRequest, memoryResponse, type EngineConfig } from '../../../../gen/ebpf/engine/interface.ts';
import { memoryUnit } from '../../../../gen/ebpf/engine/memory-unit.ts';
import type { Port } from '../../../../sim/simulator.ts';
import { WasmSimulator, type Snapshot } from '../../../../sim/wasm/index.ts';

export const AccessCode = { LOAD: 0, STORE: 1, ATOMIC: 2 } as const;
export const AtomicCode = { ADD: 0, OR: 1, AND: 2, XOR: 3, XCHG: 4, CMPXCHG: 5 } as const;
const KindCode = { READ: 0n, WRITE: 1n, ATOMIC: 2n } as const;

export interface Access {
  readonly kind: keyof typeof AccessCode;
  readonly address: bigint;
  /** log2 of the bytes. */
  readonly size: number;
  readonly sign?: boolean;
  readonly data?: bigint;
  readonly atomic?: keyof typeof AtomicCode;
  readonly compare?: bigint;
  /** Cycles in the memory stage before the unit may look at it. */
  readonly hold?: number;
}
/** What enters the pipeline: an access, a call or an exit (the new depth), or nothing for a cycle. */
export type Step = Access | { readonly kind: 'FRAME'; readonly depth: number } | undefined;

export interface Outcome {
  readonly value: bigint;
  readonly error: number;
  /** First and last cycle in the memory stage in which the unit could see it. */
  readonly first: number;
  readonly last: number;
}

export interface Behaviour {
  /** Whether the slot takes a request in this cycle. */
  ready(): boolean;
  /** Cycles from a request's acceptance to its turn at the slot, and from there to the response; 1 or more together. */
  serveDelay(): number;
  respondDelay(): number;
  /** Whether a snoop that need not come yet comes in this cycle. */
  snoopsNow(): boolean;
  /** What others write to the slot in this cycle. */
  others(bench: MemoryUnitBench): void;
}

/** Answers `latency` cycles after the request; nobody else is there. */
export function steady(latency: number): Behaviour {
  return {
    ready: () => true,
    serveDelay: () => latency - 1,
    respondDelay: () => 1,
    snoopsNow: () => true,
    others: () => {},
  };
}

interface Request {
  readonly kind: bigint;
  readonly line: number;
  readonly offset: number;
  readonly size: number;
  readonly upper: boolean;
  readonly data: bigint;
  readonly atomic: number;
  readonly compare: bigint;
}
interface Served {
  readonly kind: bigint;
  readonly bytes: Uint8Array;
  readonly due: number;
  readonly order: number;
}

function decode(type: StructType, packed: bigint): Record<string, bigint> {
  return Object.fromEntries(
    type.ir.fields.map(({ name, lo, type: of }) => [name, BigInt.asUintN(of.width, packed >> BigInt(lo))]),
  );
}

/** What an atomic leaves of `old`, on 2^size bytes. */
export function atomically(code: number, size: number, old: bigint, operand: bigint, compare: bigint): bigint {
  const bits = 8 << size;
  const [a, b, c] = [old, operand, compare].map((value) => BigInt.asUintN(bits, value)) as [bigint, bigint, bigint];
  return BigInt.asUintN(bits, [a + b, a | b, a & b, a ^ b, b, a === c ? b : a][code]!);
}

export function readBytes(bytes: Uint8Array, offset: number, count: number): bigint {
  let value = 0n;
  for (let i = count - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[offset + i]!);
  return value;
}

export function writeBytes(bytes: Uint8Array, offset: number, count: number, value: bigint): void {
  for (let i = 0; i < count; i++) bytes[offset + i] = Number((value >> BigInt(8 * i)) & 0xffn);
}

/** For JSON. */
export const hex = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? `0x${value.toString(16)}` : value;

const compiled = new Map<string, ReturnType<typeof build>>();

function build(config: EngineConfig): { readonly sim: WasmSimulator; readonly reset: Snapshot } {
  const sim = WasmSimulator.create(elaborate(() => memoryUnit(config)).top);
  sim.poke('rst_n', 0);
  sim.cycle(3);
  sim.poke('rst_n', 1);
  // All of the stack is cleared.
  sim.poke('frame_idle', 1);
  sim.cycle(80);
  return { sim, reset: sim.snapshot() };
}

/** Benches of one configuration share a simulator: a new one ends the one before. */
export class MemoryUnitBench {
  readonly sim: WasmSimulator;
  readonly slot: Uint8Array;
  readonly config: EngineConfig;
  behaviour: Behaviour;
  depth = 0;
  idle = true;
  /** Called when an atomic has its turn at the slot. */
  onAtomic: () => void = () => {};
  /** Requests accepted, newest last. */
  readonly requests: { cycle: number; request: Request }[] = [];
  readonly #ports = new Map<string, Port>();
  #execute: Step;
  #memory: { step: Exclude<Step, undefined>; hold: number; first: number } | undefined;
  #waiting: { request: Request; turn: number }[] = [];
  #responses: Served[] = [];
  #snoops: { line: number; order: number; heard?: () => void }[] = [];
  #order = 0;
  #lastTurn = 0;
  #lastDue = 0;
  #offered: bigint | undefined;

  constructor(config: EngineConfig, behaviour: Behaviour) {
    this.config = config;
    this.behaviour = behaviour;
    this.slot = new Uint8Array(config.dataSlotBytes);
    const key = JSON.stringify(config);
    const built = compiled.get(key) ?? build(config);
    compiled.set(key, built);
    this.sim = built.sim;
    this.sim.restore(built.reset);
  }

  get cycle(): number {
    return this.sim.cycles;
  }
  #port(name: string): Port {
    let port = this.#ports.get(name);
    if (!port) this.#ports.set(name, (port = this.sim.port(name)));
    return port;
  }
  #set(name: string, value: number | bigint | boolean): void {
    const port = this.#port(name);
    if (typeof value === 'bigint') port.setBig(value);
    else port.set(Number(value));
  }
  get(name: string): number {
    return this.#port(name).get();
  }
  get drained(): boolean {
    return this.get('frame_drained') === 1;
  }

  /** Somebody else writes the slot now; `heard` is called in the cycle in which the unit is told. */
  write(offset: number, count: number, value: bigint, heard?: () => void): void {
    writeBytes(this.slot, offset, count, value);
    this.#snoops.push({ line: offset >> 6, order: this.#order++, ...(heard ? { heard } : {}) });
  }

  /** Starts a program: waits for a clean stack, and gives the pulse. */
  start(): void {
    this.idle = true;
    this.depth = 0;
    for (let i = 0; !(this.drained && this.get('frame_first_clear')); i++) {
      if (i > 2000) throw new Error('the unit does not get ready to start');
      this.tick(undefined);
    }
    this.#set('frame_start', 1);
    this.tick(undefined);
    this.#set('frame_start', 0);
    this.idle = false;
  }

  /** Runs steps through the pipeline until all are done; `finished` sees each access when it ends. */
  run(next: () => Step | 'end', finished: (access: Access, outcome: Outcome) => void, patience = 2000): void {
    let ended = false;
    let still = 0;
    while (!ended || this.#execute || this.#memory) {
      if (!this.#execute && !ended) {
        const step = next();
        if (step === 'end') ended = true;
        else this.#execute = step;
      }
      const before = this.#memory;
      this.tick(finished);
      still = before && before === this.#memory ? still + 1 : 0;
      if (still > patience)
        throw new Error(`cycle ${this.cycle}: the access does not end: ${JSON.stringify(before, hex)}`);
    }
  }

  /** Runs the accesses one after the other, without gaps, and returns how they ended. */
  all(...steps: Step[]): Outcome[] {
    const outcomes: Outcome[] = [];
    let at = 0;
    this.run(
      () => (at < steps.length ? steps[at++] : 'end'),
      (_, outcome) => outcomes.push(outcome),
    );
    return outcomes;
  }

  /** Lets cycles pass until the unit has nothing outstanding. */
  drain(): void {
    this.idle = true;
    for (let i = 0; i < 3 || !this.drained; i++) {
      if (i > 5000) throw new Error('the unit does not drain');
      this.tick(undefined);
    }
    this.idle = false;
  }

  tick(finished: ((access: Access, outcome: Outcome) => void) | undefined): void {
    this.#slotSide();
    const memory = this.#memory;
    const seen = memory !== undefined && memory.step.kind !== 'FRAME' && memory.hold === 0;
    this.#set('frame_depth', this.depth);
    this.#set('frame_idle', this.idle);
    this.#set('access_valid', seen);
    if (memory && memory.step.kind !== 'FRAME') this.#driveAccess(memory.step);
    const wait = this.get('access_wait');
    const leaves = memory !== undefined && (memory.step.kind === 'FRAME' || (seen && !wait));
    const step = this.#execute;
    const held = step?.kind === 'FRAME' && step.depth > this.depth && !this.get('frame_next_clear');
    const moves = step !== undefined && (!memory || leaves) && !held;
    const isAccess = step !== undefined && step.kind !== 'FRAME';
    this.#set('address_valid', moves && isAccess);
    if (isAccess) {
      this.#set('address_address', step.address);
      this.#set('address_size', step.size);
    }
    let flushes = false;
    if (memory && memory.step.kind !== 'FRAME' && seen) {
      const error = this.get('access_error');
      if (error !== 0 && (wait || memory.first !== this.cycle))
        throw new Error(`cycle ${this.cycle}: an error comes late`);
      flushes = error !== 0;
      if (leaves)
        finished?.(memory.step, {
          value: this.#port('access_value').getBig(),
          error,
          first: memory.first,
          last: this.cycle,
        });
    }
    this.#takeRequest();
    this.sim.cycle();
    if (memory && !leaves && memory.hold > 0) {
      memory.hold -= 1;
      memory.first = this.cycle;
    }
    if (leaves) this.#memory = undefined;
    // What follows an error is flushed when it has moved; here it comes again, as if it were the next program.
    if (moves && !flushes) {
      this.#memory = { step, hold: isAccess ? (step.hold ?? 0) : 0, first: this.cycle };
      if (step.kind === 'FRAME') this.depth = step.depth;
      this.#execute = undefined;
    }
  }

  #driveAccess(access: Access): void {
    this.#set('access_kind', AccessCode[access.kind]);
    this.#set('access_size', access.size);
    this.#set('access_sign', access.sign ?? false);
    this.#set('access_data', access.data ?? 0n);
    this.#set('access_atomic', AtomicCode[access.atomic ?? 'ADD']);
    this.#set('access_compare', access.compare ?? 0n);
    this.#set('access_depth', this.depth);
  }

  #takeRequest(): void {
    const valid = this.get('memory_request_valid') === 1;
    const packed = valid ? this.#port('memory_request').getBig() : undefined;
    if (this.#offered !== undefined && packed !== this.#offered)
      throw new Error(`cycle ${this.cycle}: a request changed before it was taken`);
    const ready = this.get('memory_request_ready') === 1;
    this.#offered = valid && !ready ? packed : undefined;
    if (packed === undefined || !ready) return;
    const { kind, line, offset, size, upper, data, atomic, compare, program } = decode(
      memoryRequest(this.config),
      packed,
    );
    if (program !== 0n) throw new Error('the memory unit asks for a program');
    const request = {
      kind: kind!,
      line: Number(line),
      offset: Number(offset),
      size: Number(size),
      upper: upper === 1n,
      data: data!,
      atomic: Number(atomic),
      compare: compare!,
    };
    this.requests.push({ cycle: this.cycle, request });
    this.#lastTurn = Math.max(this.#lastTurn, this.cycle + this.behaviour.serveDelay());
    this.#waiting.push({ request, turn: this.#lastTurn });
  }

  /** One cycle of the slot: others write, requests have their turn, one response and one snoop come out. */
  #slotSide(): void {
    this.#set('memory_request_ready', this.behaviour.ready());
    this.behaviour.others(this);
    while (this.#waiting.length > 0 && this.#waiting[0]!.turn < this.cycle) {
      const { request } = this.#waiting.shift()!;
      this.#lastDue = Math.max(this.#lastDue + 1, this.cycle - 1 + this.behaviour.respondDelay());
      this.#responses.push({
        kind: request.kind,
        bytes: this.#serve(request),
        due: this.#lastDue,
        order: this.#order++,
      });
    }
    const response = this.#responses[0];
    const due = response !== undefined && response.due <= this.cycle;
    // A snoop may be late, but not later than what was served after the write.
    const snoop = this.#snoops[0];
    const pressed = snoop !== undefined && due && snoop.order < response.order;
    const told = snoop !== undefined && (pressed || this.behaviour.snoopsNow());
    if (told) {
      this.#snoops.shift();
      this.#set('snoop_line', snoop.line);
      snoop.heard?.();
    }
    this.#set('snoop_valid', told);
    const comes = due && !(this.#snoops.length > 0 && this.#snoops[0]!.order < response.order);
    if (comes) this.#responses.shift();
    this.#set('memory_response_valid', comes);
    if (comes) this.#respond(response.kind, response.bytes);
  }

  #respond(kind: bigint, bytes: Uint8Array): void {
    const [kindAt, dataAt] = (['kind', 'data'] as const).map(
      (field) => memoryResponse.ir.fields.find(({ name }) => name === field)!.lo,
    ) as [number, number];
    const packed = new Uint8Array(Math.ceil(memoryResponse.width / 8));
    packed.set(bytes, dataAt / 8);
    packed[kindAt >> 3]! |= Number(kind) << (kindAt & 7);
    this.#port('memory_response').setBytes(packed);
  }

  #serve({ kind, line, offset, size, upper, data, atomic, compare }: Request): Uint8Array {
    const base = line * 64;
    const count = 1 << size;
    if (kind === KindCode.WRITE) {
      for (let i = offset; i < offset + count; i++) {
        const byte = Number((data >> BigInt(8 * (i % 8))) & 0xffn);
        if (upper === i >= 64) this.slot[base + (i % 64)] = byte;
      }
      return new Uint8Array(64).fill(0xee);
    }
    if (kind === KindCode.READ) return this.slot.slice(base, base + 64);
    if (count < 4 || offset % count !== 0) throw new Error(`atomic on ${count} bytes at ${offset}`);
    this.onAtomic();
    const old = readBytes(this.slot, base + offset, count);
    writeBytes(this.slot, base + offset, count, atomically(atomic, size, old, data, compare));
    const bytes = new Uint8Array(64);
    writeBytes(bytes, 0, count, old);
    return bytes;
  }
}
