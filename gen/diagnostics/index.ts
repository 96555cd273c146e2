/** Numbered errors and warnings: what is wrong, where in the TypeScript source, and what to do. */
import type { Origin } from '../ir/netlist.ts';
import { codes, type Code } from './codes.ts';
import { render } from './render.ts';

export { codes, type Code } from './codes.ts';
export { render } from './render.ts';

export interface Diagnostic {
  readonly code: Code;
  readonly severity: 'error' | 'warning';
  /** One sentence with the names and numbers of this case, without a full stop. Names stand in backticks. */
  readonly message: string;
  readonly origin?: Origin;
  readonly notes: readonly Note[];
  /** What to do. */
  readonly cure?: string;
}

/** Another place that belongs to the matter: "first driven here". */
export interface Note {
  readonly message: string;
  readonly origin?: Origin;
}

/** What a place that finds something says; the code brings severity and, where none is given, the cure. */
export interface Report {
  readonly code: Code;
  readonly message: string;
  readonly origin?: Origin;
  readonly notes?: readonly Note[];
  readonly cure?: string;
}

/** Completes a report from the table of codes. */
export function diagnostic({ code, message, origin, notes = [], cure = codes[code].cure }: Report): Diagnostic {
  return { code, severity: codes[code].severity ?? 'error', message, origin, notes, cure };
}

/** Collects what is found, so that several errors are reported in one go. */
export class Diagnostics {
  readonly #all: Diagnostic[] = [];
  readonly #known = new Set<string>();

  /** Adds a diagnostic; the same said of the same place, as by modules that share their source, is one. */
  report(report: Report): void {
    const frame = report.origin?.frames[0];
    if (frame) {
      const key = JSON.stringify([report.code, report.message, frame]);
      if (this.#known.has(key)) return;
      this.#known.add(key);
    }
    this.#all.push(diagnostic(report));
  }

  /** In the order of reporting. */
  get all(): readonly Diagnostic[] {
    return this.#all;
  }

  get hasErrors(): boolean {
    return this.#all.some(({ severity }) => severity === 'error');
  }

  /** @throws HermesError with everything collected, warnings included, when there is an error among it. */
  throwIfErrors(): void {
    if (this.hasErrors) throw new HermesError(this.#all);
  }
}

/** A design or a configuration that cannot be built. The message is the rendered text of all diagnostics. */
export class HermesError extends Error {
  override readonly name = 'HermesError';
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(render(diagnostics));
    this.diagnostics = [...diagnostics];
  }
}

/** Gives up at once, where nothing sensible can follow. */
export function fail(report: Report): never {
  throw new HermesError([diagnostic(report)]);
}
