/** Which instructions an engine runs: the instruction table, and what a configuration adds to it. */
import { shared } from '../../hdl/index.ts';
import { instructions, type Instruction } from '../isa.ts';
import type { EngineConfig } from './interface.ts';

/** A row of the instruction table as an engine sees it. */
export interface EngineInstruction extends Instruction {
  /** A call that goes out by the helper port. */
  readonly served: boolean;
  /** A call of a helper function, but the engine has none. */
  readonly unserved: boolean;
}

/** Calls whose number says which helper function is meant. */
const callsHelper = ({ operation }: Instruction): boolean => operation === 'callHelper' || operation === 'callx';

/** Does the engine have a helper port? */
export const hasHelpers = ({ helpers = [] }: Pick<EngineConfig, 'helpers'>): boolean => helpers.length > 0;

const rowsOf = shared((helpers: boolean, callByRegister: boolean): readonly EngineInstruction[] =>
  instructions.map((row) => {
    const runs = callsHelper(row) && (row.operation !== 'callx' || callByRegister);
    const { refused: _, ...accepted } = row;
    return { ...(runs ? accepted : row), served: runs && helpers, unserved: runs && !helpers };
  }),
);

export const repertoire = ({ helpers, callByRegister = false }: EngineConfig): readonly EngineInstruction[] =>
  rowsOf(hasHelpers({ helpers }), callByRegister);
