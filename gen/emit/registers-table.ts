/** The page of registers, in Markdown. */
import type { Access, PlacedRegister, RegisterField, RegisterMap } from '../ir/index.ts';

const modes: Record<Access, string> = { constant: 'RO', ro: 'RO', rw: 'RW', w1c: 'RW1C', w1s: 'RW1S', pulse: 'W' };

const legend =
  'Access: RO read only; RW read and write; RW1C read, cleared by writing 1; RW1S read, set by writing 1; ' +
  'W write only, reads 0. Addresses without a register read 0 and ignore writes.';

/** One table of all registers in the order of their addresses, then one for each register that has named fields. */
export function registerTable(map: RegisterMap): string {
  const registers = map.registers.toSorted((a, b) => a.offset - b.offset);
  const rows = registers.map((register) => [
    addresses(register),
    `${register.bytes}`,
    `\`${register.name}\``,
    mode(register),
    valueOf(register),
    register.doc ?? '',
  ]);
  const parts = [
    ...(map.doc ? [map.doc] : []),
    table(['Offset', 'Bytes', 'Register', 'Access', 'Reset', 'Meaning'], rows),
    ...registers.filter(({ fields }) => fields[0]?.name !== '').map(fieldTable),
    legend,
  ];
  return `${parts.join('\n\n')}\n`;
}

function fieldTable({ name, fields, doc }: PlacedRegister): string {
  const rows = fields
    .toSorted((a, b) => a.lo - b.lo)
    .map((field) => [range(field), `\`${field.name}\``, modes[field.access], initially(field), meaning(field)]);
  return [`### ${name}`, ...(doc ? [doc] : []), table(['Bits', 'Field', 'Access', 'Reset', 'Meaning'], rows)].join(
    '\n\n',
  );
}

function addresses({ offset, count, stride }: PlacedRegister): string {
  if (count === undefined) return hex(offset);
  return `${hex(offset)} + ${stride} n, n < ${count}`;
}

function mode({ fields }: PlacedRegister): string {
  return [...new Set(fields.map(({ access }) => modes[access]))].join(', ');
}

function valueOf({ fields }: PlacedRegister): string {
  return fields.length === 1 && fields[0]!.name === '' ? initially(fields[0]!) : '';
}

function initially({ access, type, initial }: RegisterField): string {
  if (access === 'ro' || access === 'pulse') return '';
  const member = type.kind === 'enum' ? type.members.find(({ value }) => value === initial) : undefined;
  if (member) return `\`${member.name}\``;
  return initial < 10n ? `${initial}` : type.width <= 64 ? hex(initial) : `\`"${textOf(initial)}"\``;
}

function meaning({ type, doc }: RegisterField): string {
  if (type.kind !== 'enum') return doc ?? '';
  return [doc ?? '', ...type.members.map(({ name, value }) => `${value} \`${name}\``)].filter(Boolean).join('; ');
}

function range({ lo, type }: RegisterField): string {
  return type.width === 1 ? `${lo}` : `${lo + type.width - 1}:${lo}`;
}

/** A long constant is text. */
function textOf(value: bigint): string {
  const bytes: number[] = [];
  for (let rest = value; rest > 0n; rest >>= 8n) bytes.push(Number(rest & 0xffn));
  return Buffer.from(bytes).toString('latin1');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cell = (text: string): string => text.replace(/\s+/g, ' ').replaceAll('|', '\\|').trim();
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`.replace(/ {2,}/g, ' ');
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

const hex = (value: number | bigint): string => `0x${value.toString(16)}`;
