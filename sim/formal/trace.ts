/** Counterexamples: the signals of the properties in the last cycles of a trace. */
import { readFileSync } from 'node:fs';

/** How yosys-smtbmc calls the number of the cycle, the first value that it writes in each. */
const stepId = 't';

/** A signal with its values, hexadecimal, one a cycle. */
export interface Row {
  readonly name: string;
  readonly values: readonly string[];
}

/**
 * The values that the properties saw in the last `cycles` cycles of a VCD file of yosys-smtbmc, those that moved first. Signals that
 * show one value throughout are left out when they are 0.
 */
export function keySignals(file: string, cycles = 8): { readonly first: number; readonly rows: readonly Row[] } {
  const names = new Map<string, string>();
  const scope: string[] = [];
  const current = new Map<string, string>();
  const history: Map<string, string>[] = [];
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [word = '', ...rest] = line.trim().split(/\s+/);
    if (word === '$scope') scope.push(rest[1]!);
    else if (word === '$upscope') scope.pop();
    else if (word === '$var') {
      if (scope.at(-1) === 'properties') names.set(rest[2]!, rest[3]!);
    } else if (/^[b01x]/.test(word)) {
      const [bits, id] = word.startsWith('b') ? [word.slice(1), rest[0]!] : [word[0]!, word.slice(1)];
      if (id === stepId) history.push(new Map(current));
      current.set(id, hexadecimal(bits));
      history.at(-1)?.set(id, hexadecimal(bits));
    }
  }
  const last = history.slice(-cycles);
  const rows = [...names]
    .filter(([, name]) => name !== 'clk')
    .map(([id, name]) => ({ name, values: last.map((values) => values.get(id) ?? '-') }))
    .filter(({ values }) => new Set(values).size > 1 || !/^[0-]$/.test(values[0]!));
  const moves = ({ values }: Row): number => Number(new Set(values).size === 1);
  return { first: history.length - last.length, rows: rows.toSorted((a, b) => moves(a) - moves(b)) };
}

function hexadecimal(bits: string): string {
  return /^[01]+$/.test(bits) ? BigInt(`0b${bits}`).toString(16) : bits;
}
