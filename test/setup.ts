/**
 * Property tests draw the same cases in every run, so that a change is judged by what it changes. `HERMES_SEED=N` draws
 * others, and `npm run fuzz` looks for the rare ones; a failure prints the seed that it came from either way.
 */
import fc from 'fast-check';

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.HERMES_SEED ?? 20_201) });
