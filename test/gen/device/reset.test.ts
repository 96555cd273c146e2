import { beforeEach, describe, expect, test } from 'vitest';
import { Command, Engine, Status } from '../../../gen/device/layout.ts';
import { assemble } from '../../../gen/ebpf/assembler.ts';
import { below, pickOne, randomBytes } from './bits.ts';
import { DeviceBench } from './host.ts';

const endless = assemble(
  'loop:\nr3 = *(u64 *)(r1 + 8)\nr3 += 1\n*(u64 *)(r1 + 8) = r3\nlock *(u64 *)(r1 + 16) += r3\ngoto loop',
).program;
const device = new DeviceBench({ engines: 3, programSlots: 2, dataSlots: 3 }, 11);
const fresh = device.sim.snapshot();
const control = (n: number): number => device.read32(Engine.EHCMDCTRL.offset + 8 * n);

/** Function-level reset as the shell does it: raised until it is done. */
function functionLevelReset(): number {
  device.sim.poke('flr', 1);
  const cycles = device.until(() => device.sim.peekNumber('flr_done') === 1, 5000, 'the reset');
  device.sim.poke('flr', 0);
  device.until(() => device.sim.peekNumber('flr_done') === 0, 10, 'its end');
  return cycles;
}

/** All engines run on one data slot, and never end. */
function busy(): void {
  const program = device.request(0);
  const data = device.request(1);
  device.dmaWrite(device.programAt(program), endless);
  for (let n = 0; n < 3; n++)
    device.start(n, { opcode: Command.Run, programSlot: program, dataSlot: data, length: endless.length, id: n + 1 });
  device.tick(200);
  expect([0, 1, 2].map(control)).toEqual([1, 1, 1]);
}

/** Everything works as after power-up. */
function works(): void {
  const { slot, length } = device.load('r0 = *(u64 *)(r1 + 0)\nr0 += 1\nexit');
  for (let n = 0; n < 3; n++) {
    const data = device.request(1, n);
    expect(
      device.dmaRead(device.dataAt(data), 4096).every((byte) => byte === 0),
      'a new owner reads zeros',
    ).toBe(true);
    device.dmaWrite(device.dataAt(data), Uint8Array.of(41 + n));
    expect(device.dmaRead(device.programAt(slot) + length, 64).every((byte) => byte === 0)).toBe(true);
    expect(device.run(n, slot, data, length)).toMatchObject({ status: Status.Success, detail: BigInt(42 + n) });
  }
}

beforeEach(() => {
  device.sim.restore(fresh);
  device.interrupts.length = 0;
});

describe('function-level reset', () => {
  test('on an idle device takes less than 30 cycles', () => {
    expect(functionLevelReset()).toBeLessThan(30);
    works();
  });

  test('stops programs, frees slots, and no command is left, begun or answered', () => {
    busy();
    device.interrupts.length = 0;
    expect(functionLevelReset()).toBeLessThan(100);
    device.tick(300);
    expect(device.interrupts).toEqual([]);
    expect([0, 1, 2].map(control)).toEqual([0, 0, 0]);
    for (let n = 0; n < 3; n++) {
      expect(device.response(n)).toEqual({ id: 0, status: 0, detail: 0n });
      const base = Engine.EHCMDREQ.offset + n * Engine.EHCMDREQ.stride;
      expect(
        Array.from({ length: 8 }, (_, i) => device.read32(base + 4 * i)),
        'requests of the owner before',
      ).toEqual(Array(8).fill(0));
    }
    expect(device.wait(device.pcis.read(device.dataAt(0), 64), 2).bytes).toEqual(new Uint8Array(64));
    works();
  });

  test('at any moment of commands, DMA and programs: every access is answered, and the device works afterwards', () => {
    for (let round = 0; round < 40; round++) {
      device.sim.restore(fresh);
      if (round % 2) busy();
      const { chance } = device;
      const accesses = [
        ...Array.from({ length: 4 }, () => device.pcis.write(below(chance, 8) * 4096, randomBytes(chance, 4096))),
        ...Array.from({ length: 4 }, () => device.pcis.read(below(chance, 8) * 4096, 4096)),
        ...[0, 1, 2].flatMap((n) => {
          const base = Engine.EHCMDREQ.offset + n * Engine.EHCMDREQ.stride;
          return [
            device.ocl.write(base, pickOne(chance, [0, 1, 0x80])),
            device.ocl.write(base + 8, below(chance, 2)),
            device.ring(n),
          ];
        }),
      ];
      device.tick(below(chance, 120));
      functionLevelReset();
      device.until(() => accesses.every(({ done }) => done), 3000, 'an answer');
      // What the host wrote after the reset has taken effect; take it back.
      functionLevelReset();
      works();
    }
  });

  test('a doorbell while it goes on starts nothing', () => {
    device.sim.poke('flr', 1);
    device.tick(3);
    device.start(1, { opcode: Command.RequestSlot, type: 0 });
    device.until(() => device.sim.peekNumber('flr_done') === 1, 100);
    device.sim.poke('flr', 0);
    device.tick(50);
    works();
  });
});

test('the shell’s reset in the middle of everything', () => {
  busy();
  device.pcis.write(device.dataAt(0), randomBytes(device.chance, 4096));
  device.tick(10);
  device.restart();
  works();
});
