// The one place where Node learns to load this project's TypeScript. Imported by every entry under bin/.
// Hooks run last-registered first: a loader that must see the source after TypeScript was stripped is registered
// after tsx, one that must see the TypeScript itself before it.
import { register as registerTypeScript } from 'tsx/esm/api';
import { registerNames } from '../gen/names/loader.mjs';

registerNames();
registerTypeScript();
