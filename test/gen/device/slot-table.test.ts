import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { Status } from '../../../gen/device/layout.ts';
import { slotAnswer, slotRequest, slotTable, type SlotTableConfig } from '../../../gen/device/slot-table.ts';
import { chance, reset, simulate, type Chance } from '../lib/bench.ts';
import { below, packer, pickOne, unpacker } from './bits.ts';

type Ask = Parameters<typeof pack>[0];
const pack = packer(slotRequest);
const unpack = unpacker(slotAnswer);

interface Got {
  readonly engine: number;
  readonly status: number;
  readonly slot: number;
  readonly retry: boolean;
  readonly cycle: number;
}

/** The table with engines that ask, and banks that take their time to scrub. */
class TableBench {
  readonly sim;
  readonly config: SlotTableConfig;
  readonly got: Got[] = [];
  /** Slots of a running command by engine. */
  readonly running = new Map<number, { readonly program: number; readonly data: number }>();
  /** Slots that have been sent to be scrubbed, with the cycle in which they are clean. */
  readonly dirty = { program: new Map<number, number>(), data: new Map<number, number>() };
  scrubCycles = 10;
  readonly #asking = new Map<number, Ask>();

  constructor(config: SlotTableConfig) {
    this.config = config;
    this.sim = simulate(slotTable(config));
  }

  restart(): void {
    this.#asking.clear();
    this.running.clear();
    this.got.length = 0;
    this.dirty.program.clear();
    this.dirty.data.clear();
    for (const name of ['request_valid', 'running', 'clear', 'program_scrubbing', 'data_scrubbing'])
      this.sim.poke(name, 0);
    reset(this.sim);
  }

  allocated(kind: 'program' | 'data'): number {
    return Number(this.sim.peek(`${kind}_allocated`));
  }

  ask(engine: number, request: Ask): void {
    this.#asking.set(engine, request);
  }

  isWaiting(engine: number): boolean {
    return this.#asking.has(engine);
  }

