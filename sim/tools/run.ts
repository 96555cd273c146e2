/** Running other programs: the one place of the tool rooms that touches child_process and the project's paths. */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join, resolve as resolvePath } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** The project's own Python environment; its bin/ comes first on the PATH of every tool. */
export const venv = join(root, '.venv');

/** Environment in which tools are looked for and run: the project's own programs come first. */
export const toolEnv: NodeJS.ProcessEnv = {
  ...process.env,
  VIRTUAL_ENV: venv,
  PATH: [join(venv, 'bin'), process.env['PATH'] ?? ''].join(delimiter),
};

/** A program is missing, too old or broken. `cure` is what a person types to mend it. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
  readonly cure: string;

  constructor(problem: string, cure: string) {
    super(`${problem}\n  ${cure}`);
    this.cure = cure;
  }
}

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** True: output goes to the terminal as it appears and is not returned. */
  show?: boolean;
}

export interface RunResult {
  /** Exit code; 128 + n style codes are not made up: a program killed by a signal gives -1. */
  code: number;
  /** Standard output and error, as they were interleaved. */
  output: string;
}

/** Runs a program without a shell and without standard input. Rejects only if it cannot be started. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const output = options.show === true ? 'inherit' : 'pipe';
    const child = spawn(program, args, {
      cwd: options.cwd ?? root,
      env: options.env ?? toolEnv,
      stdio: ['ignore', output, output],
    });
    let text = '';
    child.stdout?.on('data', (chunk) => (text += chunk));
    child.stderr?.on('data', (chunk) => (text += chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, output: text }));
  });
}

/** As {@link run}, and throws with the output if the program fails. `what` completes "could not …". */
export async function runOrThrow(
  what: string,
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { code, output } = await run(program, args, options);
  if (code !== 0) {
    throw new Error(`could not ${what}: ${program} ended with code ${code}\n  ${args.join(' ')}\n${output}`);
  }
  return output;
}

/** Absolute path of the first executable with one of these names on the tools' PATH, or undefined. */
export function which(...names: string[]): string | undefined {
  for (const name of names) {
    for (const folder of toolEnv['PATH']!.split(delimiter)) {
      const path = resolvePath(folder, name); // an absolute name stays as it is
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // not here
      }
    }
  }
  return undefined;
}
