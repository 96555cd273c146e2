import { beforeAll, describe, expect, it } from 'vitest';
import { shellNames } from '../../../gen/config.ts';
import { Command, Status } from '../../../gen/device/layout.ts';
import { createHost, HermesDevice } from '../../../sim/shell/index.ts';
import { buildTime, configOf, program, sim, timeout } from './backend.ts';

const cases = [['golden', 'f1'] as const, ...shellNames.map((shell) => [sim, shell] as const)];

beforeAll(async () => {
  for (const shell of shellNames) (await createHost({ sim, config: configOf(shell), timeout })).close();
}, 2 * buildTime);

/** Adds up `count` bytes from the third on, and leaves the sum in the first two. */
const sum = (count: number) =>
  program(`
    r3 = ${count}
    r0 = 0
    r4 = r1
    r4 += 2
  loop:
    r5 = *(u8 *)(r4 + 0)
    r0 += r5
    r4 += 1
    r3 -= 1
    if r3 != 0 goto loop
    *(u16 *)(r1 + 0) = r0
    exit`);

describe.each(cases)('a hermes device on %s in the shell of %s', (sim, shell) => {
  const config = configOf(shell);
  const open = async () => HermesDevice.open(await createHost({ sim, config, timeout }));

  it('says what it is', async () => {
    const { info } = await open();
    expect(info).toMatchObject({ version: 1, build: 'v1-test', engines: 2, stepLimit: config.stepLimit });
    expect(info.slots).toEqual({
      program: { count: 3, offset: 0, bytes: 4096 },
      data: { count: 2, offset: 16384, bytes: 4096 },
    });
  });

  it('answers probes for XDMA in its BARs with something else', async () => {
    const { host } = await open();
    for (const bar of [host.bar0, host.bar1].filter((bar) => bar !== undefined)) {
      for (const offset of [0x2000, 0x3000]) expect((await bar.read(offset)) >>> 17).not.toBe(0x1fc2 >> 1);
    }
  });

  it('gives out its slots and takes them back', async () => {
    const device = await open();
    const slots = [await device.requestSlot('data'), await device.requestSlot('data', { engine: 1 })];
    expect(slots.map(({ number, address }) => [number, address])).toEqual([
      [0, 16384],
      [1, 20480],
    ]);
    await expect(device.requestSlot('data')).rejects.toThrow(
      'engine 0, request of a data slot: NoSpace; all slots of that kind are in use',
    );
    await device.releaseSlot(slots[0]!);
    await expect(device.releaseSlot(slots[0]!)).rejects.toThrow(
      'release of data slot 0: InvalidDataSlot; the data slot does not exist',
    );
    expect((await device.requestSlot('data')).number).toBe(0);
    await expect(device.releaseSlot({ kind: 'program', number: 9 })).rejects.toThrow('InvalidProgramSlot');
    expect(
      await device.command({ opcode: 0x77 as typeof Command.Run, programSlot: 0, dataSlot: 0, length: 8 }),
    ).toMatchObject({ status: Status.InvalidOpcode });
    expect(await device.command({ opcode: Command.RequestSlot, type: 2 })).toMatchObject({
      status: Status.InvalidAddress,
    });
    expect((await device.requestSlot('program')).number).toBe(0);
  });

  it('runs a program and shows what it left', async () => {
    const device = await open();
    const data = Uint8Array.from({ length: 102 }, (_, i) => (i < 2 ? 0 : i));
    const { r0, error, instructions, data: after } = await device.execute({ program: sum(100), data });
    expect({ r0, error, instructions }).toEqual({ r0: 5150n, error: null, instructions: 4 + 500 + 2 });
    expect([...after.subarray(0, 4)]).toEqual([0x1e, 0x14, 2, 3]);
  });

  it('runs again what is in its slots', async () => {
    const device = await open();
    const [code, memory] = [await device.requestSlot('program'), await device.requestSlot('data')];
    const bytes = sum(3);
    await device.write(code, bytes);
    for (const engine of [0, 1, 0]) {
      await device.write(memory, Uint8Array.of(1, 2, 3 + engine), 2);
      expect((await device.run(code, memory, bytes.length, { engine })).r0).toBe(BigInt(6 + engine));
    }
  });

  it('reports the error of a program as its result, and takes the next command', async () => {
    const device = await open();
    const wild = await device.execute({ program: program('r0 = 7\n r1 = *(u64 *)(r1 + 4089)\n exit') });
    expect(wild).toMatchObject({ error: { class: 'E_MEM_OOB', pc: 1 }, instructions: 1 });
    expect(await device.execute({ program: new Uint8Array(0) })).toMatchObject({
      error: { class: 'E_PROG_EMPTY', pc: 0 },
      instructions: 0,
    });
    expect(await device.execute({ program: program('r0 = 3\n exit') })).toMatchObject({ r0: 3n, error: null });
  });

  it('refuses runs on slots that were not requested', async () => {
    const device = await open();
    const slot = (kind: 'program' | 'data') => ({ kind, number: 1, address: 0, bytes: 4096 });
    await expect(device.run(slot('program'), slot('data'), 8)).rejects.toThrow(
      'run of program slot 1 on data slot 1: InvalidProgramSlot',
    );
  });

  it('keeps a released slot from being read', async () => {
    const device = await open();
    const memory = await device.requestSlot('data');
    await device.write(memory, new Uint8Array(4096).fill(0xee));
    await device.releaseSlot(memory);
    expect((await device.read(memory)).every((byte) => byte === 0)).toBe(true);
    const again = await device.requestSlot('data');
    expect((await device.read(again)).every((byte) => byte === 0)).toBe(true);
  });

  it('works on all engines at once', async () => {
    const device = await open();
    const jobs = [10, 200, 30, 4, 50].map((count) => ({
      program: sum(count),
      data: new Uint8Array(count + 2).fill(1),
    }));
    const results = await device.runAll(jobs);
    expect(results.map(({ r0 }) => r0)).toEqual([10n, 200n, 30n, 4n, 50n]);
    expect(new Set(results.map(({ engine }) => engine)).size).toBe(2);
  });

  it('is stopped and emptied by a function-level reset', async () => {
    const device = await open();
    const [code, memory] = [await device.requestSlot('program'), await device.requestSlot('data')];
    const endless = program('here: goto here');
    await device.write(code, endless);
    await expect(device.run(code, memory, endless.length, { timeout: 3000 })).rejects.toThrow(
      'engine 0 has given no interrupt for 3000 cycles, and its command still runs',
    );
    await device.reset();
    await expect(device.releaseSlot(memory)).rejects.toThrow('InvalidDataSlot');
    expect((await device.execute({ program: program('r0 = 1\n exit') })).r0).toBe(1n);
  });

  it('serves the host in time while its engines do nothing but atomics on the slot', async () => {
    const device = await open();
    const [code, memory] = [await device.requestSlot('program'), await device.requestSlot('data')];
    const endless = program('here: lock *(u64 *)(r1 + 0) += r2\n *(u64 *)(r1 + 64) = r2\n goto here');
    await device.write(code, endless);
    const runs = [0, 1].map((engine) => device.run(code, memory, endless.length, { engine, timeout: 3000 }));
    const ended = Promise.allSettled(runs);
    const data = Uint8Array.from({ length: 3968 }, (_, i) => i * 7);
    for (let round = 0; round < 3; round++) {
      await device.write(memory, data, 128);
      expect(Buffer.from(await device.read(memory, data.length, 128)).equals(data)).toBe(true);
    }
    expect((await ended).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await device.reset();
  });

  it('refuses engines and places that do not exist', async () => {
    const device = await open();
    await expect(device.requestSlot('data', { engine: 2 })).rejects.toThrow('there is no engine 2; the device has 2');
    const memory = await device.requestSlot('data');
    await expect(device.write(memory, new Uint8Array(97), 4000)).rejects.toThrow(
      '97 bytes at 4000 do not fit data slot 0 of 4096 bytes',
    );
  });
});
