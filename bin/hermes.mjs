#!/usr/bin/env node
// The `hermes` command. Everything it does is in cli/main.ts.
import { launch } from './launch.mjs';

await launch(new URL('../cli/main.ts', import.meta.url).href);
