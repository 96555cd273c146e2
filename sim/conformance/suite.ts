/** The suite of bpf_conformance, as test/vectors keeps it. */
import { readFileSync } from 'node:fs';
import type { Backend } from './backend.ts';
import { bytesOf, hexOf } from './hex.ts';

export interface Vector {
  readonly name: string;
  readonly program: Uint8Array;
  readonly memory?: Uint8Array;
  readonly r0: bigint;
  /** What has to be counted, and what memory has to hold at the end where that is said. */
  readonly instructions: number;
  readonly memoryAfter?: string;
}

interface Stored {
  readonly source: string;
  readonly vectors: readonly {
    readonly name: string;
    readonly program: string;
    readonly memory?: string;
    readonly memoryAfter?: string;
    readonly r0: string;
    readonly instructions: number;
  }[];
}

const file = new URL('../../test/vectors/bpf_conformance.json', import.meta.url);

/** Where the suite comes from, and its programs. */
export function suite(): { source: string; vectors: Vector[] } {
  const { source, vectors } = JSON.parse(readFileSync(file, 'utf8')) as Stored;
  return {
    source,
    vectors: vectors.map(({ program, memory, r0, ...rest }) => ({
      ...rest,
      program: bytesOf(program, 'program'),
      r0: BigInt(r0),
      ...(memory !== undefined && { memory: bytesOf(memory, 'memory') }),
    })),
  };
}

/** What is wrong with a backend's run of a program; undefined when nothing is. */
export function complaint({ r0, instructions, memoryAfter, ...job }: Vector, backend: Backend): string | undefined {
  const end = backend.run(job);
  if (end.error) return `${end.error.class} at pc ${end.error.pc}`;
  if (end.r0 !== r0) return `r0 is 0x${end.r0.toString(16)}, not 0x${r0.toString(16)}`;
  if (end.instructions !== instructions) return `${end.instructions} instructions, not ${instructions}`;
  const after = hexOf(end.memory);
  return memoryAfter === undefined || after === memoryAfter ? undefined : `memory is ${after}, not ${memoryAfter}`;
}
