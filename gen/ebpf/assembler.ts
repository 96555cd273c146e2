import { nearest } from '../nearest.ts';
import type { Instruction } from './isa.ts';
import { jumpField, match, reaches, tooFar } from './assembler-match.ts';
import type { Fault, Matched } from './assembler-match.ts';
import { tokenize } from './assembler-syntax.ts';
import type { Token } from './assembler-syntax.ts';
import { ProgramRefused } from './problem.ts';
import type { Problem } from './problem.ts';
import { decodeSlot, encodeSlots } from './slot.ts';
import type { Slot } from './slot.ts';

/** A program made from source. */
export interface Assembled {
  readonly program: Uint8Array;
  /** Slot of each label. */
  readonly labels: ReadonlyMap<string, number>;
  /** Line of source of each slot, from 1. */
  readonly lines: readonly number[];
}

/** Directives that clang prints and that change nothing in a program of one piece. */
const harmless = new Set([
  '.globl',
  '.global',
  '.local',
  '.weak',
  '.hidden',
  '.type',
  '.size',
  '.file',
  '.loc',
  '.ident',
  '.addrsig',
  '.addrsig_sym',
  '.p2align',
  '.align',
  '.balign',
  '.cfi_startproc',
  '.cfi_endproc',
  '.cfi_sections',
  '.syntax',
]);

const comment = /(?:#|\/\/|;).*$/;
const label = /^\s*([A-Za-z_.$@][\w.$@]*)\s*:/;
const directive = /^\s*(\.[\w.]+)\s*(.*)$/;
/** `<label>` after a jump, as objdump adds it. */
const annotation = /<[^<>\s]+>\s*$/;

/** A jump that waits until all labels are known. */
interface Jump {
  readonly at: number;
  readonly line: number;
  readonly instruction: Instruction;
  readonly label?: Token;
  readonly distance?: Token;
}

class Assembler {
  readonly #file: string;
  readonly #source: readonly string[];
  readonly #slots: Slot[] = [];
  readonly #lines: number[] = [];
  readonly #labels = new Map<string, number>();
  readonly #jumps: Jump[] = [];
  readonly #problems: Problem[] = [];
  /** Within a section of data, which a program does not take along. */
  #skipping = false;

  constructor(source: string, file: string) {
    this.#file = file;
    this.#source = source.split(/\r?\n/);
  }

  assemble(): Assembled {
    this.#source.forEach((text, index) => this.#line(text.replace(comment, ''), index + 1));
    for (const jump of this.#jumps) this.#resolve(jump);
    if (this.#problems.length > 0) throw new ProgramRefused(this.#problems);
    return { program: encodeSlots(this.#slots), labels: this.#labels, lines: this.#lines };
  }

  #refuse(line: number, { token: { column }, message, cure }: Fault): void {
    const frame = { line, column, text: this.#source[line - 1] };
    this.#problems.push({ place: `${this.#file}:${line}:${column}`, message, cure, frame });
  }

  #line(text: string, line: number): void {
    const named = label.exec(text);
    if (named) {
      this.#define(named[1], line, text.indexOf(named[1]) + 1);
      this.#line(' '.repeat(named[0].length) + text.slice(named[0].length), line);
      return;
    }
    const directed = directive.exec(text);
    if (directed) {
      this.#direct(directed[1], directed[2], line, text.indexOf('.') + 1);
      return;
    }
    const tokens = tokenize(text.replace(annotation, ''));
    if (this.#skipping || tokens.length === 1) return;
    const matched = match(tokens);
    if ('token' in matched) this.#refuse(line, matched);
    else this.#append(matched, line);
  }

  #append({ slots, instruction, label, distance }: Matched, line: number): void {
    if (label ?? distance) this.#jumps.push({ at: this.#slots.length, line, instruction, label, distance });
    for (const slot of slots) {
      this.#slots.push(slot);
      this.#lines.push(line);
    }
  }

  #define(name: string, line: number, column: number): void {
    if (this.#skipping) return;
    if (this.#labels.has(name)) {
      const token: Token = { kind: 'name', text: name, column };
      this.#refuse(line, {
        token,
        message: `label \`${name}\` is already defined`,
        cure: 'give every label its own name',
      });
    }
    this.#labels.set(name, this.#slots.length);
  }

  #direct(name: string, rest: string, line: number, column: number): void {
    if (name === '.text') this.#skipping = false;
    else if (name === '.section') this.#skipping = !/^[^,]*,\s*"[^"]*x/.test(rest) && !rest.startsWith('.text');
    else if (['.data', '.bss', '.rodata'].includes(name)) this.#skipping = true;
    else if (harmless.has(name) || this.#skipping) return;
    else if (name === '.byte') this.#raw(rest, line, column);
    else {
      const token: Token = { kind: 'name', text: name, column };
      this.#refuse(line, {
        token,
        message: `directive \`${name}\` has no meaning in a program`,
        cure: 'remove it; a slot that no instruction gives is written `.byte` with its 8 bytes',
      });
    }
  }

  #raw(rest: string, line: number, column: number): void {
    const bytes = rest.split(',').map((each) => Number(each.trim() || NaN));
    if (bytes.length === 8 && bytes.every((each) => Number.isInteger(each) && each >= 0 && each < 256)) {
      this.#slots.push(decodeSlot(Uint8Array.from(bytes)));
      this.#lines.push(line);
      return;
    }
    const token: Token = { kind: 'name', text: '.byte', column };
    this.#refuse(line, {
      token,
      message: '`.byte` needs the 8 bytes of one slot, each 0 to 255',
      cure: 'write 8 numbers separated by commas',
    });
  }

  #resolve({ at, line, instruction, label, distance }: Jump): void {
    const end = this.#slots.length;
    if (!label) {
      const target = at + 1 + this.#slots[at][jumpField(instruction)];
      if (target >= 0 && target < end) return;
      this.#refuse(line, {
        token: distance!,
        message: `jump out of range: slot ${target} of a program of ${end}`,
        cure: 'give a label; a distance counts slots from the following instruction, an lddw being two',
      });
      return;
    }
    const target = this.#labels.get(label.text);
    if (target === undefined || target >= end) {
      const meant = nearest(label.text, this.#labels.keys());
      this.#refuse(
        line,
        target === undefined
          ? {
              token: label,
              message: `unknown label \`${label.text}\``,
              cure: meant ? `did you mean \`${meant}\`?` : `define it with \`${label.text}:\` before an instruction`,
            }
          : {
              token: label,
              message: `no instruction follows label \`${label.text}\``,
              cure: 'end the program with `exit`',
            },
      );
      return;
    }
    const slots = BigInt(target - at - 1);
    if (!reaches(instruction, slots)) this.#refuse(line, { token: label, ...tooFar(instruction, slots) });
    this.#slots[at] = { ...this.#slots[at], [jumpField(instruction)]: Number(slots) };
  }
}

/**
 * Assembles the syntax that clang and llvm-mc print for BPF: `r0 += r1`, `if w1 s> 5 goto label`, `r2 = 7 ll`,
 * `lock *(u64 *)(r1 + 0) += r2`, `call local f`. One instruction a line; comments begin with `;`, `#` or `//`. Execution
 * begins at the first instruction. `.byte` with 8 numbers gives a slot as it is; sections of data are left out.
 * @param file the name to give in errors
 * @throws ProgramRefused with every problem found
 */
export const assemble = (source: string, file = '<assembly>'): Assembled => new Assembler(source, file).assemble();
