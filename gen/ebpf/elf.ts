import { SlotBytes } from './isa.ts';
import { readObject, refuse } from './elf-file.ts';
import type { ObjectFile, Relocation, Section, Symbol } from './elf-file.ts';
import { decodeSlots, encodeSlots } from './slot.ts';
import type { Slot } from './slot.ts';

/** A program taken out of an object file. */
export interface Linked {
  readonly program: Uint8Array;
  /** First slot of each function. */
  readonly labels: ReadonlyMap<string, number>;
  /** Name of the function that runs first. */
  readonly entry: string;
}

/** Relocation types (Documentation/bpf/llvm_reloc.rst). */
const Type = { R_BPF_64_64: 1, R_BPF_64_32: 10 } as const;
const CallOpcode = 0x85;
const LocalCall = 1;

/** A function, or a whole section that has none marked. */
interface Unit {
  readonly name: string;
  readonly section: Section;
  /** Bytes from the start of the section. */
  readonly start: number;
  readonly end: number;
  readonly global: boolean;
}

class Linker {
  readonly #file: string;
  readonly #object: ObjectFile;
  readonly #units: readonly Unit[];
  readonly #slots: Slot[] = [];
  readonly #placed = new Map<Unit, number>();
  readonly #calls: { readonly at: number; readonly callee: Unit; readonly distance: number }[] = [];

  constructor(bytes: Uint8Array, file: string) {
    this.#file = file;
    this.#object = readObject(bytes, file);
    this.#units = this.#object.sections
      .filter(({ executable, bytes: { length } }) => executable && length > 0)
      .flatMap((section) => unitsOf(section, this.#object.symbols));
  }

  link(wanted: string | undefined): Linked {
    const entry = this.#entry(wanted);
    // Placing a unit adds the ones it calls, so the map grows while it is walked.
    this.#placed.set(entry, 0);
    for (const unit of this.#placed.keys()) this.#place(unit);
    for (const { at, callee, distance } of this.#calls) {
      this.#slots[at] = { ...this.#slots[at], imm: this.#placed.get(callee)! + distance - at - 1 };
    }
    const labels = new Map([...this.#placed].map(([{ name }, slot]) => [name, slot]));
    return { program: encodeSlots(this.#slots), labels, entry: entry.name };
  }

  #entry(wanted: string | undefined): Unit {
    if (wanted === undefined) {
      const first = this.#units.find(({ global }) => global) ?? this.#units[0];
      return first ?? refuse(this.#file, '', 'the object has no code', 'compile a function that is not `static`');
    }
    const found =
      this.#units.find(({ name }) => name === wanted) ??
      this.#units.find(({ section, global }) => section.name === wanted && global);
    const known = this.#units.map(({ name }) => `\`${name}\``).join(', ');
    return found ?? refuse(this.#file, '', `there is no function or section \`${wanted}\``, `choose one of ${known}`);
  }

  #place(unit: Unit): void {
    const { section, start, end } = unit;
    if (start % SlotBytes !== 0 || end % SlotBytes !== 0 || end > section.bytes.length) {
      refuse(
        this.#file,
        `section ${section.name}, symbol ${unit.name}`,
        'a function is not made of whole 8-byte slots',
        'build the object file again',
      );
    }
    const base = this.#slots.length;
    this.#placed.set(unit, base);
    const relocations = new Map(this.#object.relocations(section).map((each) => [each.offset, each]));
    decodeSlots(section.bytes.subarray(start, end)).forEach((slot, index) => {
      const offset = start + index * SlotBytes;
      const relocation = relocations.get(offset);
      this.#slots.push(slot);
      const local = slot.opcode === CallOpcode && slot.src === LocalCall;
      if (relocation && !(local && relocation.type === Type.R_BPF_64_32)) this.#refuseRelocation(unit, relocation);
      if (!local) return;
      const { symbol } = relocation ?? {};
      if (symbol && !symbol.section) {
        refuse(
          this.#file,
          `section ${section.name}, offset 0x${offset.toString(16)}`,
          `\`${symbol.name}\` is called and not defined in this file: the device has no helpers or kernel functions`,
          'define the function in the same source file',
        );
      }
      const target = (symbol ? symbol.value : offset) + (slot.imm + 1) * SlotBytes;
      this.#call(base + index, symbol?.section ?? section, target, offset, section);
    });
  }

  #call(at: number, section: Section, target: number, offset: number, from: Section): void {
    const callee = this.#units.find((unit) => unit.section === section && target >= unit.start && target < unit.end);
    if (!callee) {
      refuse(
        this.#file,
        `section ${from.name}, offset 0x${offset.toString(16)}`,
        `a call goes to offset 0x${target.toString(16)} of section ${section.name}, where there is no function`,
        'build the object file again',
      );
    }
    if (!this.#placed.has(callee)) this.#placed.set(callee, NaN);
    this.#calls.push({ at, callee, distance: (target - callee.start) / SlotBytes });
  }

  #refuseRelocation({ section, name }: Unit, { offset, type, symbol }: Relocation): never {
    const where = `section ${section.name}, offset 0x${offset.toString(16)} (function ${name}, symbol ${symbol.name})`;
    if (type !== Type.R_BPF_64_64) {
      refuse(this.#file, where, `relocation type ${type} is not known`, 'compile with clang for BPF, without `-fPIC`');
    }
    const target = symbol.section?.name ?? '';
    if (/^\.?maps$/.test(target)) {
      refuse(
        this.#file,
        where,
        `the program uses the map \`${symbol.name}\`, and the device has no maps`,
        'keep state in the data slot: it is r1, the first argument of the function',
      );
    }
    refuse(
      this.#file,
      where,
      symbol.section
        ? `the program uses data of section ${target}, and only its instructions reach the device`
        : `\`${symbol.name}\` is not defined in this file`,
      'put constant tables into the data slot, and compute what is small; avoid global variables and large initialisers',
    );
  }
}

/** The functions of a section, each up to its size, or to the next one when it has none. */
function unitsOf(section: Section, symbols: readonly Symbol[]): Unit[] {
  const here = symbols
    .filter((symbol) => symbol.section === section && symbol.kind === 'function')
    .sort((a, b) => a.value - b.value);
  const all = { name: section.name, section, start: 0, end: section.bytes.length, global: true };
  if (here.length === 0) return [all];
  return here.map(({ name, value, size, global }, index) => ({
    name,
    section,
    start: value,
    global,
    end: size > 0 ? value + size : (here[index + 1]?.value ?? section.bytes.length),
  }));
}

/**
 * Takes a program out of an object file of `clang -target bpf`: the entry function first, then every function that it
 * calls, wherever they are in the file, calls set to where they have come to lie.
 * @param file the name to give in errors
 * @param entry a function, or a section whose first global function is meant; unless told, the first global function of
 *   the first section that has one
 * @throws ProgramRefused for anything but code: maps, global data, functions of other files, unknown relocations
 */
export const loadElf = (bytes: Uint8Array, file: string, entry?: string): Linked => new Linker(bytes, file).link(entry);
