import type { Diagnostics, Note } from '../../diagnostics/index.ts';
import type { Signal } from '../netlist.ts';
import { partName, reach } from '../walk.ts';
import { label, type Driver, type Facts, maskOf } from './facts.ts';

/** H103: bits with two sources; H021: statements to what statements cannot drive. */
export function checkDrivers(facts: Facts, diagnostics: Diagnostics): void {
  for (const [signal, drivers] of facts.drivers) {
    if (signal.kind === 'inout') continue;
    const sources = sourcesOf(signal, drivers);
    const second = sources.findIndex((source, i) =>
      sources.slice(0, i).some((earlier) => (earlier.bits & source.bits) !== 0n),
    );
    if (second > 0) {
      const { bits, what, note } = sources[second]!;
      const first = sources.find((earlier) => (earlier.bits & bits) !== 0n)!;
      diagnostics.report({
        code: 'H103',
        message: `${bitNames(signal, first.bits & bits)} is driven by ${first.what} and by ${what}`,
        origin: note.origin,
        notes: [first.note],
      });
    } else if (sources.length > 0 && (signal.kind === 'input' || signal.kind === 'node')) {
      diagnostics.report({
        code: 'H021',
        message: `${label(facts, signal)} is driven by ${sources[0]!.what}`,
        origin: sources[0]!.note.origin,
        notes: [{ message: 'declared here', origin: signal.origin }],
      });
    }
  }
}

interface Source {
  readonly bits: bigint;
  readonly what: string;
  readonly note: Note;
}

/** All statements together are one source: the last assignment wins. */
function sourcesOf(signal: Signal, drivers: readonly Driver[]): Source[] {
  const sources: Source[] = [];
  let assigned = 0n;
  let first: Note | undefined;
  for (const driver of drivers) {
    if (driver.kind === 'assign') {
      const { lo, width } = reach(driver.assign.target);
      assigned |= maskOf(lo, width);
      first ??= { message: 'driven by a statement here', origin: driver.assign.origin };
    } else {
      const bits = maskOf(0, signal.type.width);
      const { what, origin } =
        driver.kind === 'instance'
          ? {
              what: `output \`${driver.port.name}\` of instance \`${driver.instance.name}\``,
              origin: driver.instance.origin,
            }
          : { what: `memory \`${driver.memory.name}\``, origin: driver.memory.origin };
      sources.push({ bits, what, note: { message: `driven by ${what} here`, origin } });
    }
  }
  if (first) sources.push({ bits: assigned, what: 'a statement', note: first });
  return sources;
}

/** Those bits of a signal, as its type spells them. */
export function bitNames({ name, type }: Signal, bits: bigint): string {
  return rangesOf(bits)
    .map(({ lo, width }) => `\`${partName(name, type, lo, width)}\``)
    .join(', ');
}

/** The runs of ones in a mask, lowest first. */
function rangesOf(bits: bigint): { lo: number; width: number }[] {
  const ranges: { lo: number; width: number }[] = [];
  const text = bits.toString(2);
  for (const match of text.matchAll(/1+/g)) {
    ranges.unshift({ lo: text.length - match.index - match[0].length, width: match[0].length });
  }
  return ranges;
}
