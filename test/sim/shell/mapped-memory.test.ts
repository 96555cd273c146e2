/** What a host without DMA puts on the bus: looked at on the pins, not in the classes that do it. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { ShellHost } from '../../../sim/shell/shell-host.ts';
import { buildTime } from './backend.ts';
import { smallHost, smallSimulators } from './small.ts';

const simulators = smallSimulators('f2');
beforeAll(async () => void (await simulators()), buildTime);

interface Store {
  readonly address: number;
  readonly strobes: bigint;
}

/** Everything that moves on DMA_PCIS, in the order in which it does. */
async function watched(stalls: number, seed = 1) {
  const host = smallHost(await simulators(), 'f2', { stalls, seed });
  const port = (name: string) => host.simulator.port(name);
  const moves = (channel: string, valid: string, ready: string) => {
    const [is, takes] = [port(`${valid}_${channel}valid`), port(`${ready}_${channel}ready`)];
    return () => is.get() === 1 && takes.get() === 1;
  };
  const [shell, cl] = ['sh_cl_dma_pcis', 'cl_sh_dma_pcis'];
  const [aw, w, b, ar] = [moves('aw', shell, cl), moves('w', shell, cl), moves('b', cl, shell), moves('ar', shell, cl)];
  const addresses: number[] = [];
  const strobes: bigint[] = [];
  const loads: number[] = [];
  /** Stores that are not answered when a load goes out. */
  const overtaken: number[] = [];
  let answered = 0;
  const check = (channel: string): number => {
    const [id, len, size] = ['id', 'len', 'size'].map((name) => port(`${shell}_${channel}${name}`).get());
    expect([id, len, size]).toEqual([0x20, 0, 6]);
    return Number(port(`${shell}_${channel}addr`).getBig());
  };
  host.timeline.add({
    sample: () => {
      if (b()) answered += 1;
      if (aw()) addresses.push(check('aw'));
      if (w()) {
        expect(port(`${shell}_wlast`).get()).toBe(1);
        strobes.push(port(`${shell}_wstrb`).getBig());
      }
      if (ar()) {
        loads.push(check('ar'));
        overtaken.push(addresses.length - answered);
      }
    },
  });
  const stores = (): Store[] => addresses.map((address, i) => ({ address, strobes: strobes[i]! }));
  return { host, stores, loads, overtaken };
}

const bytesOf = (strobes: bigint): number => strobes.toString(2).replaceAll('0', '').length;

describe('stores', () => {
  it('are full lines in ascending order when nothing is left to chance, and one load follows them', async () => {
    const { host, stores, loads } = await watched(0);
    await host.dma.write(128, new Uint8Array(640).fill(1));
    expect(stores().map(({ address }) => address)).toEqual(Array.from({ length: 10 }, (_, i) => 128 + 64 * i));
    expect(stores().every(({ strobes }) => bytesOf(strobes) === 64)).toBe(true);
    expect(loads).toEqual([128 + 636]);
  });

  it('strobe each byte once, from the address on, within one line', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { host, stores } = await watched(0.5, seed);
      const [begin, length] = [seed * 7, 500 + seed * 13];
      await host.dma.write(begin, new Uint8Array(length));
      const times = new Map<number, number>();
      for (const { address, strobes } of stores()) {
        const first = address % 64;
        const run = (1n << BigInt(bytesOf(strobes))) - 1n;
        expect(strobes, `seed ${seed}, store to ${address}`).toBe(run << BigInt(first));
        for (let lane = first; lane < first + bytesOf(strobes); lane++) {
          const at = address - first + lane;
          times.set(at, (times.get(at) ?? 0) + 1);
        }
      }
      const wanted = Array.from({ length }, (_, i) => [begin + i, 1]);
      expect([...times].sort(([a], [b]) => a - b)).toEqual(wanted);
    }
  });

  it('come in parts and in another order when lines are evicted early, from all cores at once', async () => {
    const { host, stores } = await watched(0.5);
    const areas = [0, 1, 2, 3].map((core) => core * 8192);
    await Promise.all(areas.map((at, core) => host.dma.write(at, new Uint8Array(4096).fill(core + 1), core)));
    const all = stores();
    const sizes = new Set(all.map(({ strobes }) => bytesOf(strobes)));
    expect([...sizes].filter((size) => size < 8).length).toBeGreaterThan(0);
    expect(sizes).toContain(8);
    expect(sizes).toContain(64);
    const mine = all.filter(({ address }) => address < 8192).map(({ address }) => address);
    expect(mine).not.toEqual(mine.toSorted((a, b) => a - b));
    const turns = all.filter(({ address }, i) => i > 0 && address >> 13 !== all[i - 1]!.address >> 13);
    expect(turns.length).toBeGreaterThan(all.length / 4);
    for (const [core, at] of areas.entries())
      expect((await host.dma.read(at, 4096)).every((byte) => byte === core + 1)).toBe(true);
  });
});

describe('loads', () => {
  const read = async (host: ShellHost, from: number, length: number) =>
    expect(await host.dma.read(from, length)).toHaveLength(length);

  it('are as wide as their alignment lets them be', async () => {
    const { host, loads } = await watched(0);
    await read(host, 61, 3 + 64 + 6);
    expect(loads).toEqual([61, 62, 64, 128, 132]);
  });

  it('do not overtake stores that went before them, from whichever core', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const { host, overtaken } = await watched(0.6, seed);
      await host.dma.write(0, new Uint8Array(2048), 1);
      expect(overtaken, `seed ${seed}`).toEqual([0]);
    }
  });

  it('of one core are done before its next stores', async () => {
    const { host } = await watched(0.4);
    await host.dma.write(0, new Uint8Array(4096).fill(1), 2);
    const [before] = await Promise.all([host.dma.read(0, 4096, 2), host.dma.write(0, new Uint8Array(4096).fill(2), 2)]);
    expect(before.every((byte) => byte === 1)).toBe(true);
    expect((await host.dma.read(0, 4096)).every((byte) => byte === 2)).toBe(true);
  });
});
