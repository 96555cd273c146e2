import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import pc from 'picocolors';
import type { Frame, Origin } from '../ir/netlist.ts';
import { codes } from './codes.ts';
import type { Diagnostic } from './index.ts';

type Paint = (text: string) => string;

/** Callers shown below a source frame; more are noise. */
const CALLERS = 3;
const generator = fileURLToPath(new URL('..', import.meta.url));

/** The text of diagnostics, one paragraph each, with the lines of source they speak of. */
export function render(diagnostics: readonly Diagnostic[], options: { readonly color?: boolean } = {}): string {
  const { red, yellow, cyan, bold, dim } = pc.createColors(options.color ?? false);
  const sources = new Map<string, readonly string[]>();

  const frameOf = (arrow: string, origin: Origin | undefined, label: string, paint: Paint): string[] => {
    const frame = origin?.frames[0];
    if (!origin || !frame) return [`  = ${label}`];
    const line = sourceLine(sources, frame);
    const gutter = ' '.repeat(String(frame.line).length);
    const head = dim(`${gutter}${arrow} ${place(frame)}`);
    const from = callersOf(origin).map((caller) => dim(`${gutter} = called at ${place(caller)}`));
    if (line === undefined) return [head, `${gutter} = ${label}`, ...from];
    const [, space, word] = /^(\s*)([\w$]*)/.exec(line.slice(frame.column - 1))!;
    const lead = line.slice(0, frame.column - 1 + space!.length).replace(/[^\t]/g, ' ');
    const mark = '^'.repeat(word!.length || 1);
    const bar = dim('|');
    return [
      head,
      `${gutter} ${bar}`,
      `${frame.line} ${bar} ${line}`,
      `${gutter} ${bar} ${lead}${paint(`${mark} ${label}`)}`,
      ...from,
    ];
  };

  const paragraph = ({ code, severity, message, origin, notes, cure }: Diagnostic): string => {
    const paint = severity === 'error' ? red : yellow;
    return [
      `${bold(paint(`${severity}[${code}]`))}${bold(`: ${message}`)}`,
      ...frameOf('-->', origin, codes[code].title, paint),
      ...notes.flatMap((note) => frameOf(':::', note.origin, note.message, cyan)),
      ...(cure === undefined ? [] : [`${bold(cyan('help'))}: ${cure}`]),
    ].join('\n');
  };

  return diagnostics.map(paragraph).join('\n\n');
}

/** Who asked for a block of the generator's own library; a user's own line speaks for itself. */
function callersOf({ frames }: Origin): readonly Frame[] {
  const outside = frames.findIndex(({ file }) => !filePath(file).startsWith(generator));
  return frames.slice(1, outside < 0 ? undefined : outside + 1).slice(0, CALLERS);
}

function place({ file, line, column }: Frame): string {
  const path = filePath(file);
  const short = relative(process.cwd(), path);
  return `${short.startsWith('..') ? path : short}:${line}:${column}`;
}

const filePath = (file: string): string => (file.startsWith('file:') ? fileURLToPath(file) : file);

/** The line of source, or undefined where the file is gone or shorter. */
function sourceLine(sources: Map<string, readonly string[]>, { file, line }: Frame): string | undefined {
  let lines = sources.get(file);
  if (!lines) {
    try {
      lines = readFileSync(filePath(file), 'utf8').split(/\r?\n/);
    } catch {
      lines = [];
    }
    sources.set(file, lines);
  }
  return lines[line - 1];
}
