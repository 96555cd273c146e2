/** The board compiled to WebAssembly, and the plug-in in one file: kept from one process to the next. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Simulator } from '../simulator.ts';
import { FrozenSimulator, unpack, type Frozen } from '../wasm/frozen.ts';
import { folder } from './digest.mjs';

/** A simulation of the board out of reset. @param digest of the sources that it is made from */
export async function thawedBoard(digest: string): Promise<Simulator> {
  return new FrozenSimulator(kept(digest) ?? (await made(digest)));
}

/** undefined where there is none, or none that is whole. */
function kept(digest: string): Frozen | undefined {
  try {
    return unpack(readFileSync(join(folder, `${digest}.bin`)));
  } catch {
    return undefined;
  }
}

async function made(digest: string): Promise<Frozen> {
  // A bundle beside a board that is damaged has no generator: the next start is one from the sources.
  rmSync(join(folder, `${digest}.mjs`), { force: true });
  const generator = Promise.all([import('./board.ts'), import('../wasm/index.ts'), import('./board-backend.ts')]);
  const [{ board }, { pack, WasmSimulator }, { powerUp }] = await generator.catch((cause: unknown) => {
    throw new Error(`a file in ${folder} was damaged; call again`, { cause });
  });
  const simulator = WasmSimulator.create(board());
  powerUp(simulator);
  const frozen = simulator.freeze();
  try {
    mkdirSync(folder, { recursive: true });
    removeOld();
    keep(`${digest}.bin`, pack(frozen));
    keep(`${digest}.mjs`, await bundle());
  } catch {
    // Where nothing can be kept, it is made each time.
  }
  return frozen;
}

/** Writes a file. Whoever reads it meanwhile finds all of it or nothing. */
function keep(name: string, content: Uint8Array): void {
  const aside = join(folder, `${name}.${process.pid}`);
  writeFileSync(aside, content);
  renameSync(aside, join(folder, name));
}

const day = 24 * 60 * 60 * 1000;

/** Nobody starts from sources of yesterday any more. */
function removeOld(): void {
  for (const name of readdirSync(folder, { encoding: 'utf8' })) {
    const file = join(folder, name);
    if (Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) > day) rmSync(file, { force: true });
  }
}

/** The plug-in without the generator, for a Node without the TypeScript loader. */
async function bundle(): Promise<Uint8Array> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('main.ts', import.meta.url))],
    external: ['./board.ts', '../wasm/index.ts', './verilated.ts', './record.ts', 'esbuild'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]!.contents;
}
