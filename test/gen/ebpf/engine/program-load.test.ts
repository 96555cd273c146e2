/** The loader and the program memory alone, in every cycle against what they should do. */
import { describe, expect, test } from 'vitest';
import { instructions } from '../../../../gen/ebpf/isa.ts';
import { Early } from '../../../../gen/ebpf/engine/control-signals.ts';
import { programLoader } from '../../../../gen/ebpf/engine/loader.ts';
import { programMemory } from '../../../../gen/ebpf/engine/program-memory.ts';
import { ErrorClass } from '../../../../gen/ebpf/abi.ts';
import { chance, simulate } from '../../lib/bench.ts';
import { small } from './bench.ts';

const random = chance(37);
const below = (limit: number): number => Math.floor(random() * limit);
const bit = (share = 0.5): number => (random() < share ? 1 : 0);
const [slots, lines] = [small.programSlotBytes / 8, small.programSlotBytes / 64];
const lineOf = (words: readonly bigint[]): bigint => words.reduceRight((high, low) => (high << 64n) | low, 0n);

/** A slot from its parts; `rest` fills what nobody names. */
function slotOf({
  opcode,
  src = 0,
  off = 0,
  imm = 0,
}: {
  opcode: number;
  src?: number;
  off?: number;
  imm?: number;
}): bigint {
  const fields = [opcode, below(16) | (src << 4)].map(BigInt);
  return (
    fields[0]! |
    (fields[1]! << 8n) |
    (BigInt.asUintN(16, BigInt(off)) << 16n) |
    (BigInt.asUintN(32, BigInt(imm)) << 32n)
  );
}

