import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Command, Engine, SlotType, Status } from '../../../gen/device/layout.ts';
import { assemble } from '../../../gen/ebpf/assembler.ts';
import { ErrorClass } from '../../../gen/ebpf/abi.ts';
import { Machine } from '../../../sim/golden/interpreter.ts';
import { randomBytes } from './bits.ts';
import { DeviceBench } from './host.ts';

const peer = (name: string): Buffer => readFileSync(new URL(`../../../examples/peers/${name}`, import.meta.url));
const programs = ['fib50', 'prime1009', 'csum1500', 'memcpy1K', 'parser'] as const;
const dataOf = (name: (typeof programs)[number]): Uint8Array =>
  name === 'fib50' || name === 'prime1009' ? new Uint8Array(64) : peer(`${name}.data`);

describe('programs', () => {
  const device = new DeviceBench({ engines: 5, programSlots: 5, dataSlots: 5 }, 5);

  test('all engines at once, each with its own program and data, end as in the model', () => {
    const runs = programs.map((name, engine) => {
      const { slot: program, length } = device.load(peer(`${name}.s`).toString());
      const slot = device.request(SlotType.Data);
      const data = new Uint8Array(device.config.dataSlotBytes);
      data.set(dataOf(name));
      device.dmaWrite(device.dataAt(slot), data);
      const machine = new Machine({
        program: assemble(peer(`${name}.s`).toString()).program,
        data,
        stepLimit: device.config.stepLimit,
      });
      machine.run();
      return { engine, program, length, slot, data, machine };
    });
    for (const { engine, program, length, slot } of runs) {
      device.prepare(engine, { opcode: Command.Run, id: engine, programSlot: program, dataSlot: slot, length });
    }
    for (const { engine } of runs) device.ring(engine);
    for (const { engine, slot, data, machine } of runs) {
      expect(device.finish(engine)).toEqual({ id: engine, status: Status.Success, detail: machine.outcome!.r0 });
      expect(device.instructions(engine)).toBe(machine.outcome!.instructions);
      expect(device.dmaRead(device.dataAt(slot), data.length)).toEqual(data);
    }
  });

  test('engines on their own data slots do not slow each other down', () => {
    const all = programs.map((_, engine) => engine);
    const prepare = (): void => {
      for (const [slot, name] of programs.entries()) device.dmaWrite(device.dataAt(slot), dataOf(name));
    };
    const cycles = (): number[] => all.map((engine) => device.cycles(engine));
    prepare();
    for (const engine of all) device.ring(engine);
    for (const engine of all) device.finish(engine);
    const together = cycles();
    for (const [engine, most] of [262, 1000, 4523, 905, 36].entries())
      expect(together[engine]).toBeLessThanOrEqual(most);
    prepare();
    for (const engine of all) {
      device.wait(device.ring(engine));
      device.finish(engine);
    }
    expect(cycles()).toEqual(together);
  });

  test.each([
    ['a load outside the slot', 'r0 = 1\nr0 = *(u8 *)(r1 + 4096)\nexit', ErrorClass.E_MEM_OOB, 1],
    ['an endless loop', 'loop:\ngoto loop', ErrorClass.E_STEP_LIMIT, 0],
    ['running off the end', 'r0 = 1\nr1 = 1', ErrorClass.E_PC_OOB, 2],
  ])('%s ends with its class and pc, and the next command works', (_, source, code, pc) => {
    const limited = new DeviceBench({ stepLimit: 500 });
    const { slot, length } = limited.load(source);
    const data = limited.request(SlotType.Data);
    expect(limited.run(0, slot, data, length)).toMatchObject({
      status: Status.ProgramError,
      detail: BigInt(code) | (BigInt(pc) << 32n),
    });
    const good = limited.load('r0 = 7\nexit');
    expect(limited.run(0, good.slot, data, good.length)).toMatchObject({ status: Status.Success, detail: 7n });
  });
});

