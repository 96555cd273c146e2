import { SlotBytes } from './isa.ts';
import type { ErrorName, Instruction } from './isa.ts';
import { fill, templates } from './assembler-syntax.ts';
import { decode, decodeSlots, encodeSlot, secondHalves, wideImmediate } from './slot.ts';
import type { Slot } from './slot.ts';

/** One instruction, or one slot that is none. */
export interface Line {
  readonly pc: number;
  /** The slots it takes: 2 for an lddw. */
  readonly slots: readonly Slot[];
  /** In the syntax of the kernel and LLVM; a slot that cannot be written so is a `.byte` directive. */
  readonly text: string;
  /** Where a jump or local call goes, also when that is outside the program. */
  readonly target?: number;
  /** Why the device does not run it. */
  readonly error?: ErrorName;
}

const directive = (slots: readonly Slot[]): string =>
  `.byte ${slots
    .flatMap((slot) => [...encodeSlot(slot)])
    .map(hex)
    .join(', ')}`;
const hex = (byte: number): string => `0x${byte.toString(16).padStart(2, '0')}`;
const signed = (value: number, plus: string, minus: string): string =>
  value < 0 ? `${minus}${-value}` : `${plus}${value}`;

/** Slots jumped by a jump or local call, undefined for anything else. */
export function distance(instruction: Instruction, { off, imm }: Slot): number | undefined {
  const { operation, width, writes } = instruction;
  if (operation === 'callLocal' || (operation === 'ja' && width === 32)) return imm;
  return writes.includes('pc') && operation !== 'exit' ? off : undefined;
}

function textOf(instruction: Instruction, slot: Slot, next: Slot | undefined): string | undefined {
  const [template] = templates(instruction);
  if (!template) return undefined;
  // A packet access relative to a register has an immediate that the syntax cannot show.
  if (instruction.imm === 'any' && slot.imm !== 0 && !/\{(?:imm|to|wide)\}/.test(template)) return undefined;
  return fill(template, (field, letter) => {
    switch (field) {
      case 'dst':
      case 'src':
        return `${letter}${slot[field]}`;
      case 'imm':
        return `${slot.imm}`;
      case 'off':
        return ` ${signed(slot.off, '+ ', '- ')}`;
      case 'wide':
        return `0x${wideImmediate(slot, next!).toString(16)}`;
      default:
        return signed(distance(instruction, slot)!, '+', '-');
    }
  });
}

/** The instruction at slot `pc`, even when the program would never get there. */
export function disassembleAt(slots: readonly Slot[], pc: number): Line {
  const slot = slots[pc];
  const next = slots[pc + 1];
  const { instruction, error } = decode(slot, next);
  const legal = instruction && (!error || decode(slot, next, instruction.operation).error === undefined);
  const text = legal ? textOf(instruction, slot, next) : undefined;
  const taken = text !== undefined && instruction?.operation === 'lddw' ? [slot, next] : [slot];
  const jumped = legal ? distance(instruction, slot) : undefined;
  return {
    pc,
    slots: taken,
    text: text ?? directive(taken),
    ...(jumped !== undefined && { target: pc + 1 + jumped }),
    ...(error && { error }),
  };
}

/** Every instruction of a program, from slot 0 on. Bytes after the last whole slot are left out. */
export function disassemble(program: Uint8Array): Line[] {
  const slots = decodeSlots(program);
  const lines: Line[] = [];
  for (let pc = 0; pc < slots.length; pc += lines.at(-1)!.slots.length) lines.push(disassembleAt(slots, pc));
  return lines;
}

/** The program as source that assembles to the same bytes, with a label at every target, also when it is not legal. */
export function toSource(program: Uint8Array): string {
  const lines = disassemble(program);
  const second = secondHalves(decodeSlots(program));
  const targets = new Set(lines.map(({ target }) => target));
  const text = lines.flatMap((line) => {
    const { target } = line;
    const label = targets.has(line.pc) ? [`L${line.pc}:`] : [];
    if (target !== undefined && (target < 0 || target >= second.length)) {
      return [...label, `  ${directive(line.slots)}  # E_JUMP_OOB`];
    }
    const to = target === undefined || second[target] ? '' : ` <L${target}>`;
    return [...label, `  ${line.text}${to}${line.error ? `  # ${line.error}` : ''}`];
  });
  return `${text.join('\n')}\n`;
}

export interface ListingOptions {
  /** The pc to point at. */
  readonly mark?: number;
  /** Lines to show before and after the marked one; all of the program unless told. */
  readonly context?: number;
}

/** The program for the eye: pc, bytes, text, as llvm-objdump prints it. */
export function listing(program: Uint8Array, { mark, context = Infinity }: ListingOptions = {}): string {
  const lines = disassemble(program);
  const marked = lines.findIndex(({ pc, slots }) => mark !== undefined && mark >= pc && mark < pc + slots.length);
  const shown = lines.filter((_, index) => marked < 0 || Math.abs(index - marked) <= context);
  const digits = `${program.length / SlotBytes}`.length;
  return shown
    .map((line) => {
      const bytes = line.slots.map((slot) =>
        Buffer.from(encodeSlot(slot))
          .toString('hex')
          .replaceAll(/(..)\B/g, '$1 '),
      );
      const head = `${line === lines[marked] ? '>' : ' '} ${`${line.pc}`.padStart(digits)}: `;
      const target = line.target === undefined ? '' : ` <${line.target}>`;
      const note = line.error ? `  # ${line.error}` : '';
      const rest = bytes
        .slice(1)
        .map((each) => `\n${' '.repeat(head.length)}${each}`)
        .join('');
      return `${head}${bytes[0]}  ${line.text}${target}${note}${rest}`;
    })
    .join('\n');
}
