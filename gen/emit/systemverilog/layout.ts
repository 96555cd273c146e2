/** Assignments as lines: long values break where a reader would break them. */
import type { Expr, Type } from '../../ir/index.ts';
import type { Definition } from './definitions.ts';
import type { Expressions } from './expression.ts';
import { filling } from './literals.ts';
import { typeOf } from './types.ts';

type Op<K extends Expr['op']> = Extract<Expr, { readonly op: K }>;

/** Characters in a line. */
export const COLUMNS = 100;

/** `prefix value suffix`. A `self` is the definition whose own value this is: it is not written as its name. */
export function assignment(
  exprs: Expressions,
  prefix: string,
  expr: Expr,
  type: Type | undefined,
  suffix = ';',
  self?: Definition,
): string[] {
  const definition = exprs.nameOf(expr);
  if (definition && definition !== self) return [prefix + exprs.named(definition) + suffix];
  if (expr.op === 'const') {
    return [prefix + (exprs.member(expr.value, type) ?? filling(expr.value, expr.width)) + suffix];
  }
  if (expr.op === 'cat' && expr.type?.kind === 'struct') return record(exprs, prefix, expr, suffix);
  if (expr.op === 'mux' && expr.b.op === 'mux' && !exprs.nameOf(expr.b)) {
    return choices(exprs, prefix, expr, type, suffix);
  }
  const { text } = exprs.structure(expr, type);
  const line = prefix + text + suffix;
  if (line.length <= COLUMNS) return [line];
  if (expr.op === 'mux') return choices(exprs, prefix, expr, type, suffix);
  if (expr.op === 'cat') return parts(exprs, prefix, expr, suffix);
  return wrapped(prefix, text, suffix);
}

/** A choice on each line. */
function choices(
  exprs: Expressions,
  prefix: string,
  expr: Op<'mux'>,
  type: Type | undefined,
  suffix: string,
): string[] {
  const lines: string[] = [];
  const indent = ' '.repeat(prefix.length);
  const of = type ?? typeOf(expr);
  let rest: Expr = expr;
  while (rest.op === 'mux' && (rest === expr || !exprs.nameOf(rest))) {
    const before = lines.length === 0 ? prefix : indent;
    lines.push(`${before}${exprs.condition(rest.sel)} ? ${exprs.branch(rest.a, of)} :`);
    rest = rest.b;
  }
  return [...lines, indent + exprs.inline(rest, of) + suffix];
}

/** A struct, a field on each line. */
function record(exprs: Expressions, prefix: string, expr: Op<'cat'>, suffix: string): string[] {
  const fields = expr.type?.kind === 'struct' ? expr.type.fields : [];
  const rows = expr.parts.map((part, i) => ({ text: exprs.inline(part, fields[i]!.type), note: fields[i]!.name }));
  return block(prefix, rows, suffix);
}

/** A long concatenation, a part with its bits on each line. */
function parts(exprs: Expressions, prefix: string, expr: Op<'cat'>, suffix: string): string[] {
  let top = expr.width;
  const rows = expr.parts.map((part) => {
    const high = top - 1;
    top -= part.width;
    return { text: exprs.inline(part), note: part.width === 1 ? `[${high}]` : `[${high}:${top}]` };
  });
  return block(prefix, rows, suffix);
}

function block(prefix: string, rows: readonly { text: string; note: string }[], suffix: string): string[] {
  const indent = /^ */.exec(prefix)![0];
  const texts = rows.map(({ text }, i) => (i + 1 < rows.length ? `${text},` : text));
  const column = Math.max(...texts.map(({ length }) => length));
  const lines = texts.map((text, i) => `${indent}  ${text.padEnd(column)}  // ${rows[i]!.note}`);
  return [`${prefix}{`, ...lines, `${indent}}${suffix}`];
}

/** Operands of the outermost operator, as many on a line as fit. */
function wrapped(prefix: string, text: string, suffix: string): string[] {
  const indent = ' '.repeat(prefix.length > 40 ? /^ */.exec(prefix)![0].length + 4 : prefix.length);
  const lines: string[] = [];
  let line = prefix;
  for (const piece of splitOutside(text)) {
    if (line.trim() !== prefix.trim() && (line + piece).trimEnd().length > COLUMNS) {
      lines.push(line.trimEnd());
      line = indent;
    }
    line += `${piece} `;
  }
  return [...lines, line.trimEnd() + suffix];
}

/** A text split after the operators that no bracket encloses, of those that bind weakest. */
export function splitOutside(text: string): string[] {
  const words: string[] = [];
  let depth = 0;
  for (const word of text.split(' ')) {
    if (depth === 0) words.push(word);
    else words[words.length - 1] += ` ${word}`;
    depth += word.split(/[([{]/).length - word.split(/[)\]}]/).length;
  }
  const operator = words.some((word) => word === '&&' || word === '||')
    ? /^(&&|\|\|)$/
    : /^([-+*&|^]|[=!]=|<=?|>=?|<<|>>)$/;
  const pieces = [''];
  for (const word of words) {
    const last = pieces.at(-1)!;
    pieces[pieces.length - 1] = last === '' ? word : `${last} ${word}`;
    if (operator.test(word)) pieces.push('');
  }
  return pieces;
}
