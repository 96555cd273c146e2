/** What drives many cells, and in which instance the cells of a flat design stand. */
import type { Bit, Cell, MappedModule, Named, Names } from './mapped.ts';
import type { Resources } from '../../gen/estimate.ts';
import { resources } from './synthesis.ts';

/** A net that many cells read. */
export interface Load extends Named {
  readonly fanOut: number;
  /** How many of them read it as clock enable or reset, which Vivado may put on a global buffer. */
  readonly controls: number;
}

/** Nets but for clocks with more than `threshold` readers, largest first; of one signal, the bit that has most. */
export function heavyNets(module: MappedModule, names: Names, threshold: number): Load[] {
  const counts = new Map<Bit, { all: number; controls: number }>();
  const clocks = new Set<Bit>();
  const drivers = new Map<Bit, readonly [string, Cell]>();
  const named = new Map<Bit, Named>();
  for (const [key, cell] of Object.entries(module.cells)) {
    for (const [port, bits] of Object.entries(cell.connections)) {
      for (const bit of bits) {
        if (typeof bit !== 'number') continue;
        if (cell.port_directions?.[port] === 'output') {
          drivers.set(bit, [key, cell]);
          continue;
        }
        if (/^(C|W?CLK.*)$/.test(port) && !cell.type.startsWith('CARRY')) clocks.add(bit);
        const known = counts.get(bit) ?? { all: 0, controls: 0 };
        known.all++;
        if (cell.type.startsWith('FD')) {
          if (port !== 'D') known.controls++;
          if (!named.has(bit)) named.set(bit, names.cell(key, cell, cell.connections['Q']?.[0]));
        }
        counts.set(bit, known);
      }
    }
  }
  const heavy = [...counts].filter(([bit, { all }]) => all > threshold && !clocks.has(bit));
  const loads = new Map<string, Load>();
  for (const [bit, { all, controls }] of heavy.sort((a, b) => b[1].all - a[1].all)) {
    const driver = drivers.get(bit);
    const reader = named.get(bit);
    const ahead = reader && { ...reader, name: `logic before ${reader.name}` };
    const isRegister = driver && !/^(LUT|MUX|CARRY|INV)/.test(driver[1].type);
    const before = driver?.[1].type === 'INV' ? driver[1].connections['I']![0]! : undefined;
    const inverted = before === undefined ? undefined : names.net(before, drivers.get(before)?.[1]);
    const own = isRegister
      ? names.cell(...driver, bit)
      : (names.net(bit, driver?.[1]) ?? (inverted && { ...inverted, name: `not ${inverted.name}` }));
    const name = own ?? ahead ?? { name: 'a net without a name' };
    if (!loads.has(name.name)) loads.set(name.name, { ...name, fanOut: all, controls });
  }
  return [...loads.values()];
}

/** What stands directly in one instance. */
export interface Share {
  /** Path of the instance; empty for the top. */
  readonly instance: string;
  readonly module: string;
  readonly resources: Resources;
}

/**
 * Cells by the instance in which they stand. Flip-flops, RAMs and multipliers keep their names. A LUT belongs where its net
 * has a name; otherwise to what reads it first, because logic counts with the register that it leads to.
 */
export function sharesOf(module: MappedModule, names: Names): Share[] {
  const scopes = new Map<string, string>();
  const readers = new Map<Bit, string>();
  for (const [key, cell] of Object.entries(module.cells)) {
    const outputs = outputsOf(cell);
    const name = outputs.map((bit) => names.net(bit, cell)?.name).find((found) => found !== undefined);
    const own = key.startsWith('$') ? name : key;
    if (own !== undefined) scopes.set(key, names.scope(own));
    for (const [port, bits] of Object.entries(cell.connections))
      if (cell.port_directions?.[port] === 'input')
        for (const bit of bits) if (!readers.has(bit)) readers.set(bit, key);
  }
  const scopeOf = (start: string): string => {
    const seen = new Set<string>();
    for (let key: string | undefined = start; key !== undefined && !seen.has(key);) {
      seen.add(key);
      const scope = scopes.get(key);
      if (scope !== undefined) return scope;
      const read: Bit | undefined = outputsOf(module.cells[key]!).find((bit) => readers.has(bit));
      key = read === undefined ? undefined : readers.get(read);
    }
    return '';
  };
  const cells = new Map<string, Record<string, number>>();
  for (const [key, { type }] of Object.entries(module.cells)) {
    if (type.startsWith('$')) continue;
    const scope = scopeOf(key);
    const counts = cells.get(scope) ?? {};
    counts[type] = (counts[type] ?? 0) + 1;
    cells.set(scope, counts);
  }
  return [...cells]
    .map(([instance, counts]) => ({ instance, module: names.moduleAt(instance), resources: resources(counts) }))
    .sort((a, b) => b.resources.lut - a.resources.lut);
}

const outputsOf = ({ connections, port_directions }: Cell): Bit[] =>
  Object.entries(connections).flatMap(([port, bits]) => (port_directions?.[port] === 'output' ? bits : []));
