/**
 * What every simulator of a design offers: drivers (bus masters, the shell, lockstep) are written once against it.
 *
 * Time is counted in clock cycles; the edges of all clock domains fall together. A cycle is: settle the combinational
 * logic with the inputs as poked, take the clock edge. What is peeked afterwards is settled logic after that edge, with
 * the inputs as they stand at the moment of the peek.
 */
export interface Simulator {
  /** Clock edges taken so far. */
  readonly cycles: number;
  /** Sets an input of the top module; it is seen by the next edge. Bits beyond the port's width are an error. */
  poke(port: string, value: number | bigint | Uint8Array): void;
  peek(port: string): bigint;
  /** For ports of at most 32 bits. */
  peekNumber(port: string): number;
  /** Little-endian, as many bytes as the port needs; fills `into` when given. */
  peekBytes(port: string, into?: Uint8Array): Uint8Array;
  /** A port looked up once, for drivers that touch it every cycle. */
  port(name: string): Port;
  /** Takes `n` (1) clock edges. Throws {@link AssertionFailure} at the first edge that an assertion forbids. */
  cycle(n?: number): void;
  /** Settles the combinational logic. Peeking does so by itself. */
  eval(): void;
  /** Takes edges until the port (at most 32 bits) equals `value` after one; at most `max`. Returns the edges taken. */
  cycleUntil(port: string, value: number, max: number): number;
  /** Starts to write a waveform (VCD), or ends it with `null`. */
  trace(file: string | null): void;
  close(): void;
}

/** One port of the top module. */
export interface Port {
  readonly name: string;
  /** Bits. */
  readonly width: number;
  readonly direction: 'input' | 'output' | 'inout';
  /** The lowest 32 bits, unsigned. */
  get(): number;
  /** Inputs only; bits beyond the port's width (at most 32) are ignored. */
  set(value: number): void;
  getBig(): bigint;
  setBig(value: bigint): void;
  /** Little-endian. */
  getBytes(into?: Uint8Array): Uint8Array;
  setBytes(bytes: Uint8Array): void;
}

/** An assertion of the design did not hold at a clock edge. The edge has not been taken: what is peeked led to it. */
export class AssertionFailure extends Error {
  /** Hierarchical path of the module that asserts, for instance `hermes.engine0`. */
  readonly path: string;
  /** Edges taken before this one. */
  readonly cycle: number;

  constructor(message: string, path: string, cycle: number) {
    super(`${path}: assertion failed at cycle ${cycle}: ${message}`);
    this.name = 'AssertionFailure';
    this.path = path;
    this.cycle = cycle;
  }
}
