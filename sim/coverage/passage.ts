/** How an instruction went through the engine: where its operands came from, what was predicted, what its access met. */
import { showExpr } from '../../gen/ir/show.ts';
import type { Module } from '../../gen/ir/index.ts';
import { inOrder, type Flag } from './instrument.ts';
import { allOf, choices, fieldOf, not, ref, signalOf } from './netlist.ts';
import { named, stagesOf } from './points.ts';

/** Name of the module that is the engine's pipeline. */
export const engineName = 'engine';

export type Side = 'left' | 'right';

/** The sources among which decode chooses an operand, by the names they have in the engine, youngest first. */
export const pathsOf = (engine: Module, side: Side): string[] =>
  choices(signalOf(engine, `${side}_value`).value!).map(({ value }) => showExpr(value));

/** What an access can meet in the memory unit, by the unit's own signals. */
const meetings = {
  missed: (unit: Module) => allOf(named(unit, 'asks'), named(unit, 'misses')),
  coming: (unit: Module) =>
    allOf(
      named(unit, 'loads'),
      named(unit, 'on_slot'),
      not(named(unit, 'cache_own_hit')),
      named(unit, 'cache_own_coming'),
    ),
  present: (unit: Module) => allOf(named(unit, 'on_slot'), named(unit, 'access_valid'), named(unit, 'cache_own_hit')),
  overtaken: (unit: Module) => named(unit, 'reads_again'),
  held: (unit: Module) => allOf(named(unit, 'stores'), named(unit, 'on_slot'), not(named(unit, 'store_turn'))),
} as const;

export type Meeting = keyof typeof meetings;

/** Name of the flag of an operand's path. */
export const pathFlag = (side: Side, path: string): string => `${side} from ${path}`;

/** The flags, in the order of their bits. `engine` is the module before it is instrumented. */
export function flagsOf(engine: Module): Flag[] {
  const ofSide = (side: Side): Flag[] =>
    choices(signalOf(engine, `${side}_value`).value!).map(({ value, condition }) => ({
      name: pathFlag(side, showExpr(value)),
      stage: 'decode',
      when: 'leaving',
      condition: (module) => {
        const reads = fieldOf(signalOf(module, 'decoded_control'), `reads_${side}`);
        const inTime = side === 'right' ? [not(named(module, 'late'))] : [];
        return allOf(condition, reads, ...inTime);
      },
    }));
  const flags: Flag[] = [
    ...ofSide('left'),
    ...ofSide('right'),
    { name: 'right late', stage: 'decode', when: 'leaving', condition: (module) => named(module, 'late') },
    {
      name: 'predicted',
      stage: 'execute',
      when: 'leaving',
      condition: (module) => ref(signalOf(module, 'execute_predicted_q')),
    },
    { name: 'mispredicted', stage: 'execute', when: 'leaving', condition: (module) => named(module, 'jump_valid') },
    {
      name: 'uncleared',
      stage: 'memory',
      when: 'ever',
      condition: (module) => allOf(named(module, 'calls'), not(named(module, 'unit_frame_next_clear'))),
    },
    ...Object.entries(meetings).map(([name, condition]): Flag => ({
      name,
      stage: 'memory',
      when: 'ever',
      instance: 'unit',
      condition,
    })),
  ];
  const stages = stagesOf(engine).map(({ name }) => name);
  return inOrder(stages, flags);
}

/** The flags of one instruction, by name. */
export class Passage {
  readonly #bits: number;
  readonly #places: ReadonlyMap<string, number>;

  constructor(bits: number, places: ReadonlyMap<string, number>) {
    this.#bits = bits;
    this.#places = places;
  }

  /** @throws Error when no flag has this name */
  has(flag: Meeting | 'uncleared' | 'predicted' | 'mispredicted' | 'right late' | `${Side} from ${string}`): boolean {
    const place = this.#places.get(flag);
    if (place === undefined) throw new Error(`no flag of the passage is called "${flag}"`);
    return ((this.#bits >>> place) & 1) === 1;
  }
}
