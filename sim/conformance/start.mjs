// Starts the plug-in: as the bundle that an earlier start has left in build/conformance, which takes a third of the time
// of the sources with their TypeScript loader; or else from the sources.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { launch } from '../../bin/launch.mjs';
import { digest, folder } from './digest.mjs';

const given = process.argv.slice(2);
const name = digest();
const made = ['bin', 'mjs'].map((ending) => join(folder, `${name}.${ending}`));

/** These need the generator, which is not in the bundle. */
const needsSources = given.some((argument) => argument === '--record' || argument.endsWith('verilator'));
const plugin =
  !needsSources && made.every((file) => existsSync(file))
    ? await import(pathToFileURL(made[1]).href)
    : await launch(new URL('main.ts', import.meta.url).href);
await plugin.main(given, name);
