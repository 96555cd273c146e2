// Node's side of the names step: hands the TypeScript loader sources in which hardware values know their names.
import * as module from 'node:module';
import { fileURLToPath } from 'node:url';
import { named } from './index.mjs';

/** To be called before the TypeScript loader is registered: hooks run last-registered first. */
export function registerNames() {
  if (module.registerHooks) module.registerHooks({ load: (url, context, next) => withNames(url, next(url, context)) });
  else module.register(import.meta.url);
}

/** The hook itself, on versions of Node whose hooks live on a thread of their own. */
export async function load(url, context, next) {
  return withNames(url, await next(url, context));
}

function withNames(url, loaded) {
  if (!url.startsWith('file:') || url.includes('/node_modules/') || !loaded.source) return loaded;
  const result = named(loaded.source.toString(), fileURLToPath(url));
  if (!result) return loaded;
  const map = Buffer.from(JSON.stringify(result.map)).toString('base64');
  return { ...loaded, source: `${result.code}\n//# sourceMappingURL=data:application/json;base64,${map}` };
}