describe('time', () => {
  const device = new DeviceBench({ engines: 2, retirePort: true, programSlots: 3 }, 2);
  const port = (name: string) => device.sim.port(name);
  const [valid, last, awaddr] = [port('retire0_valid'), port('retire0_last'), port('ocl_awaddr')];
  const doorbell = [port('ocl_awvalid'), port('ocl_awready'), port('ocl_wvalid'), port('ocl_wready')];
  let at = { doorbell: 0, first: 0, exit: 0, interrupt: 0, done: 0 };
  device.watchers.push(() => {
    const now = device.sim.cycles;
    if (awaddr.get() === Engine.EHCMDCTRL.offset && doorbell.every((signal) => signal.get() === 1)) at.doorbell = now;
    if (valid.get() === 1) {
      at.first ||= now;
      if (last.get() === 1) at.exit = now;
    }
    if (port('interrupt').get() & 1) at.interrupt = now;
    if (at.exit && !at.done && device.sim.signal('command0.done_q').get() === 1) at.done = now;
  });
  const data = device.request(SlotType.Data);

  interface Program {
    readonly slot: number;
    readonly length: number;
  }
  /** Cycles from the doorbell to the first retirement, and from the exit to interrupt and EHCMDDONE. */
  function timed({ slot, length }: Program, status: number = Status.Success) {
    device.prepare(0, { opcode: Command.Run, programSlot: slot, dataSlot: data, length });
    at = { doorbell: 0, first: 0, exit: 0, interrupt: 0, done: 0 };
    device.ring(0);
    device.until(() => at.done > 0);
    expect(device.finish(0).status).toBe(status);
    return { start: at.first - at.doorbell, interrupt: at.interrupt - at.exit, done: at.done - at.exit };
  }
  const alu = (count: number): string => `r0 = 1\n${'r0 += 1\n'.repeat(count)}`;
  const stores = (count: number): string =>
    Array.from({ length: count }, (_, i) => `*(u64 *)(r1 + ${8 * i}) = r0\n`).join('');

  test('doorbell to first retirement: 17 cycles when the program is resident', () => {
    const { slot, length } = device.load(`${alu(30)}exit`);
    const first = timed({ slot, length }).start;
    expect(first).toBeGreaterThan(17);
    for (let i = 0; i < 3; i++) expect(timed({ slot, length }).start).toBe(17);
    device.release(SlotType.Program, slot);
  });

  test('exit to interrupt and EHCMDDONE: 1 cycle when nothing is to be written, 8 behind stores, 10 while data is fetched ahead', () => {
    for (const [source, cycles] of [
      [`${alu(200)}exit`, 1],
      [`${alu(200)}*(u64 *)(r10 - 8) = r0\nexit`, 1],
      [`${alu(200)}${stores(1)}exit`, 8],
      [`${alu(200)}${stores(64)}exit`, 8],
      [`${alu(2)}exit`, 10],
    ] as const) {
      const program = device.load(source);
      for (let i = 0; i < 2; i++)
        expect(timed(program), source.slice(-40)).toMatchObject({ interrupt: cycles, done: cycles });
      device.release(SlotType.Program, program.slot);
    }
  });

  test('a program stays resident until its slot is written or another is run', () => {
    const [one, other] = [device.load(`${alu(30)}exit`), device.load(`${alu(31)}exit`)];
    const loads = timed(one).start;
    expect(timed(one).start).toBe(17);
    // The host writes data, and another program slot: nothing is loaded again.
    device.dmaWrite(device.dataAt(data), new Uint8Array(4096));
    device.dmaWrite(device.programAt(other.slot) + 1024, new Uint8Array(64));
    expect(timed(one).start).toBe(17);
    // One byte of its own slot.
    device.dmaWrite(device.programAt(one.slot) + 4000, Uint8Array.of(1));
    expect(timed(one).start).toBe(loads);
    expect(timed(one).start).toBe(17);
    expect(timed(other).start).toBeGreaterThan(17);
    expect(timed(one).start).toBe(loads);
    // The other engine does not disturb.
    device.run(1, other.slot, data, other.length);
    expect(timed(one).start).toBe(17);
    for (const { slot } of [one, other]) device.release(SlotType.Program, slot);
  });

  test('a program that the host has replaced is the one that runs', () => {
    const { slot } = device.load(`${alu(3)}exit`);
    for (let i = 0; i < 5; i++) {
      const { program } = assemble(`r0 = ${i * 100}\n${'r0 += 1\n'.repeat(i)}exit`);
      device.dmaWrite(device.programAt(slot), program);
      expect(device.run(0, slot, data, program.length).detail).toBe(BigInt(i * 101));
      // And while the program runs, for the next time.
      const endless = assemble(`r2 = 300\nloop:\nr2 -= 1\nif r2 != 0 goto loop\nr0 = ${i}\nexit`).program;
      device.dmaWrite(device.programAt(slot), endless);
      device.start(0, { opcode: Command.Run, programSlot: slot, dataSlot: data, length: endless.length });
      device.tick(100);
      device.dmaWrite(device.programAt(slot), program);
      expect(device.finish(0).detail).toBe(BigInt(i));
      expect(device.run(0, slot, data, program.length).detail).toBe(BigInt(i * 101));
    }
    device.release(SlotType.Program, slot);
  });
});

