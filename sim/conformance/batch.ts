/** Many programs for one process: a line of JSON for each, and a line of JSON as its answer, in the same order. */
import { helperFunctions, helperNames, type HelperName } from '../../gen/ebpf/helpers/functions.ts';
import { describe, InputError, type Backend, type Job } from './backend.ts';
import { bytesOf, hexOf } from './hex.ts';
import { linesOf, longestLine } from './lines.ts';

/** What a line may say. */
interface Request {
  readonly name: string | null;
  readonly job: Job;
}

export interface Answer {
  readonly name: string | null;
  /** The program came to its end. */
  readonly ok: boolean;
  /** Hexadecimal; null where the program did not end by itself. */
  readonly r0: string | null;
  /** What is wrong with the line, or the class of the error that ended the program. */
  readonly error: string | null;
  /** Where it struck, in slots of 8 bytes. */
  readonly pc: number | null;
  /** The memory as the program left it; null where none was given. */
  readonly mem_hex: string | null;
  readonly instructions: number | null;
  /** Clock cycles; null on the model, which has no clock. */
  readonly cycles: number | null;
}

const fields = ['name', 'program_hex', 'mem_hex', 'helpers'];
const nothing = { r0: null, error: null, pc: null, mem_hex: null, instructions: null, cycles: null };

/** Answers every line that is not blank, also one that is no request. */
export async function* answers(chunks: AsyncIterable<Buffer | string>, backend: Backend): AsyncGenerator<Answer> {
  for await (const line of linesOf(chunks)) if (line === undefined || line.trim() !== '') yield answerTo(line, backend);
}

export function answerTo(line: string | undefined, backend: Backend): Answer {
  let name: string | null = null;
  try {
    const value = objectOf(line);
    name = typeof value['name'] === 'string' ? value['name'] : null;
    return run(requestOf(value), backend);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { name, ok: false, ...nothing, error: error.message };
  }
}

function run({ name, job }: Request, backend: Backend): Answer {
  const { r0, error, instructions, cycles, memory } = backend.run(job);
  const mem_hex = job.memory ? hexOf(memory) : null;
  const end = error
    ? { ok: false, r0: null, error: describe(error), pc: error.pc }
    : { ok: true, r0: `0x${r0.toString(16)}`, error: null, pc: null };
  return { name, ...end, mem_hex, instructions, cycles };
}

function objectOf(line: string | undefined): Record<string, unknown> {
  if (line === undefined) throw new InputError(`the line is longer than ${longestLine} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new InputError(`no JSON: ${(error as Error).message}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new InputError('the line is no JSON object; give {"name", "program_hex", "mem_hex"}');
}

function requestOf(value: Record<string, unknown>): Request {
  const { name = null, program_hex, mem_hex = null, helpers = [] } = value;
  const unknown = Object.keys(value).find((field) => !fields.includes(field));
  if (unknown !== undefined) throw new InputError(`there is no field ${unknown}; there are ${fields.join(', ')}`);
  if (name !== null && typeof name !== 'string') throw new InputError('name is no string');
  if (typeof program_hex !== 'string') throw new InputError('program_hex is missing or no string; give hex digits');
  if (mem_hex !== null && typeof mem_hex !== 'string') throw new InputError('mem_hex is no string; give hex digits');
  requireHelpers(helpers);
  const program = bytesOf(program_hex, 'program_hex');
  const memory = bytesOf(mem_hex ?? '', 'mem_hex');
  return { name, job: { program, ...(memory.length > 0 && { memory }) } };
}

/** Helper functions that a program counts on, by name or number, have to be there. */
function requireHelpers(helpers: unknown): void {
  const isKnown = (helper: unknown): boolean =>
    helperNames.includes(helper as HelperName) ||
    Object.values(helperFunctions).some(({ number }) => number === helper);
  const missing = Array.isArray(helpers) ? (helpers as unknown[]).find((helper) => !isKnown(helper)) : helpers;
  if (missing === undefined) return;
  const known = Object.entries(helperFunctions).map(([name, { number }]) => `${name} (${number})`);
  const what = Array.isArray(helpers) ? `there is no helper function ${JSON.stringify(missing)}` : 'helpers is no list';
  throw new InputError(`${what}; there are ${known.join(', ')}`);
}
