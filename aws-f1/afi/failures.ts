/**
 * Failures on the way to a loaded image, explained out of one table (failure-table.ts): by the checks before a submission,
 * for the answers of EC2 and S3, the logs of bitstream generation and the tools on an instance, and in the documentation.
 */
import { failures } from './failure-table.ts';

/** Who says the code: EC2 of an image, the logs of its generation, any AWS service of a request, or the tools of a slot. */
export type Source = 'image' | 'log' | 'request' | 'slot';

export interface Failure {
  readonly source: Source;
  /** As it is said: a name; what a line of a log holds; for a slot the name with its number. */
  readonly code: string;
  readonly meaning: string;
  readonly cure: string;
  /** Other names of the same. */
  readonly also?: readonly string[];
  /** The same request may succeed in a while. */
  readonly passing?: true;
}

/** The row for a code; for a slot, its number is enough. */
export function failure(source: Source, code: string): Failure | undefined {
  return failures.find((row) => {
    if (row.source !== source) return false;
    const said = source === 'slot' ? row.code.split(' ', 1)[0] : row.code;
    return said === code || row.also?.includes(code);
  });
}

/** The rows whose code some line of a log holds. */
export const logFailures = (log: string): Failure[] =>
  failures.filter(({ source, code }) => source === 'log' && log.includes(code));

/** Something cannot go on; says why, and what to do. */
export class AfiError extends Error {
  override readonly name: 'AfiError' | 'AfiRefused';
  readonly cure: string;
  /** The same may succeed in a while. */
  readonly passing: boolean;

  /** @param refused nothing was done, for what was given cannot be used */
  constructor(message: string, cure: string, { refused = false, passing = false } = {}) {
    super(`${message}\n  cure: ${cure}`);
    this.name = refused ? 'AfiRefused' : 'AfiError';
    this.cure = cure;
    this.passing = passing;
  }
}

/** What was given cannot be used. */
export const refused = (message: string, cure: string): AfiError => new AfiError(message, cure, { refused: true });

const heads: Readonly<Record<Source, string>> = {
  image: 'State message of a failed image',
  log: 'In the logs of its generation',
  request: 'Answer to a request',
  slot: 'Error of the tools on an instance',
};

/** The table in Markdown, a part for each source. */
export function failureTables(): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const part = (source: Source): string => {
    const rows = failures.filter((row) => row.source === source);
    const codes = ({ code, also = [] }: Failure): string => [code, ...also].map((name) => `\`${name}\``).join(', ');
    const lines = rows.map((row) => `| ${codes(row)} | ${cell(row.meaning)} | ${cell(row.cure)} |`);
    return [`| ${heads[source]} | what it means | what to do |`, '| --- | --- | --- |', ...lines].join('\n');
  };
  return (Object.keys(heads) as Source[]).map(part).join('\n\n');
}
