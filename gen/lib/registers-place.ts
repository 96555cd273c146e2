/** Where the registers and fields of a map lie, and whether that is possible. */
import type { AnyType, EnumType } from '../hdl/index.ts';
import { report } from '../hdl/report.ts';
import { offsetsOf, type PlacedRegister, type RegisterField } from '../ir/register-map.ts';
import type { Entries, Field, Fields, Register, Table } from './registers.ts';

/** Bytes of a bus word. */
export const wordBytes = 4;

/** A field with the type that the hardware sees. */
export interface PlacedField extends RegisterField {
  readonly signal: AnyType;
}

export type Placed = PlacedRegister<PlacedField>;

/** Puts every register and field in its place. Reports H061 overlap, H062 misalignment, H063 what does not fit. */
export function place(map: string, bytes: number, entries: Entries): Placed[] {
  let next = 0;
  const placed = Object.entries(entries).map(([name, entry]) => {
    const made = placeRegister(name, entry, next);
    next = roundUp(endOf(made), wordBytes);
    return made;
  });
  for (const register of placed) {
    checkAlignment(register);
    const end = endOf(register);
    if (end > bytes)
      report('H063', `\`${register.name}\` ends at ${hex(end)}, but map \`${map}\` has ${hex(bytes)} bytes`);
  }
  checkOverlaps(placed);
  return placed;
}

function endOf({ offset, stride, count = 1, bytes }: PlacedRegister): number {
  return offset + (count - 1) * stride + bytes;
}

const endOfField = ({ lo, type }: RegisterField): number => lo + type.width;

function placeRegister(name: string, { storage, fields, placement, doc }: Register | Table, next: number): Placed {
  const placed = placeFields(name, fields, storage);
  const bits = placed.reduce((most, field) => Math.max(most, endOfField(field)), 0);
  const { offset = next, bytes = roundUp(Math.ceil(bits / 8), wordBytes), count, stride = bytes } = placement;
  for (const field of placed) {
    const end = endOfField(field);
    if (end > 8 * bytes)
      report('H063', `${label(name, field.name)} ends at bit ${end - 1}, but the register has ${8 * bytes} bits`);
  }
  if (count !== undefined && !(Number.isInteger(count) && count >= 1))
    report('H063', `\`${name}\` is declared ${count} times`);
  if (stride < bytes && (count ?? 1) > 1)
    report('H061', `\`${name}\` has ${bytes} bytes, but comes every ${stride} bytes`);
  return {
    name,
    offset,
    bytes,
    ...(count === undefined ? {} : { count }),
    stride,
    storage,
    fields: placed,
    ...(doc ? { doc } : {}),
  };
}

function placeFields(register: string, fields: Fields, storage: 'fields' | 'memory'): PlacedField[] {
  const list = isField(fields) ? [['', fields] as const] : Object.entries(fields);
  const taken: PlacedField[] = [];
  let next = 0;
  return list.map(([name, { access, type, initial, byte, bit, alias, doc }]) => {
    const lo = byte === undefined && bit === undefined ? next : 8 * (byte ?? 0) + (bit ?? 0);
    const number = numberOf(label(register, name), type, initial);
    const placed = { name, access, type: type.ir, signal: type, lo, initial: number, ...(doc ? { doc } : {}) };
    next = lo + type.width;
    const other = taken.find((known) => known.lo < next && lo < endOfField(known));
    if (alias ? !(storage === 'memory') : other) {
      const what = alias
        ? 'is a second name, which only fields of tables may have'
        : `lies on ${label(register, other!.name)}`;
      report('H061', `${label(register, name)}, bits ${next - 1} to ${lo}, ${what}`);
    }
    if (storage === 'memory' && (access !== list[0]![1].access || (access !== 'rw' && access !== 'ro'))) {
      report('H063', `${label(register, name)} is \`${access}\`; the fields of a table are all \`rw\` or all \`ro\``);
    }
    taken.push(placed);
    return placed;
  });
}

function numberOf(what: string, type: AnyType, initial: Field['initial']): bigint {
  const value = typeof initial === 'string' ? (type as EnumType).members[initial] : BigInt(initial);
  if (value === undefined || value < 0n || value >> BigInt(type.width) !== 0n) {
    report(value === undefined ? 'H008' : 'H002', `${what} of ${type.width} bits cannot be ${initial}`);
    return 0n;
  }
  return value;
}

/** Up to a word: a power of two that holds the register; beyond: a word. */
function checkAlignment({ name, offset, bytes, stride, count = 1, storage }: PlacedRegister): void {
  const unit = storage === 'memory' ? wordBytes : Math.min(wordBytes, 2 ** Math.ceil(Math.log2(bytes)));
  if (offset % unit !== 0) report('H062', `\`${name}\` at ${hex(offset)} needs a multiple of ${unit}`);
  if (count > 1 && stride % unit !== 0)
    report('H062', `\`${name}\` comes every ${stride} bytes, which is no multiple of ${unit}`);
  if (storage === 'memory' && bytes % unit !== 0)
    report('H062', `a row of table \`${name}\` has ${bytes} bytes, which is no multiple of ${unit}`);
}

function checkOverlaps(registers: readonly PlacedRegister[]): void {
  const spans = registers.flatMap((register) => offsetsOf(register).map((offset, i) => ({ register, i, offset })));
  spans.sort((a, b) => a.offset - b.offset);
  const reported = new Set<string>();
  let [far] = spans;
  for (const span of spans.slice(1)) {
    const end = far!.offset + far!.register.bytes;
    const pair = `${far!.register.name} ${span.register.name}`;
    if (span.offset < end && span.register !== far!.register && !reported.has(pair)) {
      reported.add(pair);
      const there = `${one(far!.register, far!.i)}, which goes to ${hex(end - 1)}`;
      report('H061', `${one(span.register, span.i)} at ${hex(span.offset)} lies on ${there}`);
    }
    if (span.offset + span.register.bytes > end) far = span;
  }
}

const one = ({ name, count }: PlacedRegister, i: number): string =>
  count === undefined ? `\`${name}\`` : `\`${name}\` ${i}`;
const label = (register: string, field: string): string =>
  field === '' ? `\`${register}\`` : `field \`${field}\` of \`${register}\``;
const hex = (value: number): string => `0x${value.toString(16)}`;
const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit;

export function isField(fields: Fields): fields is Field {
  return 'access' in fields && typeof fields.access === 'string';
}
