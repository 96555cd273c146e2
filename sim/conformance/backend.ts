/** What runs programs for the conformance tests: the model, or the engine on a simulator. */
import { explain } from '../../gen/ebpf/explain.ts';
import type { ErrorName } from '../../gen/ebpf/abi.ts';
import { digest } from './digest.mjs';
import { limits } from './limits.ts';

export const backendNames = ['golden', 'wasm', 'verilator'] as const;
export type BackendName = (typeof backendNames)[number];

export interface Job {
  readonly program: Uint8Array;
  /** r1 points to it, and r2 is its length; both are 0 when there is none. */
  readonly memory?: Uint8Array;
}

/** How a program ended. */
export interface End {
  readonly r0: bigint;
  readonly error: { readonly class: string; readonly pc: number } | null;
  readonly instructions: number;
  /** Clock cycles from the first fetch to the exit, both included; null where there is no clock. */
  readonly cycles: number | null;
  /** The memory as the program left it. */
  readonly memory: Uint8Array;
}

export interface Backend {
  run(job: Job): End;
  close(): void;
}

/** Something that was given cannot be used; the message says what, and what would be right. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** @throws InputError when the memory of a job does not fit */
export function requireFitting({ memory }: Job): void {
  const bytes = memory?.length ?? 0;
  if (bytes > limits.memoryBytes)
    throw new InputError(`${bytes} bytes of memory, but the data slot has ${limits.memoryBytes}; give less`);
}

/** An error of a program as one line: `E_MEM_OOB at pc 3: an access outside the data slot`. */
export const describe = ({ class: name, pc }: NonNullable<End['error']>): string =>
  `${name} at pc ${pc}: ${explain(name as ErrorName).message}`;

/**
 * Opens a backend. What it needs is loaded only now: a start is to take no longer than it must.
 * @param sources their digest, where it is known already
 */
export async function openBackend(name: BackendName, sources?: string): Promise<Backend> {
  if (name === 'golden') return new (await import('./golden.ts')).GoldenBackend();
  const { BoardBackend } = await import('./board-backend.ts');
  if (name === 'wasm') return new BoardBackend(await (await import('./cache.ts')).thawedBoard(sources ?? digest()));
  return new BoardBackend(await (await import('./verilated.ts')).verilatedBoard());
}
