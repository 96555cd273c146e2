/** Cost of turning one word into another by inserting, removing, replacing or swapping neighbouring letters. */
function edits(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const costs = [rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + same];
      row.push(Math.min(...costs, swapped ? rows[i - 2][j - 2] + 1 : Infinity));
    }
    rows.push(row);
  }
  return rows[a.length][b.length];
}

/** The word among `known` that was probably meant by `word`: at most one slip in three letters. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const allowed = Math.max(1, Math.floor(word.length / 3));
  const [best] = [...known]
    .map((each) => ({ each, distance: edits(word.toLowerCase(), each.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  return best && best.distance <= allowed ? best.each : undefined;
}
