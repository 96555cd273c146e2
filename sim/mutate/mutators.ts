/** What may go wrong at a place: the kinds of faults, each as edits of a module. */
import { createHash } from 'node:crypto';
import {
  allStatements,
  showExpr,
  type BinaryOp,
  type Expr,
  type Memory,
  type Module,
  type Statement,
  type Target,
  type UnaryExpr,
} from '../../gen/ir/index.ts';
import { placesOf, type Place } from './places.ts';
import type { Edit } from './rewrite.ts';

export const kinds = {
  operator: 'another operator: + and -, & and |, == and !=, < and <=, signed and unsigned, directions of shifts',
  stuck: 'a bit of a signal is stuck at 0 or 1',
  constant: 'a constant is off by one, a bit of a table is wrong',
  condition: 'the condition of a `when` is inverted',
  bypass: 'a multiplexer always gives one of its inputs',
  enable: 'a register or memory is always written, never written, or read at the wrong time',
  reset: 'a bit of a reset value is wrong',
  arms: 'the inputs of a multiplexer, or two cases of a switch, are exchanged',
  slice: 'bits are taken one position too high or too low',
  order: 'two parts of a concatenation are exchanged',
} as const;
export type Kind = keyof typeof kinds;

/** A fault in one module. */
export interface Mutation extends Place {
  readonly kind: Kind;
  /** Which of the faults of this kind at this place. */
  readonly variant: string;
  /** What is wrong, for a reader. */
  readonly text: string;
  readonly edit: Edit;
}

/** A number that only the text determines, below `limit`: chooses bits. */
export function hashed(text: string, limit: number): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6) % limit;
}

const swaps: Readonly<Record<BinaryOp, readonly BinaryOp[]>> = {
  add: ['sub'], sub: ['add'], mul: ['add'], and: ['or'], or: ['and'], xor: ['or'],
  eq: ['ne'], ne: ['eq'], ult: ['ule', 'slt'], ule: ['ult', 'sle'], slt: ['sle', 'ult'], sle: ['slt', 'ule'],
  shl: ['shr'], shr: ['shl', 'sar'], sar: ['shr'],
}; // prettier-ignore
const unarySwaps: Readonly<Record<UnaryExpr['op'], UnaryExpr['op'] | undefined>> = {
  redand: 'redor', redor: 'redand', redxor: 'redor', not: undefined, neg: undefined,
}; // prettier-ignore

const bits = (width: number, value: bigint): Expr => ({ op: 'const', width, value: BigInt.asUintN(width, value) });
/** Bits of a table of constants that are wrong, one at a time: so many of each table. */
const tableFaults = 12;

interface Change {
  readonly kind: Kind;
  readonly variant: string;
  readonly text: string;
  readonly to: (expr: Expr) => Expr;
}

/** Everything that may be wrong in a module, in the order of its text. */
export function mutationsOf(module: Module): Mutation[] {
  const { exprs, statements, memories, resets, reads } = placesOf(module);
  return [
    ...exprs.flatMap(({ at, ...place }) =>
      changesOf(at, place.path).map(({ to, ...change }): Mutation => ({
        ...place,
        ...change,
        edit: { what: 'expr', at, to },
      })),
    ),
    ...statements.flatMap(({ at, ...place }) =>
      changedStatements(at).map(({ to, ...change }): Mutation => ({
        ...place,
        ...change,
        edit: { what: 'statement', at, to },
      })),
    ),
    ...memories.flatMap(({ at, ...place }) =>
      changedMemories(at).map(({ to, ...change }): Mutation => ({
        ...place,
        ...change,
        edit: { what: 'memory', at, to },
      })),
    ),
    ...resets.map(({ at, ...place }): Mutation => {
      const bit = hashed(place.path, at.type.width);
      const to = (): typeof at => ({ ...at, reset: at.reset! ^ (1n << BigInt(bit)) });
      const text = `bit ${bit} of the reset value is ${((at.reset! >> BigInt(bit)) & 1n) ^ 1n}`;
      return { ...place, kind: 'reset', variant: 'flipped', text, edit: { what: 'signal', at, to } };
    }),
    ...reads.flatMap(({ at, ...place }) =>
      ['0', '1'].map((value): Mutation => {
        const { width } = at.type;
        const bit = hashed(place.path + value, width);
        const part = (a: Expr, lo: number, to: number): Expr[] =>
          lo === to ? [] : [{ op: 'slice', width: to - lo, a, lo }];
        const fixed = bits(1, BigInt(value));
        const to = (a: Expr): Expr =>
          width === 1 ? fixed : { op: 'cat', width, parts: [...part(a, bit + 1, width), fixed, ...part(a, 0, bit)] };
        const text = width === 1 ? `stuck at ${value}` : `bit ${bit} stuck at ${value}`;
        return { ...place, kind: 'stuck', variant: value, text, edit: { what: 'read', at, to } };
      }),
    ),
  ];
}

