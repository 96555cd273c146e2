/** Statement trees: in normal form, reduced to what they assign to some signals, and with neighbours merged. */
import { allStatements, bodiesOf, type Branch, type Expr, type Signal, type Statement } from '../../ir/index.ts';
import type { Normaliser } from './normalise.ts';

export type Assign = Extract<Statement, { kind: 'assign' }>;
export type When = Extract<Statement, { kind: 'when' }>;
export type Switch = Extract<Statement, { kind: 'switch' }>;

/** All expressions in normal form, branches that constants decide resolved. */
export function normalised(statements: readonly Statement[], normal: Normaliser): Statement[] {
  return statements.flatMap((statement): Statement[] => {
    switch (statement.kind) {
      case 'assign':
        return assignment(statement, normal);
      case 'when':
        return decided(
          statement,
          statement.branches.map(({ condition, body }) => ({
            ...(condition && { condition: normal.expr(condition) }),
            body: normalised(body, normal),
          })),
        );
      case 'switch': {
        const subject = normal.expr(statement.subject);
        const cases = statement.cases.map(({ values, body }) => ({ values, body: normalised(body, normal) }));
        const otherwise = statement.otherwise && normalised(statement.otherwise, normal);
        if (subject.op === 'const')
          return [...(cases.find(({ values }) => values.includes(subject.value))?.body ?? otherwise ?? [])];
        return [{ ...statement, subject, cases, ...(otherwise && { otherwise }) }];
      }
      case 'assert':
        return [{ ...statement, condition: normal.expr(statement.condition) }];
    }
  });
}

function assignment(statement: Assign, normal: Normaliser): Statement[] {
  const { target } = statement;
  const value = normal.expr(statement.value);
  if (target.kind === 'bits') return [{ ...statement, value }];
  const index = normal.expr(target.index);
  const { signal, lo, width, length } = target;
  if (index.op === 'const') {
    return index.value < length
      ? [{ ...statement, target: { kind: 'bits', signal, lo: lo + Number(index.value) * width, width }, value }]
      : [];
  }
  return [{ ...statement, target: { ...target, index }, value }];
}

/** Drops branches that are never taken, and what follows one that always is. */
function decided(statement: When, branches: readonly Branch[]): Statement[] {
  const live: Branch[] = [];
  for (const { condition, body } of branches) {
    if (condition?.op === 'const' && condition.value === 0n) continue;
    const always = condition === undefined || condition.op === 'const';
    live.push(always ? { body } : { condition, body });
    if (always) break;
  }
  if (live.length === 1 && !live[0]!.condition) return [...live[0]!.body];
  return live.length === 0 ? [] : [{ ...statement, branches: live }];
}

/** The signals that a statement assigns, in the order of the text. */
export function assignedIn(statement: Statement): Set<Signal> {
  const signals = new Set<Signal>();
  for (const inner of allStatements([statement])) if (inner.kind === 'assign') signals.add(inner.target.signal);
  return signals;
}

/** The tree reduced to the leaves that `keep` accepts; branches that became empty are gone, conditions adapted. */
export function filtered(
  statements: readonly Statement[],
  keep: (leaf: Statement) => boolean,
  normal: Normaliser,
): Statement[] {
  const kept = statements.flatMap((statement): Statement[] => {
    if (bodiesOf(statement).length === 0) return keep(statement) ? [statement] : [];
    if (statement.kind === 'when')
      return withoutEmpty(
        statement,
        statement.branches.map(({ condition, body }) => ({
          ...(condition && { condition }),
          body: filtered(body, keep, normal),
        })),
        normal,
      );
    if (statement.kind !== 'switch') return [];
    const all = statement.cases.map(({ values, body }) => ({ values, body: filtered(body, keep, normal) }));
    const otherwise = filtered(statement.otherwise ?? [], keep, normal);
    const cases = otherwise.length > 0 ? all : all.filter(({ body }) => body.length > 0);
    const { otherwise: _, ...rest } = statement;
    return cases.length + otherwise.length === 0
      ? []
      : [{ ...rest, cases, ...(otherwise.length > 0 && { otherwise }) }];
  });
  return merged(kept);
}

/** What an empty branch kept away from the later ones becomes part of their conditions. */
function withoutEmpty(statement: When, branches: readonly Branch[], normal: Normaliser): Statement[] {
  const live: Branch[] = [];
  let skipped: Expr | undefined;
  for (const { condition, body } of branches) {
    if (body.length === 0) {
      if (condition) skipped = skipped ? normal.and(skipped, normal.not(condition)) : normal.not(condition);
      continue;
    }
    const full = skipped && condition ? normal.and(skipped, condition) : (skipped ?? condition);
    live.push(full ? { condition: full, body } : { body });
  }
  return live.length > 0 ? [{ ...statement, branches: live }] : [];
}

/** Neighbours with the same conditions become one statement. */
function merged(statements: readonly Statement[]): Statement[] {
  const result: Statement[] = [];
  for (const statement of statements) {
    const last = result.at(-1);
    if (statement.kind === 'when' && last?.kind === 'when' && sameConditions(last, statement)) {
      const branches = last.branches.map((branch, i) => ({
        ...branch,
        body: merged([...branch.body, ...statement.branches[i]!.body]),
      }));
      result[result.length - 1] = { ...last, branches };
    } else {
      result.push(statement);
    }
  }
  return result;
}

/** True when the same branches of two statements are always taken together. */
export function sameConditions(a: When, b: When): boolean {
  return (
    a.branches.length === b.branches.length &&
    a.branches.every(({ condition }, i) => condition === b.branches[i]!.condition)
  );
}
