import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { shellNames } from '../../../gen/config.ts';
import type { ShellHost } from '../../../sim/shell/shell-host.ts';
import { buildTime } from './backend.ts';
import { smallHost, smallSimulators } from './small.ts';

describe.each(shellNames)('a host in the shell of %s', (shell) => {
  const simulators = smallSimulators(shell, { engines: 20, lines: 1024 });
  const host = async (options: Parameters<typeof smallHost>[2] = {}) => smallHost(await simulators(), shell, options);

  beforeAll(async () => void (await simulators()), buildTime);

  describe('registers', () => {
    it('are read and written in all sizes, at any offset, as 32-bit accesses', async () => {
      const { bar0 } = await host();
      await bar0.write(0, 4, 0x44332211);
      await bar0.write(1, 1, 0xaa);
      await bar0.write(2, 2, 0xccbb);
      expect(await bar0.read(0)).toBe(0xccbbaa11);
      expect([await bar0.read(3, 1), await bar0.read(1, 2)]).toEqual([0xcc, 0xbbaa]);
      expect(await bar0.read(0x100, 8)).toBe(0x0000_0104_0000_0100n);
      // Two accesses: the high bytes of one word, the low ones of the next.
      expect(await bar0.read(0x1fe, 4)).toBe(0x02000000);
    });

    it('with nothing behind them answer every access', async () => {
      const { bar1, sda } = await host();
      expect(bar1 !== undefined).toBe(shell === 'f1');
      for (const bar of bar1 ? [bar1, sda] : [sda]) {
        await bar.write(0x10, 4, 0xffffffff);
        expect(await Promise.all([0x2000, 0x3000, 0x10].map((offset) => bar.read(offset)))).toEqual([0, 0, 0]);
      }
    });

    it('with nothing behind them wait for address and data, whichever comes first and however late the other', async () => {
      const { bar1, sda } = await host({ stalls: 0.85 });
      for (const bar of bar1 ? [bar1, sda] : [sda]) {
        for (let n = 0; n < 25; n++) {
          await Promise.all([bar.write(4 * n, 4, n), bar.write(4 * n, 1, n)]);
          expect(await bar.read(4 * n)).toBe(0);
        }
      }
    });

    it('are accessed in the order of the calls, also when they overlap', async () => {
      const { bar0 } = await host();
      const seen = await Promise.all([bar0.write(0, 4, 1), bar0.read(0), bar0.write(0, 4, 2), bar0.read(0)]);
      expect(seen).toEqual([undefined, 1, undefined, 2]);
    });

    it('take a few cycles without stalls', async () => {
      const shell = await host({ stalls: 0 });
      const begin = shell.cycles;
      await shell.bar0.read(0);
      expect(shell.cycles - begin).toBeLessThan(10);
    });
  });

  describe('DMA', () => {
    it('moves bytes of any length and alignment, on overlapping channels', async () => {
      const bytes = 1024 * 64;
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 0, max: 2 ** 31 }),
          fc.constantFrom(0, 0.3, 0.7),
          fc.array(fc.record({ address: fc.nat(bytes - 1), length: fc.nat(9000), fill: fc.nat(255) }), {
            minLength: 1,
            maxLength: 6,
          }),
          async (seed, stalls, writes) => {
            const shell = await host({ seed, stalls });
            const model = new Uint8Array(bytes);
            for (const [channel, { address, length, fill }] of writes.entries()) {
              const data = Uint8Array.from({ length: Math.min(length, bytes - address) }, (_, i) => fill + i * 7);
              await shell.dma.write(address, data, channel % 4);
              model.set(data, address);
            }
            const reads = await Promise.all(
              writes.map(({ address, length }) => shell.dma.read(address, Math.min(length, bytes - address))),
            );
            for (const [i, { address }] of writes.entries()) {
              expect(Buffer.from(reads[i]!).equals(model.subarray(address, address + reads[i]!.length))).toBe(true);
            }
            expect(shell.errors).toBe(0);
          },
        ),
        { numRuns: 30 },
      );
    });

    it('moves 64 bytes a cycle without stalls', async () => {
      const shell = await host({ stalls: 0 });
      const data = Uint8Array.from({ length: 32 * 1024 }, (_, i) => i * 31);
      const begin = shell.cycles;
      await shell.dma.write(0, data);
      const written = shell.cycles;
      expect(Buffer.from(await shell.dma.read(0, data.length)).equals(data)).toBe(true);
      expect(written - begin).toBeLessThan(512 + 16);
      expect(shell.cycles - written).toBeLessThan(512 + 16);
    });

    it('of several channels goes on at once', async () => {
      const shell = await host({ stalls: 0 });
      const parts = Array.from({ length: 4 }, (_, i) => new Uint8Array(8192).fill(i + 1));
      const begin = shell.cycles;
      await Promise.all(parts.map((part, i) => shell.dma.write(i * 8192, part, i)));
      expect(shell.cycles - begin).toBeLessThan(512 + 24);
      const all = await shell.dma.read(0, 4 * 8192);
      expect(all.filter((_, i) => i % 4096 === 5)).toEqual(Uint8Array.of(1, 1, 2, 2, 3, 3, 4, 4));
    });
  });

  describe('interrupts', () => {
    const ring = (shell: ShellHost, ...engines: number[]) =>
      shell.bar0.write(4, 4, engines.reduce((bits, engine) => bits | (1 << engine), 0) >>> 0);

    it('wake those who wait, and are remembered for those who come late', async () => {
      const shell = await host();
      await Promise.all([shell.waitInterrupt(3), shell.waitInterrupt(0), ring(shell, 0, 3)]);
      await ring(shell, 2);
      await shell.idle(50);
      await shell.waitInterrupt(2);
      await expect(shell.waitInterrupt(2, 500)).rejects.toThrow('no interrupt of engine 2 within 500 cycles');
    });

    it('of engines that share a line are requested one by one', async () => {
      const shell = await host();
      let messages = 0;
      const request = shell.simulator.port('cl_sh_apppf_irq_req');
      shell.timeline.add({ sample: () => void (messages += request.get() & 1) });
      await ring(shell, 0, 16);
      await Promise.all([shell.waitInterrupt(0), shell.waitInterrupt(16)]);
      await shell.idle(200);
      expect(messages).toBe(2);
    });

    it('come again when the shell acknowledges nothing', async () => {
      const shell = await host();
      shell.interrupts.acknowledges = false;
      for (let n = 0; n < 3; n++) {
        await ring(shell, 1);
        await expect(shell.waitInterrupt(1, 5000)).resolves.toBeUndefined();
      }
    });

    it('are not lost while one waits for its acknowledge', async () => {
      const shell = await host();
      shell.interrupts.acknowledges = false;
      await ring(shell, 1);
      await shell.waitInterrupt(1);
      await ring(shell, 1);
      await expect(shell.waitInterrupt(1, 1000)).rejects.toThrow('no interrupt');
      await shell.waitInterrupt(1, 5000);
    });

    it('that wait are forgotten in a function-level reset', async () => {
      const shell = await host();
      shell.interrupts.acknowledges = false;
      await ring(shell, 1);
      await shell.waitInterrupt(1);
      await ring(shell, 1);
      await shell.flr();
      await expect(shell.waitInterrupt(1, 6000)).rejects.toThrow('no interrupt');
    });
  });

  describe('function-level reset', () => {
    it('reaches the device and is acknowledged by one pulse', async () => {
      const shell = await host();
      await shell.bar0.write(0, 4, 7);
      let pulses = 0;
      const done = shell.simulator.port('cl_sh_flr_done');
      shell.timeline.add({ sample: () => void (pulses += done.get()) });
      await shell.flr();
      await shell.idle(100);
      expect(pulses).toBe(1);
      expect(await shell.bar0.read(0)).toBe(0);
      await shell.flr();
      expect(pulses).toBe(2);
    });

    it('is refused while calls are under way', async () => {
      const shell = await host();
      const reading = shell.bar0.read(0);
      await expect(shell.flr()).rejects.toThrow('await them first');
      await reading;
    });
  });

  it('the LEDs follow the DIP switches', async () => {
    const { simulator } = await host();
    simulator.poke('sh_cl_status_vdip', 0xa5c3);
    simulator.cycle(2);
    expect(simulator.peek('cl_sh_status_vled')).toBe(0xa5c3n);
  });

  it('the same seed gives the same run, another one another', async () => {
    const run = async (seed: number): Promise<number> => {
      const shell = await host({ seed });
      await shell.dma.write(100, new Uint8Array(5000));
      await shell.bar0.read(8);
      return shell.cycles;
    };
    expect(await run(5)).toBe(await run(5));
    expect(new Set([await run(1), await run(2), await run(3)]).size).toBeGreaterThan(1);
  });
});
