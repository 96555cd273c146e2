#!/usr/bin/env node
// node bin/run-ts.mjs FILE.ts [arguments]: runs a TypeScript file with process.argv as if Node had been given it.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { launch } from './launch.mjs';

const [file, ...rest] = process.argv.slice(2);
if (file === undefined) {
  console.error('usage: node bin/run-ts.mjs FILE.ts [arguments]');
  process.exit(2);
}
process.argv = [process.argv[0], resolve(file), ...rest];
await launch(pathToFileURL(resolve(file)).href);
