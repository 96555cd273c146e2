import { expect, test } from 'vitest';
import { ErrorClass } from '../../../gen/ebpf/abi.ts';
import { nthCase, variantOf, engineNames } from '../../../sim/fuzz/cases.ts';
import { generateProgram, nthProgram, shapeNames, shapes, type ShapeName } from '../../../sim/fuzz/index.ts';
import { randomAt } from '../../../sim/fuzz/chance.ts';
import { modelOf } from '../../../sim/golden/helpers.ts';
import { Machine, type Outcome } from '../../../sim/golden/interpreter.ts';

const limits = { dataBytes: 4096, programSlots: 512, cacheLines: 8, helpers: [0, 3, 5], callx: true };
const model = modelOf({ stepLimit: 20_000, helpers: ['gather_bytes', 'sqrti', 'unwind'], callByRegister: true });

function run(shape: ShapeName, n: number): Outcome {
  const { program, data } = nthProgram(1, n, shape, limits);
  expect(program.length).toBeLessThanOrEqual(4096);
  const memory = new Uint8Array(4096);
  memory.set(data);
  return new Machine({ ...model, program, data: memory, programLimit: 4096 }).run();
}

const programsOf = (shape: ShapeName): Outcome[] => Array.from({ length: 60 }, (_, n) => run(shape, n));

test('a seed and a number say which program; neighbours have nothing to do with each other', () => {
  for (const n of [0, 1, 17, 4711]) expect(nthProgram(5, n)).toEqual(nthProgram(5, n));
  expect(nthProgram(5, 1)).not.toEqual(nthProgram(5, 2));
  expect(nthProgram(5, 1)).not.toEqual(nthProgram(6, 1));
  const kind = { target: 'engine', invalid: false } as const;
  expect(nthCase(kind, 7, 3)).toEqual(nthCase(kind, 7, 3));
});

test('seeds do not share programs', () => {
  const of = (seed: number): string[] =>
    Array.from({ length: 256 }, (_, n) => Buffer.from(nthProgram(seed, n).program).toString('base64'));
  const first = new Set(of(1).filter((program) => program.length > 64));
  for (const seed of [0, 2, 3, 100]) expect(of(seed).filter((program) => first.has(program))).toEqual([]);
});

test.each(shapeNames.filter((name) => name !== 'wild' && name !== 'faults' && name !== 'depth'))(
  'programs of the shape %s end by themselves, most of them well',
  (shape) => {
    const ends = programsOf(shape);
    expect(ends.every(({ error }) => error?.class !== 'E_STEP_LIMIT')).toBe(true);
    expect(ends.filter(({ error }) => error === null).length).toBeGreaterThan(35);
  },
);

test('calls go too deep, and not', () => {
  const ends = programsOf('depth').map(({ error }) => error?.class);
  expect(ends).toEqual(expect.arrayContaining(['E_CALL_DEPTH', undefined]));
});

test('some programs never end', () => {
  const ends = programsOf('wild').map(({ error }) => error?.class);
  expect(ends).toEqual(expect.arrayContaining(['E_STEP_LIMIT', undefined]));
});

test('the shape of faults reaches every error that a program can run into', () => {
  const ends = new Set(Array.from({ length: 3000 }, (_, n) => run('faults', n).error?.class));
  // Lengths are for invalid programs; depth and steps have shapes of their own; the others need a helper or a device.
  const elsewhere = ['E_PROG_EMPTY', 'E_PROG_SIZE', 'E_PROG_TOO_LONG', 'E_CALL_DEPTH', 'E_STEP_LIMIT'];
  const others = ['E_HELPER_FAULT', 'E_BUS', 'E_ABORTED'];
  const missing = Object.keys(ErrorClass).filter((name) => !ends.has(name as never));
  expect(missing.filter((name) => ![...elsewhere, ...others].includes(name))).toEqual([]);
});

test('every shape is drawn when none is named', () => {
  const drawn = new Set(Array.from({ length: 400 }, (_, n) => generateProgram(randomAt(2, n)).shape));
  expect([...drawn].toSorted()).toEqual(Object.keys(shapes).toSorted());
});

test('programs keep to the engine that they are for', () => {
  for (const name of engineNames) {
    const { config } = variantOf(name);
    const { jobs } = nthCase({ target: 'engine', invalid: false, engines: [name], shape: 'full' }, 1, 0);
    for (const { program, data } of jobs) {
      expect(program.length).toBeLessThanOrEqual(config.programSlotBytes);
      expect(program.length).toBeGreaterThan(config.programSlotBytes - 64);
      expect(data.length).toBeLessThanOrEqual(config.dataSlotBytes);
    }
  }
});
