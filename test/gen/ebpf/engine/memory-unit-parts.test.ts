/** The parts of the memory unit alone, each in every cycle against what it should know. */
import { beforeEach, describe, expect, test } from 'vitest';
import { localRam } from '../../../../gen/ebpf/engine/memory-unit-ram.ts';
import { geometry } from '../../../../gen/ebpf/engine/memory-unit-address.ts';
import { lineCache } from '../../../../gen/ebpf/engine/memory-unit-lines.ts';
import { prefetcher } from '../../../../gen/ebpf/engine/memory-unit-prefetch.ts';
import { chance, reset, simulate } from '../../lib/bench.ts';
import type { WasmSimulator } from '../../../../sim/wasm/index.ts';
import { small } from './bench.ts';

const random = chance(29);
const below = (limit: number): number => Math.floor(random() * limit);
const bit = (share = 0.5): number => (random() < share ? 1 : 0);
const word = (): bigint => BigInt(below(2 ** 32)) | (BigInt(below(2 ** 32)) << 32n);

function poke(sim: WasmSimulator, inputs: Readonly<Record<string, number | bigint>>): void {
  for (const [name, value] of Object.entries(inputs)) sim.poke(name, value);
}
const peek = (sim: WasmSimulator, ...names: string[]): Record<string, number> =>
  Object.fromEntries(names.map((name) => [name, sim.peekNumber(name)]));

describe('local RAM', () => {
  const sim = simulate(localRam(4));
  const rows = Array.from({ length: 16 }, () => Array.from({ length: 8 }, () => 0n));
  const joined = (words: readonly bigint[]): bigint => words.reduceRight((high, low) => (high << 64n) | low, 0n);

  test('keeps bytes by lanes, reads what was stored before the edge, and tells what the edge wrote', () => {
    let read = joined(rows[0]!);
    expect(sim.peekNumber('written_banks'), 'nothing was written before').toBe(0);
    for (let n = 0; n < 4000; n++) {
      const [enable, from, to] = [bit(), below(16), n % 3 ? below(16) : below(4)];
      const lanes = bit(0.2) ? 0n : bit() ? 0xffn << BigInt(8 * below(8)) : word() & word();
      const words = Array.from({ length: 8 }, word);
      poke(sim, { read_enable: enable, read_row: from, write_row: to, write_lanes: lanes });
      sim.poke('write_words', joined(words));
      sim.cycle();
      if (enable) read = joined(rows[from]!);
      const mask = (b: number): bigint =>
        Array.from({ length: 8 }, (_, i) => ((lanes >> BigInt(8 * b + i)) & 1n) * (0xffn << BigInt(8 * i))).reduce(
          (a, c) => a | c,
        );
      rows[to] = words.map((value, b) => (value & mask(b)) | (rows[to]![b]! & ~mask(b)));
      const banks = words.reduce((all, _, b) => all | (mask(b) ? 1 << b : 0), 0);
      expect([n, sim.peek('read_words'), sim.peekNumber('written_row'), sim.peekNumber('written_banks')]).toEqual([
        n,
        read,
        to,
        banks,
      ]);
    }
  });
});

describe('the prefetcher', () => {
  const shape = geometry(small);
  const [lines, cached] = [2 ** shape.line, 2 ** shape.index];
  const sim = simulate(prefetcher(shape));

  test('sweeps the first lines from the start, stays one line ahead of loads, and asks for nothing that is there', () => {
    let state = { sweeping: false, sweep: 0, next: 0, wanted: false };
    poke(sim, { start: 0, idle: 0, load_valid: 0, ahead_hit: 0 });
    expect(peek(sim, 'ahead_valid'), 'before the first start').toEqual({ ahead_valid: 0 });
    for (let n = 0; n < 20_000; n++) {
      const { sweeping, sweep, next, wanted } = state;
      const given = {
        start: bit(0.01),
        idle: bit(0.1),
        load_valid: bit(0.3),
        load_missed: bit(0.3),
        ahead_hit: bit(0.3),
        ahead_ready: bit(),
      };
      const line = bit() ? next : below(lines);
      poke(sim, { ...given, load_line: line });
      const valid = (wanted || sweeping) && !given.ahead_hit && !given.idle;
      expect([n, peek(sim, 'ahead_valid')]).toEqual([n, { ahead_valid: valid ? 1 : 0 }]);
      if (wanted || sweeping) expect([n, peek(sim, 'ahead_line')]).toEqual([n, { ahead_line: wanted ? next : sweep }]);
      if (given.ahead_hit || (valid && given.ahead_ready)) {
        if (wanted) state = { ...state, wanted: false };
        else if (sweeping) state = { ...state, sweep: (sweep + 1) % cached, sweeping: sweep + 1 < cached };
      }
      if (given.load_valid && (given.load_missed || line === next))
        state = { ...state, next: (line + 1) % lines, wanted: true };
      if (given.start) state = { sweeping: true, sweep: 0, next: cached - 1, wanted: false };
      sim.cycle();
    }
  });
});

