/** All bins of an engine, made from the instruction table and from the engine's netlist. */
import { ErrorClass, instructions, type Instruction } from '../../gen/ebpf/isa.ts';
import type { EngineConfig } from '../../gen/ebpf/engine/interface.ts';
import type { Module } from '../../gen/ir/index.ts';
import { meetings, places } from './accesses.ts';
import type { Bin, Coverpoints, Group, Wanted } from './bins.ts';
import { distances, hazards, paths, producerKinds, registers } from './dependences.ts';
import { endsBehind, errorsOf, errorsOfOpcode, errorsOfProgram } from './errors.ts';
import { rules } from './exclusions.ts';
import { instrument, type Instrumented } from './instrument.ts';
import { calls, jumps } from './jumps.ts';
import { operands } from './operands.ts';
import { engineName, flagsOf, pathsOf } from './passage.ts';
import type { Point } from './points.ts';
import { stagesOf } from './points.ts';
import { runBy } from './rows.ts';

export interface Model {
  readonly bins: readonly Bin[];
  /**
   * Bins that a step of an instruction may hit, a use of its result, its failure; the failure of an opcode byte, and any
   * failure.
   */
  readonly ofRow: ReadonlyMap<Instruction, readonly Bin[]>;
  readonly ofUse: ReadonlyMap<Instruction, readonly Bin[]>;
  readonly ofFailure: ReadonlyMap<Instruction, readonly Bin[]>;
  readonly ofOpcode: ReadonlyMap<number, readonly Bin[]>;
  readonly ofErrors: readonly Bin[];
  /** Bins of points, by path of the module and position of the point. */
  readonly ofPoints: ReadonlyMap<string, readonly Bin[]>;
  /** Bins of each engine of a device. */
  readonly ofEngines: readonly EngineBins[];
  readonly instrumented: Instrumented;
  /** Names of the flags, the first in bit 0. */
  readonly flags: readonly string[];
  readonly config: EngineConfig;
}

/** What is counted for one engine of a device by itself. */
export interface EngineBins {
  /** By name of an instruction or of an error class, or by the id of what is seen in the stages of any engine. */
  readonly named: ReadonlyMap<string, Bin>;
  /** Bins that a step of an instruction may hit. */
  readonly ofRow: ReadonlyMap<Instruction, readonly Bin[]>;
}

/** Groups about wires between the parts of an engine: each engine has its own. */
const onEachEngine: ReadonlySet<Group> = new Set(['path', 'memory', 'call']);

/** Bins as they are found, each under a name of its own and with the rule that excludes it. */
class Book {
  readonly bins: Bin[] = [];
  readonly #ids = new Set<string>();

