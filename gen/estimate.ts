/**
 * What a configuration takes of the part, before anything is synthesised. Memories are counted from their shapes. Logic is
 * estimated from measurements of the parts: Yosys `synth_xilinx -family xcup`, the engine flat with -abc9, the rest module by
 * module, for 1, 2, 4 and 6 engines with 2 to 8 slots. Vivado may need less; `hermes timing` measures the engine of a
 * configuration anew.
 */
import type { Config } from './config.ts';
import { shells } from './shells.ts';

/** In LUTs, flip-flops, RAMB36, UltraRAMs and multipliers (DSP48). */
export interface Resources {
  /** LUTs for logic, for memory and for shift registers. */
  readonly lut: number;
  readonly ff: number;
  /** In units of RAMB36. */
  readonly bram: number;
  readonly uram: number;
  readonly dsp: number;
}

export const resourceKinds = ['lut', 'ff', 'bram', 'uram', 'dsp'] as const;

/** Parts of one kind. */
export interface Part {
  readonly name: string;
  readonly count: number;
  /** Of all of them. */
  readonly resources: Resources;
}

type Logic = Pick<Resources, 'lut' | 'ff'>;

/** Measured, as the file's comment says. */
const measured = {
  /** With the default cache, branch targets and no helper functions. */
  engine: { lut: 7623, ff: 2801, dsp: 7 },
  /** The command unit of an engine, with its registers in BAR0. */
  commands: { lut: 490, ff: 457 },
  /** A bank of slot memory: its arbiter and the unit for atomics. */
  bank: { lut: 3311, ff: 1990 },
  /** Ways between engines and banks: those of every engine to every bank, registers beside each, and beside DMA. */
  pair: { lut: 371, ff: 0 },
  way: { lut: 0, ff: 1290 },
  turn: { lut: 160, ff: 180 },
  /** DMA, the bus of BAR0, and what else is there once. */
  once: { lut: 1600, ff: 2900 },
  /** A row of the slot table. */
  slot: { lut: 16, ff: 3 },
} as const satisfies Record<string, Logic & { dsp?: number }>;

/** Memory primitives that a configuration needs, counted from its shapes. */
export function memoryBudget(config: Config): { uram: number; bram: number } {
  const banks = bankMemory(config);
  return { uram: banks.uram, bram: banks.bram + config.engines * engineBram(config) };
}

function bankMemory({ dataSlots, dataSlotBytes, programSlots, programSlotBytes }: Config): {
  uram: number;
  bram: number;
} {
  const slots = [...Array.from({ length: dataSlots }, () => dataSlotBytes), programSlots * programSlotBytes];
  const ultra = (bytes: number): boolean => bytes >= 128 * 1024;
  const sum = (of: readonly number[], rows: number): number =>
    of.reduce((total, bytes) => total + 8 * Math.ceil(bytes / 64 / rows), 0);
  return {
    uram: sum(slots.filter(ultra), 4096),
    bram: sum(
      slots.filter((bytes) => !ultra(bytes)),
      512,
    ),
  };
}

/** Block RAMs of one engine: its copy of the program, and the data cache with the stack. */
const engineBram = ({ programSlotBytes, cacheLines }: Config): number =>
  8 * Math.ceil(programSlotBytes / 64 / 512) + 8 * Math.ceil((cacheLines + 64) / 512);

/** All parts of a device; `engine` is what one engine takes, if that has been measured. */
export function estimate(config: Config, engine?: Resources): Part[] {
  const { engines, dataSlots, programSlots } = config;
  const banks = dataSlots + 1;
  const none = { lut: 0, ff: 0, bram: 0, uram: 0, dsp: 0 };
  const logic = (of: Logic, count: number): Resources => ({ ...none, lut: of.lut * count, ff: of.ff * count });
  const one = engine ?? { ...none, ...measured.engine, bram: engineBram(config) };
  return [
    { name: 'engines', count: engines, resources: times(one, engines) },
    { name: 'commands', count: engines, resources: logic(measured.commands, engines) },
    {
      name: 'banks of slot memory',
      count: banks,
      resources: { ...logic(measured.bank, banks), ...bankMemory(config) },
    },
    {
      name: 'ways from engines to banks',
      count: engines * banks,
      resources: total([
        logic(measured.pair, engines * banks),
        logic(measured.way, engines),
        logic(measured.turn, banks),
      ]),
    },
    {
      name: 'DMA, BAR0, slot table',
      count: 1,
      resources: total([logic(measured.once, 1), logic(measured.slot, dataSlots + programSlots)]),
    },
  ];
}

const times = (of: Resources, count: number): Resources => total(Array.from({ length: count }, () => of));

/** The sum of all. */
export function total(all: readonly Resources[]): Resources {
  const sum = (kind: keyof Resources): number => all.reduce((so, of) => so + of[kind], 0);
  return { lut: sum('lut'), ff: sum('ff'), bram: sum('bram'), uram: sum('uram'), dsp: sum('dsp') };
}

/** What a shell does not leave enough of. */
export interface Shortage {
  readonly kind: keyof Resources;
  readonly what: string;
  readonly needed: number;
  readonly has: number;
  /** `needed` comes from the model of logic, and is no count. */
  readonly estimated: boolean;
  readonly cure: string;
}

/** What the parts of a device need beyond what the configuration's shell leaves. */
export function shortages(config: Config, parts: readonly Part[] = estimate(config)): Shortage[] {
  const needed = total(parts.map(({ resources }) => resources));
  const { leaves } = shells[config.shell];
  const kinds = [
    ['uram', 'UltraRAMs', 'fewer or smaller slots'],
    ['bram', 'block RAMs', 'fewer engines or smaller program slots'],
    ['lut', 'LUTs', 'fewer engines or fewer data slots'],
    ['ff', 'flip-flops', 'fewer engines or fewer data slots'],
    ['dsp', 'multipliers (DSP)', 'fewer engines'],
  ] as const;
  return kinds
    .filter(([kind]) => needed[kind] > leaves[kind])
    .map(([kind, what, cure]) => {
      const estimated = kind === 'lut' || kind === 'ff';
      return { kind, what, needed: needed[kind], has: leaves[kind], estimated, cure };
    });
}

/** The largest value of a setting with which a configuration still fits; 0 where none does. */
export function most(config: Config, setting: 'engines' | 'dataSlots' | 'programSlots', limit: number): number {
  let [fits, fails] = [0, limit + 1];
  while (fails - fits > 1) {
    const middle = Math.floor((fits + fails) / 2);
    if (shortages({ ...config, [setting]: middle }).length === 0) fits = middle;
    else fails = middle;
  }
  return fits;
}
