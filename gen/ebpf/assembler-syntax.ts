import { AtomicFetch, instructions } from './isa.ts';
import type { Instruction, Operation } from './isa.ts';

/*
 * The syntax of the kernel and LLVM, once, for both directions. A template is the text of an instruction with places for
 * its fields: {dst:r} and {src:w} registers, with the letters that may name them (the first is the one printed),
 * {imm} an immediate, {off} the displacement of an address, {to} a jump distance or label, {label} a label only,
 * {wide} a 64-bit immediate.
 */

const assignments: Partial<Record<Operation, string>> = {
  add: '+=',
  sub: '-=',
  mul: '*=',
  div: '/=',
  sdiv: 's/=',
  mod: '%=',
  smod: 's%=',
  or: '|=',
  and: '&=',
  xor: '^=',
  lsh: '<<=',
  rsh: '>>=',
  arsh: 's>>=',
  mov: '=',
};

const comparisons: Partial<Record<Operation, string>> = {
  jeq: '==',
  jne: '!=',
  jgt: '>',
  jge: '>=',
  jlt: '<',
  jle: '<=',
  jset: '&',
  jsgt: 's>',
  jsge: 's>=',
  jslt: 's<',
  jsle: 's<=',
};

const atomics: Partial<Record<Operation, readonly [symbol: string, name: string]>> = {
  atomicAdd: ['+=', 'add'],
  atomicOr: ['|=', 'or'],
  atomicAnd: ['&=', 'and'],
  atomicXor: ['^=', 'xor'],
};

/** The templates of an instruction: the first is printed, all are understood; none for what has no agreed syntax. */
export function templates(instruction: Instruction): readonly string[] {
  const { operation, width, source, off, imm } = instruction;
  const letter = width === 32 ? 'w' : 'r';
  const operand = source === 'imm' ? '{imm}' : `{src:${letter}}`;
  const value = source === 'imm' ? '{imm}' : `{src:${width === 64 ? 'r' : 'rw'}}`;
  const assignment = assignments[operation];
  // clang prints the 32-bit move as `r1 = w2` where it wants the zeros above.
  const widening = operation === 'mov' && width === 32 && source === 'reg' ? ['{dst:r} = {src:w}'] : [];
  if (assignment) return [`{dst:${letter}} ${assignment} ${operand}`, ...widening];
  const comparison = comparisons[operation];
  if (comparison) return [`if {dst:${letter}} ${comparison} ${operand} goto {to}`];
  const pointer = `(u${width} *)({dst:r}{off})`;
  const atomic = atomics[operation];
  const both = width === 32 ? 'wr' : 'r';
  if (atomic && (Number(imm) & AtomicFetch) === 0) return [`lock *${pointer} ${atomic[0]} {src:${both}}`];
  if (atomic) return [`{src:${both}} = atomic_fetch_${atomic[1]}(${pointer}, {src:${both}})`];
  switch (operation) {
    case 'neg':
      return [`{dst:${letter}} = -{dst:${letter}}`];
    case 'movsx':
      return [`{dst:${letter}} = (s${off}){src:${letter}}`];
    case 'le':
    case 'be':
    case 'bswap':
      return [`{dst:r} = ${operation}${width} {dst:r}`];
    case 'ja':
      return [width === 32 ? 'gotol {to}' : 'goto {to}'];
    case 'callHelper':
      return ['call {imm}'];
    case 'callLocal':
      return ['call local {to}', 'call {label}'];
    case 'callx':
      return ['callx {dst:r}'];
    case 'exit':
      return ['exit'];
    case 'lddw':
      return instruction.src === 0 ? ['{dst:r} = {wide} ll'] : [];
    case 'load':
      return [`{dst:${width === 64 ? 'r' : 'rw'}} = *(u${width} *)({src:r}{off})`];
    case 'loadSigned':
      return [`{dst:r} = *(s${width} *)({src:r}{off})`];
    case 'store':
      return [`*(u${width} *)({dst:r}{off}) = ${value}`];
    case 'xchg':
      return [`{src:${both}} = ${width === 32 ? 'xchg32_32' : 'xchg_64'}({dst:r}{off}, {src:${both}})`];
    case 'cmpxchg':
      return width === 32
        ? ['w0 = cmpxchg32_32({dst:r}{off}, w0, {src:wr})', 'r0 = cmpxchg32_32({dst:r}{off}, r0, {src:wr})']
        : ['r0 = cmpxchg_64({dst:r}{off}, r0, {src:r})'];
    case 'packet':
      return [instruction.src === 0 ? `r0 = *(u${width} *)skb[{imm}]` : `r0 = *(u${width} *)skb[{src:r}]`];
    default:
      return [];
  }
}

/** A piece of source text; column counts from 1. The last one of a line is `end`. */
export interface Token {
  readonly kind: 'name' | 'number' | 'symbol' | 'end';
  readonly text: string;
  readonly column: number;
}

/** Signed operators come before names, for they begin with a letter; the last alternative takes any character. */
const lexical =
  /(?<operator>s(?:>>=|[/%]=|[<>]=?))|(?<name>[A-Za-z_.$@][\w.$@]*)|(?<number>\d\w*)|<<=|>>=|[-+*/%&|^<>=!]=|\S/y;

/** Splits one line, comments already removed. Unknown characters become symbols that no template has. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = text.search(/\S|$/); at < text.length; at += text.slice(at).search(/\S|$/)) {
    lexical.lastIndex = at;
    const { 0: found, groups } = lexical.exec(text)!;
    tokens.push({ kind: groups!.name ? 'name' : groups!.number ? 'number' : 'symbol', text: found, column: at + 1 });
    at += found.length;
  }
  return [...tokens, { kind: 'end', text: 'the end of the line', column: text.trimEnd().length + 1 }];
}

/** A field's place in a template. */
export interface Place {
  readonly field: 'dst' | 'src' | 'imm' | 'off' | 'to' | 'label' | 'wide';
  /** Letters that may name the register. */
  readonly letters: string;
}

/** A literal token, or the place of a field. */
export type Piece = string | Place;

/** A template made ready to be matched: literal tokens and places. */
export interface Pattern {
  readonly instruction: Instruction;
  readonly pieces: readonly Piece[];
}

const placePattern = /\{(\w+)(?::(\w+))?\}/;

function piecesOf(template: string): readonly Piece[] {
  return template.split(/(\{[^}]*\})/).flatMap((part): Piece[] => {
    const place = placePattern.exec(part);
    if (place) return [{ field: place[1] as Place['field'], letters: place[2] ?? '' }];
    return tokenize(part)
      .slice(0, -1)
      .map(({ text }) => text);
  });
}

/** Every way to write every instruction. */
export const patterns: readonly Pattern[] = instructions.flatMap((instruction) =>
  templates(instruction).map((template) => ({ instruction, pieces: piecesOf(template) })),
);

/** Fills the places of a template. */
export const fill = (template: string, text: (field: Place['field'], letter: string) => string): string =>
  template.replaceAll(new RegExp(placePattern, 'g'), (_, field: Place['field'], letters = '') =>
    text(field, (letters as string).charAt(0)),
  );