describe('slots', () => {
  const device = new DeviceBench({ engines: 3, programSlots: 2, dataSlots: 2 }, 8);

  test('a slot in use is not released; once the program has ended it is', () => {
    const { slot, length } = device.load('r2 = 3000\nloop:\nr2 -= 1\nif r2 != 0 goto loop\nexit');
    const data = device.request(SlotType.Data);
    device.start(0, { opcode: Command.Run, programSlot: slot, dataSlot: data, length });
    expect(device.release(SlotType.Program, slot, 1)).toBe(Status.InvalidProgramSlot);
    expect(device.release(SlotType.Data, data, 2)).toBe(Status.InvalidDataSlot);
    expect(device.finish(0).status).toBe(Status.Success);
    expect(device.release(SlotType.Program, slot, 1)).toBe(Status.Success);
    expect(device.release(SlotType.Data, data, 2)).toBe(Status.Success);
  });

  test('the next owner of a slot reads zeros, by DMA and by program, and cannot see it before', () => {
    const sum =
      'r3 = 512\nr0 = 0\nloop:\nr4 = *(u64 *)(r1 + 0)\nr0 |= r4\nr1 += 8\nr3 -= 1\nif r3 != 0 goto loop\nexit';
    for (let round = 0; round < 3; round++) {
      const owned = [0, 1].map(() => ({
        program: device.request(SlotType.Program),
        data: device.request(SlotType.Data),
      }));
      for (const { program, data } of owned) {
        device.dmaWrite(device.programAt(program), randomBytes(device.chance, 4096));
        device.dmaWrite(device.dataAt(data), randomBytes(device.chance, 4096));
      }
      for (const { program, data } of owned) {
        device.release(SlotType.Program, program, round);
        device.release(SlotType.Data, data, round);
        for (const address of [device.programAt(program), device.dataAt(data)]) {
          expect(device.wait(device.pcis.read(address, 4096), 2).bytes).toEqual(new Uint8Array(4096));
          device.wait(device.pcis.write(address, new Uint8Array(64).fill(0xff)), 2);
        }
      }
      // Taken again at once, while they are scrubbed.
      const { slot, length } = device.load(sum);
      const data = device.request(SlotType.Data);
      expect(device.run(round, slot, data, length)).toMatchObject({ status: Status.Success, detail: 0n });
      expect(device.dmaRead(device.dataAt(data), 4096)).toEqual(new Uint8Array(4096));
      expect(device.dmaRead(device.programAt(slot) + 64 * Math.ceil(length / 64), 2048)).toEqual(new Uint8Array(2048));
      device.release(SlotType.Program, slot);
      device.release(SlotType.Data, data);
    }
  });

  test('all engines ask at once: everyone is answered, and no slot has two owners', () => {
    for (let round = 0; round < 4; round++) {
      for (let n = 0; n < 3; n++) device.prepare(n, { opcode: Command.RequestSlot, type: SlotType.Data, id: n });
      for (let n = 0; n < 3; n++) device.ring(n);
      const answers = [0, 1, 2].map((n) => device.finish(n));
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
        Status.Success,
        Status.Success,
        Status.NoSpace,
      ]);
      const slots = answers.filter(({ status }) => status === Status.Success).map(({ detail }) => Number(detail));
      expect(slots.toSorted((a, b) => a - b)).toEqual([0, 1]);
      for (const slot of slots) device.release(SlotType.Data, slot, round % 3);
    }
  });
});
