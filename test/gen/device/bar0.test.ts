import { describe, expect, test } from 'vitest';
import { shells } from '../../../gen/config.ts';
import { Command, Counters, Engine, Extension, Info, Status } from '../../../gen/device/layout.ts';
import { Device } from '../../../sim/golden/device.ts';
import { below, pickOne } from './bits.ts';
import { DeviceBench } from './host.ts';

const device = new DeviceBench(
  { engines: 3, programSlots: 2, dataSlots: 3, dataSlotBytes: 8192, stepLimit: 12345, build: 'v1.2-3-gabcdef' },
  3,
);
const model = new Device(device.config, { instructionsPerAccess: 0 });
const { chance } = device;

/** Everything that has a register, and what lies around it. */
const words = [
  ...range(0, 0x60),
  ...range(0xff0, 0x1000 + 4 * 48),
  ...range(0x1ff0, 0x2000 + 8 * 5),
  ...range(0x2ff8, 0x3020),
  ...range(0x30f0, 0x3100 + 16 * 4),
];
function range(from: number, to: number): number[] {
  return Array.from({ length: (to - from) / 4 }, (_, i) => from + 4 * i);
}
const isCounter = (at: number): boolean =>
  at >= Counters.EHXCYCLES.offset && at < Counters.EHXCYCLES.offset + 3 * Counters.EHXCYCLES.stride;

/** Every word reads as in the model. */
function agree(): void {
  const reads = words.map((at) => ({ at, access: device.ocl.read(at) }));
  for (const { at, access } of reads) {
    const value = new DataView(device.wait(access).bytes.buffer).getUint32(0, true);
    if (!isCounter(at))
      expect(`${at.toString(16)}: ${value.toString(16)}`).toBe(
        `${at.toString(16)}: ${model.readBar0(at).toString(16)}`,
      );
  }
}

