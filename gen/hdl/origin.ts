/** Source positions, taken from the call stack and parsed only when somebody asks. */
import { fileURLToPath } from 'node:url';
import { dirname } from 'node:path';
import type { Frame, Origin } from '../ir/netlist.ts';

const here = dirname(fileURLToPath(import.meta.url));
const depth = 24;

/** The place in the user's code that is calling the language now. */
export function captureOrigin(): Origin {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = depth;
  const error = new Error();
  Error.stackTraceLimit = limit;
  let frames: readonly Frame[] | undefined;
  return {
    get frames() {
      return (frames ??= parse(error.stack ?? ''));
    },
  };
}

function parse(stack: string): Frame[] {
  const frames: Frame[] = [];
  for (const line of stack.split('\n').slice(1)) {
    const match = /\(?((?:file:\/\/)?\/[^()]*?):(\d+):(\d+)\)?$/.exec(line);
    if (!match) continue;
    const path = match[1]!.replace(/\?.*$/, '');
    const file = path.startsWith('file:') ? fileURLToPath(path) : path;
    if (file.startsWith(here) || file.includes('/node_modules/') || file.includes('node:')) continue;
    frames.push({ file, line: Number(match[2]), column: Number(match[3]) });
  }
  return frames;
}
