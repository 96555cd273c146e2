/** Which statements share an `assign`, an `always_comb` or an `always_ff`. */
import { allStatements, type Domain, type Expr, type Origin, type Signal, type Statement } from '../../ir/index.ts';
import { grouped, untangled, type Context, type Group } from './groups.ts';
import type { Normaliser } from './normalise.ts';
import { assignedIn, filtered, sameConditions, type Assign } from './statements.ts';

export type Process =
  /** Continuous assignments to parts of one signal. */
  | { readonly kind: 'assign'; readonly signal: Signal; readonly parts: readonly Assign[] }
  | { readonly kind: 'comb'; readonly body: readonly Statement[] }
  | {
      readonly kind: 'seq';
      readonly domain: Domain;
      readonly registers: readonly Signal[];
      readonly body: readonly Statement[];
    }
  /** Assertions. */
  | { readonly kind: 'check'; readonly domain: Domain; readonly body: readonly Statement[] };

/** In the order of the first statement of each. */
export function processesOf(context: Context): Process[] {
  const { module, statements } = context;
  const placed: { at: number; process: Process }[] = [];
  const place = (group: Group, make: (body: Statement[]) => Process | undefined): void => {
    const process = make(
      filtered(
        group.statements.map((i) => statements[i]!),
        (leaf) => leaf.kind === 'assign' && group.signals.has(leaf.target.signal),
        context.normal,
      ),
    );
    if (process) placed.push({ at: group.statements[0] ?? statements.length, process });
  };

  const assigned = statements.map(assignedIn);
  const driven = [...module.ports, ...module.signals].filter(({ kind }) => kind === 'output' || kind === 'wire');
  for (const group of untangled(
    grouped(assigned, driven, () => false),
    context,
  ))
    place(group, (body) => combinational(group, body, context));

  const registers = module.signals.filter(({ kind }) => kind === 'reg');
  const classOf = ({ domain, reset }: Signal): string => `${domain!.name} ${reset !== undefined}`;
  for (const name of new Set(registers.map(classOf))) {
    const kind = registers.filter((register) => classOf(register) === name);
    const domain = kind[0]!.domain!;
    const related = (a: Statement, b: Statement): boolean =>
      (a.kind === 'assign' && b.kind === 'assign') || (a.kind === 'when' && b.kind === 'when' && sameConditions(a, b));
    for (const group of grouped(assigned, kind, (a, b) => related(statements[a]!, statements[b]!))) {
      place(group, (body) =>
        body.length > 0 || kind[0]!.reset !== undefined
          ? { kind: 'seq', domain, registers: [...group.signals], body }
          : undefined,
      );
    }
  }
  placed.sort((a, b) => a.at - b.at);
  return [...placed.map(({ process }) => process), ...checks(context)];
}

function checks({ statements, normal }: Context): Process[] {
  const domains = new Set(
    [...allStatements(statements)].flatMap((statement) => (statement.kind === 'assert' ? [statement.domain] : [])),
  );
  return [...domains].map((domain) => ({
    kind: 'check',
    domain,
    body: filtered(statements, (leaf) => leaf.kind === 'assert' && leaf.domain === domain, normal),
  }));
}

const isWhole = ({ target }: Assign): boolean => target.kind === 'bits' && target.width === target.signal.type.width;
const always = (signal: Signal, value: Expr, origin?: Origin): Assign => ({
  kind: 'assign',
  target: { kind: 'bits', signal, lo: 0, width: signal.type.width },
  value,
  ...(origin && { origin }),
});

/** Signals with their defaults first, then the statements; an `assign` where there is nothing to decide. */
function combinational(
  { signals }: Group,
  statements: readonly Statement[],
  { fallbacks, normal }: Context,
): Process | undefined {
  let body = [...statements];
  const defaults: Assign[] = [];
  for (const signal of signals) {
    // The last unconditional assignment to the whole signal makes all before it void.
    const last = body.findLastIndex(
      (statement) => statement.kind === 'assign' && statement.target.signal === signal && isWhole(statement),
    );
    if (last >= 0) {
      const rest = filtered(
        body.slice(0, last),
        (leaf) => leaf.kind !== 'assign' || leaf.target.signal !== signal,
        normal,
      );
      defaults.push(body[last] as Assign);
      body = [...rest, ...body.slice(last + 1)];
      continue;
    }
    const fallback = fallbacks.get(signal);
    if (fallback) defaults.push(always(signal, fallback, signal.origin));
    else if (leavesGaps(body, signal))
      defaults.push(always(signal, normal.const(0n, signal.type.width), signal.origin));
  }
  const [signal] = signals;
  if (body.length === 0) return defaults.length > 0 ? { kind: 'assign', signal: signal!, parts: defaults } : undefined;
  if (signals.size > 1) return { kind: 'comb', body: [...defaults, ...body] };
  if (defaults.length === 0 && areSeparate(body)) return { kind: 'assign', signal: signal!, parts: body };
  const value = chosen(body, defaults[0]?.value, normal) ?? overlaid(body, defaults[0]?.value, normal);
  return value
    ? { kind: 'assign', signal: signal!, parts: [always(signal!, value, body[0]!.origin)] }
    : { kind: 'comb', body: [...defaults, ...body] };
}

/** True where a `switch` over all members of an enum leaves codes that are no member. */
function leavesGaps(body: readonly Statement[], signal: Signal): boolean {
  return [...allStatements(body)].some(
    (statement) =>
      statement.kind === 'switch' &&
      !statement.otherwise &&
      new Set(statement.cases.flatMap(({ values }) => values)).size < 2 ** statement.subject.width &&
      assignedIn(statement).has(signal),
  );
}

/** True for assignments to bits that do not overlap. */
function areSeparate(body: readonly Statement[]): body is Assign[] {
  let bits = 0n;
  return body.every((statement) => {
    if (statement.kind !== 'assign' || statement.target.kind !== 'bits') return false;
    const mask = ((1n << BigInt(statement.target.width)) - 1n) << BigInt(statement.target.lo);
    const overlaps = (bits & mask) !== 0n;
    bits |= mask;
    return !overlaps;
  });
}

/** Assignments to parts of a value, all unconditional, as one expression. */
function overlaid(body: readonly Statement[], below: Expr | undefined, normal: Normaliser): Expr | undefined {
  let value = below;
  for (const statement of body) {
    if (!value || statement.kind !== 'assign' || statement.target.kind !== 'bits') return undefined;
    const { lo, width } = statement.target;
    const top = lo + width;
    const parts = [statement.value];
    if (top < value.width) parts.unshift(normal.slice(value, top, value.width - top));
    if (lo > 0) parts.push(normal.slice(value, 0, lo));
    value = normal.make({ op: 'cat', width: value.width, parts });
  }
  return value;
}

/** Branches of a choice that reads well as `?:`. */
const MAX_CHOICES = 3;

/** One flat choice between whole values, as an expression. */
function chosen(
  [statement, ...more]: readonly Statement[],
  fallback: Expr | undefined,
  normal: Normaliser,
): Expr | undefined {
  if (statement?.kind !== 'when' || more.length > 0 || statement.branches.length > MAX_CHOICES) return undefined;
  let value = fallback;
  for (const { condition, body } of statement.branches.toReversed()) {
    const [assign, ...others] = body;
    if (assign?.kind !== 'assign' || others.length > 0 || !isWhole(assign)) return undefined;
    if (!condition) value = assign.value;
    else if (value) value = normal.make({ op: 'mux', width: value.width, sel: condition, a: assign.value, b: value });
    else return undefined;
  }
  return value;
}
