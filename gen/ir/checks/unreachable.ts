import type { Diagnostics } from '../../diagnostics/index.ts';
import type { Expr, Signal, Statement } from '../netlist.ts';
import { showExpr } from '../show.ts';
import { bodiesOf, reach } from '../walk.ts';
import { type Facts, maskOf } from './facts.ts';
import { coversOf } from './paths.ts';

/** H109: branches that are never taken, and assignments that a later one always replaces. */
export function checkUnreachable({ module }: Facts, diagnostics: Diagnostics): void {
  overwritten(module.statements, () => 0n);

  /** `later`: bits that are assigned on every path after these statements. */
  function overwritten(statements: readonly Statement[], later: (signal: Signal) => bigint): void {
    const after = new Map<Signal, bigint>();
    const covered = (signal: Signal): bigint => (after.get(signal) ?? 0n) | later(signal);
    for (const statement of statements.toReversed()) {
      if (statement.kind === 'when') neverTaken(statement);
      if (statement.kind === 'assign') {
        const { signal } = statement.target;
        const { lo, width } = reach(statement.target);
        const bits = maskOf(lo, width);
        if ((bits & ~covered(signal)) === 0n) {
          diagnostics.report({
            code: 'H109',
            message: `this assignment to \`${signal.name}\` is always replaced by a later one`,
            origin: statement.origin,
          });
        }
      }
      for (const body of bodiesOf(statement)) overwritten(body, covered);
      for (const [signal, { sure }] of coversOf(statement))
        if (sure !== 0n) after.set(signal, (after.get(signal) ?? 0n) | sure);
    }
  }

  function neverTaken({ branches, origin }: Extract<Statement, { kind: 'when' }>): void {
    const earlier = new Set<Expr>();
    let always = false;
    for (const { condition } of branches) {
      const never =
        condition !== undefined && (earlier.has(condition) || (condition.op === 'const' && condition.value === 0n));
      if (never || always) {
        const which = condition ? `the branch for \`${showExpr(condition)}\`` : '`otherwise`';
        const why = always
          ? 'a condition before it is always 1'
          : condition?.op === 'const'
            ? 'the condition is always 0'
            : 'an earlier branch has the same condition';
        diagnostics.report({ code: 'H109', message: `${which} is never taken: ${why}`, origin });
      }
      if (condition) earlier.add(condition);
      always ||= condition?.op === 'const' && condition.value === 1n;
    }
  }
}
