/** One question to a solver, and its answer. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run, tools } from '../tools/index.ts';
import type { Model } from './model.ts';
import { FormalError } from './task.ts';

export interface Answer {
  /** `unknown`: an induction that needs more cycles or a stronger property. */
  readonly verdict: 'holds' | 'broken' | 'unknown';
  /** The assertion that broke, or the cover that was not reached: `file:line`. */
  readonly where?: string;
  /** File of the counterexample. */
  readonly trace?: string;
  /** What the solver printed. */
  readonly output: string;
}

async function smtbmc(
  model: Model,
  args: readonly string[],
  trace: string,
): Promise<{ passed: boolean; output: string }> {
  const { path } = await tools.smtbmc();
  await tools.yices();
  const all = ['-s', 'yices', ...args, '--dump-vcd', trace, model.smt];
  const { code, output } = await run(path, all, { cwd: model.folder });
  if (/Status: PASSED/.test(output) && code === 0) return { passed: true, output };
  if (/Status: FAILED/.test(output)) return { passed: false, output };
  throw new FormalError(`yosys-smtbmc ended with code ${code} in ${model.folder}:\n${output.trim()}`);
}

/** `file:line` of the first assertion that yosys-smtbmc names. */
function failing(output: string): string | undefined {
  const named =
    /Assert failed in formal_top: (.*)/.exec(output)?.[1] ??
    /Unreached cover statement at (.*?)\.?$/m.exec(output)?.[1];
  if (named === undefined) return undefined;
  return /([\w.]+\.sv):(\d+)\.\d+-[\d.]+ \(/.exec(named)?.slice(1, 3).join(':') ?? named.split(' ')[0];
}

function answer(
  model: Model,
  { passed, output }: { passed: boolean; output: string },
  bad: 'broken' | 'unknown',
  name: string,
): Answer {
  if (passed) return { verdict: 'holds', output };
  const trace = join(model.folder, name);
  const where = failing(output);
  return { verdict: bad, output, ...(where !== undefined && { where }), ...(existsSync(trace) && { trace }) };
}

/** Whether a run of `depth` cycles can break an assertion. */
export async function bounded(model: Model, depth: number): Promise<Answer> {
  return answer(model, await smtbmc(model, ['-t', String(depth)], 'broken.vcd'), 'broken', 'broken.vcd');
}

/** Whether `depth` good cycles, from any state, can be followed by a bad one. */
export async function inductive(model: Model, depth: number): Promise<Answer> {
  return answer(model, await smtbmc(model, ['-i', '-t', String(depth)], 'step.vcd'), 'unknown', 'step.vcd');
}

/** Whether every `cover` is reached within `depth` cycles. */
export async function covered(model: Model, depth: number): Promise<Answer> {
  // Its traces are those of the statements that were reached.
  const { verdict, output, where } = answer(
    model,
    await smtbmc(model, ['-c', '-t', String(depth)], 'cover.vcd'),
    'broken',
    'cover.vcd',
  );
  return { verdict, output, ...(where !== undefined && { where }) };
}

async function abc(model: Model, command: string): Promise<string> {
  const { path } = await tools.abc();
  const script = `read_aiger ${model.aiger}; fold; strash; ${command}`;
  const { code, output } = await run(path, ['-c', script], { cwd: model.folder });
  if (code !== 0) throw new FormalError(`ABC ended with code ${code} in ${model.folder}:\n${output.trim()}`);
  return output;
}

/** ABC's verdict; a counterexample that is to be shown is made again by the SMT solver, which writes it down. */
async function judged(model: Model, output: string, proved: RegExp, show = true): Promise<Answer> {
  const frame = /asserted in frame (\d+)/.exec(output)?.[1];
  if (frame !== undefined && !show) return { verdict: 'broken', output };
  if (frame !== undefined) return { ...(await bounded(model, Number(frame) + 2)), verdict: 'broken' };
  if (proved.test(output)) return { verdict: 'holds', output };
  throw new FormalError(`ABC came to no result in ${model.folder}:\n${output.trim()}`);
}

/** Whether any run at all can break an assertion, by property directed reachability. */
export async function reachable(model: Model): Promise<Answer> {
  return judged(model, await abc(model, 'pdr'), /Property proved/);
}

/** As {@link bounded}, on the level of gates. */
export async function boundedInGates(model: Model, depth: number, show = true): Promise<Answer> {
  return judged(
    model,
    await abc(model, `scorr; bmc3 -F ${depth}`),
    new RegExp(`No output asserted in ${depth} frames`),
    show,
  );
}
