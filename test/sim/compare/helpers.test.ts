import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { helperNames } from '../../../gen/ebpf/helpers/functions.ts';
import { inLockstep } from '../../../sim/compare/index.ts';
import { createShellHost } from '../../../sim/shell/index.ts';
import { buildTime, configOf, program, sim, timeout } from '../shell/backend.ts';

const folder = mkdtempSync(join(tmpdir(), 'hermes-helpers-'));
afterAll(() => rmSync(folder, { recursive: true }));
const config = { ...configOf('f1'), helpers: helperNames, callByRegister: true };
const open = () => createShellHost(sim, { config, timeout });
beforeAll(async () => (await open()).close(), buildTime);

/** Sums square roots of what it finds, with a function chosen by register now and then. */
const roots = program(`
    r6 = r1
    r7 = 40
    r8 = 0
  loop:
    r1 = *(u64 *)(r6 + 0)
    r1 *= r7
    call 3
    r8 += r0
    r9 = r7
    r9 &= 1
    r9 *= 5
    r1 = r0
    r2 = r8
    callx r9
    r8 *= 31
    r8 += r0
    *(u64 *)(r6 + 0) = r8
    r7 -= 1
    if r7 != 0 goto loop
    r0 = r8
    exit`);

it('a device with helper functions agrees with the model, on all engines at once', async () => {
  const jobs = [1, 2, 3, 4, 5].map((fill) => ({ program: roots, data: new Uint8Array(64).fill(17 * fill) }));
  await inLockstep(await open(), join(folder, 'last.vcd'), async (device) => {
    const results = await device.runAll(jobs);
    expect(results.map(({ error, instructions }) => ({ error, instructions }))).toEqual(
      jobs.map(() => ({ error: null, instructions: 3 + 40 * 15 + 2 })),
    );
    expect(new Set(results.map(({ r0 }) => r0)).size).toBeGreaterThan(1);
    const unknown = await device.execute({ program: program('r1 = 7\ncall 3\ncall 1\nexit'), engine: 1 });
    expect(unknown.error).toMatchObject({ class: 'E_HELPER_UNKNOWN', pc: 2 });
  });
});
