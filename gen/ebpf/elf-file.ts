import { ProgramRefused } from './problem.ts';

/** A section of an object file. */
export interface Section {
  readonly index: number;
  readonly name: string;
  readonly type: number;
  readonly bytes: Uint8Array;
  readonly executable: boolean;
  readonly link: number;
  readonly info: number;
}

export interface Symbol {
  readonly name: string;
  /** Byte offset in its section. */
  readonly value: number;
  readonly size: number;
  readonly kind: 'none' | 'object' | 'function' | 'section' | 'other';
  readonly global: boolean;
  /** Undefined for a symbol that another file would define, and for absolute ones. */
  readonly section: Section | undefined;
}

/** A place in a section that depends on a symbol. */
export interface Relocation {
  readonly offset: number;
  readonly type: number;
  readonly symbol: Symbol;
}

/** An ELF64 relocatable object for BPF, little-endian. */
export interface ObjectFile {
  readonly sections: readonly Section[];
  readonly symbols: readonly Symbol[];
  /** Relocations of a section, in the order of the file. */
  readonly relocations: (section: Section) => readonly Relocation[];
}

const Machine = 247;
const SectionType = { SYMTAB: 2, RELA: 4, NOBITS: 8, REL: 9 } as const;
const ExecutableFlag = 4n;
const kinds = ['none', 'object', 'function', 'section'] as const;

export const isElf = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;

/** @throws ProgramRefused: one problem with a file, at `where` in it. */
export function refuse(file: string, where: string, message: string, cure: string): never {
  throw new ProgramRefused([{ place: where ? `${file}: ${where}` : file, message, cure }]);
}

/** Bytes of a file, checked against its end. */
class Reader {
  readonly #file: string;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, file: string) {
    this.#bytes = bytes;
    this.#file = file;
  }

  view(offset: number, length: number, what: string): DataView {
    if (offset + length > this.#bytes.length) {
      refuse(
        this.#file,
        `offset 0x${offset.toString(16)} (${what})`,
        `the file is truncated: ${length} bytes are needed here and it has ${this.#bytes.length} in all`,
        'build or copy the object file again',
      );
    }
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset + offset, length);
  }

  bytes(offset: number, length: number, what: string): Uint8Array {
    const { buffer, byteOffset } = this.view(offset, length, what);
    return new Uint8Array(buffer, byteOffset, length);
  }
}

const wide = (view: DataView, offset: number): number => Number(view.getBigUint64(offset, true));

function text(table: Uint8Array, offset: number): string {
  const end = table.indexOf(0, offset);
  return Buffer.from(table.subarray(offset, end < 0 ? table.length : end)).toString();
}

function header(reader: Reader, file: string): DataView {
  const { buffer, byteOffset } = reader.view(0, 16, 'identification');
  const identification = new Uint8Array(buffer, byteOffset, 16);
  const rebuild = 'compile with `clang -target bpf -O2 -c`';
  if (!isElf(identification)) refuse(file, '', 'this is not an ELF file', rebuild);
  if (identification[4] !== 2) refuse(file, 'offset 0x4 (class)', 'this is not a 64-bit ELF file', rebuild);
  if (identification[5] !== 1) {
    refuse(
      file,
      'offset 0x5 (data)',
      'this object is big-endian, the device is little-endian',
      'compile with `-target bpfel`',
    );
  }
  const view = reader.view(0, 64, 'header');
  const machine = view.getUint16(18, true);
  if (machine !== Machine) {
    refuse(file, 'offset 0x12 (machine)', `this object is for machine ${machine}, not for BPF (${Machine})`, rebuild);
  }
  if (view.getUint16(16, true) !== 1) {
    refuse(file, 'offset 0x10 (type)', 'this is not a relocatable object file', `do not link it: ${rebuild}`);
  }
  return view;
}

function readSections(reader: Reader, head: DataView): Section[] {
  const [start, entry, count, names] = [
    wide(head, 40),
    head.getUint16(58, true),
    head.getUint16(60, true),
    head.getUint16(62, true),
  ];
  const raw = Array.from({ length: count }, (_, index) => {
    const view = reader.view(start + index * entry, 64, `header of section ${index}`);
    const type = view.getUint32(4, true);
    const bytes =
      type === SectionType.NOBITS || type === 0
        ? new Uint8Array(0)
        : reader.bytes(wide(view, 24), wide(view, 32), `section ${index}`);
    return {
      index,
      type,
      bytes,
      nameAt: view.getUint32(0, true),
      link: view.getUint32(40, true),
      info: view.getUint32(44, true),
      executable: (view.getBigUint64(8, true) & ExecutableFlag) !== 0n,
    };
  });
  return raw.map(({ nameAt, ...section }) => ({
    ...section,
    name: names < raw.length ? text(raw[names].bytes, nameAt) : '',
  }));
}

function readSymbols(sections: readonly Section[]): Symbol[] {
  const table = sections.find(({ type }) => type === SectionType.SYMTAB);
  if (!table) return [];
  const names = sections[table.link]?.bytes ?? new Uint8Array(0);
  return entries(table, 24).map((view) => {
    const info = view.getUint8(4);
    const at = view.getUint16(6, true);
    const section = at > 0 && at < sections.length ? sections[at] : undefined;
    const kind = kinds[info & 15] ?? 'other';
    const name = text(names, view.getUint32(0, true));
    return {
      name: kind === 'section' ? (section?.name ?? name) : name,
      value: wide(view, 8),
      size: wide(view, 16),
      kind,
      global: info >> 4 !== 0,
      section,
    };
  });
}

const entries = ({ bytes }: Section, size: number): DataView[] =>
  Array.from(
    { length: Math.floor(bytes.length / size) },
    (_, index) => new DataView(bytes.buffer, bytes.byteOffset + index * size, size),
  );

/**
 * Reads an object file as `clang -target bpf -c` writes it.
 * @throws ProgramRefused when it is truncated, linked, or made for another machine
 */
export function readObject(bytes: Uint8Array, file: string): ObjectFile {
  const reader = new Reader(bytes, file);
  const sections = readSections(reader, header(reader, file));
  const symbols = readSymbols(sections);
  const relocations = (section: Section): Relocation[] => {
    const tables = sections.filter(
      ({ type, info }) => info === section.index && (type === SectionType.REL || type === SectionType.RELA),
    );
    return tables.flatMap((table) =>
      entries(table, table.type === SectionType.REL ? 16 : 24).map((view) => {
        const symbol = symbols[view.getUint32(12, true)];
        const offset = wide(view, 0);
        if (!symbol) {
          refuse(
            file,
            `section ${table.name}, offset 0x${offset.toString(16)}`,
            'a relocation names no symbol',
            'build the object file again',
          );
        }
        return { offset, type: view.getUint32(8, true), symbol };
      }),
    );
  };
  return { sections, symbols, relocations };
}
