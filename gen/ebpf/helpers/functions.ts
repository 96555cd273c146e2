/**
 * The helper functions that a device can be built with: the one table from which configuration, static check, hardware,
 * model and documentation take numbers and meanings. A function here has a block of hardware of its name in blocks.ts and
 * a meaning in sim/golden/helpers.ts; the compiler says which is missing.
 */
interface HelperFunction {
  /** By which `call` names it, 0 to 2^31 - 1; no two have the same. */
  readonly number: number;
  /** What it returns, as one sentence or two. */
  readonly doc: string;
}

export const helperFunctions = {
  gather_bytes: { number: 0, doc: 'The lowest bytes of r1 to r5 side by side, that of r1 highest, zeros above.' },
  sqrti: { number: 3, doc: 'The integer square root of r1, rounded down.' },
  unwind: { number: 5, doc: 'r1. Platforms that unwind end a program where this is not 0; here it goes on.' },
} as const satisfies Readonly<Record<string, HelperFunction>>;

export type HelperName = keyof typeof helperFunctions;

export const helperNames = Object.keys(helperFunctions) as HelperName[];

const isHelperName = (name: string): name is HelperName => Object.hasOwn(helperFunctions, name);

/** The functions of these names. @throws RangeError for a name that is none */
export function helpersNamed(names: readonly string[] = []): { name: HelperName; number: number; doc: string }[] {
  return names.map((name) => {
    if (isHelperName(name)) return { name, ...helperFunctions[name] };
    throw new RangeError(`there is no helper function ${name}; there are ${helperNames.join(', ')}`);
  });
}
