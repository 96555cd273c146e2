/** Slot memory as one engine sees it: for tests of an engine without the device around it. */
import {
  lineBytes,
  memoryRequest,
  memoryResponse,
  MemoryKind,
  type EngineConfig,
} from '../../gen/ebpf/engine/interface.ts';
import { AtomicOperation } from '../../gen/lib/atomic.ts';
import { atomics } from '../golden/arithmetic.ts';
import type { Port, Simulator } from '../simulator.ts';
import { memberOf, unpacker } from './fields.ts';

export interface SlotTiming {
  /** Cycles from a request to its response, at least 1. */
  readonly latency: number;
  /** Share of the cycles, 0 to 1, in which no request is taken, and in which no response is given. */
  readonly stalls: number;
  /** Numbers from 0 to 1, to decide on stalls. */
  readonly random: () => number;
}

interface Answer {
  readonly due: number;
  /** The port that it comes in on. */
  readonly port: 'program' | 'memory_response';
  readonly bytes: Uint8Array;
}

const portNames = [
  'program_valid',
  'program_line',
  'memory_request_valid',
  'memory_request_ready',
  'memory_request',
  'memory_response_valid',
  'memory_response',
] as const;
type Ports = Readonly<Record<(typeof portNames)[number], Port>>;

/** The program slot and the data slot of the running command, and the answers that are on their way. */
export class SlotModel {
  /** The slots' content; tests write it as the host would. */
  readonly program: Uint8Array;
  readonly data: Uint8Array;
  timing: SlotTiming;
  /** Lines of the program slot that were asked for so far. */
  programReads = 0;
  readonly #simulator: Simulator;
  readonly #ports: Ports;
  readonly #answers: Answer[] = [];
  readonly #fields: (bits: bigint) => Record<string, bigint>;

  constructor(simulator: Simulator, config: EngineConfig, timing: SlotTiming) {
    this.#simulator = simulator;
    this.#ports = Object.fromEntries(portNames.map((name) => [name, simulator.port(name)])) as Ports;
    this.timing = timing;
    this.program = new Uint8Array(config.programSlotBytes);
    this.data = new Uint8Array(config.dataSlotBytes);
    this.#fields = unpacker(memoryRequest(config));
  }

  /** The part of a cycle before its edge: gives answers that are due, takes a request. */
  serve(): void {
    const { latency, stalls, random } = this.timing;
    const ports = this.#ports;
    const now = this.#simulator.cycles;
    const isDue = this.#answers.length > 0 && this.#answers[0]!.due <= now && random() >= stalls;
    const answer = isDue ? this.#answers.shift() : undefined;
    ports.memory_response_valid.set(Number(answer?.port === 'memory_response'));
    ports.program_valid.set(Number(answer?.port === 'program'));
    if (answer) (answer.port === 'program' ? ports.program_line : ports.memory_response).setBytes(answer.bytes);
    const isReady = random() >= stalls;
    ports.memory_request_ready.set(Number(isReady));
    if (!isReady || ports.memory_request_valid.get() === 0) return;
    const request = this.#fields(ports.memory_request.getBig());
    const port = request.program === 1n ? 'program' : 'memory_response';
    this.#answers.push({ due: now + latency, port, bytes: this.#answer(request) });
  }

  #answer(request: Record<string, bigint>): Uint8Array {
    const [kind, program, line, offset, size] = ['kind', 'program', 'line', 'offset', 'size'].map((name) =>
      Number(request[name]),
    );
    const slot = program ? this.program : this.data;
    const base = line! * lineBytes;
    const at = slot.subarray(base, base + lineBytes);
    const answer = new Uint8Array(program ? lineBytes : responseBytes);
    if (program) this.programReads += 1;
    else answer[lineBytes] = kind!;
    if (kind === Number(MemoryKind.members.READ)) answer.set(at);
    else if (program) throw new Error('the engine writes to its program slot');
    else if (kind === Number(MemoryKind.members.WRITE)) {
      for (let byte = offset!; byte < offset! + 2 ** size!; byte++) {
        if (byte < lineBytes === (request.upper === 0n))
          at[byte % lineBytes] = Number((request.data! >> BigInt(8 * (byte % 8))) & 0xffn);
      }
    } else answer.set(atomic(new DataView(at.buffer, at.byteOffset + offset!), 8 * 2 ** size!, request));
    return answer;
  }
}

const responseBytes = Math.ceil(memoryResponse.width / 8);

/** What an atomic does to memory; returns the old value. */
function atomic(memory: DataView, width: number, request: Record<string, bigint>): Uint8Array {
  const [operand, compare] = [BigInt.asUintN(width, request.data!), BigInt.asUintN(width, request.compare!)];
  const old = width === 64 ? memory.getBigUint64(0, true) : BigInt(memory.getUint32(0, true));
  const value = operations[memberOf(AtomicOperation, request.atomic!)]!(old, operand, compare) ?? old;
  if (width === 64) memory.setBigUint64(0, value, true);
  else memory.setUint32(0, Number(BigInt.asUintN(32, value)), true);
  return new Uint8Array(BigUint64Array.of(old).buffer);
}

const operations: Readonly<Record<string, (typeof atomics)[keyof typeof atomics]>> = {
  ADD: atomics.atomicAdd,
  OR: atomics.atomicOr,
  AND: atomics.atomicAnd,
  XOR: atomics.atomicXor,
  XCHG: atomics.xchg,
  CMPXCHG: atomics.cmpxchg,
};
