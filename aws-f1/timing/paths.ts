/** The longest ways from register to register in a mapped netlist, by the delays of Yosys' library; routing comes on top. */
import { type Bit, type Cell, type MappedFile, type MappedModule, type Named, type Names } from './mapped.ts';
import { combinational } from './synthesis.ts';

/** The longest way from one signal to another. */
export interface TimedPath {
  readonly from: Named;
  readonly to: Named;
  /** LUTs and wide multiplexers one after the other, and one for each carry chain. */
  readonly levels: number;
  /** Blocks of four bits in carry chains. */
  readonly carries: number;
  /** Delay of the logic, with the clock-to-output of a flip-flop and without routing and setup. */
  readonly nanoseconds: number;
  /** Signals with a name on the way. */
  readonly through: readonly Named[];
}

/** Delay in ps from a bit of an input to a bit of an output. */
interface Arc {
  readonly from: string;
  readonly fromBit: number;
  readonly to: string;
  readonly toBit: number;
  readonly delay: number;
}

interface Library {
  readonly arcs: ReadonlyMap<string, readonly Arc[]>;
  /** From the clock to the output of a flip-flop. */
  readonly clockToOutput: number;
  /** Of the slowest pin of the largest LUT: what the read of a LUT RAM is taken for, about which Yosys says nothing. */
  readonly lut: number;
}

interface Arrival {
  readonly time: number;
  readonly before?: { readonly bit: Bit; readonly cell: Cell };
}

/** The slowest path for each pair of signals, slowest first, at most `limit`. */
export function slowestPaths(module: MappedModule, library: MappedFile, names: Names, limit: number): TimedPath[] {
  const delays = readLibrary(library);
  const drivers = driversOf(module);
  const arrivals = arrivalsOf(module, drivers, delays);
  const ends = Object.entries(module.cells).flatMap(([key, cell]) => endsOf(key, cell, names));
  for (const [name, { direction, bits }] of Object.entries(module.ports))
    if (direction === 'output') for (const bit of bits) ends.push({ bit, to: () => names.net(bit) ?? { name } });
  const timed = ends.map((end) => ({ ...end, time: arrivals.get(end.bit)?.time ?? 0 })).sort((a, b) => b.time - a.time);
  const paths = new Map<string, TimedPath>();
  for (const { bit, to, time } of timed) {
    if (paths.size === limit || time === 0) break;
    const path = trace(bit, to(), time, arrivals, drivers, names);
    const key = `${path.from.name} ${path.to.name}`;
    if (!paths.has(key)) paths.set(key, path);
  }
  return [...paths.values()];
}

type Drivers = ReadonlyMap<
  Bit,
  { readonly key: string; readonly cell: Cell; readonly port: string; readonly index: number }
>;

function driversOf({ cells }: MappedModule): Drivers {
  const drivers = new Map<Bit, { key: string; cell: Cell; port: string; index: number }>();
  for (const [key, cell] of Object.entries(cells))
    for (const [port, bits] of Object.entries(cell.connections))
      if (cell.port_directions?.[port] === 'output')
        bits.forEach((bit, index) => drivers.set(bit, { key, cell, port, index }));
  return drivers;
}

/** Inputs of what a clock moves, but for the clock. */
function endsOf(key: string, cell: Cell, names: Names): { readonly bit: Bit; readonly to: () => Named }[] {
  if (cell.type.startsWith('$') || combinational.includes(cell.type)) return [];
  const inputs = Object.entries(cell.connections).filter(([port]) => cell.port_directions?.[port] === 'input');
  const wanted = inputs.filter(([port]) => !/^(C|W?CLK.*)$/.test(port) && !readAddress(cell.type, port));
  const to = (): Named => names.cell(key, cell, cell.connections['Q']?.[0]);
  return wanted.flatMap(([, bits]) => bits.filter((bit) => typeof bit === 'number').map((bit) => ({ bit, to })));
}

