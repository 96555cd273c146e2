/** What is wrong with a program or the file that holds it, where, and what to do. */
export interface Problem {
  /** `fib.s:3:7`, `filter.o: section xdp, offset 0x18 (symbol table)`, `pc 5`. */
  readonly place: string;
  /** One sentence without a full stop; names from the program stand in backticks. */
  readonly message: string;
  readonly cure: string;
  /** The offending line of source; line and column count from 1. */
  readonly frame?: { readonly line: number; readonly column: number; readonly text: string };
}

function render({ place, message, cure, frame }: Problem): string {
  const lines = [`${place}: ${message}`];
  if (frame) {
    const number = `${frame.line}`;
    const indent = frame.text.slice(0, frame.column - 1).replaceAll(/[^\t]/g, ' ');
    lines.push(`  ${number} | ${frame.text}`, `  ${' '.repeat(number.length)} | ${indent}^`);
  }
  return [...lines, `  cure: ${cure}`].join('\n');
}

/** How many problems a message tells: a file that is no program has one on every line. */
const told = 10;

/** A program that cannot be used. The message is the text of the first problems, and how many more there are. */
export class ProgramRefused extends Error {
  override readonly name = 'ProgramRefused';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const more = problems.length > told ? [`${problems.length - told} more problems are not shown`] : [];
    super([...problems.slice(0, told).map(render), ...more].join('\n'));
    this.problems = problems;
  }
}