describe('the directory of lines', () => {
  const shape = geometry(small);
  const [lines, cached, flights] = [2 ** shape.line, 2 ** shape.index, 16];
  const sim = simulate(lineCache(shape));
  interface Flight {
    readonly line: number;
    readonly demand: boolean;
    stale: boolean;
  }
  let present: (number | undefined)[];
  let flying: Flight[];
  let arrival: { line: number; stale: boolean; words: bigint } | undefined;
  /** What somebody else wrote in the cycle before. */
  let other: number | undefined;

  beforeEach(() => {
    present = Array.from({ length: cached });
    [flying, arrival, other] = [[], undefined, undefined];
    poke(sim, {
      clear: 0,
      own_stores: 0,
      own_atomics: 0,
      heard_valid: 0,
      request_valid: 0,
      response_valid: 0,
      fill_turn: 0,
    });
    reset(sim);
  });

  const holds = (line: number): boolean => present[line % cached] === line;

  /** One cycle: checks all outputs, then takes the edge. */
  function tick(given: {
    own?: number;
    stores?: boolean;
    atomics?: boolean;
    heard?: number;
    ahead?: number;
    request?: number;
    demand?: boolean;
    words?: bigint;
    turn?: boolean;
    clear?: boolean;
  }): void {
    const {
      own = 0,
      stores = false,
      atomics = false,
      heard,
      ahead = 0,
      request,
      demand = false,
      words,
      turn = false,
    } = given;
    const flag = (value: unknown): number => (value ? 1 : 0);
    poke(sim, {
      clear: flag(given.clear),
      own_line: own,
      own_stores: flag(stores),
      own_atomics: flag(atomics),
      heard_valid: flag(heard !== undefined),
      heard_line: heard ?? 0,
      ahead_line: ahead,
      request_valid: flag(request !== undefined),
      request_line: request ?? 0,
      request_demand: flag(demand),
      response_valid: flag(words !== undefined),
      response_words: words ?? 0n,
      fill_turn: flag(turn),
    });
    const changed = (line: number): boolean => (stores && line === own) || other === line;
    const [head] = flying;
    const landsStale = head !== undefined && (head.stale || changed(head.line));
    const stale = arrival && (arrival.stale || changed(arrival.line));
    const install = arrival !== undefined && turn && !stale;
    expect(
      peek(sim, 'own_hit', 'own_coming', 'own_lands', 'ahead_hit', 'request_room', 'fill_valid', 'fill_install'),
    ).toEqual({
      own_hit: flag(holds(own)),
      own_coming: flag([...flying, ...(arrival ? [arrival] : [])].some((each) => !each.stale && each.line === own)),
      own_lands: flag(words !== undefined && head?.line === own && (head.demand || !landsStale)),
      ahead_hit: flag(holds(ahead)),
      request_room: flag(flying.length < flights),
      fill_valid: flag(arrival),
      fill_install: flag(install),
    });
    if (arrival) expect([sim.peekNumber('fill_line'), sim.peek('fill_words')]).toEqual([arrival.line, arrival.words]);
    sim.cycle();

    if (atomics && holds(own)) present[own % cached] = undefined;
    if (other !== undefined && holds(other)) present[other % cached] = undefined;
    if (install) present[arrival!.line % cached] = arrival!.line;
    if (turn) arrival = undefined;
    else if (arrival) arrival.stale = stale!;
    for (const flight of flying) flight.stale ||= changed(flight.line);
    if (words !== undefined) {
      flying.shift();
      arrival = { line: head!.line, stale: landsStale, words };
    }
    if (request !== undefined) flying.push({ line: request, demand, stale: false });
    if (given.clear) {
      present = Array.from({ length: cached });
      arrival = undefined;
    }
    other = heard;
  }

  test('each line alone: asked for, arriving, installed, found, and gone when somebody else writes it', () => {
    for (let line = 0; line < lines; line++) {
      const words = word();
      tick({ own: line, request: line, demand: true });
      tick({ own: line, ahead: line });
      tick({ own: line, words });
      tick({ own: line, turn: true });
      tick({ own: line, ahead: line });
      expect(holds(line)).toBe(true);
      tick({ own: line, ahead: line, heard: line % 2 ? line : undefined, atomics: line % 2 === 0 });
      tick({ own: line, ahead: line });
      tick({ own: line, ahead: line });
      expect(holds(line)).toBe(false);
    }
  });

  test('a line that is written on its way is not installed, wherever in the queue it is', () => {
    for (let at = 0; at < flights; at++) {
      for (const how of ['own', 'other'] as const) {
        for (let n = 0; n < flights; n++) tick({ own: 63, request: n, demand: n % 2 === 0 });
        tick(how === 'own' ? { own: at, stores: true } : { heard: at });
        tick({ own: at });
        for (let n = 0; n < flights; n++) {
          tick({ own: n, words: word() });
          tick({ own: n, turn: true });
          tick({ own: n });
          expect([at, n, holds(n)]).toEqual([at, n, n !== at]);
        }
        tick({ clear: true });
        tick({});
      }
    }
  });

  test.each([4, 24])('whatever happens to %i lines', (few) => {
    // All bits of a line's number are in use.
    const some = Array.from({ length: few }, (_, n) => (n * 37 + 11) % lines);
    const line = (): number => some[below(few)]!;
    for (let n = 0; n < 15_000; n++) {
      // A store to a line, or an atomic, is not asked for; what is on its way when everything is forgotten has arrived.
      const own = line();
      const clear = flying.length === 0 && !arrival && bit(0.1) === 1;
      const wanted = !clear && flying.length < flights && bit() === 1;
      tick({
        own,
        stores: bit(0.2) === 1,
        atomics: bit(0.1) === 1,
        ...(bit(0.1) && { heard: line() }),
        ahead: line(),
        ...(wanted && { request: line(), demand: bit() === 1 }),
        ...(flying.length > 0 && bit(n % 1000 < 500 ? 0.3 : 0.7) && { words: word() }),
        turn: bit() === 1,
        clear,
      });
    }
    expect(sim.cycles).toBeGreaterThan(15_000);
  });
});
