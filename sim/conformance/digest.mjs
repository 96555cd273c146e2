// What the plug-in is made from, as a name. In JavaScript, for the launcher asks before it knows whether the TypeScript
// loader is needed at all.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where the plug-in keeps what it has made: the board as `DIGEST.bin`, itself as `DIGEST.mjs`. */
export const folder = join(root, 'build/conformance');

/** The generator, the model, the simulator, and this folder. */
const sources = ['gen', 'sim/golden', 'sim/wasm', 'sim/conformance'];

/** A name for the content of all these files. */
export function digest() {
  const hash = createHash('sha256');
  for (const source of sources) {
    const files = readdirSync(join(root, source), { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((name) => /\.[cm]?[jt]s$/.test(name)).sort()) {
      hash.update(`${source}/${file}\n`).update(readFileSync(join(root, source, file)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}
