/** Text under construction, each line with the place in the TypeScript source that it comes from. */
import type { Origin } from '../../ir/index.ts';
import { COLUMNS } from './layout.ts';

export interface Line {
  readonly text: string;
  readonly origin?: Origin;
}

export class Lines {
  readonly all: Line[] = [];
  #indent = '';
  #gap = false;

  /** Leading blanks of the current level. */
  get indent(): string {
    return this.#indent;
  }

  add(text: string, origin?: Origin): void {
    if (this.#gap && this.all.length > 0) this.all.push({ text: '' });
    this.#gap = false;
    const line = text === '' ? '' : this.#indent + text;
    this.all.push(origin ? { text: line, origin } : { text: line });
  }

  /** Lines that bring their own indentation. */
  raw(texts: readonly string[], origin?: Origin): void {
    const indent = this.#indent;
    this.#indent = '';
    for (const text of texts) this.add(text, origin);
    this.#indent = indent;
  }

  /** A blank line before whatever comes next, if anything does. */
  gap(): void {
    this.#gap = true;
  }

  /** Paragraphs, filled; a blank line and what begins no word, as a list does, keep their line. */
  comment(doc = '', origin?: Origin): void {
    if (doc === '') return;
    const columns = COLUMNS - this.#indent.length - 3;
    for (const paragraph of doc.replaceAll(/(?<=\S)\n(?=[\w`(])/g, ' ').split('\n'))
      for (const line of filled(paragraph.split(' '), columns)) this.add(`// ${line}`.trimEnd(), origin);
  }

  /** What `body` adds stands one level deeper; `before` and `after` around it. */
  block(before: string, body: () => void, after: string, origin?: Origin): void {
    this.add(before, origin);
    this.nest(body);
    this.add(after, origin);
  }

  nest(body: () => void): void {
    const outer = this.#indent;
    this.#indent += '  ';
    body();
    this.#indent = outer;
    this.#gap = false;
  }

  /** Preprocessor lines stand at the margin. */
  conditional(directive: string, body: () => void): void {
    this.raw([directive]);
    body();
    this.#gap = false;
    this.raw(['`endif']);
  }
}

/** Words in lines of at most `columns` characters. */
export function filled(words: readonly string[], columns: number): string[] {
  const lines = [''];
  for (const word of words) {
    const last = lines.at(-1)!;
    if (last !== '' && last.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}

/** Rows of cells as lines whose columns begin below each other; the last cell is not padded. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row.map((cell, i) => (i + 1 < row.length && widths[i]! > 0 ? cell.padEnd(widths[i]! + 1) : cell)).join(''),
  );
}
