/** What a person reads about a failure. */
import { listing } from '../../gen/ebpf/disassembler.ts';
import type { ProgramCase, Timing } from './cases.ts';

const timingText = ({ latency, stalls, snoops, seed }: Timing): string =>
  `slot answers after ${latency} cycles, stalls ${stalls}, snoops ${snoops}${stalls > 0 || snoops > 0 ? `, seed ${seed}` : ''}`;

function dataText(data: Uint8Array): string {
  if (data.length === 0) return 'data: all zero';
  const rows = Array.from({ length: Math.ceil(data.length / 16) }, (_, row) => data.subarray(16 * row, 16 * row + 16));
  const lines = rows.flatMap((row, at) =>
    row.some((byte) => byte !== 0)
      ? [`  ${(16 * at).toString(16).padStart(4, '0')}: ${Buffer.from(row).toString('hex')}`]
      : [],
  );
  return ['data, all else zero:', ...lines].join('\n');
}

/** A case as text: where it is run, and each program with its listing, data and timing. */
export function caseText({ target, engine, jobs }: ProgramCase): string {
  const where = target === 'engine' ? `engine «${engine}»` : 'device';
  const programs = jobs.map(({ name, program, data, length, slot, timing, pause, again }) =>
    [
      name,
      listing(program),
      dataText(data),
      [
        `program slot ${slot}`,
        ...(length === undefined ? [] : [`given as ${length} bytes`]),
        ...(target === 'engine' ? [timingText(timing), `${pause} cycles before the start`] : []),
        ...(again ? ['run twice'] : []),
      ].join(', '),
    ].join('\n'),
  );
  return [`on the ${where}:`, ...programs].join('\n');
}
