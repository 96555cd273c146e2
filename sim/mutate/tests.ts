/** The tests that have to find faults: those of `npm test` that simulate the design on WebAssembly and are quick. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ScopeName } from './scopes.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Folders and files below `test`. */
const chosen: Readonly<Record<ScopeName, readonly string[]>> = {
  engine: ['gen/ebpf/engine', 'gen/lib/stream.test.ts', 'gen/lib/atomic.test.ts'],
  device: [
    'gen/device',
    'sim/shell',
    'sim/compare/device.test.ts',
    'sim/compare/stress.test.ts',
    'gen/shell/empty-bar.test.ts',
    ...['stream', 'axi', 'arbiter', 'registers', 'ram'].map((name) => `gen/lib/${name}.test.ts`),
  ],
};

/** Slow, and about what the design has only with other options. */
const passedOver = ['engine-helpers.test.ts'];

/** The test files for faults of a design, from the root of the project. */
export function testsOf(scope: ScopeName): string[] {
  return chosen[scope].flatMap((name) => {
    if (name.endsWith('.ts')) return [`test/${name}`];
    const files = readdirSync(`${root}test/${name}`).filter(
      (file) => file.endsWith('.test.ts') && !passedOver.includes(file),
    );
    return files.sort().map((file) => `test/${name}/${file}`);
  });
}
