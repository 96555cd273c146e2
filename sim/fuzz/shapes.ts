/** What kinds of programs there are: each aims at one part of the engine. Names are what `--shape` takes. */
import { instructions } from '../../gen/ebpf/isa.ts';
import { between, happens, immediate, oneOf, weighted, word } from './chance.ts';
import { branch, branches, call, helper, loop, settled, wideEdges } from './control.ts';
import { fault } from './faults.ts';
import { atomic, load, overlapping, race, store, stream } from './memory.ts';
import { arithmetic, chain, division, filler, slow, swap, throughMemory, wide, type Statement } from './statements.ts';
import type { Sketch } from './sketch.ts';

type Mix = readonly (readonly [weight: number, statement: Statement])[];

export interface Shape {
  /** How often it is drawn, compared with the others. */
  readonly weight: number;
  readonly aims: string;
  readonly mix: Mix;
  /** Statements in the main function. */
  readonly size: readonly [number, number];
  /** Other functions; none unless told. */
  readonly functions?: readonly [number, number];
  /** Share of the statements that are loops. */
  readonly loops?: number;
  readonly turns?: readonly [number, number];
  /** Functions may call themselves and those before them: only the depth of frames ends that. */
  readonly recursive?: boolean;
  /** Fills the program slot up to its last slots. */
  readonly full?: boolean;
}

const some: Mix = [
  [8, arithmetic],
  [2, slow],
  [5, load],
  [4, store],
  [2, atomic],
  [4, branch],
  [1, settled],
  [2, wide],
  [1, swap],
  [1, helper],
];

const anyJump: Statement = (s) => {
  const rows = instructions.filter(
    ({ writes, operation, refused }) =>
      writes.includes('pc') && operation !== 'exit' && operation !== 'callLocal' && !refused,
  );
  s.jump(oneOf(s.random, rows), wildTarget(s), { dst: s.source(), src: s.source(), imm: immediate(s.random) });
};

/** Somewhere before or behind. */
function wildTarget(s: Sketch): { at?: number } {
  if (s.random.below(3) > 0 || s.places.length === 0) return s.ahead(s.random.below(5));
  return s.places[Math.max(0, s.places.length - 1 - s.random.below(6))]!;
}

export const shapes = {
  mix: {
    weight: 5,
    aims: 'everything at once',
    mix: [...some, [2, chain], [1, call]],
    size: [8, 45],
    functions: [0, 2],
    loops: 0.06,
  },
  chain: {
    weight: 4,
    aims: 'dependences: every unit to every unit at every distance',
    mix: [
      [8, chain],
      [1, load],
      [1, store],
    ],
    size: [5, 20],
  },
  numbers: {
    weight: 2,
    aims: 'arithmetic at the limits, byte swaps, sign extension',
    mix: [
      [6, arithmetic],
      [3, swap],
      [2, slow],
      [2, wide],
      [1, settled],
    ],
    size: [15, 60],
  },
  divide: {
    weight: 3,
    aims: 'divider and multiplier against everything',
    mix: [
      [6, division],
      [2, slow],
      [1, load],
      [1, store],
      [1, branch],
      [1, atomic],
      [1, wide],
    ],
    size: [8, 25],
  },
  memory: {
    weight: 5,
    aims: 'words, lines, slot and stack edges, forwarding, cache, prefetch',
    mix: [
      [5, overlapping],
      [4, load],
      [3, store],
      [1, atomic],
      [2, stream],
      [4, race],
      [2, throughMemory],
      [1, arithmetic],
    ],
    size: [8, 40],
    loops: 0.05,
  },
  atomics: {
    weight: 3,
    aims: 'atomics, registers of two roles, accesses around them',
    mix: [
      [6, atomic],
      [3, throughMemory],
      [2, overlapping],
      [1, load],
      [1, store],
      [1, settled],
    ],
    size: [6, 30],
    loops: 0.05,
  },
  branches: {
    weight: 4,
    aims: 'branches in a row, into and out of loops',
    mix: [
      [4, branches],
      [4, branch],
      [3, settled],
      [4, arithmetic],
      [1, load],
      [1, division],
    ],
    size: [8, 30],
    loops: 0.25,
    turns: [1, 8],
  },
  loops: {
    weight: 3,
    aims: 'loops within loops, targets that are forgotten and learned again',
    mix: [
      [3, branches],
      [3, arithmetic],
      [2, load],
      [2, store],
      [1, settled],
      [1, slow],
    ],
    size: [4, 12],
    loops: 0.5,
    turns: [2, 12],
  },
  wide: {
    weight: 3,
    aims: '64-bit immediates at the ends of lines, at targets, behind branches',
    mix: [
      [6, wideEdges],
      [2, wide],
      [2, branch],
      [1, arithmetic],
    ],
    size: [6, 25],
    loops: 0.15,
    turns: [1, 4],
  },
  calls: {
    weight: 4,
    aims: 'frames, registers that calls keep, frames of callers',
    mix: [
      [3, call],
      [3, arithmetic],
      [3, store],
      [3, load],
      [1, atomic],
      [1, branch],
      [1, overlapping],
    ],
    size: [4, 12],
    functions: [1, 6],
    loops: 0.05,
    turns: [1, 3],
  },
  depth: {
    weight: 2,
    aims: 'calls as deep as frames go, and deeper',
    mix: [
      [3, call],
      [2, store],
      [2, load],
      [1, arithmetic],
      [1, branch],
    ],
    size: [2, 6],
    functions: [1, 3],
    recursive: true,
  },
  helpers: {
    weight: 3,
    aims: 'helper functions, where there are any, against everything else',
    mix: [...some, [10, helper], [2, chain]],
    size: [5, 30],
    functions: [0, 1],
    loops: 0.1,
    turns: [1, 4],
  },
  faults: {
    weight: 4,
    aims: 'every error with younger instructions behind it',
    mix: [...some, [3, fault], [2, chain]],
    size: [3, 25],
    functions: [0, 1],
    loops: 0.05,
    turns: [1, 4],
  },
  wild: {
    weight: 3,
    aims: 'jumps anywhere, until the step limit',
    mix: [...some, [8, anyJump], [1, call]],
    size: [8, 40],
    functions: [0, 3],
    recursive: true,
  },
  full: {
    weight: 1,
    aims: 'programs as long as a program slot',
    mix: [...some, [10, filler], [6, wideEdges]],
    size: [10, 60],
    full: true,
  },
} as const satisfies Record<string, Shape>;

