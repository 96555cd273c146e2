/** What docs/memory-order.md promises to engines and host on one data slot, tried out on the whole device. */
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { Command, SlotType, Status } from '../../../gen/device/layout.ts';
import { below, randomBytes } from './bits.ts';
import { DeviceBench } from './host.ts';

const device = new DeviceBench({ engines: 3, programSlots: 3, dataSlots: 2 }, 21);
const fresh = device.sim.snapshot();
let slot = 0;
beforeEach(() => {
  device.sim.restore(fresh);
  slot = device.request(SlotType.Data);
});

const { chance } = device;
const at = (offset: number): number => device.dataAt(slot) + offset;
const word = (offset: number): bigint => new DataView(device.dmaRead(at(offset), 8).buffer).getBigUint64(0, true);

/** Runs programs at once, each on its engine and all on the slot; the host does `meanwhile` again and again. Their r0. */
function together(sources: readonly string[], meanwhile: () => void = () => {}): bigint[] {
  const programs = sources.map((source) => device.load(source));
  for (const [engine, { slot: programSlot, length }] of programs.entries()) {
    device.prepare(engine, { opcode: Command.Run, programSlot, dataSlot: slot, length });
  }
  device.interrupts.length = 0;
  for (const engine of sources.keys()) device.ring(engine);
  for (let i = 0; device.interrupts.length < sources.length; i++) {
    if (i > 100_000) throw new Error('the programs do not end');
    if (device.pcis.outstanding < 4) meanwhile();
    device.tick();
  }
  const answers = sources.map((_, engine) => device.finish(engine));
  expect(answers.map(({ status }) => status)).toEqual(sources.map(() => Status.Success));
  device.until(() => device.pcis.outstanding === 0);
  for (const program of programs) device.release(SlotType.Program, program.slot);
  return answers.map(({ detail }) => detail);
}

/** Reads and writes of the host in the upper half of the slot, where no program looks. */
function traffic(): void {
  const address = at(2048 + below(chance, 1024));
  const length = 1 + below(chance, 500);
  if (chance() < 0.5) device.pcis.write(address, randomBytes(chance, length), { id: below(chance, 64) });
  else device.pcis.read(address, length, { id: below(chance, 64) });
}

/** Writes 1, 2, … `turns` to `data` and then to the flag at 0, again and again. */
const writer = (data: number, turns: number): string => `
  r3 = 0
turn:
  r3 += 1
  *(u64 *)(r1 + ${data}) = r3
  *(u64 *)(r1 + 0) = r3
  if r3 != ${turns} goto turn
  exit`;

/** Counts how often the data is older than the flag that was read before it, or the flag goes back. */
const reader = (data: number, turns: number): string => `
  r0 = 0
  r6 = 0
turn:
  r3 = *(u64 *)(r1 + 0)
  r4 = *(u64 *)(r1 + ${data})
  if r4 >= r3 goto forward
  r0 += 1
forward:
  if r3 >= r6 goto next
  r0 += 1
next:
  r6 = r3
  if r3 != ${turns} goto turn
  exit`;

