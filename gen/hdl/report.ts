/** Where the language reports errors: into the running elaboration, which shows all of them together, or at once. */
import { Diagnostics, type Code, type Note } from '../diagnostics/index.ts';
import { captureOrigin } from './origin.ts';

let current: Diagnostics | undefined;

/** Reports and returns, so that one run shows every error; outside an elaboration it throws. */
export function report(code: Code, message: string, notes: Note[] = []): void {
  const sink = current ?? new Diagnostics();
  sink.report({ code, message, notes, origin: captureOrigin() });
  if (!current) sink.throwIfErrors();
}

/** For errors after which nothing sensible can follow. */
export function abort(code: Code, message: string): never {
  report(code, message);
  current?.throwIfErrors();
  throw new Error(message);
}

/** Runs `body` with errors collected in `diagnostics`. */
export function collecting<T>(diagnostics: Diagnostics, body: () => T): T {
  const outer = current;
  current = diagnostics;
  try {
    return body();
  } finally {
    current = outer;
  }
}
