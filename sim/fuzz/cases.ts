/** What is run: a few programs one after the other on one engine, or at once on the engines of a device. */
import type { EngineConfig } from '../../gen/ebpf/engine/interface.ts';
import { helperNames, helpersNamed } from '../../gen/ebpf/helpers/functions.ts';
import { between, oneOf, randomAt, weighted, type Random } from './chance.ts';
import { generateProgram } from './generate.ts';
import { invalidProgram } from './invalid.ts';
import type { ShapeName } from './shapes.ts';
import type { Limits } from './sketch.ts';

/** How slot memory answers an engine; see SlotTiming. */
export interface Timing {
  readonly latency: number;
  readonly stalls: number;
  /** Share of the cycles in which a line is announced as written by somebody else, who wrote what was there. */
  readonly snoops: number;
  readonly seed: number;
}

export interface Job {
  /** Where it comes from, for reports. */
  readonly name: string;
  /** Whole slots. */
  readonly program: Uint8Array;
  /** Beginning of the data slot; the rest is zero. */
  readonly data: Uint8Array;
  /** Bytes of program as the command gives them, when it is not the program's own length. */
  readonly length?: number;
  /** Program slot. */
  readonly slot: number;
  readonly timing: Timing;
  /** Cycles before the start. */
  readonly pause: number;
  /** Runs once more, on the data as it left them: the program is resident then. */
  readonly again: boolean;
}

/** Where programs are run: alone with the slots, or in the device in its shell. */
export type Target = 'engine' | 'device';

export interface ProgramCase {
  readonly target: Target;
  /** One of {@link engines}; on a device, which has a configuration of its own, it says nothing. */
  readonly engine: EngineName;
  readonly jobs: readonly Job[];
}

const small: EngineConfig = {
  programSlotBytes: 4096,
  dataSlotBytes: 4096,
  cacheLines: 8,
  branchTargets: 4,
  stepLimit: 300,
  retirePort: true,
};

interface Variant {
  readonly weight: number;
  readonly config: EngineConfig;
  /** The helper functions are hardware; otherwise the model answers at the engine's port, after any number of cycles. */
  readonly blocks?: boolean;
}

const served = { helpers: helperNames, callByRegister: true } as const;

/** Engines whose limits lie where programs reach them, and the usual one. */
export const engines = {
  small: { weight: 6, config: small },
  short: { weight: 2, config: { ...small, branchTargets: 1, stepLimit: 37 } },
  long: {
    weight: 4,
    config: {
      ...small,
      programSlotBytes: 8192,
      dataSlotBytes: 16384,
      cacheLines: 16,
      branchTargets: 12,
      stepLimit: 3000,
    },
  },
  /** The cache holds the slot: no line has a tag. */
  whole: { weight: 3, config: { ...small, cacheLines: 64, branchTargets: 64, stepLimit: 1023 } },
  /** More lines of cache than lines of slot. */
  spare: { weight: 1, config: { ...small, cacheLines: 128, branchTargets: 2, stepLimit: 1024 } },
  usual: {
    weight: 2,
    config: {
      ...small,
      programSlotBytes: 32 * 1024,
      dataSlotBytes: 256 * 1024,
      cacheLines: 64,
      branchTargets: 12,
      stepLimit: 4000,
    },
  },
  served: { weight: 4, config: { ...small, ...served, stepLimit: 500 } },
  blocks: { weight: 2, config: { ...small, ...served, stepLimit: 500 }, blocks: true },
} as const satisfies Record<string, Variant>;

/** Helper functions at an engine's port: those that exist, and one that always fails. */
export const failingHelper = 6;

export type EngineName = keyof typeof engines;

export const engineNames = Object.keys(engines) as readonly EngineName[];

export const variantOf = (name: EngineName): Variant => engines[name];

function limitsOf(name: EngineName): Limits {
  const { config, blocks } = variantOf(name);
  const { dataSlotBytes, programSlotBytes, cacheLines, callByRegister = false } = config;
  const existing = helpersNamed(config.helpers).map(({ number }) => number);
  const helpers = existing.length > 0 && !blocks ? [...existing, ...existing, failingHelper] : existing;
  return { dataBytes: dataSlotBytes, programSlots: programSlotBytes / 8, cacheLines, helpers, callx: callByRegister };
}

/** Programs of a case. */
export const jobsPerCase = 16;

export interface Kind {
  readonly target: Target;
  readonly invalid: boolean;
  /** One shape only. */
  readonly shape?: ShapeName;
  /** Engines to choose from; all unless told. */
  readonly engines?: readonly EngineName[];
}

const timing = (random: Random): Timing => ({
  latency: oneOf(random, [1, 1, 2, 3, 4, 4, 5, between(random, 6, 20)]),
  stalls: oneOf(random, [0, 0, 0.1, 0.3, 0.7]),
  snoops: oneOf(random, [0, 0, 0.02, 0.3]),
  seed: random.below(2 ** 32),
});

function job(kind: Kind, limits: Limits, seed: number, number: number): Job {
  const random = randomAt(seed, number);
  const { what, ...made } = kind.invalid ? invalidProgram(random, limits) : valid(random, kind.shape, limits);
  return {
    name: `${kind.invalid ? 'invalid program' : 'program'} ${number} of seed ${seed}, ${what}`,
    ...made,
    slot: random.below(3),
    timing: timing(random),
    pause: weighted(random, [
      [3, 12],
      [1, between(random, 0, 11)],
      [1, between(random, 13, 60)],
    ]),
    again: random.below(6) === 0,
  };
}

function valid(random: Random, shape: ShapeName | undefined, limits: Limits) {
  const made = generateProgram(random, shape, limits);
  return { what: `shape ${made.shape}`, program: made.program, data: made.data };
}

/** The case that holds the programs from `index` times {@link jobsPerCase} on. */
export function nthCase(kind: Kind, seed: number, index: number): ProgramCase {
  const random = randomAt(seed, index, 0xca5e);
  const among = kind.engines ?? engineNames;
  const engine = weighted(
    random,
    among.map((name) => [engines[name].weight, name] as const),
  );
  const limits = limitsOf(kind.target === 'device' ? 'blocks' : engine);
  const jobs = Array.from({ length: jobsPerCase }, (_, n) => job(kind, limits, seed, index * jobsPerCase + n));
  return { target: kind.target, engine, jobs };
}
