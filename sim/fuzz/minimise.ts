/** Delta debugging: what is left of a failure when everything is gone that it does not need. */

/** Does what is left still fail in the same way? */
export type Fails<T> = (left: T) => Promise<boolean>;

/** A part of a list that still fails, and from which no single element can be taken. The last elements go first. */
export async function fewest<T>(list: readonly T[], fails: Fails<readonly T[]>): Promise<readonly T[]> {
  let left = list;
  for (let size = Math.ceil(left.length / 2); size >= 1 && left.length > 0;) {
    let changed = false;
    for (let end = left.length; end > 0; end -= size) {
      const without = [...left.slice(0, Math.max(0, end - size)), ...left.slice(end)];
      if (without.length === left.length || !(await fails(without))) continue;
      left = without;
      changed = true;
    }
    if (size > 1) size = Math.ceil(size / 2);
    else if (!changed) break;
  }
  return left;
}

/** The first of the candidates that still fails; what it was when none does. */
export async function simplest<T>(value: T, candidates: readonly T[], fails: Fails<T>): Promise<T> {
  for (const candidate of candidates) if (await fails(candidate)) return candidate;
  return value;
}

/** Each element in turn as simple as it can be while the list still fails. */
export async function simpler<T>(
  list: readonly T[],
  candidates: (element: T, index: number) => readonly T[],
  fails: Fails<readonly T[]>,
): Promise<readonly T[]> {
  let left = list;
  for (let index = 0; index < left.length; index++) {
    const replaced = (element: T): readonly T[] => left.map((old, at) => (at === index ? element : old));
    const element = await simplest(left[index]!, candidates(left[index]!, index), (one) => fails(replaced(one)));
    left = replaced(element);
  }
  return left;
}