describe('the loader', () => {
  const sim = simulate(programLoader(small));
  const peek = (...names: string[]): number[] => names.map((name) => sim.peekNumber(name));

  /** Jumps that are worth predicting: those that are always taken, local calls, and any that go back. */
  const isLikely = (word: bigint): boolean => {
    const [opcode, src, off] = [Number(word & 0xffn), Number((word >> 12n) & 15n), Number((word >> 16n) & 0xffffn)];
    if ((opcode & 7) !== 5 && (opcode & 7) !== 6) return false;
    const code = opcode >> 4;
    return code === 0 || (code === 8 && src % 2 === 1) || off >= 0x8000;
  };
  /** Where it leads, in slots behind the next one: calls and `gotol` say it in their immediate. */
  const distanceOf = (word: bigint): bigint => {
    const opcode = Number(word & 0xffn);
    const far = opcode >> 4 === 8 || (opcode >> 4 === 0 && (opcode & 7) === 6);
    return far ? BigInt.asIntN(32, word >> 32n) : BigInt.asIntN(16, word >> 16n);
  };
  const opcodes = [
    0x05, 0x06, 0x15, 0x1d, 0x55, 0x85, 0x86, 0x8d, 0x95, 0xa5, 0xc6, 0x07, 0x04, 0x61, 0x18, 0xe5, 0xf5, 0x25, 0x45,
    0x0f,
  ];
  const word = (): bigint =>
    slotOf({
      opcode: bit(0.8) ? opcodes[below(opcodes.length)]! : below(256),
      src: below(16),
      off: bit() ? below(0x8000) : -1 - below(0x8000),
      imm: below(2 ** 32) - 2 ** 31,
    });
  const quiet = (): bigint => slotOf({ opcode: 0xb7, src: below(16), off: -1, imm: below(1000) });
  const wordsOf = (kind: number): bigint[] => {
    const words = Array.from({ length: 8 }, quiet);
    // Each slot of a line alone, none, or any mixture.
    if (kind < 8) words[kind] = word();
    return kind < 10 ? words : words.map(() => (bit() ? word() : quiet()));
  };

  test('copies what is not there, in order, and hints at the first likely jump of each line', () => {
    const programs = [0, 1, 4, 5].map((slot) => ({ slot, length: 0 }));
    let here: { slot: number; length: number } | undefined;
    let touchedWhileCopied = false;
    let hint: { pc: number; target: bigint } | undefined;
    let hints = 0;
    let error = 0;
    const ends = { copied: 0, resident: 0, refused: 0 };

    /** One cycle; `copying` says which line is asked for and which will arrive next. */
    const tick = (
      inputs: Record<string, number>,
      arrival: bigint[] | undefined,
      copying?: { asked: number; of: number },
    ): void => {
      const given = { start: 0, changed: 0, request_ready: 0, ...inputs };
      for (const [name, value] of Object.entries(given)) sim.poke(name, value);
      sim.poke('arrival_valid', arrival ? 1 : 0);
      if (arrival) sim.poke('arrival_line', lineOf(arrival));
      const asks = copying !== undefined && copying.asked < copying.of;
      expect(peek('request_valid', 'write_valid', 'hint_valid')).toEqual([asks ? 1 : 0, arrival ? 1 : 0, hint ? 1 : 0]);
      if (asks) expect(peek('request_line')).toEqual([copying.asked]);
      if (arrival) expect(sim.peek('write_data')).toBe(lineOf(arrival));
      if (hint) {
        hints += 1;
        expect([sim.peekNumber('hint_pc'), sim.peek('hint_target')]).toEqual([
          hint.pc,
          BigInt.asUintN(10, hint.target),
        ]);
      }
      hint = undefined;
    };
    const hintOf = (words: bigint[], line: number): void => {
      const lane = words.findIndex(isLikely);
      if (lane < 0) return;
      const pc = 8 * line + lane;
      hint = { pc, target: BigInt(pc) + 1n + distanceOf(words[lane]!) };
    };
    const change = (slot: number, copies: boolean): Record<string, number> => {
      if (!bit(0.05)) return {};
      const changed_slot = below(6);
      if (changed_slot === slot) {
        if (copies) touchedWhileCopied = true;
        here = undefined;
      }
      return { changed: 1, changed_slot };
    };

    expect(peek('ready', 'error', 'hint_valid', 'request_valid')).toEqual([1, 0, 0, 0]);
    for (let run = 0; run < 400; run++) {
      const program = programs[below(programs.length)]!;
      if (bit(0.4) || program.length === 0)
        program.length = [0, 8, 64, 72, 128, 8 * below(slots + 1), 8 * slots, 8 * slots + 8, 12, 2 ** 31, 4097][
          below(11)
        ]!;
      const { slot, length } = program;
      for (let n = below(4); n > 0; n--) tick(change(here?.slot ?? -1, false), undefined);
      error =
        length === 0
          ? ErrorClass.E_PROG_EMPTY
          : length % 8
            ? ErrorClass.E_PROG_SIZE
            : length > 8 * slots
              ? ErrorClass.E_PROG_TOO_LONG
              : 0;
      // A write in the very cycle of the start comes before it.
      const [changed, changed_slot] = [bit(0.1), below(6)];
      const isHere = here?.slot === slot && here.length === length && !(changed && changed_slot === slot);
      const copies = !error && !isHere;
      tick({ start: 1, program_slot: slot, length, changed, changed_slot }, undefined);
      expect(peek('clear'), 'what was predicted is void').toEqual([copies ? 1 : 0]);
      if (changed && (changed_slot === here?.slot || changed_slot === slot)) here = undefined;
      sim.cycle();
      sim.poke('start', 0);
      sim.poke('changed', 0);
      expect([run, ...peek('error', 'clear')]).toEqual([run, error, 0]);
      ends[error ? 'refused' : copies ? 'copied' : 'resident'] += 1;
      if (!copies) {
        expect([run, ...peek('ready')]).toEqual([run, 1]);
        continue;
      }
      touchedWhileCopied = changed === 1 && changed_slot === slot;
      here = { slot, length };
      const copying = { asked: 0, of: Math.ceil(length / 64) };
      let arrived = 0;
      while (arrived < copying.of) {
        expect([run, ...peek('ready', 'slots')]).toEqual([run, 0, length / 8]);
        const ready = bit();
        const words = arrived < copying.asked && bit() ? wordsOf(below(12)) : undefined;
        tick({ request_ready: ready, ...change(slot, true) }, words, copying);
        if (words) {
          expect(peek('write_first', 'write_line')).toEqual([arrived === 0 ? 1 : 0, arrived]);
          hintOf(words, arrived);
          arrived += 1;
        }
        if (ready && copying.asked < copying.of) copying.asked += 1;
        sim.cycle();
      }
      if (touchedWhileCopied) here = undefined;
      // The hint of the last line comes first.
      expect(peek('ready')).toEqual([hint ? 0 : 1]);
      tick({}, undefined);
      sim.cycle();
      expect(peek('ready')).toEqual([1]);
    }
    expect(hints).toBeGreaterThan(1000);
    expect(Math.min(...Object.values(ends))).toBeGreaterThan(20);
  });
});

