/** What a formal task is: a design of the generator, properties written by hand, and how far they are proved. */
import type { ModuleDef } from '../../gen/hdl/index.ts';

/**
 * How a task is proved.
 * - `bmc`: no run of `depth` cycles from reset breaks a property.
 * - `induction`: unbounded. `depth` cycles that hold are never followed by one that does not; and `bmc` of that depth.
 * - `reachability`: unbounded. ABC's property directed reachability finds the invariant by itself.
 */
export type Mode = 'bmc' | 'induction' | 'reachability';

/** A fault that is planted into the emitted text: the first `find` in `file` becomes `replace`. */
export interface Fault {
  readonly what: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** Cycles within which it has to be found. */
  readonly depth: number;
}

export interface Task {
  /** Such as `fifo/w8_d4`. */
  readonly name: string;
  /** What is proved, in one line. */
  readonly what: string;
  readonly design: () => ModuleDef;
  /** Module in `rtl-templates/properties/`, in the file of its name; its ports are those of the design, by name, and probes. */
  readonly properties: string;
  readonly parameters?: Readonly<Record<string, number>>;
  /** What stands before the names of the design's ports: with `ocl_` the properties' `awvalid` is the design's `ocl_awvalid`. */
  readonly prefix?: string;
  /** Inputs of the properties that show a signal inside the design, `head: 'queue.head_q'`, or a constant, `last: "3'd0"`. */
  readonly probes?: Readonly<Record<string, string>>;
  /** Modules of the design that are taken out: their outputs take any value in any cycle. */
  readonly free?: readonly string[];
  /** RAMs of the design whose content is left out, by hierarchical name with `*`: each read gives any value. */
  readonly freeMemories?: readonly string[];
  /** Cells whose results are left out, as Yosys selects them: `t:$mul r:A_WIDTH>=20 %i` for all wide multiplications. */
  readonly freeCells?: readonly string[];
  /** SystemVerilog files that the properties need, such as a specification, in `rtl-templates/properties/`. */
  readonly files?: readonly string[];
  readonly mode: Mode;
  /** A bounded proof that ABC makes on the level of gates: quicker where there is much control and little arithmetic. */
  readonly gates?: boolean;
  /** Cycles in continuous integration, and with `--deep`. A proof by reachability has none. */
  readonly depth?: number;
  readonly deep?: number;
  /** Runs with `--deep` only. */
  readonly deepOnly?: boolean;
  /** Cycles within which every `cover` of the properties is reached: the assumptions can be met. */
  readonly cover: number;
  readonly faults: readonly Fault[];
}

/** A property, or a proof that did not come about. */
export class FormalError extends Error {
  override readonly name = 'FormalError';
}