  add(group: Group, subject: string, wanted: Wanted, row?: Instruction): Bin {
    const id = `${group}/${subject}/${wanted.aspect}/${wanted.label}`;
    if (this.#ids.has(id)) throw new Error(`two bins are called ${id}`);
    this.#ids.add(id);
    const plain: Bin = { ...wanted, id, group, subject };
    const excluded = rules.find((rule) => rule.applies(plain, row))?.reason;
    const bin = excluded === undefined ? plain : { ...plain, excluded };
    this.bins.push(bin);
    return bin;
  }
}

/**
 * @param engine the engine's netlist, with retirement port
 * @param engines engines of the device on which everything has to be seen
 */
export function modelOf(engine: Module, config: EngineConfig, engines: number): Model {
  const book = new Book();
  const flags = flagsOf(engine);
  const running = runBy(config);
  const instrumented = instrument(engine, engineName, flags);
  const ofInstructions = addInstructions(book, engine, config, running);
  const ofOpcode = new Map(
    Array.from({ length: 256 }, (_, opcode) => {
      const name = `opcode 0x${opcode.toString(16).padStart(2, '0')}`;
      return [opcode, [...errorsOfOpcode(opcode)].map((wanted) => book.add('error', name, wanted))];
    }),
  );
  const ofErrors = [
    ...[...errorsOfProgram(config)].map((wanted) => book.add('error', 'program', wanted)),
    ...running.flatMap((row) => [...endsBehind(row)].map((wanted) => book.add('error', row.name, wanted, row))),
  ];
  const ofPoints = new Map(
    [...instrumented.points].map(([path, points]) => {
      const subject = path === '' ? engineName : `${engineName}.${path}`;
      return [path, points.map((point) => book.add(point.kind, subject, wantedOf(point)))];
    }),
  );
  const named = [...running.map(instructionSeen), ...errorsSeen(book.bins)];
  const stages = [...ofPoints.values()].flat().filter(({ group }) => group === 'stall' || group === 'flush');
  const ofEngines = Array.from({ length: engines }, (_, number) =>
    engineBins(book, `engine ${number}`, named, stages, ofInstructions.ofRow),
  );
  const names = flags.map(({ name }) => name);
  return {
    bins: book.bins,
    ...ofInstructions,
    ofOpcode,
    ofErrors,
    ofPoints,
    ofEngines,
    instrumented,
    flags: names,
    config,
  };
}

type OfInstructions = Pick<Model, 'ofRow' | 'ofUse' | 'ofFailure'>;

/** The bins of the instruction table. */
function addInstructions(
  book: Book,
  engine: Module,
  config: EngineConfig,
  running: readonly Instruction[],
): OfInstructions {
  const { length: stages } = stagesOf(engine);
  const sources = { left: pathsOf(engine, 'left'), right: pathsOf(engine, 'right') };
  const table: readonly (readonly [Group, Coverpoints, readonly Instruction[]])[] = [
    ['operand', operands, running],
    ['register', registers, running],
    ['distance', distances(stages), running],
    ['hazard', hazards(stages, producerKinds(running)), running],
    ['path', paths(sources), running],
    ['place', places(config.dataSlotBytes), running],
    ['memory', meetings(config), running],
    ['jump', jumps, running],
    ['call', calls, running],
    ['error', errorsOf(config, running), instructions],
  ];
  const empty = (): Map<Instruction, Bin[]> => new Map(instructions.map((row) => [row, []]));
  const [ofRow, ofUse, ofFailure] = [empty(), empty(), empty()];
  for (const [group, coverpoints, rows] of table) {
    for (const row of rows) {
      for (const wanted of coverpoints(row)) {
        const bins = wanted.used ? ofUse : group === 'error' ? ofFailure : ofRow;
        bins.get(row)!.push(book.add(group, row.name, wanted, row));
      }
    }
  }
  return { ofRow, ofUse, ofFailure };
}

/** What is counted for one engine of a device: what has a name, what its stages do, and its copies of other bins. */
function engineBins(
  book: Book,
  subject: string,
  named: readonly Wanted[],
  stages: readonly Bin[],
  ofRow: Model['ofRow'],
): EngineBins {
  const own = (wanted: Wanted): Bin => book.add('engine', subject, wanted);
  const copies = [...ofRow].map(([row, bins]) => {
    const repeated = bins.filter(({ group, excluded }) => onEachEngine.has(group) && excluded === undefined);
    return [row, repeated.map((bin) => own({ ...bin, aspect: `${bin.group}, ${row.name}, ${bin.aspect}` }))] as const;
  });
  return {
    named: new Map([
      ...named.map((wanted) => [wanted.label, own(wanted)] as const),
      ...stages.map(({ id, group, label }) => [id, own({ aspect: group, label })] as const),
    ]),
    ofRow: new Map(copies),
  };
}

const wantedOf = ({ name, origin }: Point): Wanted => ({
  aspect: 'seen',
  label: name,
  ...(origin && { origin }),
});

const instructionSeen = (row: Instruction): Wanted => ({
  aspect: 'instruction',
  label: row.name,
  scene: (code) => code.perform(row),
});

/** Error classes that an engine can raise, each with the scene of the first bin that is about it. */
function errorsSeen(bins: readonly Bin[]): Wanted[] {
  const first = new Map<string, Bin>();
  for (const bin of bins) {
    const isError = bin.group === 'error' && bin.aspect in ErrorClass && bin.excluded === undefined && bin.scene;
    if (isError && !first.has(bin.aspect)) first.set(bin.aspect, bin);
  }
  return [...first].map(([label, { scene }]) => ({ aspect: 'error', label, ...(scene && { scene }) }));
}
