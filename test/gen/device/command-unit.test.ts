import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { commandRequest, commandResponse, commandUnit } from '../../../gen/device/command-unit.ts';
import { Command, Status } from '../../../gen/device/layout.ts';
import { slotAnswer, slotRequest } from '../../../gen/device/slot-table.ts';
import { reset, simulate } from '../lib/bench.ts';
import { packer, unpacker } from './bits.ts';

const pack = { request: packer(commandRequest), answer: packer(slotAnswer) };
const unpack = { response: unpacker(commandResponse), slot: unpacker(slotRequest) };
const operations = ['REQUEST', 'RELEASE', 'CLAIM'];

interface Given {
  readonly opcode: number;
  readonly id?: number;
  readonly byte8?: number;
  readonly byte9?: number;
  readonly length?: number;
}
/** What surrounds the unit. */
interface Surroundings {
  /** Answers of the slot table, one after the other; the last one is repeated. */
  readonly answers?: readonly Parameters<typeof pack.answer>[0][];
  /** Cycles that the slot table takes for each. */
  readonly tableCycles?: number;
  readonly runCycles?: number;
  readonly r0?: bigint;
  readonly error?: number;
  readonly pc?: number;
}

const sim = simulate(commandUnit);
beforeEach(() => {
  for (const name of ['execute', 'answer_valid', 'run_done']) sim.poke(name, 0);
  reset(sim);
});

/** Rings the doorbell and plays everyone else until the interrupt. */
function command(given: Given, surroundings: Surroundings = {}) {
  const { answers = [{}], tableCycles = 3, runCycles = 5, r0 = 0n, error = 0, pc = 0 } = surroundings;
  const asked: { operation: string | undefined; data: bigint; program_slot: bigint; data_slot: bigint }[] = [];
  const runs: { start: number; slot: number; length: number }[] = [];
  let running = 0;
  let table = 0;
  let runDone = -1;
  const begin = sim.cycles;
  sim.poke('execute', 1);
  sim.poke('request', pack.request({ ...given }));
  for (;;) {
    const cycle = sim.cycles - begin;
    if (cycle > 200) throw new Error('the command does not end');
    sim.poke('answer_valid', 0);
    if (sim.peekNumber('slot_valid') === 1 && ++table > tableCycles) {
      const { operation, ...slots } = unpack.slot(sim.peek('slot_request'));
      asked.push({ ...slots, operation: operations[Number(operation)] });
      table = 0;
      sim.poke('answer_valid', 1);
      sim.poke('answer', pack.answer({ ...answers[Math.min(asked.length, answers.length) - 1] }));
      expect(sim.peekNumber('slot_valid'), 'the request is withdrawn with the answer').toBe(0);
    }
    if (sim.peekNumber('run_start') === 1) {
      runs.push({ start: cycle, slot: sim.peekNumber('run_program_slot'), length: sim.peekNumber('run_length') });
      expect(sim.peekNumber('running')).toBe(1);
      expect(sim.peekNumber('data_slot')).toBe(given.byte9 ?? 0);
      runDone = cycle + runCycles;
    }
    sim.poke('run_done', cycle === runDone ? 1 : 0);
    sim.poke('run_r0', cycle >= runDone ? r0 : 0n);
    sim.poke('run_error', error);
    sim.poke('run_error_pc', pc);
    running += sim.peekNumber('running');
    const finishes = sim.peekNumber('finished') === 1;
    if (cycle > 0) expect(sim.peekNumber('done'), 'EHCMDDONE while the command is served').toBe(0);
    expect(sim.peekNumber('interrupt')).toBe(0);
    sim.cycle();
    if (!finishes) {
      // The host may write the next request as soon as the doorbell has rung.
      sim.poke('request', pack.request({ opcode: 0x55, id: 0xdead, byte8: 0xaa, byte9: 0xbb, length: 0xffff_ffff }));
      continue;
    }
    sim.poke('execute', 0);
    expect(sim.peekNumber('interrupt'), 'the interrupt comes with EHCMDDONE').toBe(1);
    expect(sim.peekNumber('done')).toBe(1);
    sim.cycle();
    expect(sim.peekNumber('interrupt'), 'the interrupt is a pulse').toBe(0);
    expect(sim.peekNumber('done')).toBe(1);
    const { id, status, detail } = unpack.response(sim.peek('response'));
    return { id: Number(id), status: Number(status), detail, asked, runs, running, cycles: cycle + 1, runDone };
  }
}

