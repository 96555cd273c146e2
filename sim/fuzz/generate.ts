/** Programs by the thousand, each from a seed and its number. */
import { between, bytesOfWords, oneOf, randomAt, weighted, type Random } from './chance.ts';
import { draw, shapeNames, shapes, type Shape, type ShapeName } from './shapes.ts';
import { Sketch, type Limits } from './sketch.ts';

export interface Generated {
  readonly shape: ShapeName;
  /** Whole slots. All of them are legal but those that are to raise an error. */
  readonly program: Uint8Array;
  /** Beginning of the data slot; the rest is zero. */
  readonly data: Uint8Array;
}

/** An engine whose limits are near: 4 KiB for programs and data, eight lines of cache. */
export const smallLimits: Limits = { dataBytes: 4096, programSlots: 512, cacheLines: 8 };

/**
 * One program of a shape, or of any. All end by themselves within some ten thousand instructions, but those of the shape
 * `wild`, which may need a step limit.
 */
export function generateProgram(random: Random, shape = anyShape(random), limits = smallLimits): Generated {
  const sketch = new Sketch(random, limits);
  draw(sketch, shapes[shape]);
  const length = oneOf(random, [0, 64, 64, 256, 256, between(random, 1, 512), limits.dataBytes]);
  return { shape, program: sketch.program(), data: bytesOfWords(random, Math.min(length, 8192, limits.dataBytes)) };
}

/** The n-th program of a seed. */
export const nthProgram = (seed: number, n: number, shape?: ShapeName, limits?: Limits): Generated =>
  generateProgram(randomAt(seed, n), shape, limits);

const anyShape = (random: Random): ShapeName =>
  weighted(
    random,
    shapeNames.map((name) => [(shapes[name] as Shape).weight, name] as const),
  );
