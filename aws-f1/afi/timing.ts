/** What Vivado's timing reports of a build say, in a few numbers. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

export const timingSchema = z.object({
  met: z.boolean(),
  /** Worst slacks of setup and hold in nanoseconds, and the endpoints whose setup fails; null where a report has not got it. */
  setup: z.number(),
  hold: z.number().nullable(),
  failing: z.number().nullable(),
  /** Path of the report below the custom logic. */
  report: z.string(),
});

export type Timing = z.infer<typeof timingSchema>;

const decimal = String.raw`(-?\d+\.\d+)`;
const whole = String.raw`(\d+)`;

/** WNS, TNS, failing and all endpoints; WHS, ...: the first row under the head of `report_timing_summary`. */
const summaryRow = new RegExp(
  String.raw`^\s+WNS\(ns\).*\n[\s-]+\n\s+${decimal}\s+${decimal}\s+${whole}\s+${whole}\s+${decimal}`,
  'm',
);

/** A path of `report_timing`. */
const slackLine = new RegExp(String.raw`^Slack \((MET|VIOLATED)\)\s*:\s+${decimal}ns`, 'gm');

/** Reads either report of Vivado; undefined when the text is none of them. */
export function parseTiming(text: string, report: string): Timing | undefined {
  const summary = summaryRow.exec(text);
  if (summary !== null) {
    const [setup, , failing, , hold] = summary.slice(1).map(Number);
    return { met: setup! >= 0 && hold! >= 0 && failing === 0, setup: setup!, hold: hold!, failing: failing!, report };
  }
  const slacks = [...text.matchAll(slackLine)].map(([, , slack]) => Number(slack));
  if (slacks.length === 0) return undefined;
  const setup = Math.min(...slacks);
  return { met: setup >= 0, setup, hold: null, failing: null, report };
}

/**
 * Timing of the build whose archive has this time stamp. F1's kit writes a summary; F2's writes the worst paths, and
 * names a checkpoint that misses its timing `VIOLATED`.
 */
export function timingOf(cl: string, stamp: string): Timing | undefined {
  const made = (folder: string): string[] =>
    existsSync(join(cl, folder)) ? readdirSync(join(cl, folder)).filter((name) => name.includes(stamp)) : [];
  const name = made('build/reports').find((each) => /final_timing_summary\.rpt$|post_route_timing\.rpt$/.test(each));
  const report = name && join('build/reports', name);
  const timing = report && parseTiming(readFileSync(join(cl, report), 'utf8'), report);
  if (!timing) return undefined;
  const violated = made('build/checkpoints').some((each) => each.endsWith('.VIOLATED.dcp'));
  return { ...timing, met: timing.met && !violated };
}

/** One line for a person. */
export function describeTiming({ met, setup, hold, failing }: Timing): string {
  const slack = `worst setup slack ${setup} ns${hold === null ? '' : `, hold ${hold} ns`}`;
  return `timing ${met ? 'met' : 'violated'}: ${slack}${failing ? `, ${failing} endpoints fail` : ''}`;
}
