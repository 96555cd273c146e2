/** Whether a custom logic directory keeps the rules of its kit: the rules are tables, this runs them. */
import type { ShellName } from '../gen/config.ts';
import { designRules } from './check-rules-design.ts';
import { fileRules } from './check-rules-files.ts';
import { identityRules } from './check-rules-identity.ts';
import { kitRules } from './check-rules-kit.ts';
import { readTree, type Tree } from './check-tree.ts';

/** Where a rule is broken, and how. */
export interface Finding {
  readonly rule: string;
  /** Path below the directory; empty for the whole of it. */
  readonly file: string;
  readonly line?: number;
  readonly message: string;
  readonly cure: string;
}

/** What a check has to go by. */
export interface Context {
  /** A checkout of the kit. */
  readonly hdk?: string;
}

export interface Place {
  readonly file?: string;
  readonly line?: number;
}

/** Takes what is wrong; `cure` instead of the rule's own where it depends on the case. */
export type Report = (message: string, place?: Place, cure?: string) => void;

export interface Rule {
  /** Never changes: people look for it. */
  readonly id: string;
  /** What has to be so. */
  readonly rule: string;
  /** What happens otherwise, or who asks for it. */
  readonly why: string;
  readonly cure: string;
  /** All shells unless told. */
  readonly shells?: readonly ShellName[];
  /** Only with a checkout of the kit. */
  readonly needsKit?: true;
  readonly check: (tree: Tree, report: Report, context: Context) => void | Promise<void>;
}

/** Every rule, in the order in which they are checked. */
export const rules: readonly Rule[] = [...fileRules, ...designRules, ...identityRules, ...kitRules];

export interface Checked {
  readonly findings: readonly Finding[];
  /** Rules that were checked. */
  readonly checked: number;
  /** Rules that could not be checked, and why. */
  readonly skipped: readonly { readonly rule: string; readonly why: string }[];
}

/**
 * Checks a directory.
 * @param said called with each rule before it is checked
 */
export async function checkTree(
  folder: string,
  shell: ShellName,
  context: Context = {},
  said: (rule: Rule) => void = () => {},
): Promise<Checked> {
  const tree = readTree(folder, shell);
  const findings: Finding[] = [];
  const skipped: { rule: string; why: string }[] = [];
  let checked = 0;
  for (const rule of rules) {
    if (rule.shells && !rule.shells.includes(shell)) continue;
    if (rule.needsKit && context.hdk === undefined) {
      skipped.push({ rule: rule.id, why: 'needs a checkout of the kit: --hdk' });
      continue;
    }
    said(rule);
    const report: Report = (message, { file = '', line } = {}, cure = rule.cure) =>
      void findings.push({ rule: rule.id, file, ...(line !== undefined && { line }), message, cure });
    try {
      await rule.check(tree, report, context);
      checked++;
    } catch (error) {
      if ((error as Error).name !== 'ToolError') throw error;
      skipped.push({ rule: rule.id, why: (error as Error).message.replaceAll(/\s+/g, ' ') });
    }
  }
  return { findings, checked, skipped };
}
