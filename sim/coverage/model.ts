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

/**
 * @param engine the engine's netlist, with retirement port
 * @param engines engines of the device on which everything has to be seen
 */
export function modelOf(engine: Module, config: EngineConfig, engines: number): Model {
  const stages = stagesOf(engine);
  const flags = flagsOf(engine);
  const running = runBy(config);
  const instrumented = instrument(engine, engineName, flags);
  const ofTable: readonly (readonly [Group, Coverpoints, readonly Instruction[]])[] = [
    ['operand', operands, running],
    ['register', registers, running],
    ['distance', distances(stages.length), running],
    ['hazard', hazards(stages.length, producerKinds(running)), running],
    ['path', paths({ left: pathsOf(engine, 'left'), right: pathsOf(engine, 'right') }), running],
    ['place', places(config.dataSlotBytes), running],
    ['memory', meetings(config), running],
    ['jump', jumps, running],
    ['call', calls, running],
    ['error', errorsOf(config, running), instructions],
  ];
  const bins: Bin[] = [];
  const ids = new Set<string>();
  const add = (group: Group, subject: string, wanted: Wanted, row?: Instruction): Bin => {
    const id = `${group}/${subject}/${wanted.aspect}/${wanted.label}`;
    if (ids.has(id)) throw new Error(`two bins are called ${id}`);
    ids.add(id);
    const plain: Bin = { ...wanted, id, group, subject };
    const excluded = rules.find((rule) => rule.applies(plain, row))?.reason;
    const bin = excluded === undefined ? plain : { ...plain, excluded };
    bins.push(bin);
    return bin;
  };
  const empty = (): Map<Instruction, Bin[]> => new Map(instructions.map((row) => [row, []]));
  const [ofRow, ofUse, ofFailure] = [empty(), empty(), empty()];
  for (const [group, coverpoints, rows] of ofTable) {
    for (const row of rows)
      for (const wanted of coverpoints(row)) {
        const bins = wanted.used ? ofUse : group === 'error' ? ofFailure : ofRow;
        bins.get(row)!.push(add(group, row.name, wanted, row));
      }
  }
  const ofOpcode = new Map<number, Bin[]>();
  for (let opcode = 0; opcode < 256; opcode++) {
    const name = `opcode 0x${opcode.toString(16).padStart(2, '0')}`;
    ofOpcode.set(
      opcode,
      [...errorsOfOpcode(opcode)].map((wanted) => add('error', name, wanted)),
    );
  }
  const ofErrors = [
    ...[...errorsOfProgram(config)].map((wanted) => add('error', 'program', wanted)),
    ...running.flatMap((row) => [...endsBehind(row)].map((wanted) => add('error', row.name, wanted, row))),
  ];
  const ofPoints = new Map(
    [...instrumented.points].map(([path, points]) => [
      path,
      points.map((point) => add(point.kind, path === '' ? engineName : `${engineName}.${path}`, wantedOf(point))),
    ]),
  );
  const ofStages = [...ofPoints.values()].flat().filter(({ group }) => group === 'stall' || group === 'flush');
  const repeated = instructions.map(
    (row) => [row, ofRow.get(row)!.filter(({ group }) => onEachEngine.has(group))] as const,
  );
  const ofEngines = Array.from({ length: engines }, (_, engine): EngineBins => {
    const own = (wanted: Wanted): Bin => add('engine', `engine ${engine}`, wanted);
    const names = [...running.map(instructionSeen), ...errorsSeen(bins)].map(
      (wanted) => [wanted.label, own(wanted)] as const,
    );
    const stages = ofStages.map(({ id, group, label }) => [id, own({ aspect: group, label })] as const);
    const rows = repeated.map(([row, all]) => {
      const copy = (bin: Bin): Bin => own({ ...bin, aspect: `${bin.group}, ${row.name}, ${bin.aspect}` });
      return [row, all.filter(({ excluded }) => excluded === undefined).map(copy)] as const;
    });
    return { named: new Map([...names, ...stages]), ofRow: new Map(rows) };
  });
  return {
    bins,
    ofRow,
    ofUse,
    ofFailure,
    ofOpcode,
    ofErrors,
    ofPoints,
    ofEngines,
    instrumented,
    flags: flags.map(({ name }) => name),
    config,
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
