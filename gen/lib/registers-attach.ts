/** The hardware of a register map: flip-flops and RAMs behind an access bus. */
import { balanced, cat, delay, named, mux, reg, u, unused, when, wire } from '../hdl/index.ts';
import type { Bool, Reg, UInt, UIntType, Value, Wire } from '../hdl/index.ts';
import { offsetsOf } from '../ir/register-map.ts';
import type { AccessBus } from './axi-lite.ts';
import type { Placed, PlacedField } from './registers-place.ts';
import { tableHardware } from './registers-table.ts';
import { piecesOf, localAddress, packed, wordBits, wordsOf, type Piece } from './registers-words.ts';
import type { Entries, MapView, RegisterMap } from './registers.ts';
import { delayLine } from './stream.ts';

/** Words that one stage of the read path merges. */
const fanIn = 16;

/**
 * Makes the registers of `map`, which answer the accesses of `bus`. The result has the map's keys: `csr.control.halt`
 * is read, `csr.result.value` driven, `csr.engine[3]` is one of an array, `csr.request.read(index)` reads a table. A
 * write has taken effect when it is acknowledged. Accesses are words of 32 bits with byte strobes on writes: a wider
 * register takes several. While `clear` is 1 the fields in flip-flops take their initial values, and accesses go on.
 */
export function attach<E extends Entries>(map: RegisterMap<E>, bus: AccessBus, clear?: Bool): MapView<E> {
  unused(bus.address, bus.data, bus.strobe);
  const inFields = map.registers.filter(({ storage }) => storage === 'fields');
  const tables = map.registers.filter(({ storage }) => storage === 'memory');
  const used = [...new Set(inFields.flatMap(wordsOf))].sort((a, b) => a - b);
  const local = localAddress(map, bus);

  /** One bit for each word of flip-flops: the access goes there. */
  const selected = reg(u(Math.max(1, used.length)));
  selected.next =
    used.length === 0 ? 0 : cat(...used.map((word) => local.within.and(local.word.eq(word))).toReversed());
  /** The fields that are written take their value at the end of this cycle; the row of a table one cycle later. */
  const writesFields = delayLine(bus.start.and(bus.write), 1, 0);
  const writesRows = delayLine(writesFields, tables.length > 0 ? 1 : 0, 0);

  const fields = new FieldHardware(bus, (word) => writesFields.and(selected.bit(used.indexOf(word))));
  const views: Record<string, unknown> = {};
  for (const register of inFields) {
    const { name, count, doc } = register;
    const one = (offset: number, as: string): unknown =>
      named(as, () => registerHardware(register, offset, fields), doc);
    views[name] =
      count === undefined
        ? one(register.offset, name)
        : offsetsOf(register).map((offset, i) => one(offset, `${name}_${i}`));
  }
  if (clear) when(clear, () => fields.initialise());
  const tableWords: UInt[] = [];
  for (const register of tables) {
    views[register.name] = named(register.name, () => {
      const { view, word } = tableHardware(register, local, bus, writesRows);
      tableWords.push(word);
      return view;
    });
  }

  let words: readonly UInt[] = fields.gated(used, selected);
  let steps = tables.length > 0 ? 2 : 1;
  for (let level = 1; words.length > fanIn; level++) {
    words = chunks(words, fanIn).map((part, i) => named(`merged_${level}_${i}`, () => delay(merge(part))));
    steps = Math.max(steps, level + 1);
  }
  bus.readData.value = merge([...words, ...tableWords]);
  const answers = delayLine(bus.start.and(bus.write.not()), steps, 0);
  bus.done.value = writesRows.or(answers);
  return views as unknown as MapView<E>;
}

