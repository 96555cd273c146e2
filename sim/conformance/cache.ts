/** The board compiled to WebAssembly, kept in build/conformance from one process to the next. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Simulator } from '../simulator.ts';
import { FrozenSimulator, unpack, type Frozen } from '../wasm/frozen.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'build/conformance');

/** Everything that the board is made from: the generator, the simulator, and this folder. */
const sources = ['gen', 'sim/wasm', 'sim/conformance'];

/** A name for the content of all these files. */
function digest(): string {
  const hash = createHash('sha256');
  for (const source of sources) {
    const files = readdirSync(join(root, source), { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((name) => /\.[cm]?[jt]s$/.test(name)).sort()) {
      hash.update(`${source}/${file}\n`).update(readFileSync(join(root, source, file)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/** A simulation of the board out of reset. */
export async function thawedBoard(): Promise<Simulator> {
  const name = `${digest()}.bin`;
  return new FrozenSimulator(kept(name) ?? (await made(name)));
}

/** undefined where there is none, or none that is whole. */
function kept(name: string): Frozen | undefined {
  try {
    return unpack(readFileSync(join(folder, name)));
  } catch {
    return undefined;
  }
}

/** Makes it, and keeps it. Whoever reads the file meanwhile finds all of it or nothing. */
async function made(name: string): Promise<Frozen> {
  const [{ board }, { pack, WasmSimulator }, { powerUp }] = await Promise.all([
    import('./board.ts'),
    import('../wasm/index.ts'),
    import('./board-backend.ts'),
  ]);
  const simulator = WasmSimulator.create(board());
  powerUp(simulator);
  const frozen = simulator.freeze();
  try {
    mkdirSync(folder, { recursive: true });
    for (const old of readdirSync(folder)) if (old.endsWith('.bin')) rmSync(join(folder, old), { force: true });
    const aside = join(folder, `${name}.${process.pid}`);
    writeFileSync(aside, pack(frozen));
    renameSync(aside, join(folder, name));
  } catch {
    // Where nothing can be kept, it is made each time.
  }
  return frozen;
}
