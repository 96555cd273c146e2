/** One validated configuration object: everything a device is generated from. */
import { z } from 'zod';
import { MaxEngines } from './device/layout.ts';
import { helperNames } from './ebpf/helpers/functions.ts';

const powerOfTwo = (what: string, least: number, most: number) =>
  z
    .int()
    .min(least)
    .max(most)
    .refine((n) => Number.isInteger(Math.log2(n)), {
      error: `${what} is a power of two, because addresses are decoded by their bits`,
    })
    .describe(`${what}, a power of two between ${least} and ${most}`);

/** What a cloud shell is to everything outside gen/shell. */
interface ShellFacts {
  readonly cloud: string;
  readonly part: string;
  /** What the shell leaves of the part to a custom logic (CL). */
  readonly leaves: { readonly uram: number; readonly bram: number; readonly lut: number };
  /** Bytes of BAR0 that reach the CL. */
  readonly bar0Bytes: number;
  /** Bits of an AXI ID on the way to slot memory. */
  readonly dmaIdBits: number;
}

const MiB = 1024 * 1024;

export const shells = {
  /** More than half of the part's 960 UltraRAM sites (the `compat` preset) need `-uram_option 3` or 4 when the image is built. */
  f1: {
    cloud: 'AWS F1',
    part: 'VU9P',
    leaves: { uram: 800, bram: 1680, lut: 895_000 },
    bar0Bytes: 32 * MiB,
    dmaIdBits: 6,
  },
  /** The small shell. The kit gives its share of the part as a whole: 88 % are left to the CL. */
  f2: {
    cloud: 'AWS F2',
    part: 'VU47P',
    leaves: { uram: 840, bram: 1770, lut: 1_147_000 },
    bar0Bytes: 64 * MiB,
    dmaIdBits: 16,
  },
} as const satisfies Record<string, ShellFacts>;

export type ShellName = keyof typeof shells;
export const shellNames = Object.keys(shells) as ShellName[];

const schema = z.strictObject({
  shell: z.enum(shellNames).describe(`cloud shell that the device is wrapped in: ${shellNames.join(' or ')}`),
  engines: z
    .int()
    .min(1)
    .max(MaxEngines)
    .describe(`eBPF engines, 1 to ${MaxEngines}: more command blocks do not fit below 0x2000 in BAR0`),
  programSlots: z.int().min(1).max(255).describe('program slots; EHPSLOT is one byte'),
  programSlotBytes: powerOfTwo('bytes in a program slot', 4096, 64 * 1024),
  dataSlots: z.int().min(1).max(255).describe('data slots; EHDSLOT is one byte'),
  dataSlotBytes: powerOfTwo('bytes in a data slot', 4096, 16 * 1024 * 1024),
  cacheLines: powerOfTwo('lines of 64 bytes in the data cache of an engine', 8, 256),
  branchTargets: z.int().min(1).max(64).describe('entries of the branch target buffer of an engine'),
  stepLimit: z.int().min(1).max(0xffff_ffff).describe('instructions that a program may execute'),
  helpers: z
    .array(z.enum(helperNames))
    .readonly()
    .refine((names) => new Set(names).size === names.length, { error: 'each helper function is named once' })
    .describe(`helper functions that programs may call: any of ${helperNames.join(', ')}`),
  callByRegister: z.boolean().describe('run opcode 0x8d, callx, which calls the helper whose number is in a register'),
  retirePort: z.boolean().describe('bring out the retirement port of every engine; for simulation'),
  build: z
    .string()
    .max(48)
    .regex(/^[\x20-\x7e]*$/, { error: 'EHBLD holds printable ASCII' })
    .describe('build version shown in EHBLD, at most 48 characters'),
});

export type Config = z.infer<typeof schema>;

const base = {
  shell: 'f1',
  engines: 4,
  programSlots: 16,
  programSlotBytes: 32 * 1024,
  dataSlots: 16,
  dataSlotBytes: 256 * 1024,
  cacheLines: 64,
  branchTargets: 12,
  stepLimit: 0x1000_0000,
  helpers: [],
  callByRegister: false,
  retirePort: false,
  build: '',
} as const satisfies Config;

