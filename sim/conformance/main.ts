/** The plug-in: one program as the runner of bpf_conformance asks for it, or many of them, a line each. */
import { once } from 'node:events';
import { parse, usage, type Arguments } from './arguments.ts';
import { describe, InputError, openBackend } from './backend.ts';
import { bytesOf } from './hex.ts';
import { linesOf } from './lines.ts';

/** Exit codes, see the usage. */
const exit = { ended: 0, failed: 1, unusable: 2 } as const;

/** Seconds within which a program has to come: whoever calls without one is not kept waiting for ever. */
const patience = 60;

/**
 * Does what the command line says and sets the exit code.
 * @param sources digest of the sources
 */
export async function main(given: readonly string[], sources: string): Promise<void> {
  // Whoever reads the output may stop early.
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) =>
    process.exit(code === 'EPIPE' ? exit.ended : exit.unusable),
  );
  try {
    process.exitCode = await perform(parse(given), sources);
  } catch (error) {
    // The runner compares the whole text with the error that it expects: one line and nothing else.
    console.error((error as Error).message);
    const isTheirs = ['InputError', 'ProgramRefused', 'ToolError'].includes((error as Error).name);
    if (!isTheirs) console.error((error as Error).stack);
    process.exitCode = exit.unusable;
  }
}

async function perform(wanted: Arguments, sources: string): Promise<number> {
  if (wanted.help) return print(`${usage}\n`);
  if (wanted.record) return (await import('./record.ts')).record();
  return wanted.batch ? batch(wanted, sources) : single(wanted, sources);
}

async function single(wanted: Arguments, sources: string): Promise<number> {
  const { backend: name, memory } = wanted;
  const program = await programOf(wanted);
  const backend = await openBackend(name, sources);
  try {
    const { r0, error } = backend.run({ program, ...(memory && { memory }) });
    if (!error) return await print(`${r0.toString(16)}\n`);
    console.error(describe(error));
    return exit.failed;
  } finally {
    backend.close();
  }
}

async function programOf({ elf, program }: Arguments): Promise<Uint8Array> {
  const bytes = bytesOf(program ?? (await firstLine()), 'the program');
  if (!elf) return bytes;
  const { loadObject } = await import('./object.ts');
  return loadObject(bytes);
}

async function firstLine(): Promise<string> {
  const late = setTimeout(() => {
    console.error(`no program has come within ${patience} s; give it as a line of hex digits on standard input`);
    process.exit(exit.unusable);
  }, patience * 1000);
  try {
    for await (const line of linesOf(process.stdin)) {
      if (line === undefined) throw new InputError('the program is far too long');
      process.stdin.destroy();
      return line;
    }
    return '';
  } finally {
    clearTimeout(late);
  }
}

async function batch({ backend: name }: Arguments, sources: string): Promise<number> {
  const { answers } = await import('./batch.ts');
  const backend = await openBackend(name, sources);
  try {
    for await (const answer of answers(process.stdin, backend)) await print(`${JSON.stringify(answer)}\n`);
    return exit.ended;
  } finally {
    backend.close();
  }
}

/** Writes a result to standard output, no faster than somebody reads it. */
async function print(text: string): Promise<number> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
  return exit.ended;
}
