/** A mapped netlist as Yosys writes it in JSON, and what its nets and cells were called in the TypeScript. */
import { lookup, type EmittedFile } from '../../gen/emit/index.ts';

/** The part of Yosys' JSON that is used here. */
export interface MappedFile {
  readonly modules: Readonly<Record<string, MappedModule>>;
}

export interface MappedModule {
  readonly ports: Readonly<Record<string, { readonly direction: Direction; readonly bits: readonly Bit[] }>>;
  readonly cells: Readonly<Record<string, Cell>>;
  readonly netnames: Readonly<
    Record<string, { readonly hide_name: 0 | 1; readonly bits: readonly Bit[]; readonly attributes: Attributes }>
  >;
}

type Direction = 'input' | 'output' | 'inout';
type Attributes = Readonly<Record<string, string>>;

/** The number of a net; constants are text. */
export type Bit = number | string;

export interface Cell {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly attributes: Attributes;
  readonly port_directions?: Readonly<Record<string, Direction>>;
  readonly connections: Readonly<Record<string, readonly Bit[]>>;
}

/** What a net, a memory or an operator is called, and where it was written. */
export interface Named {
  /** Emitted name with the instances around it: `division.remainder_q`. */
  readonly name: string;
  /** `file:line` of the TypeScript. */
  readonly place?: string;
}

/** Names of the nets and cells of a flat design. */
export class Names {
  readonly #files: ReadonlyMap<string, EmittedFile>;
  readonly #lines = new Map<string, readonly string[]>();
  readonly #nets = new Map<Bit, { name: string; src: string }[]>();
  /** Memories by their read addresses, where Yosys has moved a register from the data to the address. */
  readonly #addresses = new Map<Bit, string>();
  /** Module of each instance, by its path. */
  readonly #modules = new Map<string, string>();

  constructor({ netnames, cells }: MappedModule, top: string, files: readonly EmittedFile[]) {
    this.#files = new Map(files.map((file) => [file.name, file]));
    for (const [name, { hide_name, bits, attributes }] of Object.entries(netnames)) {
      const absorbed = /^\$\\(.+)\$rdreg\[\d+\]\$q$/.exec(name)?.[1];
      if (absorbed !== undefined) for (const bit of bits) this.#addresses.set(bit, absorbed);
      if (hide_name === 1) continue;
      for (const bit of new Set(bits)) {
        const known = this.#nets.get(bit);
        const entry = { name, src: attributes['src'] ?? '' };
        if (known) known.push(entry);
        else this.#nets.set(bit, [entry]);
      }
    }
    this.#modules.set('', top);
    for (const [name, { type, attributes }] of Object.entries(cells))
      if (type === '$scopeinfo') this.#modules.set(name, attributes['module']!.replace(/^\\/, ''));
  }

  /** The name of a net; of several, one in the file of its driver, then that of a register (`_q`), then the shortest. */
  net(bit: Bit, driver?: Cell): Named | undefined {
    const names = this.#nets.get(bit);
    if (names === undefined) return undefined;
    const home = fileOf(driver?.attributes['src'] ?? '');
    const rank = ({ name, src }: { name: string; src: string }): string =>
      `${fileOf(src) === home ? 0 : 1}${name.endsWith('_q') ? 0 : 1}${String(name.length).padStart(5, '0')}${name}`;
    const best = names.reduce((a, b) => (rank(b) < rank(a) ? b : a));
    return named(best.name, this.place(best.src));
  }

  /** A register by what it drives; a memory or an operator by its own name. */
  cell(key: string, cell: Cell, output?: Bit): Named {
    const net = cell.type.startsWith('FD') && output !== undefined ? this.net(output, cell) : undefined;
    if (net) return net;
    const memory = output === undefined ? undefined : this.#addresses.get(output);
    if (memory !== undefined) return named(`read address of ${memory}`, this.#declaration(memory));
    const src = cell.attributes['src'] ?? '';
    const place = this.place(src);
    if (key.startsWith('$'))
      return named(`${cell.type} of ${src.split('|').find((part) => !part.startsWith('/')) ?? 'Yosys'}`, place);
    const name = key.replace(/(\.\d+)+$/, '');
    return named(name, place ?? this.#declaration(name));
  }

  /** The path of the instance in which something of this name stands; empty for the top. */
  scope(name: string): string {
    const parts = name.split('.');
    for (let n = parts.length - 1; n > 0; n--) {
      const path = parts.slice(0, n).join('.');
      if (this.#modules.has(path)) return path;
    }
    return '';
  }

  /** Name of the module at an instance's path. */
  moduleAt(path: string): string {
    return this.#modules.get(path)!;
  }

  /** Where lines of an emitted file, as Yosys names them in `src`, come from. */
  place(src: string): string | undefined {
    for (const part of src.split('|')) {
      const [file, line] = part.split(/[:.](?=\d)/) as [string, string | undefined];
      const found = this.#files.get(file);
      const position = found && lookup(found.map, Number(line));
      if (position) return `${position.file}:${position.line}`;
    }
    return undefined;
  }

  /** Memories lose their source on the way through Yosys: the line that declares them is looked for. */
  #declaration(name: string): string | undefined {
    const scope = this.scope(name);
    const own = scope === '' ? name : name.slice(scope.length + 1);
    const file = `${this.moduleAt(scope)}.sv`;
    if (!this.#lines.has(file)) this.#lines.set(file, this.#files.get(file)?.text.split('\n') ?? []);
    const line = this.#lines.get(file)!.findIndex((text) => /^\s*logic\b/.test(text) && text.includes(` ${own} [`));
    return line < 0 ? undefined : this.place(`${file}:${line + 1}`);
  }
}

const named = (name: string, place: string | undefined): Named => (place === undefined ? { name } : { name, place });

const fileOf = (src: string): string => src.split(':', 1)[0]!;