/** Ready-made configurations. */
export const presets = {
  /** Fits every shell's part with room to spare. */
  default: base,
  /** One engine and few small slots: quick to simulate. */
  small: { ...base, engines: 1, programSlots: 2, programSlotBytes: 4096, dataSlots: 2, dataSlotBytes: 4096 },
  /** Data slots of 1 MiB, as existing host software of the device expects. */
  compat: { ...base, programSlotBytes: 64 * 1024, dataSlotBytes: 1024 * 1024 },
  /** As many engines as a VU9P, the smallest part, holds beside their slots. */
  max: {
    ...base,
    engines: 48,
    programSlots: 64,
    programSlotBytes: 16 * 1024,
    dataSlots: 48,
    dataSlotBytes: 128 * 1024,
  },
} as const satisfies Record<string, Config>;

export type Preset = keyof typeof presets;

/** A configuration that cannot be built, with every reason and its cure. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.map((problem) => `configuration: ${problem}`).join('\n'));
    this.problems = problems;
  }
}

/** Memory primitives that a configuration needs, counted from its shapes. */
export function memoryBudget(config: Config): { uram: number; bram: number } {
  const slots = [
    ...Array.from({ length: config.dataSlots }, () => config.dataSlotBytes),
    config.programSlots * config.programSlotBytes,
  ];
  const ultra = slots
    .filter((bytes) => bytes >= 128 * 1024)
    .reduce((sum, bytes) => sum + 8 * Math.ceil(bytes / 64 / 4096), 0);
  const block = slots
    .filter((bytes) => bytes < 128 * 1024)
    .reduce((sum, bytes) => sum + 8 * Math.ceil(bytes / 64 / 512), 0);
  const program = 8 * Math.ceil(config.programSlotBytes / 64 / 512);
  const local = 8 * Math.ceil((config.cacheLines + 64) / 512);
  return { uram: ultra, bram: block + config.engines * (program + local) };
}

/**
 * Checks a configuration, filling what is missing from a preset.
 * @throws ConfigError naming every field that is wrong, and what would be right.
 */
export function configure(given: unknown = {}, preset: Preset = 'default'): Config {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new ConfigError(['expected an object of settings']);
  const parsed = schema.safeParse({ ...presets[preset], ...given });
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map((issue) => `${issue.path.join('.') || 'settings'}: ${issue.message}`),
    );
  }
  const config = parsed.data;
  const problems: string[] = [];
  const { uram, bram } = memoryBudget(config);
  const { cloud, part, leaves } = shells[config.shell];
  const short = (needed: number, what: string, has: number, cure: string): void => {
    if (needed > has) problems.push(`needs ${needed} ${what}, but ${cloud} leaves ${has} of its ${part}: ${cure}`);
  };
  short(uram, 'UltraRAMs', leaves.uram, 'fewer or smaller slots');
  short(bram, 'block RAMs', leaves.bram, 'fewer engines or smaller program slots');
  if (2 * bar4(config).dataOffset > 2 ** 32)
    problems.push('slots do not fit 32-bit offsets in BAR4: fewer or smaller slots');
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

/** Where the slots lie in BAR4: programs from 0, data from `dataOffset`, a power of two, so that one bit tells them apart. */
export function bar4(config: Config): { programOffset: number; dataOffset: number; bytes: number } {
  const region = Math.max(config.programSlots * config.programSlotBytes, config.dataSlots * config.dataSlotBytes);
  const dataOffset = 2 ** Math.ceil(Math.log2(region));
  return { programOffset: 0, dataOffset, bytes: 2 * dataOffset };
}

/** Names, meanings and limits of the settings, for help texts. */
export function settings(): { name: string; meaning: string }[] {
  return Object.entries(schema.shape).map(([name, field]) => ({ name, meaning: field.description ?? '' }));
}
