/** The smallest, the largest and the oddest devices: each is free of warnings, and runs a program on its last engine and slots. */
import { expect, test } from 'vitest';
import { SlotType, Status } from '../../../gen/device/layout.ts';
import { DeviceBench } from './host.ts';

test.each([
  [{ engines: 1, programSlots: 1, dataSlots: 1 }],
  [{ engines: 2, programSlots: 1, dataSlots: 3, cacheLines: 8, branchTargets: 1 }],
  [{ engines: 3, programSlots: 5, dataSlots: 2, programSlotBytes: 8192, dataSlotBytes: 64 * 1024 }],
  [{ engines: 2, programSlots: 33, dataSlots: 17 }],
  [{ engines: 17, programSlots: 2, dataSlots: 1 }],
])('%j', (given) => {
  const device = new DeviceBench(given);
  const { engines, programSlots, dataSlots, dataSlotBytes } = device.config;
  const last = engines - 1;
  const programs = Array.from({ length: programSlots }, () => device.request(SlotType.Program, last));
  const data = Array.from({ length: dataSlots }, () => device.request(SlotType.Data, last));
  expect([programs, data]).toEqual([[...programs.keys()], [...data.keys()]]);
  for (const type of [SlotType.Program, SlotType.Data]) {
    expect(device.command(0, { opcode: 0, type }).status).toBe(Status.NoSpace);
  }
  device.release(SlotType.Program, programs.at(-1)!);
  const { slot, length } = device.load(`r0 = *(u64 *)(r1 + ${dataSlotBytes > 32767 ? 32760 : dataSlotBytes - 8})
r2 += r0
*(u64 *)(r1 + 0) = r2
exit`);
  expect(slot).toBe(programs.at(-1));
  const end = device.dataAt(data.at(-1)!) + (dataSlotBytes > 32767 ? 32768 : dataSlotBytes);
  device.dmaWrite(end - 8, Uint8Array.of(5));
  expect(device.run(last, slot, data.at(-1)!, length)).toMatchObject({ status: Status.Success, detail: 5n });
  const word = new DataView(device.dmaRead(device.dataAt(data.at(-1)!), 8).buffer).getBigUint64(0, true);
  expect(word).toBe(BigInt(dataSlotBytes) + 5n);
});