  tick(clear = false): void {
    const { sim, config } = this;
    const now = sim.cycles;
    sim.poke('clear', clear ? 1 : 0);
    const bitsOf = (engines: Iterable<number>): bigint =>
      [...engines].reduce((bits, n) => bits | (1n << BigInt(n)), 0n);
    const vector = (of: (engine: number) => bigint, width: number): bigint =>
      Array.from({ length: config.engines }, (_, n) => of(n) << BigInt(n * width)).reduce((a, b) => a | b, 0n);
    sim.poke('running', bitsOf(this.running.keys()));
    sim.poke(
      'program_slot',
      vector((n) => BigInt(this.running.get(n)?.program ?? 0), 8),
    );
    sim.poke(
      'data_slot',
      vector((n) => BigInt(this.running.get(n)?.data ?? 0), 8),
    );
    sim.poke(
      'request',
      vector((n) => pack(this.#asking.get(n) ?? {}), slotRequest.width),
    );
    for (const kind of ['program', 'data'] as const) {
      for (const [slot, clean] of this.dirty[kind]) if (clean <= now) this.dirty[kind].delete(slot);
      sim.poke(`${kind}_scrubbing`, bitsOf(this.dirty[kind].keys()));
    }
    // An engine withdraws its request in the cycle of the answer.
    const answered = Number(sim.peek('answer_valid'));
    sim.poke('request_valid', bitsOf([...this.#asking.keys()].filter((n) => ((answered >> n) & 1) === 0)));
    for (let engine = 0; engine < config.engines; engine++) {
      if (((answered >> engine) & 1) === 0) continue;
      const { status, slot, retry } = unpack(sim.peek('answer'));
      expect(this.#asking.has(engine), `engine ${engine} has asked`).toBe(true);
      this.got.push({ engine, status: Number(status), slot: Number(slot), retry: retry === 1n, cycle: now });
      if (retry === 0n) this.#asking.delete(engine);
    }
    for (const kind of ['program', 'data'] as const) {
      const pulses = sim.peek(`${kind}_scrub`);
      for (let slot = 0; pulses >> BigInt(slot) !== 0n; slot++) {
        if ((pulses >> BigInt(slot)) & 1n) this.dirty[kind].set(slot, now + 1 + this.scrubCycles);
      }
    }
    sim.cycle();
  }

  /** The final answer to one engine's request. */
  call(engine: number, request: Ask): Got {
    this.ask(engine, request);
    for (let i = 0; this.isWaiting(engine); i++) {
      if (i > 1000) throw new Error('no answer after 1000 cycles');
      this.tick();
    }
    return this.got.at(-1)!;
  }
}

const request = (data: boolean): Ask => ({ operation: 'REQUEST', data });
const release = (data: boolean, slot: number): Ask => ({
  operation: 'RELEASE',
  data,
  program_slot: slot,
  data_slot: slot,
});
const claim = (program: number, data: number): Ask => ({ operation: 'CLAIM', program_slot: program, data_slot: data });

describe('one engine', () => {
  const bench = new TableBench({ engines: 2, programSlots: 3, dataSlots: 5 });
  beforeEach(() => bench.restart());

  test('after reset every slot is scrubbed before it is given out', () => {
    bench.tick();
    expect([...bench.dirty.program.keys()]).toEqual([0, 1, 2]);
    expect([...bench.dirty.data.keys()]).toEqual([0, 1, 2, 3, 4]);
    const { slot, status, cycle } = bench.call(0, request(true));
    expect({ slot, status }).toEqual({ slot: 0, status: Status.Success });
    expect(cycle).toBeGreaterThan(bench.scrubCycles);
    expect(bench.got.length).toBeGreaterThan(1);
    expect(bench.got.slice(0, -1).every(({ retry }) => retry)).toBe(true);
  });

  test.each([
    [false, 3, Status.InvalidProgramSlot],
    [true, 5, Status.InvalidDataSlot],
  ] as const)('gives all slots, the lowest first, and takes them back (data: %s)', (data, count, invalid) => {
    const kind = data ? 'data' : 'program';
    for (let slot = 0; slot < count; slot++)
      expect(bench.call(0, request(data))).toMatchObject({ slot, status: Status.Success });
    expect(bench.allocated(kind)).toBe(2 ** count - 1);
    expect(bench.call(1, request(data))).toMatchObject({ status: Status.NoSpace, retry: false });
    expect(bench.call(1, release(data, 1))).toMatchObject({ status: Status.Success });
    expect(bench.allocated(kind)).toBe(2 ** count - 1 - 2);
    bench.tick();
    expect([...bench.dirty[kind].keys()]).toEqual([1]);
    const clean = bench.dirty[kind].get(1)!;
    const again = bench.call(0, request(data));
    expect(again).toMatchObject({ slot: 1, status: Status.Success });
    expect(again.cycle).toBeGreaterThanOrEqual(clean);
    for (const slot of [count, 2 ** Math.ceil(Math.log2(count)) + 1, 200, 255]) {
      expect(bench.call(0, release(data, slot)), `slot ${slot}`).toMatchObject({ status: invalid });
    }
    expect(bench.call(0, release(data, 0)).status).toBe(Status.Success);
    expect(bench.call(0, release(data, 0)).status).toBe(invalid);
    expect(bench.allocated(data ? 'program' : 'data')).toBe(0);
  });

  test('a slot in use is not taken away, the other kind with its number is', () => {
    for (const data of [false, true]) for (let i = 0; i < 3; i++) bench.call(0, request(data));
    bench.running.set(1, { program: 1, data: 2 });
    expect(bench.call(0, release(false, 1)).status).toBe(Status.InvalidProgramSlot);
    expect(bench.call(0, release(true, 2)).status).toBe(Status.InvalidDataSlot);
    expect(bench.call(0, release(false, 2)).status).toBe(Status.Success);
    expect(bench.call(0, release(true, 1)).status).toBe(Status.Success);
    bench.running.clear();
    expect(bench.call(0, release(false, 1)).status).toBe(Status.Success);
    expect(bench.call(0, release(true, 2)).status).toBe(Status.Success);
  });

  test('a claim wants both slots', () => {
    expect(bench.call(0, claim(0, 0)).status).toBe(Status.InvalidProgramSlot);
    bench.call(0, request(false));
    expect(bench.call(0, claim(0, 0)).status).toBe(Status.InvalidDataSlot);
    bench.call(0, request(true));
    expect(bench.call(0, claim(0, 0)).status).toBe(Status.Success);
    for (const slot of [1, 2, 3, 4, 128, 255]) {
      expect(bench.call(0, claim(slot, 0)).status).toBe(Status.InvalidProgramSlot);
      expect(bench.call(0, claim(0, slot)).status).toBe(Status.InvalidDataSlot);
    }
  });

  test('clear frees everything, scrubs what was in use, and forgets what was asked', () => {
    for (const data of [false, true]) for (let i = 0; i < 2; i++) bench.call(0, request(data));
    for (let i = 0; i < 20; i++) bench.tick();
    bench.tick(true);
    bench.tick();
    expect([bench.allocated('program'), bench.allocated('data')]).toEqual([0, 0]);
    expect([...bench.dirty.program.keys()]).toEqual([0, 1]);
    expect([...bench.dirty.data.keys()]).toEqual([0, 1]);
    expect(bench.call(0, request(true))).toMatchObject({ slot: 2, status: Status.Success });
  });
});

describe('many engines', () => {
  test('an answer comes within four cycles for each that asks', () => {
    const bench = new TableBench({ engines: 8, programSlots: 8, dataSlots: 8 });
    bench.restart();
    for (let i = 0; i < 20; i++) bench.tick();
    for (let n = 0; n < 8; n++) bench.ask(n, request(n % 2 === 1));
    const begin = bench.sim.cycles;
    for (let i = 0; i < 32; i++) bench.tick();
    expect(bench.got.map(({ engine }) => engine)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(bench.got.map(({ slot }) => slot)).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect(bench.got.at(-1)!.cycle - begin).toBeLessThan(32);
  });

  const bench = new TableBench({ engines: 5, programSlots: 3, dataSlots: 4 });
  test('any mix of requests agrees with a model', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 40 }), (seed, scrubCycles) => {
        bench.restart();
        bench.scrubCycles = scrubCycles;
        agree(bench, chance(seed));
      }),
      { numRuns: 30 },
    );
  });
});

/** Lets engines ask at random for 600 cycles. */
function agree(bench: TableBench, random: Chance): void {
  const { engines, programSlots, dataSlots } = bench.config;
  const counts = { program: programSlots, data: dataSlots };
  const owned = { program: new Set<number>(), data: new Set<number>() };
  const asked = new Map<number, Ask>();
  const since = new Map<number, number>();
  const ended: { readonly program: number; readonly data: number; readonly at: number }[] = [];
  let seen = 0;
  for (let i = 0; i < 600; i++) {
    for (let n = 0; n < engines; n++) {
      if (bench.isWaiting(n) || bench.running.has(n) || random() > 0.3) continue;
      const data = random() < 0.5;
      const slot = below(random, 6);
      const ask = pickOne(random, [request(data), request(data), release(data, slot), claim(slot, below(random, 6))]);
      asked.set(n, ask);
      since.set(n, i);
      bench.ask(n, ask);
    }
    for (const [n, slots] of bench.running) {
      if (random() > 0.05) continue;
      bench.running.delete(n);
      ended.push({ ...slots, at: i });
    }
    const dirty = { program: [...bench.dirty.program.keys()], data: [...bench.dirty.data.keys()] };
    bench.tick();
    for (; seen < bench.got.length; seen++) {
      const { engine, status, slot, retry } = bench.got[seen]!;
      expect(i - since.get(engine)!, 'cycles until an answer').toBeLessThanOrEqual(4 * engines + 2);
      since.set(engine, i);
      const ask = asked.get(engine)!;
      const kind = ask.data ? 'data' : 'program';
      const invalid = ask.data ? Status.InvalidDataSlot : Status.InvalidProgramSlot;
      if (ask.operation === 'REQUEST') {
        if (retry)
          expect(dirty[kind].length + owned[kind].size, 'a retry means that a slot will come').toBeGreaterThan(0);
        else if (status === Status.Success) {
          expect(owned[kind].has(slot) || dirty[kind].includes(slot), 'a slot has one owner, and is clean').toBe(false);
          expect(slot).toBeLessThan(counts[kind]);
          owned[kind].add(slot);
        } else {
          expect(status).toBe(Status.NoSpace);
          expect(owned[kind].size).toBe(counts[kind]);
        }
      } else if (ask.operation === 'RELEASE') {
        const named = Number(ask.data ? ask.data_slot : ask.program_slot);
        const inUse = [...bench.running.values()].some((run) => run[kind] === named);
        // A run that ends while the table looks may still be seen.
        const wasInUse = ended.some((run) => run[kind] === named && i - run.at < 2);
        if (!wasInUse) expect(status).toBe(owned[kind].has(named) && !inUse ? Status.Success : invalid);
        else expect([Status.Success, invalid]).toContain(status);
        if (status === Status.Success) owned[kind].delete(named);
      } else {
        const [program, data] = [Number(ask.program_slot), Number(ask.data_slot)];
        const expected = !owned.program.has(program)
          ? Status.InvalidProgramSlot
          : !owned.data.has(data)
            ? Status.InvalidDataSlot
            : Status.Success;
        expect(status).toBe(expected);
        if (status === Status.Success) bench.running.set(engine, { program, data });
      }
    }
  }
}