describe('between engines', () => {
  test('flag first, then the data that was written before it: never older, in one line, the next, or far away', () => {
    for (const data of [8, 56, 64, 1024]) {
      device.dmaWrite(at(0), new Uint8Array(2048));
      expect(
        together([writer(data, 60), reader(data, 60), reader(data, 60)], traffic).slice(1),
        `data at ${data}`,
      ).toEqual([0n, 0n]);
    }
  });

  test('a store, an atomic, a load: of two engines at least one sees the other', () => {
    // Round i has a line for each of them; what they saw of each other goes to the stack and is counted at the end.
    const rounds = 12;
    const side = (mine: number, other: number): string => `
  r9 = r1
  r3 = 0
  r5 = 1
turn:
  *(u64 *)(r1 + ${mine}) = r5
  lock *(u64 *)(r9 + ${1920 + mine}) += r5
  r4 = *(u64 *)(r1 + ${other})
  r0 <<= 1
  r0 |= r4
  r1 += 128
  r3 += 1
  if r3 != ${rounds} goto turn
  exit`;
    for (let i = 0; i < 8; i++) {
      device.dmaWrite(at(0), new Uint8Array(2048));
      const [one, other] = together([side(0, 64), side(64, 0)]);
      expect(one! | other!, 'a round in which both saw 0').toBe(2n ** BigInt(rounds) - 1n);
    }
  });

  test('a lock made of compare-and-exchange and a store guards what is not atomic', () => {
    const turns = 25;
    const locked = `
  r6 = ${turns}
  r7 = 1
take:
  r0 = 0
  r0 = cmpxchg_64(r1 + 0, r0, r7)
  if r0 != 0 goto take
  r3 = *(u64 *)(r1 + 128)
  r3 += 1
  *(u64 *)(r1 + 128) = r3
  r3 = *(u32 *)(r1 + 190)
  r3 += 3
  *(u32 *)(r1 + 190) = r3
  r3 = 0
  *(u64 *)(r1 + 0) = r3
  r6 -= 1
  if r6 != 0 goto take
  exit`;
    together([locked, locked, locked], traffic);
    expect(word(128)).toBe(BigInt(3 * turns));
    expect(word(190) & 0xffff_ffffn, 'a counter that crosses lines').toBe(BigInt(9 * turns));
  });

  test('atomics of both sizes on one line, and the old values are all different', () => {
    const turns = 40;
    const adds = (engine: number): string => `
  r6 = ${turns}
  r0 = 0
turn:
  r3 = 1
  r3 = atomic_fetch_add((u64 *)(r1 + 0), r3)
  r0 += r3
  r4 = 1
  lock *(u32 *)(r1 + ${12 + 4 * engine}) += r4
  r6 -= 1
  if r6 != 0 goto turn
  exit`;
    const sums = together([adds(0), adds(1), adds(2)], traffic);
    const total = BigInt(3 * turns);
    expect(word(0)).toBe(total);
    expect(sums.reduce((a, b) => a + b)).toBe((total * (total - 1n)) / 2n);
    expect(word(12)).toBe(BigInt(turns) | (BigInt(turns) << 32n));
    expect(word(20)).toBe(BigInt(turns));
  });

  test('eight aligned bytes are never torn', () => {
    const flips = `
  r3 = 0
  r6 = 120
turn:
  r3 ^= -1
  *(u64 *)(r1 + 256) = r3
  r6 -= 1
  if r6 != 0 goto turn
  r4 = 1
  *(u64 *)(r1 + 0) = r4
  exit`;
    const looks = `
  r0 = 0
turn:
  r3 = *(u64 *)(r1 + 256)
  if r3 == 0 goto whole
  if r3 == -1 goto whole
  r0 += 1
whole:
  r4 = *(u64 *)(r1 + 0)
  if r4 == 0 goto turn
  exit`;
    expect(together([flips, looks, looks], traffic).slice(1)).toEqual([0n, 0n]);
  });
});

describe('between an engine and the host', () => {
  test('the host writes data, then the flag: the program that sees the flag sees the data', () => {
    let turn = 0;
    const seen = together([reader(1024, 30)], () => {
      // Without a wait in between: DMA serves bursts of one direction in order.
      if (turn >= 30) return;
      turn++;
      const bytes = new Uint8Array(8);
      bytes[0] = turn;
      device.pcis.write(at(1024), bytes);
      device.pcis.write(at(0), bytes);
    });
    expect(seen).toEqual([0n]);
  });

  test('the program writes data, then the flag: the host that reads the flag reads the data', () => {
    const reads: {
      readonly flag: ReturnType<typeof device.pcis.read>;
      readonly data: ReturnType<typeof device.pcis.read>;
    }[] = [];
    together([writer(512, 400)], () => {
      reads.push({ flag: device.pcis.read(at(0), 8), data: device.pcis.read(at(512), 8) });
    });
    const values = reads.map(({ flag, data }) =>
      [flag, data].map(({ bytes }) => new DataView(bytes.buffer).getUint32(0, true)),
    );
    expect(values.length).toBeGreaterThan(20);
    for (const [flag, data] of values) expect(data).toBeGreaterThanOrEqual(flag!);
    expect(new Set(values.map(([flag]) => flag)).size, 'the host has looked in between').toBeGreaterThan(10);
  });

  test('when the response is there, all stores are in the slot', () => {
    const fill = `
  r3 = 128
  r4 = 0
turn:
  r4 += 1
  *(u64 *)(r1 + 0) = r4
  r1 += 8
  r3 -= 1
  if r3 != 0 goto turn
  exit`;
    for (let i = 0; i < 3; i++) {
      device.dmaWrite(at(0), new Uint8Array(1024));
      together([fill]);
      expect(word(1016)).toBe(128n);
      expect(word(0)).toBe(1n);
    }
  });

  test('a line that the host writes is seen whole by eight bytes, whatever the pauses', () => {
    const looks = `
  r0 = 0
  r6 = 0
turn:
  r3 = *(u64 *)(r1 + 64)
  r4 = r3
  r4 &= 255
  r5 = 0x0101010101010101 ll
  r4 *= r5
  if r4 == r3 goto whole
  r0 += 1
whole:
  r3 &= 255
  if r3 != 255 goto turn
  exit`;
    const pace = fc.record({
      address: fc.constantFrom(0.3, 1),
      data: fc.constantFrom(0.3, 1),
      answers: fc.constantFrom(0.3, 1),
    });
    fc.assert(
      fc.property(pace, (willing) => {
        device.dmaWrite(at(64), new Uint8Array(64));
        device.pcis.pace(willing);
        let value = 0;
        const torn = together([looks], () => {
          if (value < 255) device.pcis.write(at(64), new Uint8Array(64).fill(++value));
        });
        device.pcis.pace({ address: 1, data: 1, answers: 1 });
        expect(torn).toEqual([0n]);
      }),
      { numRuns: 4 },
    );
  });
});