describe('registers', () => {
  test('read after reset what the configuration says', () => {
    agree();
    expect(device.read32(Info.EHVER.offset)).toBe(1);
    const text = range(Info.EHBLD.offset, Info.EHBLD.offset + 48).map((at) => device.read32(at));
    expect(Buffer.from(Uint32Array.from(text).buffer).toString('latin1')).toBe('v1.2-3-gabcdef'.padEnd(48, '\0'));
    expect(device.read32(Info.EHENG.offset)).toBe(3 | (2 << 8) | (3 << 16));
    expect(device.read32(Info.EHPSSZE.offset)).toBe(4096);
    expect(device.read32(Info.EHDSSZE.offset)).toBe(8192);
    expect(device.read32(Info.EHDSOFF.offset)).toBe(32768);
    expect(device.read32(Extension.EHXLIMIT.offset)).toBe(12345);
    expect(device.read32(Extension.EHXMAGIC.offset)).toBe(Buffer.from('eBPF').readUInt32LE());
  });

  test('a request keeps every byte, whatever the order and the strobes; everything else ignores writes', () => {
    const doorbells = [0, 1, 2].map((n) => Engine.EHCMDCTRL.offset + 8 * n);
    for (let i = 0; i < 600; i++) {
      const at = pickOne(chance, words);
      const strobe = below(chance, 16);
      const data = below(chance, 2 ** 32);
      // The bit that starts a command stays 0 here.
      const value = doorbells.includes(at) ? (data & ~1) >>> 0 : data;
      device.write32(at, value, strobe);
      for (let byte = 0; byte < 4; byte++)
        if ((strobe >> byte) & 1) model.writeBar0(at + byte, 1, (value >>> (8 * byte)) & 0xff);
    }
    agree();
  });

  test('every byte alone, by its strobe, and every word without one', () => {
    const doorbells = [0, 1, 2].map((n) => Engine.EHCMDCTRL.offset + 8 * n);
    for (const at of words) {
      for (const strobe of [1, 2, 4, 8, 14, 13, 11, 7]) {
        const value = (below(chance, 2 ** 32) & (doorbells.includes(at) ? ~1 : ~0)) >>> 0;
        device.ocl.write(at, value, strobe);
        for (let byte = 0; byte < 4; byte++)
          if ((strobe >> byte) & 1) model.writeBar0(at + byte, 1, (value >>> (8 * byte)) & 0xff);
        const read = device.read32(at);
        if (!isCounter(at)) expect([at, strobe, read]).toEqual([at, strobe, model.readBar0(at)]);
      }
    }
  });

  test('addresses without a register read 0 at once, up to the end of BAR0, and ignore writes', () => {
    const isUsed = (at: number): boolean => words.includes(at);
    for (let i = 0; i < 300; i++) {
      const at = pickOne(chance, [0x4000, 0x10000, shells.f1.bar0Bytes]) - 4 - 4 * below(chance, 0x1000);
      if (isUsed(at)) continue;
      device.write32(at, 0xffff_ffff);
      expect(device.read32(at), at.toString(16)).toBe(0);
    }
    // Every bit of an address counts.
    for (let bit = 14; 2 ** bit < shells.f1.bar0Bytes; bit++) {
      for (const { offset } of [Info.EHVER, Info.EHENG, Engine.EHCMDREQ, Extension.EHXMAGIC]) {
        device.write32(offset + 2 ** bit, 0xffff_ffff);
        expect([bit, device.read32(offset + 2 ** bit)]).toEqual([bit, 0]);
      }
    }
    agree();
  });

  test('what a driver looks for at 0x2000 and 0x3000 is no XDMA signature', () => {
    for (const at of [0x2000, 0x3000]) expect([0x1fc2, 0x1fc3]).not.toContain(device.read32(at) >>> 16);
  });

  test('commands change them as in the model', () => {
    const both = (engine: number, fields: Parameters<DeviceBench['command']>[1]): void => {
      device.command(engine, fields);
      const base = Engine.EHCMDREQ.offset + engine * Engine.EHCMDREQ.stride;
      for (const at of range(base, base + 16)) model.writeBar0(at, 4, device.read32(at));
      model.writeBar0(Engine.EHCMDCTRL.offset + engine * 8, 1, 1);
      agree();
    };
    both(0, { opcode: Command.RequestSlot, type: 0, id: 0xfeed });
    both(2, { opcode: Command.RequestSlot, type: 1, id: 0xcafe });
    both(1, { opcode: Command.ReleaseSlot, type: 1, slot: 2, id: 1 });
    both(2, { opcode: 0x33, id: 2 });
    both(1, { opcode: Command.Run, programSlot: 0, dataSlot: 0, length: 12, id: 3 });
    both(1, { opcode: Command.Run, programSlot: 1, dataSlot: 0, length: 8, id: 4 });
    both(0, { opcode: Command.RequestSlot, type: 9, id: 5 });
    expect(device.response(0).status).toBe(Status.InvalidAddress);
  });
});

describe('the bus', () => {
  test('takes address and data of a write in either order, and reads meanwhile', () => {
    const at = Engine.EHCMDREQ.offset + 16;
    for (const pace of [
      { address: 0.1, data: 1, answers: 1 },
      { address: 1, data: 0.1, answers: 1 },
      { address: 0.4, data: 0.4, answers: 0.2 },
    ]) {
      device.ocl.pace(pace);
      const writes = Array.from({ length: 20 }, (_, i) => device.ocl.write(at + 4 * (i % 4), i));
      const reads = Array.from({ length: 20 }, () => device.ocl.read(Info.EHVER.offset));
      for (const write of writes) device.wait(write);
      for (const read of reads) expect(device.wait(read).bytes[0]).toBe(1);
      device.ocl.pace({ address: 1, data: 1, answers: 1 });
      expect([0, 1, 2, 3].map((i) => device.read32(at + 4 * i))).toEqual([16, 17, 18, 19]);
    }
  });

  test('a write and a read take at most twelve cycles each', () => {
    for (const access of [
      () => device.ocl.read(0x3004),
      () => device.ocl.write(0x1000, 5),
      () => device.ocl.read(0x1_fff0),
    ]) {
      const one = access();
      expect(device.until(() => one.done)).toBeLessThanOrEqual(12);
    }
  });
});