describe('the program memory', () => {
  const sim = simulate(programMemory(small));
  /** The opcodes that matter to fetch, by what the instruction table says of them. */
  const wide = new Set(instructions.filter(({ operation }) => operation === 'lddw').map(({ opcode }) => opcode));
  const negates = new Set(instructions.filter(({ operation }) => operation === 'neg').map(({ opcode }) => opcode));
  const field = (name: string): { lo: number; width: number } => {
    const { lo, type } = Early.ir.fields.find((each) => each.name === name)!;
    return { lo, width: type.width };
  };
  const [isWide, rightDst, left] = [field('wide'), field('right_dst'), field('left')];
  const bitsOf = (value: number, { lo, width }: { lo: number; width: number }): number =>
    (value >> lo) & ((1 << width) - 1);

  /** Writes a program, lines in order. @returns which slots are second halves of an lddw */
  function write(words: readonly bigint[]): boolean[] {
    for (let line = 0; line < words.length / 8; line++) {
      sim.poke('write_valid', 1);
      sim.poke('write_first', line === 0 ? 1 : 0);
      sim.poke('write_line', line);
      sim.poke('write_data', lineOf(words.slice(8 * line, 8 * line + 8)));
      sim.cycle();
      sim.poke('write_valid', 0);
      // Between two lines anything may stand there.
      for (let idle = bit(0.3) * below(4); idle > 0; idle--) {
        sim.poke('write_first', bit());
        sim.poke('write_data', lineOf(Array.from({ length: 8 }, () => slotOf({ opcode: 0x18 }))));
        sim.cycle();
      }
    }
    let half = false;
    return words.map((word) => {
      const is = half;
      half = !half && wide.has(Number(word & 0xffn));
      return is;
    });
  }

  test('any two neighbours, one cycle later, with what fetch has to know of their opcodes; and second halves', () => {
    const leftOf = new Map<number, number>();
    for (let round = 0; round < 6; round++) {
      const opcode = (i: number): number => (bit(0.3) ? 0x18 : round < 4 ? (8 * round + 67 * i) % 256 : below(256));
      const words = Array.from({ length: 8 * (round === 5 ? 3 : lines) }, (_, i) =>
        slotOf({ opcode: opcode(i), imm: below(2 ** 31), off: below(999) }),
      );
      const halves = write(words);
      const order = Array.from({ length: 1500 }, (_, n) => (n < words.length ? n : below(words.length)));
      let at = 0;
      let target = 0;
      for (const [n, next] of order.entries()) {
        const [enable, asks] = n === 0 ? [1, 1] : [bit(0.8), bit(0.8)];
        sim.poke('fetch_enable', enable);
        sim.poke('fetch_line', next >> 3);
        sim.poke('fetch_next_line', ((next + 1) >> 3) % lines);
        sim.poke('target_enable', asks);
        const line = below(words.length / 8);
        sim.poke('target_line', line);
        sim.cycle();
        if (enable) at = next;
        if (asks) target = line;
        sim.poke('lane', at % 8);
        expect([n, sim.peek('slot')]).toEqual([n, words[at]]);
        if (at + 1 < words.length) expect([n, sim.peek('next')]).toEqual([n, words[at + 1]]);
        const [code, early] = [Number(words[at]! & 0xffn), sim.peekNumber('early')];
        expect([code, bitsOf(early, isWide), bitsOf(early, rightDst)]).toEqual([
          code,
          wide.has(code) ? 1 : 0,
          negates.has(code) ? 1 : 0,
        ]);
        leftOf.set(code, bitsOf(early, left));
        const expected = halves
          .slice(8 * target, 8 * target + 8)
          .reduce((all, half, i) => all | (half ? 1 << i : 0), 0);
        expect([n, sim.peekNumber('second_halves')]).toEqual([n, expected]);
      }
    }
    // Which register an instruction reads first: loads and moves read src, most others dst, calls and exit r10, neg none.
    const members = (opcodes: readonly number[]): Set<number | undefined> =>
      new Set(opcodes.map((code) => leftOf.get(code)));
    const [fromSrc, fromDst, fromR10, none] = [
      [0x61, 0x79, 0x91, 0xbf, 0xbc],
      [0x07, 0x0f, 0x7b, 0xdb, 0x15, 0xd4],
      [0x85, 0x95],
      [0x87, 0x84],
    ];
    const groups = [fromSrc, fromDst, fromR10, none].map(members);
    for (const group of groups) expect(group.size).toBe(1);
    expect(new Set(groups.flatMap((group) => [...group])).size).toBe(4);
    expect(leftOf.size).toBe(256);
  });
});
