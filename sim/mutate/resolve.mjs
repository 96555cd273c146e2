// Test files that are imported after this module get vitest.ts beside it for `vitest`.
import { register } from 'node:module';

const standIn = new URL('vitest.ts', import.meta.url).href;

export const resolve = (specifier, context, next) => next(specifier === 'vitest' ? standIn : specifier, context);

export const registerStandIn = () => register(import.meta.url);
