/** The engine with its slots, on either simulator: loads a program, runs it, reads back. */
import { DataBase, errorName } from '../../gen/ebpf/abi.ts';
import type { Port, Simulator } from '../simulator.ts';
import { requireFitting, type Backend, type End, type Job } from './backend.ts';
import { limits } from './limits.ts';

const lineBytes = 64;
/** Numbers of the first lines of the slots. */
const programLine = 0;
const dataLine = Math.max(limits.programBytes, limits.memoryBytes) / lineBytes;

/** Cycles that no instruction takes on average: an engine that is not done by then hangs. */
const slowest = 64;
/** Cycles within which everything else on the board is done. */
const patience = 10_000;

const portNames = [
  'run_start',
  'run_length',
  'run_done',
  'run_r0',
  'run_error',
  'run_error_pc',
  'run_cycles',
  'run_instructions',
  'entry_r1',
  'entry_r2',
  'dma_write_valid',
  'dma_write_ready',
  'dma_write_line',
  'dma_write_data',
  'dma_write_strobe',
  'dma_write_done',
  'dma_read_valid',
  'dma_read_ready',
  'dma_read_line',
  'dma_read_done',
  'dma_read_data',
  'scrub',
] as const;
type Ports = Readonly<Record<(typeof portNames)[number], Port>>;

/** One direction of DMA: its signals, and what happens to line `i` of a transfer. */
interface Way {
  readonly valid: Port;
  readonly ready: Port;
  readonly done: Port;
  readonly offer: (i: number) => void;
  readonly take?: (i: number) => void;
}

/** The board out of reset, as a backend finds it. */
export function powerUp(simulator: Simulator): void {
  simulator.poke('rst_n', 0);
  simulator.cycle(2);
  simulator.poke('rst_n', 1);
  simulator.cycle(2);
}

export class BoardBackend implements Backend {
  readonly #simulator: Simulator;
  readonly #ports: Ports;
  /** The data slot holds zeros. */
  #isClean = true;

  /** @param simulator of the board, after {@link powerUp} */
  constructor(simulator: Simulator) {
    this.#simulator = simulator;
    this.#ports = Object.fromEntries(portNames.map((name) => [name, simulator.port(name)])) as Ports;
    this.#ports.dma_write_strobe.setBytes(new Uint8Array(8).fill(255));
  }

  run(job: Job): End {
    requireFitting(job);
    const { program, memory = new Uint8Array(0) } = job;
    const ports = this.#ports;
    this.#clean();
    // The engine refuses a program that is too long, by its length alone.
    this.#write(programLine, program.subarray(0, limits.programBytes));
    this.#write(dataLine, memory);
    ports.entry_r1.setBig(job.memory ? BigInt(DataBase) : 0n);
    ports.entry_r2.setBig(BigInt(memory.length));
    ports.run_length.set(program.length);
    ports.run_start.set(1);
    this.#simulator.cycle();
    ports.run_start.set(0);
    this.#isClean = false;
    this.#wait('run_done', 1, slowest * limits.steps);
    const code = ports.run_error.get();
    const end = {
      r0: ports.run_r0.getBig(),
      error: code === 0 ? null : { class: errorName(code) ?? `class ${code}`, pc: ports.run_error_pc.get() },
      instructions: Number(ports.run_instructions.getBig()),
      cycles: Number(ports.run_cycles.getBig()),
    };
    this.#simulator.cycle();
    return { ...end, memory: this.#read(dataLine, memory.length) };
  }

  close(): void {
    this.#simulator.close();
  }

  #clean(): void {
    if (this.#isClean) return;
    this.#ports.scrub.set(1);
    this.#simulator.cycle();
    this.#ports.scrub.set(0);
    this.#wait('scrubbing', 0, patience);
  }

  /** Writes whole lines; the engine finds them when this is done. */
  #write(line: number, bytes: Uint8Array): void {
    const { dma_write_valid: valid, dma_write_ready: ready, dma_write_done: done, ...ports } = this.#ports;
    const offer = (i: number): void => {
      ports.dma_write_line.set(line + i);
      ports.dma_write_data.setBytes(bytes.subarray(i * lineBytes, (i + 1) * lineBytes));
    };
    this.#transfer(Math.ceil(bytes.length / lineBytes), { valid, ready, done, offer });
  }

  #read(line: number, length: number): Uint8Array {
    const { dma_read_valid: valid, dma_read_ready: ready, dma_read_done: done, ...ports } = this.#ports;
    const lines = Math.ceil(length / lineBytes);
    const bytes = new Uint8Array(lines * lineBytes);
    const offer = (i: number): void => ports.dma_read_line.set(line + i);
    const take = (i: number): void => bytes.set(ports.dma_read_data.getBytes(), i * lineBytes);
    this.#transfer(lines, { valid, ready, done, offer, take });
    return bytes.subarray(0, length);
  }

  #transfer(lines: number, { valid, ready, done, offer, take }: Way): void {
    let [offered, finished, cycles] = [0, 0, 0];
    while (finished < lines) {
      if (++cycles > patience) throw new Error(`slot memory does not answer within ${patience} cycles`);
      valid.set(Number(offered < lines));
      if (offered < lines) offer(offered);
      if (done.get() === 1) {
        take?.(finished);
        finished += 1;
      }
      if (offered < lines) offered += ready.get();
      this.#simulator.cycle();
    }
    valid.set(0);
  }

  #wait(port: 'run_done' | 'scrubbing', value: number, cycles: number): void {
    this.#simulator.cycleUntil(port, value, cycles);
    if (this.#simulator.peekNumber(port) !== value) throw new Error(`${port} is not ${value} after ${cycles} cycles`);
  }
}
