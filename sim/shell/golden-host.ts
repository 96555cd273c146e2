/** A host with the golden model: no bus, no clock, the same answers. */
import type { Config } from '../../gen/config.ts';
import { Device } from '../golden/device.ts';
import { barOf } from './bar.ts';
import { TimeoutError } from './errors.ts';
import { defaultTimeout, type Bar, type Dma, type Host } from './host.ts';

/** Instructions between two looks at the interrupts. */
const stride = 1 << 16;

export class GoldenHost implements Host {
  readonly kind = 'golden';
  readonly cycles = 0;
  readonly timeout: number;
  readonly config: Config;
  readonly device: Device;
  readonly bar0: Bar;
  readonly bar1?: Bar;
  readonly dma: Dma;
  /** Engines whose interrupt nobody has seen yet. */
  readonly #raised = new Set<number>();

  constructor(config: Config, timeout = defaultTimeout) {
    this.config = config;
    this.timeout = timeout;
    const device = new Device(config, { onInterrupt: (engine) => this.#raised.add(engine) });
    this.device = device;
    this.bar0 = barOf({
      read: async (address) => device.readBar0(address - (address % 4)),
      write: async (address, data, strobe) => {
        const word = address - (address % 4);
        for (let lane = 0; lane < 4; lane++)
          if ((strobe >> lane) & 1) device.writeBar0(word + lane, 1, (data >>> (8 * lane)) & 0xff);
      },
    });
    if (config.shell === 'f1') this.bar1 = barOf({ read: async () => 0, write: async () => {} });
    this.dma = {
      write: async (address, bytes) => device.dmaWrite(address, bytes),
      read: async (address, length) => device.dmaRead(address, length),
    };
  }

  /** @param timeout in instructions of the program on the engine, there being no cycles */
  async waitInterrupt(engine: number, timeout = this.timeout): Promise<void> {
    for (let left = timeout; !this.#raised.delete(engine); left -= stride) {
      if (left <= 0)
        throw new TimeoutError(
          `no interrupt of engine ${engine} within ${timeout} instructions; wait longer, or look at EHCMDDONE`,
        );
      this.device.advance(Math.min(left, stride));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async flr(): Promise<void> {
    this.device.functionLevelReset();
    this.#raised.clear();
  }

  async idle(cycles: number): Promise<void> {
    this.device.advance(cycles);
  }

  close(): void {}
}
