/** How results look to a person. */
import Table from 'cli-table3';
import pc from 'picocolors';

export type Cell = string | number;

const isNumber = (cell: Cell): boolean => typeof cell === 'number' || /^[\d.]+$/.test(cell);

/** Columns side by side, aligned, without ruling. Numbers are set to the right and grouped by thousands. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const right = head.map((_, column) => rows.length > 0 && rows.every((row) => isNumber(row[column])));
  const none = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '' };
  const bare = { ...none, 'bottom-left': '', 'bottom-right': '', left: '  ', 'left-mid': '', mid: '', 'mid-mid': '' };
  const grid = new Table({
    head: head.some(Boolean) ? head.map((text) => pc.dim(text)) : [],
    colAligns: right.map((is) => (is ? 'right' : 'left')),
    chars: { ...bare, right: '', 'right-mid': '', middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  grid.push(...rows.map((row) => row.map((cell) => (typeof cell === 'number' ? count(cell) : cell))));
  return grid.toString().replaceAll(/ +$/gm, '');
}

export const count = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 2 });

/** A number with what it counts, in the plural where that is due. */
export const counted = (value: number, thing: string): string => `${count(value)} ${thing}${value === 1 ? '' : 's'}`;

export const hex = (value: number | bigint, digits = 0): string => `0x${value.toString(16).padStart(digits, '0')}`;

/** Bytes in the largest unit that keeps them whole. */
export function size(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  let unit = 0;
  for (; bytes >= 1024 && bytes % 1024 === 0 && unit < units.length - 1; unit++) bytes /= 1024;
  return unit === 0 ? counted(bytes, 'byte') : `${count(bytes)} ${units[unit]}`;
}

const rowBytes = 16;

/** Rows of 16 bytes as `hexdump -C` prints them; offsets begin at `offset`. Bytes for which `marked` holds stand out. */
export function hexdump(bytes: Uint8Array, offset = 0, marked: (offset: number) => boolean = () => false): string {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += rowBytes) {
    const row = [...bytes.subarray(at, at + rowBytes)];
    const mark = (text: string, i: number): string => (marked(offset + at + i) ? pc.yellow(text) : text);
    const digits = row.map((byte, i) => mark(byte.toString(16).padStart(2, '0'), i));
    const blank = '   '.repeat(rowBytes - row.length);
    const text = row.map((byte, i) => mark(byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.', i));
    const halves = `${digits.slice(0, 8).join(' ')}${row.length > 8 ? '  ' : ' '}${digits.slice(8).join(' ')}`;
    rows.push(`  ${(offset + at).toString(16).padStart(8, '0')}  ${halves}${blank}  |${text.join('')}|`);
  }
  return rows.join('\n');
}

/** The rows in which two memories of one length differ, as the second has them; at most `limit`. */
export function changedRows(before: Uint8Array, after: Uint8Array, limit = 32): string {
  const isChanged = (offset: number): boolean => before[offset] !== after[offset];
  const rows = new Set<number>();
  after.forEach((_, offset) => void (isChanged(offset) && rows.add(offset - (offset % rowBytes))));
  const shown = [...rows].slice(0, limit);
  const lines = shown.map((row) => hexdump(after.subarray(row, row + rowBytes), row, isChanged));
  if (rows.size > limit)
    lines.push(`  … and ${count(rows.size - limit)} more rows of 16 bytes; --memory dump shows all`);
  return lines.join('\n');
}

/** A passing line on a terminal, in place of the one before; an empty one takes it away. */
export function note(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${pc.dim(text)}`);
}

/** Does `work`, with a note while it lasts. */
export function noted<T>(text: string, work: () => T): T {
  note(text);
  try {
    return work();
  } finally {
    note('');
  }
}
