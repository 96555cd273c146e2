import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { shellNames } from '../../../gen/config.ts';
import { inLockstep } from '../../../sim/compare/index.ts';
import {
  CommandError,
  createShellHost,
  type HermesDevice,
  type Slot,
  type SlotKind,
} from '../../../sim/shell/index.ts';
import { buildTime, configOf, program, sim, timeout } from '../shell/backend.ts';

const folder = mkdtempSync(join(tmpdir(), 'hermes-stress-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(async () => {
  for (const shell of shellNames) (await createShellHost(sim, { config: configOf(shell), timeout })).close();
}, 2 * buildTime);

/** Programs of all kinds: short, long, wrong, writing all over the slot. */
const programs = [
  'r0 = 1\n exit',
  'r0 = *(u64 *)(r1 + 4090)\n exit',
  'r3 = 500\n next: r4 = r3\n r4 *= 8\n r4 += r1\n *(u64 *)(r4 + 0) = r3\n r0 += r3\n r3 -= 1\n if r3 != 0 goto next\n exit',
  'r3 = 60\n next: r4 = *(u32 *)(r1 + 2)\n r4 += r3\n *(u32 *)(r1 + 2) = r4\n r0 ^= r4\n r3 -= 1\n if r3 != 0 goto next\n exit',
  'r0 = r10\n r0 -= 8\n *(u64 *)(r0 + 0) = r2\n call one\n exit\n one: r0 = *(u64 *)(r10 - 8)\n exit',
].map(program);

/** What one user of the device does next; numbers pick among what it has. */
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('request' as const), of: fc.constantFrom<SlotKind>('program', 'data') }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('release' as const),
      of: fc.constantFrom<SlotKind>('program', 'data'),
      pick: fc.nat(9),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('run' as const),
      program: fc.nat(programs.length - 1),
      pick: fc.nat(9),
      length: fc.option(fc.nat(5000)),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      pick: fc.nat(9),
      offset: fc.nat(4095),
      length: fc.nat(600),
      fill: fc.nat(255),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      pick: fc.nat(9),
      offset: fc.nat(4095),
      length: fc.nat(5000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('probe' as const), slot: fc.nat(4) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Works through its steps on one engine, with slots that no other user touches. What the device refuses is no fault. */
async function use(device: HermesDevice, engine: number, steps: readonly Step[]): Promise<void> {
  const slots: Record<SlotKind, Slot[]> = { program: [], data: [] };
  const pick = (of: SlotKind, n: number): Slot | undefined => slots[of][n % Math.max(1, slots[of].length)];
  const act = async (now: Step): Promise<void> => {
    if (now.kind === 'request') slots[now.of].push(await device.requestSlot(now.of, { engine }));
    else if (now.kind === 'probe') await device.releaseSlot({ kind: 'data', number: 200 + now.slot }, { engine });
    else if (now.kind === 'release') {
      const slot = pick(now.of, now.pick);
      if (!slot) return;
      slots[now.of].splice(slots[now.of].indexOf(slot), 1);
      await device.releaseSlot(slot, { engine });
    } else {
      const [code, data] = [pick('program', now.pick), pick('data', now.pick)];
      if (now.kind === 'run') {
        if (!code || !data) return;
        const bytes = programs[now.program]!;
        await device.write(code, bytes);
        await device.run(code, data, now.length ?? bytes.length, { engine });
      } else if (data) {
        const length = Math.min(now.length, data.bytes - now.offset);
        if (now.kind === 'write') await device.write(data, new Uint8Array(length).fill(now.fill), now.offset);
        else await device.read(data, length, now.offset);
      }
    }
  };
  const first: Step[] = [
    { kind: 'request', of: 'program' },
    { kind: 'request', of: 'data' },
  ];
  for (const now of [...first, ...steps]) {
    await act(now).catch((error: unknown) => {
      if (!(error instanceof CommandError)) throw error;
    });
  }
}

it.each(shellNames)(
  'two users at once, whatever they do, in lockstep with the model, in the shell of %s',
  async (shell) => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 2 ** 31 }),
        fc.constantFrom(0, 0.2, 0.6),
        fc.array(step, { minLength: 5, maxLength: 40 }),
        fc.array(step, { minLength: 5, maxLength: 40 }),
        async (seed, stalls, one, two) => {
          const host = await createShellHost(sim, { config: configOf(shell), seed, stalls, timeout });
          try {
            await inLockstep(host, join(folder, 'last.vcd'), async (device, lockstep) => {
              await Promise.all([use(device, 0, one), use(device, 1, two)]);
              compared += lockstep.compared;
            });
          } finally {
            host.close();
          }
        },
      ),
      { numRuns: Number(process.env['HERMES_RUNS'] ?? 12), interruptAfterTimeLimit: 540_000 },
    );
    expect(compared).toBeGreaterThan(1000);
  },
  600_000,
);
