/** Random choices that fast-check can shrink. */
import fc from 'fast-check';

/** Draws from the generator of fast-check. */
export type Draw = fc.GeneratorValue;

export class Choices {
  readonly draw: Draw;

  constructor(draw: Draw) {
    this.draw = draw;
  }

  int(min: number, max: number): number {
    return this.draw(fc.integer, { min, max });
  }

  chance(percent: number): boolean {
    return this.int(1, 100) > 100 - percent;
  }

  of<T>(items: readonly T[]): T {
    return items[this.int(0, items.length - 1)]!;
  }

  /** Often a value at an edge of the range. */
  value(width: number): bigint {
    const max = (1n << BigInt(width)) - 1n;
    return this.of([
      () => 0n,
      () => max,
      () => 1n & max,
      () => this.draw(fc.bigInt, 0n, max),
      () => this.draw(fc.bigInt, 0n, max),
    ])();
  }

  width(): number {
    const [min, max] = this.of([
      [1, 1],
      [1, 8],
      [2, 31],
      [32, 32],
      [33, 63],
      [64, 64],
      [65, 130],
      [131, 600],
    ] as const);
    return this.int(min, max);
  }
}
