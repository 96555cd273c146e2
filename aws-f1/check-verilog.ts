/**
 * As much of SystemVerilog as the rules need: modules with their ports (ANSI headers), and instances with named connections.
 * It reads what this generator emits and what one adds to it by hand in the same style; linters read the rest.
 */

export interface SvPort {
  readonly name: string;
  readonly direction: string;
  /** As it is written, without spaces; empty for a scalar. */
  readonly range: string;
  readonly line: number;
}

export interface SvInstance {
  readonly module: string;
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** Expression by port. */
  readonly connections: ReadonlyMap<string, string>;
  readonly line: number;
}

export interface SvModule {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly ports: readonly SvPort[];
  readonly instances: readonly SvInstance[];
  /** Everything behind the header, without comments. */
  readonly body: string;
  /** Line of the first character of the body. */
  readonly bodyLine: number;
}

/** Comments become spaces, so that lines and columns stay. */
export const withoutComments = (text: string): string =>
  text.replaceAll(/\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\.)*"/g, (found) =>
    found.startsWith('"') ? found : found.replaceAll(/[^\n]/g, ' '),
  );

export const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;

/** The index behind the parenthesis that closes the one at `open`. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '(') depth++;
    else if (text[at] === ')' && --depth === 0) return at + 1;
  }
  return text.length;
}

export function parseModules(source: string, file: string): SvModule[] {
  const text = withoutComments(source);
  return [...text.matchAll(/\bmodule\s+(\w+)\s*/g)].map((found) => {
    let at = found.index + found[0].length;
    if (text[at] === '#') at = closing(text, text.indexOf('(', at));
    const open = text.indexOf('(', at);
    const end = closing(text, open);
    const close = text.indexOf('endmodule', end);
    const body = text.slice(end, close < 0 ? undefined : close);
    return {
      name: found[1],
      file,
      line: lineAt(text, found.index),
      ports: parsePorts(text, open + 1, end - 1),
      instances: parseInstances(text, end, body),
      body,
      bodyLine: lineAt(text, end),
    };
  });
}

function parsePorts(text: string, from: number, to: number): SvPort[] {
  const ports: SvPort[] = [];
  let at = from;
  let direction = 'input';
  for (const item of text.slice(from, to).split(',')) {
    const found = /^\s*(?:(input|output|inout)\b)?\s*(?:(?:logic|wire|reg)\b)?\s*(\[[^\]]*\])?\s*(\w+)\s*$/.exec(item);
    if (found) {
      direction = found[1] ?? direction;
      const line = lineAt(text, at + item.length - item.trimStart().length);
      ports.push({ name: found[3], direction, range: (found[2] ?? '').replaceAll(/\s/g, ''), line });
    }
    at += item.length + 1;
  }
  return ports;
}

/** Words that look like a module in front of a name and a parenthesis. */
const keywords = /^(assign|begin|case|casez|else|end|for|function|if|initial|return|task|unique|while)$/;
const instance =
  /^[ \t]*([A-Za-z_]\w*)[ \t]+(?:#[ \t]*\(((?:[^()]|\([^()]*\))*)\)\s*)?([A-Za-z_]\w*)[ \t]*\((?=\s*\.\w)/gm;

function parseInstances(text: string, bodyAt: number, body: string): SvInstance[] {
  return [...body.matchAll(instance)]
    .filter(([, module]) => !keywords.test(module))
    .map((found) => {
      const open = found.index + found[0].length - 1;
      return {
        module: found[1],
        name: found[3],
        parameters: named(found[2] ?? ''),
        connections: named(body.slice(open + 1, closing(body, open) - 1)),
        line: lineAt(text, bodyAt + found.index + found[0].search(/\S/)),
      };
    });
}

/** `.name (expression)`, with parentheses in the expression in pairs. */
function named(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const match of text.matchAll(/\.(\w+)\s*\(/g)) {
    const open = match.index + match[0].length - 1;
    found.set(match[1], text.slice(open + 1, closing(text, open) - 1).trim());
  }
  return found;
}
