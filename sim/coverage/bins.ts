/** Bins: what is to be seen at least once, and what would show it. */
import type { ErrorName, Instruction } from '../../gen/ebpf/isa.ts';
import type { Origin } from '../../gen/ir/index.ts';
import type { Code } from './code.ts';
import type { Read, Step } from './step.ts';

/** What is being covered; the order is that of reports. */
export const groups = {
  operand: 'operand values and relations',
  register: 'register fields and aliasing',
  distance: 'distance from the producer and to the consumer',
  hazard: 'kind of producer at each distance within the pipeline',
  path: 'bypass path that served an operand',
  place: 'addresses, offsets and frames of accesses',
  memory: 'what an access meets in the memory unit',
  jump: 'direction, prediction and place of jumps',
  call: 'depth of calls and returns',
  error: 'error classes',
  stall: 'reasons for which a stage waits',
  flush: 'reasons for which a stage is emptied',
  branch: 'branches of the hardware description',
  condition: 'values of one-bit expressions without a name',
  signal: 'values of one-bit signals',
  engine: 'on each engine of a device: instructions, errors, path, memory, call, stall, flush',
} as const;

export type Group = keyof typeof groups;

/** Slot memory of a scene: as in a device, or so slow that queues fill. */
export type Pace = 'steady' | 'slow';

/** A piece of program that aims at a bin. */
export interface Scene {
  readonly build: (code: Code) => void;
  /** It ends the program, or needs the beginning of one. */
  readonly alone?: boolean;
  readonly pace?: Pace;
  /** Bytes of program that the command gives, when they are not the program's. */
  readonly length?: number;
}

/** A bin before it is known where it belongs. */
export interface Wanted {
  readonly aspect: string;
  readonly label: string;
  /** Whether an instruction that has just retired is what is wanted. */
  readonly hit?: (step: Step) => boolean;
  /** For a bin of the producer: whether this read of what it wrote is wanted. */
  readonly used?: (read: Read) => boolean;
  readonly scene?: Scene | ((code: Code) => void);
  /** The second operand that it takes; an immediate may not be able to be it. */
  readonly immediate?: bigint;
  /** For what is seen in the hardware: where it was written. */
  readonly origin?: Origin;
}

export interface Bin extends Wanted {
  /** `group/subject/aspect/label`: unique. */
  readonly id: string;
  readonly group: Group;
  /** Name of an instruction, or of what else the bin is about. */
  readonly subject: string;
  /** The rule by which it cannot be hit. */
  readonly excluded?: string;
}

/** The wanted bins of an instruction in one group. */
export type Coverpoints = (row: Instruction) => Iterable<Wanted>;

export const sceneOf = ({ scene }: Wanted): Scene | undefined =>
  typeof scene === 'function' ? { build: scene } : scene;

/** A scene that ends its program, or needs the beginning of one. */
export const alone = (build: Scene['build']): Scene => ({ build, alone: true });

/** An instruction ends its program with an error. */
export const raised = (
  error: ErrorName,
  label: string,
  build: Scene['build'],
  hit: (step: Step) => boolean = () => true,
): Wanted => ({
  aspect: error,
  label,
  hit: (step) => step.error === error && hit(step),
  scene: alone(build),
});
