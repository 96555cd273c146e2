import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configure, shellNames, type ShellName } from '../../../gen/config.ts';
import { inLockstep } from '../../../sim/compare/index.ts';
import { createShellHost, type ShellHost, type HermesDevice } from '../../../sim/shell/index.ts';
import { buildTime, configOf, program, sim, timeout } from '../shell/backend.ts';

const folder = mkdtempSync(join(tmpdir(), 'hermes-lockstep-'));
afterAll(() => rmSync(folder, { recursive: true }));
const wave = join(folder, 'last.vcd');
const open = (shell: ShellName = 'f1'): Promise<ShellHost> =>
  createShellHost(sim, { config: configOf(shell), timeout });

beforeAll(async () => {
  for (const shell of shellNames) (await open(shell)).close();
  // Verilator builds the design once more for waveforms.
  await (await open()).dump(wave, 1);
}, 3 * buildTime);

const mix = (rounds: number) =>
  program(`
    r6 = ${rounds}
    r0 = 1
  loop:
    r2 = r6
    r2 &= 255
    r2 *= 8
    r3 = r1
    r3 += r2
    r0 *= 31
    r0 += r6
    lock *(u64 *)(r3 + 0) += r0
    r4 = *(u64 *)(r3 + 0)
    *(u64 *)(r10 - 8) = r4
    r0 ^= r4
    r6 -= 1
    if r6 != 0 goto loop
    exit`);

describe.each(shellNames)('a device in lockstep, in the shell of %s,', (shell) => {
  it('agrees with the model in every instruction, response and byte, on all engines at once', async () => {
    const jobs = [300, 20, 150, 77, 240].map((rounds, i) => ({
      program: mix(rounds),
      data: new Uint8Array(2048).fill(i),
    }));
    const { results, compared } = await inLockstep(await open(shell), wave, async (device, lockstep) => ({
      results: await device.runAll(jobs),
      compared: lockstep,
    }));
    expect(results.map(({ instructions }) => instructions)).toEqual(
      jobs.map((_, i) => 2 + [300, 20, 150, 77, 240][i]! * 13 + 1),
    );
    expect(compared.compared).toBe(results.reduce((sum, { instructions }) => sum + instructions, 0));
  });

  it('follows commands that fail, programs that go wrong, and resets', async () => {
    await inLockstep(await open(shell), wave, async (device) => {
      await device.requestSlot('data');
      await expect(device.releaseSlot({ kind: 'data', number: 2 })).rejects.toThrow('InvalidDataSlot');
      await device.execute({ program: program('r1 = *(u8 *)(r1 - 1)\n exit') });
      await device.execute({ program: Uint8Array.of(1, 2, 3) });
      await device.execute({ program: program('r0 = 1\n exit'), engine: 1 });
      await device.reset();
      await device.execute({ program: mix(3) });
    });
  });

  it('does not compare programs that work on one data slot, but goes on with what they leave', async () => {
    await inLockstep(await open(shell), wave, async (device, lockstep) => {
      const [code, data] = [await device.requestSlot('program'), await device.requestSlot('data')];
      const bytes = mix(200);
      await device.write(code, bytes);
      await Promise.all([0, 1].map((engine) => device.run(code, data, bytes.length, { engine })));
      await device.read(data);
      const before = lockstep.compared;
      await device.run(code, data, bytes.length);
      expect(lockstep.compared - before).toBe(2603);
    });
  });
});

/** What lockstep says when the device does something else than the model: here because its memories are changed behind its back. */
async function complaint(spoil: (device: HermesDevice, host: ShellHost) => Promise<unknown>): Promise<string> {
  const host = await open();
  rmSync(wave, { force: true });
  const run = inLockstep(host, wave, (device) => spoil(device, host));
  const error: unknown = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!existsSync(wave)) throw error;
  expect(readFileSync(wave, 'utf8')).toContain('$enddefinitions');
  return (error as Error).message;
}

describe('lockstep notices', () => {
  it('another instruction', async () => {
    const message = await complaint(async (device, host) => {
      const [code, data] = [await device.requestSlot('program'), await device.requestSlot('data')];
      const [right, wrong] = [program('r0 = 5\n r0 += 1\n exit'), program('r0 = 5\n r0 += 2\n exit')];
      await device.write(code, right);
      await host.dma.write(code.address, wrong);
      await device.run(code, data, right.length);
    });
    expect(message).toMatch(/engine 0: after 1 equal instructions, at pc 1: instruction, register differ/);
    expect(message).toContain(`the last cycles as a waveform: ${wave}`);
  });

  it('another byte in memory', async () => {
    const message = await complaint(async (device, host) => {
      const data = await device.requestSlot('data');
      await device.write(data, Uint8Array.of(1, 2, 3, 4));
      await host.dma.write(data.address + 2, Uint8Array.of(9));
      await device.read(data, 8);
    });
    expect(message).toMatch(/^slot memory, BAR4 offset 0x4002: device 090400000000, model 030400000000\n/);
  });

  it('memory that a program should not have touched', async () => {
    const message = await complaint(async (device, host) => {
      const [code, data] = [await device.requestSlot('program'), await device.requestSlot('data')];
      const bytes = program('r0 = 5\n exit');
      await device.write(code, bytes);
      await host.dma.write(data.address + 4000, Uint8Array.of(1));
      await device.run(code, data, bytes.length);
    });
    expect(message).toMatch(/the runs end differently\n {2}data slot, byte 4000: engine 1, model 0/);
  });

  it('a slot that is given twice', async () => {
    const message = await complaint(async (device, host) => {
      await device.requestSlot('program');
      await host.flr(); // the model does not hear of it
      await host.idle(500); // until the slot is scrubbed
      await device.requestSlot('program');
    });
    expect(message).toMatch(/^the device gives slot 0, which is in use; free are 1, 2/);
  });
});

it('leaves errors of its user alone', async () => {
  rmSync(wave, { force: true });
  const own = new Error('mine');
  await expect(inLockstep(await open(), wave, () => Promise.reject(own))).rejects.toBe(own);
  expect([own.message, existsSync(wave)]).toEqual(['mine', false]);
});

it('needs the retirement ports', async () => {
  const host = await createShellHost('wasm', { config: configure({}, 'small') });
  await expect(inLockstep(host, wave, async () => {})).rejects.toThrow('generate the device with retirePort: true');
});
