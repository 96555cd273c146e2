/** Constants, always with their width. */
import { ones } from './fold.ts';

/** Largest number that reads better in decimal. */
const MAX_DECIMAL = 1024n;

export const decimal = (value: bigint, width: number): string => `${width}'d${value}`;

/** `1'b1`, `8'd10`, `32'hffff_0000`. */
export function literal(value: bigint, width: number): string {
  if (width === 1) return `1'b${value}`;
  if (value <= MAX_DECIMAL && !(value === ones(width) && width > 4)) return decimal(value, width);
  const digits = value.toString(16);
  return `${width}'h${digits.replaceAll(/\B(?=(?:.{4})+$)/g, '_')}`;
}

/** As the whole right side of an assignment: `'0` and `'1` fill any width. */
export function filling(value: bigint, width: number): string {
  if (width === 1) return literal(value, width);
  return value === 0n ? "'0" : value === ones(width) ? "'1" : literal(value, width);
}

/** A string with what Verilog's formatting would take for its own escaped. */
export function message(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%').replaceAll('\n', '\\n')}"`;
}