export type ShapeName = keyof typeof shapes;

export const shapeNames = Object.keys(shapes) as readonly ShapeName[];

/** As many statements of the mix as asked for, unless the program slot is full before. */
function statements(s: Sketch, shape: Shape, count: number): void {
  const { mix, loops = 0, turns = [1, 10] } = shape;
  for (let n = 0; n < count && s.slots < s.limits.programSlots - 100; n++) {
    s.mark();
    if (happens(s.random, s.loops > 0 ? loops / 2 : loops)) {
      const inner = between(s.random, 1, Math.max(2, Math.ceil(count / 3)));
      loop((inside) => statements(inside, shape, inner), turns)(s);
    } else weighted(s.random, mix)(s);
    s.tick();
  }
}

/** Values to work with: a few set, the others what a program finds. */
function prologue(s: Sketch): void {
  if (s.base !== 1) s.emit('mov-reg', { dst: s.base, src: 1 });
  for (const register of s.hot) {
    if (happens(s.random, 0.2)) continue;
    if (happens(s.random, 0.5)) s.lddw(register, word(s.random));
    else s.emit('ldxdw', { dst: register, src: s.base, off: 8 * s.random.below(8) });
  }
}

/** Writes the program of a shape. */
export function draw(s: Sketch, shape: Shape): void {
  const count = between(s.random, ...shape.size);
  const functions = Array.from({ length: between(s.random, ...(shape.functions ?? [0, 0])) }, () => ({}));
  s.callees = functions;
  prologue(s);
  statements(s, shape, count);
  if (shape.full) fill(s, shape);
  s.close();
  // Now and then the program runs past its end.
  if (functions.length > 0 || !happens(s.random, 0.01)) s.emit('exit');
  for (const [index, label] of functions.entries()) {
    s.depth = 1;
    s.callees = shape.recursive ? functions : functions.slice(index + 1);
    s.place(label);
    statements(s, shape, between(s.random, 1, Math.max(2, Math.ceil(count / 2))));
    s.close();
    if (index < functions.length - 1 || !happens(s.random, 0.02)) s.emit('exit');
  }
}

/** A jump far ahead and what it goes over, so that what comes then is at the very end of the program slot. */
function fill(s: Sketch, { mix }: Shape): void {
  const { programSlots } = s.limits;
  const far = {};
  s.jump(oneOf(s.random, ['ja', 'gotol']), far);
  while (s.slots < programSlots - 70) filler(s);
  s.tick();
  s.place(far);
  while (s.slots < programSlots - 25) {
    weighted(s.random, mix)(s);
    s.tick();
  }
  while (s.slots < programSlots - 1) filler(s);
}