function arrivalsOf(module: MappedModule, drivers: Drivers, delays: Library): Map<Bit, Arrival> {
  const arrivals = new Map<Bit, Arrival>();
  const steps = (bit: Bit): readonly (readonly [Bit, number])[] => {
    const driver = drivers.get(bit);
    return driver ? stepsTo(driver.cell, driver.port, driver.index, delays) : [];
  };
  const settle = (root: Bit): void => {
    const stack = [root];
    for (let bit = stack.at(-1); bit !== undefined; bit = stack.at(-1)) {
      if (arrivals.has(bit)) {
        stack.pop();
        continue;
      }
      const driver = drivers.get(bit);
      const from = steps(bit);
      const open = from.filter(([before]) => !arrivals.has(before));
      if (open.length > 0) {
        stack.push(...open.map(([before]) => before));
        continue;
      }
      let arrival: Arrival = { time: driver && driver.cell.type.startsWith('FD') ? delays.clockToOutput : 0 };
      for (const [before, delay] of from) {
        const time = arrivals.get(before)!.time + delay;
        if (time > arrival.time) arrival = { time, before: { bit: before, cell: driver!.cell } };
      }
      arrivals.set(bit, arrival);
      stack.pop();
    }
  };
  for (const { bits } of Object.values(module.ports)) bits.forEach(settle);
  for (const { connections } of Object.values(module.cells)) Object.values(connections).flat().forEach(settle);
  return arrivals;
}

/** The nets that an output of a cell follows, each with its delay. */
function stepsTo(cell: Cell, port: string, index: number, { arcs, lut }: Library): (readonly [Bit, number])[] {
  if (combinational.includes(cell.type)) {
    const own = (arcs.get(cell.type) ?? []).filter(({ to, toBit }) => to === port && toBit === index);
    return own.flatMap(({ from, fromBit, delay }) => {
      const bit = cell.connections[from]?.[fromBit];
      return typeof bit === 'number' ? [[bit, delay] as const] : [];
    });
  }
  const addresses = Object.entries(cell.connections).filter(([input]) => readAddress(cell.type, input) === port);
  return addresses.flatMap(([, bits]) =>
    bits.filter((bit) => typeof bit === 'number').map((bit) => [bit, lut] as const),
  );
}

/** The output of a LUT RAM that follows one of its inputs. */
function readAddress(type: string, input: string): string | undefined {
  if (!/^RAM\d+[XM]/.test(type)) return undefined;
  const letter = /^ADDR([A-H])$/.exec(input)?.[1];
  if (letter !== undefined) return `DO${letter}`;
  if (/^DPRA\d*$/.test(input)) return 'DPO';
  return /^A\d*$/.test(input) ? (type.endsWith('S') ? 'O' : 'SPO') : undefined;
}

function trace(
  end: Bit,
  to: Named,
  time: number,
  arrivals: ReadonlyMap<Bit, Arrival>,
  drivers: Drivers,
  names: Names,
): TimedPath {
  let [levels, carries] = [0, 0];
  const through: Named[] = [];
  let bit = end;
  let later: Cell | undefined;
  for (let { before } = arrivals.get(bit)!; before; { before } = arrivals.get(bit)!) {
    const { type } = before.cell;
    if (type === 'CARRY4' && before.cell !== later) carries++;
    if (type === 'CARRY4' ? later?.type !== 'CARRY4' : type !== 'INV') levels++;
    later = before.cell;
    const name = names.net(bit, before.cell);
    if (name && name.name !== to.name && name.name !== through.at(-1)?.name) through.push(name);
    bit = before.bit;
  }
  const driver = drivers.get(bit);
  const from = driver ? names.cell(driver.key, driver.cell, bit) : (names.net(bit) ?? { name: 'an input' });
  return { from, to, levels, carries, nanoseconds: time / 1000, through: through.reverse() };
}

function readLibrary({ modules }: MappedFile): Library {
  const arcs = new Map<string, Arc[]>();
  let clockToOutput = 0;
  for (const [type, { ports, cells }] of Object.entries(modules)) {
    const at = new Map<Bit, { port: string; index: number }>();
    for (const [port, { bits }] of Object.entries(ports)) bits.forEach((bit, index) => at.set(bit, { port, index }));
    const own: Arc[] = [];
    for (const { type: kind, parameters, connections } of Object.values(cells)) {
      if (kind !== '$specify2' && kind !== '$specify3') continue;
      const delay = Math.max(...['T_RISE_MAX', 'T_FALL_MAX'].map((name) => Number.parseInt(parameters[name]!, 2)));
      if (kind === '$specify3') {
        if (type.startsWith('FD')) clockToOutput = Math.max(clockToOutput, delay);
        continue;
      }
      const full = parameters['FULL'] === '1';
      connections['SRC']!.forEach((source, i) =>
        connections['DST']!.forEach((target, j) => {
          const [from, to] = [at.get(source), at.get(target)];
          if (from && to && (full || i === j))
            own.push({ from: from.port, fromBit: from.index, to: to.port, toBit: to.index, delay });
        }),
      );
    }
    arcs.set(type, own);
  }
  return { arcs, clockToOutput, lut: Math.max(...(arcs.get('LUT6') ?? []).map(({ delay }) => delay)) };
}
