/** The cloud shells: what everything outside gen/shell has to know of them. */

const MiB = 1024 * 1024;

/** What a cloud shell is to everything outside gen/shell. */
interface ShellFacts {
  readonly cloud: string;
  readonly part: string;
  /** What the shell leaves of the part to a custom logic (CL). */
  readonly leaves: Readonly<Record<'lut' | 'ff' | 'bram' | 'uram' | 'dsp', number>>;
  /** Bytes of BAR0 that reach the CL. */
  readonly bar0Bytes: number;
  /** Bits of an AXI ID on the way to slot memory. */
  readonly dmaIdBits: number;
}

export const shells = {
  /** More than half of the part's 960 UltraRAM sites (the `compat` preset) need `-uram_option 3` or 4 when the image is built. */
  f1: {
    cloud: 'AWS F1',
    part: 'VU9P',
    leaves: { uram: 800, bram: 1680, lut: 895_000, ff: 1_790_000, dsp: 5_640 },
    bar0Bytes: 32 * MiB,
    dmaIdBits: 6,
  },
  /** The small shell. The kit gives its share of the part as a whole: 88 % are left to the CL. */
  f2: {
    cloud: 'AWS F2',
    part: 'VU47P',
    leaves: { uram: 840, bram: 1770, lut: 1_147_000, ff: 2_294_000, dsp: 7_941 },
    bar0Bytes: 64 * MiB,
    dmaIdBits: 16,
  },
} as const satisfies Record<string, ShellFacts>;

export type ShellName = keyof typeof shells;
export const shellNames = Object.keys(shells) as ShellName[];
