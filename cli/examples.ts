/** The programs of examples/: source, what runs, its data, and the result that the source promises. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadProgram, readInput } from './inputs.ts';

const folder = fileURLToPath(new URL('../examples', import.meta.url));

export interface Example {
  readonly name: string;
  readonly program: Uint8Array;
  readonly data: Uint8Array;
  readonly r0: bigint;
}

/** In the order of their names; those of peers, which other processors are measured with, at the end. */
export function examples(): Example[] {
  const sources = [folder, join(folder, 'peers')].flatMap((place) =>
    readdirSync(place)
      .filter((name) => /\.[sc]$/.test(name))
      .sort()
      .map((name) => join(place, name)),
  );
  return sources.map((source) => {
    const [, promised] = /expect r0 = (\S+)/.exec(readFileSync(source, 'utf8')) ?? [];
    if (promised === undefined) throw new Error(`${source}: its comment does not say "expect r0 = …"`);
    const data = source.replace(/\.[sc]$/, '.data');
    return {
      name: basename(source),
      program: loadProgram(source.replace(/\.c$/, '.o')).program,
      data: existsSync(data) ? readInput(data, 'data') : new Uint8Array(0),
      r0: BigInt(promised),
    };
  });
}
