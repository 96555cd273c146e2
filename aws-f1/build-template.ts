/** Texts of templates/, in which `@NAME@` stands for a value. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('templates', import.meta.url));

export type Values = Readonly<Record<string, string | number>>;

/** @param path below templates/ */
export const template = (path: string): string => readFileSync(join(folder, path), 'utf8');

/** @throws Error for a name that has no value: a template and its table disagree. */
export function fill(text: string, values: Values, what: string): string {
  return text.replaceAll(/@([A-Z][A-Z0-9_]*)@/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${what}: there is no value for @${name}@`);
    return String(value);
  });
}