function merge(words: readonly UInt[]): UInt {
  return balanced(words, (a, b) => a.or(b)) ?? u(wordBits).of(0);
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

function registerHardware({ fields }: Placed, offset: number, hardware: FieldHardware): unknown {
  const views: Record<string, unknown> = {};
  for (const field of fields) views[field.name] = hardware.view(field, 8 * offset + field.lo);
  return fields.length === 1 && fields[0]!.name === '' ? views[''] : views;
}

/** Makes fields in flip-flops, and collects what the words read. */
class FieldHardware {
  readonly #bus: AccessBus;
  readonly #writes: (word: number) => Bool;
  readonly #words = new Map<number, { lo: number; value: UInt }[]>();
  readonly #stored: { readonly value: Reg<UIntType>; readonly initial: bigint }[] = [];

  /** `writes` is 1 while a word is written. */
  constructor(bus: AccessBus, writes: (word: number) => Bool) {
    this.#bus = bus;
    this.#writes = writes;
  }

  /** The hardware's side of a field whose bit 0 is bit `at` of the map. */
  view(field: PlacedField, at: number): unknown {
    const { name, signal: type, initial, doc } = field;
    const { width } = type;
    const store = (): Reg<UIntType> =>
      this.#stores(
        named(name, () => reg(u(width), initial), doc),
        initial,
      );
    const events = (what: string): Wire<UIntType> =>
      named([name, what].filter(Boolean).join('_'), () => wire(u(width), 0));
    switch (field.access) {
      case 'constant':
        return this.#readable(at, u(width).of(initial)).as(type);
      case 'ro':
        return this.#driven(
          at,
          named(name, () => wire(type), doc),
        );
      case 'rw':
        return this.#held(at, store()).as(type);
      case 'pulse':
        return this.#pulsed(at, store());
      case 'w1c':
        return this.#events(at, store(), events('set'));
      case 'w1s':
        return this.#orders(at, store(), events('clear'));
    }
  }

  #stores(value: Reg<UIntType>, initial: bigint): Reg<UIntType> {
    this.#stored.push({ value, initial });
    return value;
  }

  /** Takes all that is stored back to what it is after reset. */
  initialise(): void {
    for (const { value, initial } of this.#stored) value.next = initial;
  }

  /** What the words read: each 0 unless its bit of `selected` is 1. Words that always read 0 are left out. */
  gated(used: readonly number[], selected: UInt): UInt[] {
    return used.flatMap((word, k) => {
      const parts = this.#words.get(word)?.toSorted((a, b) => a.lo - b.lo);
      return parts ? [mux(selected.bit(k), packed(parts, wordBits), 0)] : [];
    });
  }

  #readable(at: number, value: UInt): UInt {
    for (const { word, lo, from, width } of piecesOf(at, value.width, wordBits)) {
      const parts = this.#words.get(word) ?? [];
      parts.push({ lo, value: value.slice(from, width) });
      this.#words.set(word, parts);
    }
    return value;
  }

  #driven(at: number, value: Wire<any>): Value {
    this.#readable(at, (value as Value).bits);
    return value as Value;
  }

  #held(at: number, value: Reg<UIntType>): UInt {
    for (const { word, lo, from, width } of piecesOf(at, value.width)) {
      when(this.#writes(word).and(this.#bus.strobe.bit(lo >> 3)), () => {
        (value.slice(from, width) as Reg<UIntType>).next = this.#bus.data.slice(lo, width);
      });
    }
    return this.#readable(at, value);
  }

  /** The bits of a field that the host writes with 1 in this cycle. */
  #ones(at: number, width: number): UInt {
    const ones = ({ word, lo, width }: Piece): UInt =>
      mux(this.#writes(word).and(this.#bus.strobe.bit(lo >> 3)), this.#bus.data.slice(lo, width), 0);
    return cat(...piecesOf(at, width).map(ones).toReversed());
  }

  #pulsed(at: number, value: Reg<UIntType>): UInt {
    value.next = this.#ones(at, value.width);
    return value;
  }

  #events(at: number, value: Reg<UIntType>, set: Wire<UIntType>): unknown {
    value.next = value.and(this.#ones(at, value.width).not()).or(set);
    return { value: this.#readable(at, value), set };
  }

  #orders(at: number, value: Reg<UIntType>, clear: Wire<UIntType>): unknown {
    value.next = value.and(clear.not()).or(this.#ones(at, value.width));
    return { value: this.#readable(at, value), clear };
  }
}