function changesOf(expr: Expr, path: string): Change[] {
  const change = (kind: Kind, variant: string, to: Change['to'], text?: string): Change => ({
    kind,
    variant,
    text: text ?? `${showExpr(expr)} becomes ${showExpr(to(expr))}`,
    to,
  });
  switch (expr.op) {
    case 'const': {
      const by = expr.width === 1 || hashed(path, 2) === 0 ? 1n : -1n;
      const off = BigInt.asUintN(expr.width, expr.value + by);
      return [change('constant', 'off by one', () => bits(expr.width, off), `${showExpr(expr)} becomes ${off}`)];
    }
    case 'ref':
    case 'index':
      return [];
    case 'not':
    case 'neg':
      return [
        change('operator', 'removed', (now) => ('a' in now ? now.a : now), `${showExpr(expr)} without the operator`),
      ];
    case 'redand':
    case 'redor':
    case 'redxor': {
      const op = unarySwaps[expr.op]!;
      return expr.a.width === 1 ? [] : [change('operator', op, (now) => ({ ...(now as UnaryExpr), op }))];
    }
    case 'zext':
    case 'sext': {
      if (expr.width === expr.a.width) return [];
      const op = expr.op === 'zext' ? 'sext' : 'zext';
      const text = `${showExpr(expr)} is ${op === 'sext' ? 'sign' : 'zero'}-extended to ${expr.width} bits`;
      return [change('operator', op, (now) => ({ ...now, op }) as Expr, text)];
    }
    case 'mux':
      return [
        change('arms', 'exchanged', (now) => (now.op === 'mux' ? { ...now, a: now.b, b: now.a } : now)),
        ...(['a', 'b'] as const).map((arm) => change('bypass', arm, (now) => (now.op === 'mux' ? now[arm] : now))),
      ];
    case 'slice': {
      const up = expr.lo + expr.width < expr.a.width;
      const down = expr.lo > 0;
      if (!up && !down) return [];
      const by = up && (!down || hashed(path, 2) === 0) ? 1 : -1;
      const text = `${showExpr(expr)} is taken one bit too ${by > 0 ? 'high' : 'low'}`;
      return [change('slice', 'moved', (now) => (now.op === 'slice' ? { ...now, lo: now.lo + by } : now), text)];
    }
    case 'cat': {
      if (expr.parts.length < 2) return [];
      const first = hashed(path, expr.parts.length - 1);
      const text = `parts ${first} and ${first + 1} of ${showExpr(expr)} are exchanged`;
      const to = (now: Expr): Expr =>
        now.op === 'cat'
          ? {
              ...now,
              parts: now.parts.map((part, i) => now.parts[i === first ? i + 1 : i === first + 1 ? i - 1 : i] ?? part),
            }
          : now;
      return expr.parts[first] === expr.parts[first + 1] ? [] : [change('order', 'exchanged', to, text)];
    }
    default:
      return swaps[expr.op].map((op) => change('operator', op, (now) => ({ ...now, op }) as Expr));
  }
}

/** What a target holds now. */
function readOf({ signal, lo, width, ...target }: Target): Expr {
  const whole: Expr = { op: 'ref', width: signal.type.width, signal };
  const part = (width: number): Expr => (width === whole.width ? whole : { op: 'slice', width, a: whole, lo });
  return target.kind === 'bits'
    ? part(width)
    : { op: 'index', width, a: part(width * target.length), index: target.index };
}

interface Changed<T> extends Omit<Change, 'to'> {
  readonly to: (old: T) => T;
}

