/**
 * A host and its hermes device. The same calls work on the golden model and on simulated hardware in its shell, later on a
 * real device. Calls may overlap: each resolves when the device has answered.
 */
import type { Config } from '../../gen/config.ts';

export type SimulatorKind = 'golden' | 'wasm' | 'verilator';

/** Sizes of an access in bytes. */
export type AccessSize = 1 | 2 | 4;

/** Registers behind a BAR; little-endian. What is wider than 32 bits, or crosses a word, goes out as several accesses. */
export interface Bar {
  read(offset: number, size?: AccessSize): Promise<number>;
  read(offset: number, size: 8): Promise<bigint>;
  write(offset: number, size: AccessSize, value: number): Promise<void>;
  write(offset: number, size: 8, value: bigint): Promise<void>;
}

/** Slot memory in BAR4, by whatever way the shell has. Addresses and lengths are in bytes and need no alignment. */
export interface Dma {
  /** @param channel of XDMA on F1, core of the host on F2, 0 to 3; in turns unless told */
  write(address: number, bytes: Uint8Array, channel?: number): Promise<void>;
  read(address: number, length: number, channel?: number): Promise<Uint8Array>;
}

export interface Host {
  readonly kind: SimulatorKind;
  readonly config: Config;
  /** Clock cycles so far; the golden model has no clock and stays at 0. */
  readonly cycles: number;
  /** Clock cycles that the host waits for an interrupt unless told. */
  readonly timeout: number;
  readonly bar0: Bar;
  /** On F1; nothing is behind it. */
  readonly bar1?: Bar;
  readonly dma: Dma;
  /**
   * Resolves when a command of the engine has finished, with interrupts that it shares a line with counted too: look at
   * EHCMDDONE. Of interrupts that came before, one is remembered.
   * @param timeout in clock cycles @throws TimeoutError
   */
  waitInterrupt(engine: number, timeout?: number): Promise<void>;
  /** Function-level reset: everything stops, every slot is free. */
  flr(): Promise<void>;
  /** Lets clock cycles pass. */
  idle(cycles: number): Promise<void>;
  close(): void;
}

/** {@link Host.timeout} unless told. */
export const defaultTimeout = 20_000_000;