describe('slot commands', () => {
  test.each([[0], [1]])('request of type %i: the slot that the table gives', (type) => {
    const { status, detail, asked, id } = command(
      { opcode: Command.RequestSlot, id: 0xbeef, byte8: type },
      { answers: [{ slot: 7 }] },
    );
    expect({ status, detail, id }).toEqual({ status: Status.Success, detail: 7n, id: 0xbeef });
    expect(asked).toMatchObject([{ operation: 'REQUEST', data: BigInt(type) }]);
  });

  test('asks again while a slot is scrubbed', () => {
    const busy = { retry: 1, status: Status.NoSpace, slot: 3 };
    const { status, detail, asked } = command(
      { opcode: Command.RequestSlot },
      { answers: [busy, busy, busy, { slot: 2 }] },
    );
    expect({ status, detail, times: asked.length }).toEqual({ status: Status.Success, detail: 2n, times: 4 });
  });

  test('no slot: its status and nothing else', () => {
    const { status, detail } = command(
      { opcode: Command.RequestSlot },
      { answers: [{ status: Status.NoSpace, slot: 9 }] },
    );
    expect({ status, detail }).toEqual({ status: Status.NoSpace, detail: 0n });
  });

  test.each([
    [0, Status.Success],
    [1, Status.Success],
    [0, Status.InvalidProgramSlot],
    [1, Status.InvalidDataSlot],
  ])('release of type %i answers %i, and names the slot of byte 9', (type, status) => {
    const given = { opcode: Command.ReleaseSlot, byte8: type, byte9: 0x81 };
    const end = command(given, { answers: [{ status, slot: 4 }] });
    expect({ status: end.status, detail: end.detail }).toEqual({ status, detail: 0n });
    expect(end.asked).toMatchObject([
      { operation: 'RELEASE', data: BigInt(type), [type ? 'data_slot' : 'program_slot']: 0x81n },
    ]);
    expect(end.running).toBe(0);
  });

  test.each([
    [Command.RequestSlot, 2],
    [Command.RequestSlot, 255],
    [Command.ReleaseSlot, 2],
    [Command.ReleaseSlot, 129],
  ])('opcode %i with type %i is an invalid address, and nobody is asked', (opcode, byte8) => {
    const { status, detail, asked } = command({ opcode, byte8 });
    expect({ status, detail, asked }).toEqual({ status: Status.InvalidAddress, detail: 0n, asked: [] });
  });
});

describe('run', () => {
  const given = { opcode: Command.Run, id: 3, byte8: 5, byte9: 6, length: 0x1234_5678 };

  test('claims both slots, starts the engine once, and gives r0', () => {
    const end = command(given, { r0: 0x8877_6655_4433_2211n, runCycles: 20 });
    expect(end).toMatchObject({ id: 3, status: Status.Success, detail: 0x8877_6655_4433_2211n });
    expect(end.asked).toMatchObject([{ operation: 'CLAIM', program_slot: 5n, data_slot: 6n }]);
    expect(end.runs).toEqual([{ start: expect.any(Number) as number, slot: 5, length: 0x1234_5678 }]);
    expect(end.running, 'cycles from the start to the end of the run').toBe(21);
  });

  test.each([Status.InvalidProgramSlot, Status.InvalidDataSlot])(
    'status %i of the table: the engine is not started',
    (status) => {
      const end = command(given, { answers: [{ status }] });
      expect(end).toMatchObject({ status, detail: 0n, runs: [], running: 0 });
    },
  );

  test('an error: its class in the lowest byte, its pc in the upper half, nothing of r0', () => {
    const end = command(given, { error: 0x13, pc: 0x9abc_def0, r0: 2n ** 64n - 1n });
    expect(end).toMatchObject({ status: Status.ProgramError, detail: 0x9abc_def0_0000_0013n });
  });

  test('starts three cycles after the doorbell besides the time of the table; EHCMDDONE one after the end', () => {
    const end = command(given, { tableCycles: 0, runCycles: 3 });
    expect(end.runs[0]!.start).toBe(3);
    expect(end.cycles - end.runDone).toBe(1);
  });
});

test('any other opcode is refused', () => {
  for (let opcode = 0; opcode < 256; opcode++) {
    if (Object.values(Command).some((known) => known === opcode)) continue;
    expect(command({ opcode, id: opcode })).toMatchObject({
      id: opcode,
      status: Status.InvalidOpcode,
      detail: 0n,
      asked: [],
      runs: [],
    });
  }
});

test('one command after the other, each with its own answer', () => {
  const number = fc.integer({ min: 0, max: 255 });
  const one = fc.record({
    opcode: fc.constantFrom(0, 1, 0x80, 0x80, 7),
    id: number,
    byte8: number,
    byte9: number,
    length: number,
  });
  const around = fc.record({
    answers: fc.tuple(fc.record({ status: fc.constantFrom(0, 0, 1, 2, 3), slot: number })),
    tableCycles: fc.integer({ min: 0, max: 9 }),
    runCycles: fc.integer({ min: 1, max: 30 }),
    r0: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    error: fc.constantFrom(0, 0, 4),
    pc: number,
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(one, around), { maxLength: 6 }), (commands) => {
      for (const [given, surroundings] of commands) {
        const end = command(given, surroundings);
        const { answers, r0, error, pc } = surroundings;
        const { status: answered, slot } = answers[0];
        const isSlots = given.opcode <= 1;
        const [status, detail] =
          given.opcode === 7
            ? [Status.InvalidOpcode, 0n]
            : isSlots && given.byte8 > 1
              ? [Status.InvalidAddress, 0n]
              : answered !== 0
                ? [answered, 0n]
                : given.opcode === Command.RequestSlot
                  ? [0, BigInt(slot)]
                  : given.opcode === Command.ReleaseSlot
                    ? [0, 0n]
                    : error
                      ? [Status.ProgramError, BigInt(error) | (BigInt(pc) << 32n)]
                      : [0, r0];
        expect({ id: end.id, status: end.status, detail: end.detail }).toEqual({ id: given.id, status, detail });
      }
    }),
    { numRuns: 60 },
  );
});
