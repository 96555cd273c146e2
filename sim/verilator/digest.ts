import { createHash } from 'node:crypto';

/** A short name for everything that went into a result: equal parts in equal order give the equal name. */
export function digest(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
