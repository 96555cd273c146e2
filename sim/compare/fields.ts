/** Structs of the hardware as records of numbers. */
import type { EnumType, StructType } from '../../gen/hdl/index.ts';

/** Takes a struct's bits apart. */
export function unpacker(type: StructType): (bits: bigint) => Record<string, bigint> {
  const fields = type.ir.fields.map(({ name, lo, type: { width } }) => ({ name, lo: BigInt(lo), width }));
  return (bits) => Object.fromEntries(fields.map(({ name, lo, width }) => [name, BigInt.asUintN(width, bits >> lo)]));
}

/** The name of an enumeration's value. */
export const memberOf = (type: EnumType, value: bigint): string =>
  Object.keys(type.members).find((name) => type.members[name] === value)!;