function changedStatements(statement: Statement): Changed<Statement>[] {
  switch (statement.kind) {
    case 'assign': {
      if (statement.target.signal.kind !== 'reg') return [];
      const to = (now: Statement): Statement => (now.kind === 'assign' ? { ...now, value: readOf(now.target) } : now);
      return [{ kind: 'enable', variant: 'never', text: 'keeps its value where it is assigned', to }];
    }
    case 'when':
      return statement.branches.flatMap(({ condition, body }, i): Changed<Statement>[] => {
        if (!condition) return [];
        const when = `when ${showExpr(condition)}`;
        const changed = (
          kind: Kind,
          variant: string,
          text: string,
          to: (condition: Expr) => Expr,
        ): Changed<Statement> => ({
          kind,
          variant: `${variant} ${i}`,
          text: `\`${when}\` ${text}`,
          to: (now) =>
            now.kind === 'when'
              ? {
                  ...now,
                  branches: now.branches.map((branch, k) =>
                    k === i ? { ...branch, condition: to(branch.condition!) } : branch,
                  ),
                }
              : now,
        });
        const writes = [...allStatements(body)].some(
          (inner) => inner.kind === 'assign' && inner.target.signal.kind === 'reg',
        );
        return [
          changed('condition', 'inverted', 'is inverted', (a) => ({ op: 'not', width: 1, a })),
          ...(writes
            ? [
                changed('enable', 'always', 'always holds', () => bits(1, 1n)),
                changed('enable', 'never', 'never holds', () => bits(1, 0n)),
              ]
            : []),
        ];
      });
    case 'switch':
      return statement.cases.slice(1).map(({ values }, i) => ({
        kind: 'arms',
        variant: `case ${i}`,
        text: `cases ${statement.cases[i]!.values.join(', ')} and ${values.join(', ')} of ${showExpr(statement.subject)} are exchanged`,
        to: (now) => {
          if (now.kind !== 'switch') return now;
          const bodies = now.cases.map(({ body }) => body);
          [bodies[i], bodies[i + 1]] = [bodies[i + 1]!, bodies[i]!];
          return { ...now, cases: now.cases.map(({ values }, k) => ({ values, body: bodies[k]! })) };
        },
      }));
    case 'assert':
      return [];
  }
}

function changedMemories({ name, init, width, reads, writes }: Memory): Changed<Memory>[] {
  const at = <T>(list: readonly T[], i: number, to: T): T[] => list.map((item, k) => (k === i ? to : item));
  const constantly = [
    ['always', 1n],
    ['never', 0n],
  ] as const;
  return [
    ...writes.flatMap(({ mask }, i): Changed<Memory>[] => [
      ...constantly.map(([variant, value]): Changed<Memory> => ({
        kind: 'enable',
        variant: `write ${i} ${variant}`,
        text: `write port ${i} ${variant} writes`,
        to: (now) => ({ ...now, writes: at(now.writes, i, { ...now.writes[i]!, enable: bits(1, value) }) }),
      })),
      ...(mask
        ? [
            {
              kind: 'enable' as const,
              variant: `write ${i} mask`,
              text: `write port ${i} writes all lanes`,
              to: (now: Memory): Memory => ({
                ...now,
                writes: at(now.writes, i, { ...now.writes[i]!, mask: bits(mask.width, -1n) }),
              }),
            },
          ]
        : []),
    ]),
    ...reads.flatMap(({ enable }, i): Changed<Memory>[] =>
      (enable ? constantly : []).map(([variant, value]) => ({
        kind: 'enable',
        variant: `read ${i} ${variant}`,
        text: `read port ${i} ${variant} reads`,
        to: (now) => ({ ...now, reads: at(now.reads, i, { ...now.reads[i]!, enable: bits(1, value) }) }),
      })),
    ),
    ...Array.from({ length: init ? Math.min(tableFaults, init.length) : 0 }, (_, n): Changed<Memory> => {
      const row = hashed(`${name} row ${n}`, init!.length);
      const bit = hashed(`${name} bit ${n}`, width);
      return {
        kind: 'constant',
        variant: `row ${n}`,
        text: `bit ${bit} of row ${row} is wrong`,
        to: (now) => ({ ...now, init: now.init!.map((value, i) => (i === row ? value ^ (1n << BigInt(bit)) : value)) }),
      };
    }),
  ];
}
