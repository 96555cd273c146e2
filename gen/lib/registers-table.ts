/** Registers in a RAM: rows that the host addresses through the map, and the hardware by number. */
import { bitsFor, bool, cat, delay, memory, mux, named, repeat, u, vec, when } from '../hdl/index.ts';
import type { Bool, Memory, UInt, UIntType, Value } from '../hdl/index.ts';
import { coerce } from '../hdl/coerce.ts';
import type { AccessBus } from './axi-lite.ts';
import type { Placed } from './registers-place.ts';
import { packed, wordBits, type LocalAddress } from './registers-words.ts';

interface TableHardware {
  /** What {@link TableView} says. */
  readonly view: object;
  /** What the host reads from the second cycle after the address is there; 0 for other addresses. */
  readonly word: UInt;
}

/** The hardware of one table. `writes` is the second cycle after the address of a write is there. */
export function tableHardware(table: Placed, local: LocalAddress, bus: AccessBus, writes: Bool): TableHardware {
  const { bytes, count = 1, doc } = table;
  const rows = (): Memory<UIntType> => memory({ type: u(8 * bytes), depth: count, lane: 8, style: 'distributed' });
  return around(named('', rows, doc), table, local, bus, writes);
}

function around(
  rows: Memory<UIntType>,
  table: Placed,
  local: LocalAddress,
  bus: AccessBus,
  writes: Bool,
): TableHardware {
  const rowWords = table.bytes / (wordBits / 8);
  const { row, lane, hit } = rowAddress(table, rowWords, local);
  const word = mux(
    hit,
    rows
      .read(row)
      .as(vec(u(wordBits), rowWords))
      .at(lane) as UInt,
    0,
  );
  if (table.fields[0]?.access === 'ro')
    return { view: { write: (index: UInt, given: unknown) => writeRow(rows, table, index, given) }, word };
  const mask = Array.from({ length: rowWords }, (_, i) => mux(lane.eq(i), bus.strobe, 0));
  when(writes.and(hit), () => {
    rows.write({ address: row, data: repeat(bus.data, rowWords), mask: cat(...mask.toReversed()) });
  });
  return { view: { read: (index: UInt) => readRow(rows, table, index) }, word };
}

/**
 * `row`: from the cycle after the address is there; `hit`, the address is in a row, and `lane`, the word of the row: one
 * later.
 */
function rowAddress({ offset, stride, count = 1 }: Placed, rowWords: number, local: LocalAddress) {
  const strideWords = (8 * stride) / wordBits;
  const words = (count - 1) * strideWords + rowWords;
  const distance = local.word.sub((8 * offset) / wordBits);
  const fits = words < 2 ** distance.width ? distance.lt(words) : bool.of(1);
  const inside = delay(local.within.and(fits));
  const near = delay(distance.low(bitsFor(words)));
  const row = delay(quotient(distance.low(bitsFor(words)), strideWords, words).resize(bitsFor(count)));
  const columnBits = Math.max(near.width, bitsFor(strideWords + 1));
  const column = near.zext(columnBits).sub(row.resize(columnBits).mul(strideWords));
  const hit = delay(inside.and(column.lt(rowWords)));
  const lane = delay(column.low(bitsFor(rowWords)));
  return { row, lane, hit };
}

/** `of` divided by a constant, exact below `limit`: a shift, or the product with a rounded-up reciprocal. */
export function quotient(of: UInt, by: number, limit: number): UInt {
  if (limit <= by) return u(1).of(0);
  const log = Math.log2(by);
  if (Number.isInteger(log)) return of.slice(log, of.width - log);
  const numbers = Array.from({ length: limit }, (_, n) => n);
  let shift = Math.ceil(log);
  const factor = (): number => Math.ceil(2 ** shift / by);
  while (!numbers.every((n) => Math.floor((n * factor()) / 2 ** shift) === Math.floor(n / by))) shift++;
  const width = of.width + bitsFor(factor() + 1);
  return of
    .zext(width)
    .mul(factor())
    .slice(shift, width - shift);
}

function readRow(rows: Memory<UIntType>, { fields }: Placed, index: UInt): unknown {
  const row = rows.read(index.resize(rows.addressWidth));
  const values = fields.map(({ name, lo, signal }) => [name, row.slice(lo, signal.width).as(signal)] as const);
  return values[0]![0] === '' ? values[0]![1] : Object.fromEntries(values);
}

function writeRow(rows: Memory<UIntType>, { name: table, fields }: Placed, index: UInt, given: unknown): void {
  const parts = fields.map(({ name, lo, signal }) => {
    const value = name === '' ? given : (given as Record<string, unknown>)[name];
    return { lo, value: (coerce(signal, value, 'H004', `field '${name}' of '${table}'`) as Value).bits };
  });
  const data = packed(
    parts.toSorted((a, b) => a.lo - b.lo),
    rows.rowType.width,
  );
  rows.write({ address: index.resize(rows.addressWidth), data });
}
