import { expect, test } from 'vitest';
import { Command, Status } from '../../../gen/device/layout.ts';
import { ErrorClass } from '../../../gen/ebpf/abi.ts';
import { helperNames } from '../../../gen/ebpf/helpers/functions.ts';
import { DeviceBench } from './host.ts';

const device = new DeviceBench({ engines: 3, programSlots: 4, dataSlots: 3, helpers: helperNames }, 7);

/** Square roots without end, of the number in the data slot: most of the time is spent inside the function. */
const endless = 'r6 = r1\nl: r1 = *(u64 *)(r6 + 0)\ncall 3\ngoto l';
const single = 'r1 = *(u64 *)(r1 + 0)\ncall 3\nexit';

test('every engine has its own helper functions', () => {
  const { slot, length } = device.load(single);
  const slots = [0, 1, 2].map((n) => device.request(1, n));
  slots.forEach((data, n) => device.dmaWrite(device.dataAt(data), Uint8Array.of(n, n, n + 1)));
  slots.forEach((data, n) =>
    device.prepare(n, { opcode: Command.Run, programSlot: slot, dataSlot: data, length, id: n }),
  );
  for (const n of [0, 1, 2]) device.ring(n);
  for (const n of [0, 1, 2]) {
    const root = BigInt(Math.floor(Math.sqrt(n + 256 * n + 65_536 * (n + 1))));
    expect(device.finish(n)).toEqual({ id: n, status: Status.Success, detail: root });
  }
  device.release(0, slot);
  for (const data of slots) device.release(1, data);
});

test('an unknown function is an error of the command, with its pc', () => {
  const { slot, length } = device.load('r1 = 1\ncall 4\nexit');
  const data = device.request(1);
  expect(device.run(0, slot, data, length)).toMatchObject({
    status: Status.ProgramError,
    detail: BigInt(ErrorClass.E_HELPER_UNKNOWN) | (1n << 32n),
  });
  device.release(0, slot);
  device.release(1, data);
});

test('a function-level reset in the midst of a call leaves nothing of it', () => {
  for (const wait of [90, 91, 100, 107, 115, 123, 124]) {
    const { slot, length } = device.load(endless);
    const data = device.request(1);
    device.dmaWrite(device.dataAt(data), new Uint8Array(8).fill(255));
    device.start(0, { opcode: Command.Run, programSlot: slot, dataSlot: data, length });
    device.tick(wait);
    device.sim.poke('flr', 1);
    device.until(() => device.sim.peekNumber('flr_done') === 1, 5000, 'the reset');
    device.sim.poke('flr', 0);
    device.until(() => device.sim.peekNumber('flr_done') === 0, 10, 'its end');
    const again = device.load(single);
    const fresh = device.request(1);
    device.dmaWrite(device.dataAt(fresh), Uint8Array.of(144));
    expect(device.run(0, again.slot, fresh, again.length)).toMatchObject({ status: Status.Success, detail: 12n });
    device.release(0, again.slot);
    device.release(1, fresh);
  }
});
