// Test files that are imported after this module get vitest.ts beside it for `vitest`. A test file that is imported as
// `….test.ts?run=N` brings its own copies of all that it uses below test/: nothing there outlives a run.
import { register } from 'node:module';

const standIn = new URL('vitest.ts', import.meta.url).href;
const tests = new URL('../../test/', import.meta.url).href;

export async function resolve(specifier, context, next) {
  if (specifier === 'vitest') return next(standIn, context);
  const found = await next(specifier, context);
  const [run] = /\?run=\d+$/.exec(context.parentURL ?? '') ?? [];
  return run && found.url.startsWith(tests) ? { ...found, url: found.url + run } : found;
}

export const registerStandIn = () => register(import.meta.url);
