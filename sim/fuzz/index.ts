/**
 * Random programs and random host traffic, compared with the golden model; see docs/fuzzing.md.
 *
 * ```ts
 * const { program, data } = generateProgram(random(7), 'memory');   // any shape when none is named
 * const { shape, program, data } = nthProgram(1, 4711);             // for a small engine; the same every time
 * ```
 */
export { generateProgram, nthProgram, smallLimits, type Generated } from './generate.ts';
export { shapeNames, shapes, type Shape, type ShapeName } from './shapes.ts';
export type { Limits } from './sketch.ts';
export { itemsOf, keep, programOf, type Item } from './listing.ts';
