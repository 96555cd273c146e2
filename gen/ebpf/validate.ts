import { SlotBytes } from './isa.ts';
import type { ErrorName, ProgramError } from './isa.ts';
import { disassembleAt, distance } from './disassembler.ts';
import { explain } from './explain.ts';
import { helpersNamed } from './helpers/functions.ts';
import { ProgramRefused } from './problem.ts';
import { decode, decodeSlots, secondHalves } from './slot.ts';

export interface ValidateOptions {
  /** Bytes in a program slot; no limit unless told. */
  readonly programLimit?: number;
  /** Numbers of the helper functions that exist; none unless told. */
  readonly helpers?: ReadonlySet<number>;
  /** Opcode 0x8d is run. */
  readonly callByRegister?: boolean;
}

/** What a device of this configuration runs. */
export function rulesOf(config: {
  readonly programSlotBytes: number;
  readonly helpers: readonly string[];
  readonly callByRegister: boolean;
}): Required<ValidateOptions> {
  const { programSlotBytes, helpers, callByRegister } = config;
  const numbers = helpersNamed(helpers).map(({ number }) => number);
  return { programLimit: programSlotBytes, helpers: new Set(numbers), callByRegister };
}

/** An error that a program would raise if execution came to it. */
export interface Finding extends ProgramError {
  readonly message: string;
  readonly cure: string;
}

/**
 * Checks a whole program, dead code included, for everything that can be told without running it: every field of every
 * slot, every jump target, and that execution cannot run past the end. Returns all findings in the order of pc.
 */
export function validate(program: Uint8Array, options: ValidateOptions = {}): Finding[] {
  const { programLimit = Infinity, helpers, callByRegister } = options;
  const slots = decodeSlots(program);
  const second = secondHalves(slots);
  const findings: Finding[] = [];
  const find = (error: ErrorName, pc: number, what?: string): void => {
    const { message, cure } = explain(error);
    findings.push({ class: error, pc, message: what === undefined ? message : `${message}: ${what}`, cure });
  };
  if (program.length === 0) find('E_PROG_EMPTY', 0);
  if (program.length % SlotBytes !== 0) find('E_PROG_SIZE', 0, `${program.length} bytes`);
  if (program.length > programLimit)
    find('E_PROG_TOO_LONG', 0, `${program.length} bytes, the slot has ${programLimit}`);

  let fallsThrough = false;
  slots.forEach((slot, pc) => {
    if (second[pc]) return;
    const decoded = decode(slot, slots[pc + 1], callByRegister ? 'callx' : undefined);
    const { text } = disassembleAt(slots, pc);
    fallsThrough = true;
    if (decoded.error) {
      const value = decoded.field === 'opcode' ? `0x${slot.opcode.toString(16).padStart(2, '0')}` : slot[decoded.field];
      find(decoded.error, pc, `${decoded.field} is ${value} in \`${text}\``);
      return;
    }
    const { instruction } = decoded;
    fallsThrough = instruction.operation !== 'exit' && instruction.operation !== 'ja';
    if (instruction.operation === 'callHelper' && !helpers?.has(slot.imm)) find('E_HELPER_UNKNOWN', pc, `\`${text}\``);
    const jumped = distance(instruction, slot);
    if (jumped === undefined) return;
    const target = pc + 1 + jumped;
    if (target < 0 || target >= slots.length) {
      find('E_JUMP_OOB', pc, `\`${text}\` goes to slot ${target} of ${slots.length}`);
    } else if (second[target]) find('E_JUMP_INTO_LDDW', pc, `\`${text}\` goes to slot ${target}`);
  });
  if (fallsThrough) find('E_PC_OOB', slots.length, 'the last instruction is neither `exit` nor `goto`');
  return findings;
}

/** @throws ProgramRefused with all findings when there are any. `file` is named in front of each. */
export function requireValid(program: Uint8Array, file: string, options?: ValidateOptions): void {
  const findings = validate(program, options);
  if (findings.length === 0) return;
  throw new ProgramRefused(
    findings.map(({ class: name, pc, message, cure }) => ({
      place: `${file}: pc ${pc}`,
      message: `${message} (${name})`,
      cure,
    })),
  );
}
