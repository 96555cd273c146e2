import { named, type Named } from './index.mjs';

/** Vite's side of the names step, for tests: runs before TypeScript is stripped. */
export function names(): { name: string; enforce: 'pre'; transform(code: string, id: string): Named | undefined } {
  return {
    name: 'hermes-names',
    enforce: 'pre',
    transform: (code, id) => (id.includes('/node_modules/') ? undefined : named(code, id)),
  };
}
