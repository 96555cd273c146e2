/** `hermes check`: a custom logic directory against the rules of its kit. */
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import pc from 'picocolors';
import { readTree } from '../../aws-f1/afi/kit.ts';
import { checkTree, type Finding } from '../../aws-f1/check.ts';
import { kits } from '../../aws-f1/build-kits.ts';
import type { ShellName } from '../../gen/config.ts';
import { Exit, UsageError } from '../errors.ts';
import { counted, note, table } from '../output.ts';

export interface CheckOptions {
  /** A checkout of the kit. */
  readonly hdk?: string;
  readonly json?: boolean;
}

export async function check(shell: ShellName, folder: string, { hdk, json = false }: CheckOptions): Promise<number> {
  requireFolder(folder, 'a directory that hermes build has written');
  if (hdk !== undefined) requireKit(hdk, shell);
  requireMadeFor(folder, shell);
  const context = hdk === undefined ? {} : { hdk: resolve(hdk) };
  const { findings, checked, skipped } = await checkTree(folder, shell, context, ({ id }) => note(`checking ${id}`));
  note('');
  if (json) {
    console.log(JSON.stringify({ folder, shell, checked, findings, skipped }));
    return findings.length === 0 ? Exit.ok : Exit.failed;
  }
  if (findings.length > 0) console.log(`${table(['rule', 'place', 'what', 'cure'], findings.map(row))}\n`);
  const verdict = findings.length === 0 ? pc.green('nothing found') : pc.red(counted(findings.length, 'finding'));
  console.log(`${pc.bold(folder)}  ${counted(checked, 'rule')} of ${kits[shell].cloud} checked: ${verdict}`);
  if (skipped.length > 0) {
    const rows = skipped.map(({ rule, why }) => [rule, why]);
    console.log(`\nNot checked\n${table([], rows)}`);
  }
  return findings.length === 0 ? Exit.ok : Exit.failed;
}

const row = ({ rule, file, line, message, cure }: Finding): string[] => [
  rule,
  line === undefined ? file : `${file}:${line}`,
  message,
  cure,
];

function requireFolder(folder: string, what: string): void {
  if (existsSync(folder) && statSync(folder).isDirectory()) return;
  throw new UsageError({ message: `${folder}: there is no such directory`, cure: `name ${what}` });
}

/** Of a directory of something else nearly every rule would be broken, and the findings would not say why. */
function requireMadeFor(folder: string, shell: ShellName): void {
  const made = readTree(folder).shell;
  if (made === shell) return;
  throw new UsageError({
    message: `${folder}: this was made for ${made}, and not for ${shell}`,
    cure: `check it with: hermes check ${made} ${folder}`,
  });
}

function requireKit(hdk: string, shell: ShellName): void {
  requireFolder(hdk, 'a checkout of the kit');
  const { version, entry } = kits[shell];
  if (existsSync(resolve(hdk, 'hdk/common/shell_stable/build/scripts', entry))) return;
  throw new UsageError({
    message: `--hdk ${hdk}: this is no checkout of the kit for ${shell}`,
    cure: `check out version ${version} of aws-fpga`,
  });
}
