/** An engine and the model, instruction by instruction: the first difference ends the run with both sides of the story. */
import { isDeepStrictEqual } from 'node:util';
import { listing } from '../../gen/ebpf/disassembler.ts';
import { Machine, type MachineOptions, type Outcome } from '../golden/interpreter.ts';
import type { Retirement } from './retired.ts';

/** The engine did something else than the model. The message holds the program around the place, and both states. */
export class Divergence extends Error {
  /** Instructions that agreed before. */
  readonly agreed: number;

  constructor(message: string, agreed: number) {
    super(message);
    this.name = 'Divergence';
    this.agreed = agreed;
  }
}

/** Is told of every instruction that agreed, with the registers before it. */
export type Watch = (retirement: Retirement, before: readonly bigint[]) => void;

/** Is told of every run that begins, and says who is to be told of its instructions. */
export type Watcher = (run: { readonly program: Uint8Array; readonly engine: number }) => Watch;

/** How a run ended, as the engine tells it to its device. */
export interface Result {
  readonly r0: bigint;
  readonly error: { readonly class: string; readonly pc: number } | null;
  readonly instructions: number;
}

/**
 * The model's run of one program, fed with what the engine retires. The model has its own data slot, a copy of
 * `options.data`; give the engine's at the end for comparison.
 */
export class Lockstep {
  readonly #machine: Machine;
  readonly #program: Uint8Array;
  readonly #data: Uint8Array;
  /** What to call the run in a report. */
  readonly #name: string;
  readonly #watch: Watch | undefined;
  #agreed = 0;

  constructor(name: string, options: MachineOptions, watch?: Watch) {
    this.#name = name;
    this.#watch = watch;
    this.#program = options.program;
    this.#data = options.data?.slice() ?? new Uint8Array(0);
    this.#machine = new Machine({ ...options, data: this.#data });
  }

  /** How the model ended; undefined while it runs. */
  get outcome(): Outcome | undefined {
    return this.#machine.outcome;
  }

  /** Registers of the model. */
  get registers(): readonly bigint[] {
    return [...this.#machine.registers];
  }

  /** Makes the model's step that belongs to a retirement. @throws Divergence */
  retire(engine: Retirement): void {
    if (this.#machine.outcome)
      throw this.#divergence('the engine retires an instruction, but the program has ended', engine.pc);
    const before = this.registers;
    const { pc, nextPc, register, memory, error, exit } = this.#machine.step();
    const model: Retirement = {
      pc,
      nextPc,
      instruction: error ? engine.instruction : this.#slotAt(pc),
      last: exit === true || error !== undefined,
      ...(register && { register }),
      ...(memory && { memory }),
      ...(error && { error: error.class }),
    };
    const differing = aspects.filter((aspect) => !isDeepStrictEqual(engine[aspect], model[aspect]));
    if (differing.length > 0) {
      const rows = aspects.map((aspect) => {
        const mark = differing.includes(aspect) ? '≠' : ' ';
        return `  ${mark} ${aspect.padEnd(12)} ${show(engine[aspect]).padEnd(40)} ${show(model[aspect])}`;
      });
      const head = `    ${''.padEnd(12)} ${'engine'.padEnd(40)} model`;
      throw this.#divergence(`${differing.join(', ')} differ`, pc, [head, ...rows], before);
    }
    this.#agreed += 1;
    this.#watch?.(engine, before);
  }

  /** Compares the end of the run. @param data the engine's data slot @throws Divergence */
  finish({ r0, error, instructions }: Result, data: Uint8Array): void {
    const { outcome } = this.#machine;
    if (!outcome) throw this.#divergence('the engine has ended, the model has not', this.#machine.pc);
    const ends = [
      ['r0', r0, outcome.r0],
      ['error', error?.class, outcome.error?.class],
      ['error pc', error?.pc, outcome.error?.pc],
      ['instructions', instructions, outcome.instructions],
    ] as const;
    const wrong = ends.filter(([, engine, model]) => engine !== model);
    const lines = wrong.map(([what, engine, model]) => `  ${what}: engine ${show(engine)}, model ${show(model)}`);
    const isEqual = Buffer.compare(this.#data, data) === 0;
    const at = isEqual ? -1 : this.#data.findIndex((byte, index) => byte !== data[index]);
    if (at >= 0) lines.push(`  data slot, byte ${at}: engine ${show(data[at])}, model ${show(this.#data[at])}`);
    if (lines.length > 0) throw this.#divergence('the runs end differently', this.#machine.pc, lines);
  }

  #slotAt(pc: number): bigint {
    return new DataView(this.#program.buffer, this.#program.byteOffset).getBigUint64(8 * pc, true);
  }

  #divergence(what: string, pc: number, lines: readonly string[] = [], before = this.registers): Divergence {
    const text = [
      `${this.#name}: after ${this.#agreed} equal instructions, at pc ${pc}: ${what}`,
      ...lines,
      'program:',
      listing(this.#program, { mark: pc, context: 6 }),
      'registers before, in both:',
      ...before.map((value, index) => `  r${index}`.padEnd(6) + hex(value)),
    ];
    return new Divergence(text.join('\n'), this.#agreed);
  }
}

const aspects = ['pc', 'nextPc', 'instruction', 'register', 'memory', 'error', 'last'] as const;

const hex = (value: bigint): string => `0x${value.toString(16)}`;

function show(value: unknown): string {
  if (value === undefined) return '–';
  if (typeof value === 'bigint') return hex(value);
  if (typeof value !== 'object' || value === null) return `${value as string | number | boolean | null}`;
  if ('index' in value && 'value' in value) return `r${String(value.index)} = ${hex(value.value as bigint)}`;
  if ('address' in value && 'bytes' in value) {
    return `[${hex(value.address as bigint)}] = ${Buffer.from(value.bytes as Uint8Array).toString('hex')}`;
  }
  return JSON.stringify(value);
}
