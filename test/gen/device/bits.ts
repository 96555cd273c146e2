/** Structs as the numbers that ports carry. */
import type { EnumType, StructType } from '../../../gen/hdl/index.ts';

type FieldValue = number | bigint | boolean | string;

/** Makes numbers of a struct's fields; an enumeration's by the name of the member, fields not given are 0. */
export function packer<T extends StructType>(type: T) {
  const fields = type.ir.fields.map(({ name, lo, type: { width } }) => ({ name, lo: BigInt(lo), width }));
  return (values: { readonly [K in keyof T['fields']]?: FieldValue }): bigint =>
    fields.reduce((bits, { name, lo, width }) => {
      const value = (values as Record<string, FieldValue | undefined>)[name] ?? 0;
      const code = typeof value === 'string' ? (type.fields[name] as EnumType).members[value]! : BigInt(value);
      if (code >> BigInt(width) !== 0n) throw new RangeError(`${name} has ${width} bits and cannot be ${value}`);
      return bits | (code << lo);
    }, 0n);
}

/** Takes a struct's number apart. */
export function unpacker<T extends StructType>(type: T) {
  const fields = type.ir.fields.map(({ name, lo, type: { width } }) => ({ name, lo: BigInt(lo), width }));
  return (bits: bigint): Record<keyof T['fields'] & string, bigint> =>
    Object.fromEntries(fields.map(({ name, lo, width }) => [name, BigInt.asUintN(width, bits >> lo)])) as never;
}

/** Little-endian. */
export function toBytes(value: bigint, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}

export function toBigInt(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

export function randomBytes(chance: () => number, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => Math.floor(chance() * 256));
}

export function pickOne<T>(chance: () => number, from: readonly T[]): T {
  return from[Math.floor(chance() * from.length)]!;
}

/** A whole number in [0, below). */
export function below(chance: () => number, limit: number): number {
  return Math.floor(chance() * limit);
}
