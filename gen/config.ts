/** One validated configuration object: everything a device is generated from. */
import { z } from 'zod';
import { MaxEngines } from './device/layout.ts';
import { helperNames } from './ebpf/helpers/functions.ts';
import { shortages } from './estimate.ts';
import { shellNames, shells } from './shells.ts';

export { shellNames, shells, type ShellName } from './shells.ts';

const powerOfTwo = (what: string, least: number, most: number) =>
  z
    .int()
    .min(least)
    .max(most)
    .refine((n) => Number.isInteger(Math.log2(n)), {
      error: `${what} is a power of two, because addresses are decoded by their bits`,
    })
    .describe(`${what}, a power of two between ${least} and ${most}`);

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
  /** As many engines as a VU9P, the smallest part, holds beside as many data slots, with a seventh of its LUTs to spare. */
  max: {
    ...base,
    engines: 32,
    programSlots: 64,
    programSlotBytes: 16 * 1024,
    dataSlots: 32,
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
  const { cloud, part } = shells[config.shell];
  for (const { needed, what, has, estimated, cure } of shortages(config)) {
    const number = estimated ? `about ${needed}` : String(needed);
    problems.push(`needs ${number} ${what}, but ${cloud} leaves ${has} of its ${part}: ${cure}`);
  }
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
