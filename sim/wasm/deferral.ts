/** Levels of recursion before a step is put off; far below what a small stack holds. */
const deepest = 250;
/** Steps put off inside each other: more than any design nests. */
const most = 1000;

class Deferred extends Error {
  readonly step: () => unknown;

  constructor(step: () => unknown) {
    super('recursion is too deep: run the step on its own');
    this.step = step;
  }
}

/** Recursion is endless: something is computed from itself. */
export class Endless extends Error {}

/**
 * Recursion of any depth on a stack of limited size, for work that remembers its results. A step is put off where the
 * recursion is deep already, else stands between `enter` and `leave`. What is put off is run on its own, and the work
 * begins again, now finding its result.
 */
export class Deferral {
  #depth = 0;

  enter(): void {
    this.#depth++;
  }

  get isDeep(): boolean {
    return this.#depth >= deepest;
  }

  putOff(step: () => unknown): never {
    throw new Deferred(step);
  }

  leave(): void {
    this.#depth--;
  }

  run<T>(task: () => T): T {
    const waiting: (() => unknown)[] = [];
    for (;;) {
      this.#depth = 0;
      try {
        const result = (waiting.at(-1) ?? task)();
        if (!waiting.pop()) return result as T;
      } catch (error) {
        if (!(error instanceof Deferred)) throw error;
        if (waiting.push(error.step) > most) throw new Endless('recursion never ends');
      }
    }
  }
}
