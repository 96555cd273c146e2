/** What helper functions compute: for each of gen/ebpf/helpers its meaning, written without its hardware. */
import { helpersNamed, type HelperName } from '../../gen/ebpf/helpers/functions.ts';
import type { Helper, MachineOptions } from './interpreter.ts';

const models: Readonly<Record<HelperName, Helper>> = {
  gather_bytes: (...registers) => registers.reduce((bytes, value) => (bytes << 8n) | (value & 0xffn), 0n),
  sqrti: squareRoot,
  unwind: (r1) => r1,
};

/** Newton's iteration from above: it falls until it is the root, rounded down. */
function squareRoot(square: bigint): bigint {
  if (square === 0n) return 0n;
  let root = 1n << BigInt((square.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + square / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** The part of a configuration that changes what programs do. */
export interface Repertoire {
  readonly stepLimit: number;
  readonly helpers?: readonly string[];
  readonly callByRegister?: boolean;
}

/** What makes a machine run programs as an engine of this configuration does. */
export function modelOf({ stepLimit, helpers, callByRegister = false }: Repertoire) {
  const functions = helpersNamed(helpers).map(({ name, number }) => [number, models[name]] as const);
  return { stepLimit, helpers: new Map(functions), callx: callByRegister } satisfies Partial<MachineOptions>;
}
