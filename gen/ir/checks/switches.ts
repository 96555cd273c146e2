import type { Diagnostics } from '../../diagnostics/index.ts';
import { showExpr, showNumber } from '../show.ts';
import { allStatements } from '../walk.ts';
import type { Facts } from './facts.ts';

/** H108 a value in two cases; H002 and H008 a value that the subject cannot have. */
export function checkSwitches({ module }: Facts, diagnostics: Diagnostics): void {
  for (const statement of allStatements(module.statements)) {
    if (statement.kind !== 'switch') continue;
    const { subject, type, cases, origin } = statement;
    const name = showExpr(subject);
    const members =
      type.kind === 'enum' ? new Map(type.members.map(({ name: member, value }) => [value, member])) : undefined;
    const seen = new Set<bigint>();
    for (const value of cases.flatMap(({ values }) => values)) {
      const shown = members?.get(value) ?? showNumber(value);
      if (value >> BigInt(type.width) !== 0n) {
        diagnostics.report({
          code: 'H002',
          message: `case ${shown} does not fit the ${type.width} bits of \`${name}\``,
          origin,
        });
      } else if (members && !members.has(value)) {
        diagnostics.report({ code: 'H008', message: `case ${shown} of \`${name}\` is no member of its enum`, origin });
      } else if (seen.has(value)) {
        diagnostics.report({ code: 'H108', message: `the switch over \`${name}\` has two cases for ${shown}`, origin });
      }
      seen.add(value);
    }
  }
}
