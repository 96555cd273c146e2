import { codes } from './codes.ts';

/** Markdown of docs/diagnostics.md: every code with title and cure. */
export function diagnosticsPage(): string {
  const rows = Object.entries(codes).map(
    ([code, { title, cure, severity = 'error' }]) => `| ${code} | ${severity} | ${title} | ${cure} |`,
  );
  return [
    '# Diagnostics',
    '',
    'Errors and warnings of the generator. H0xx is found while the design is being written, H1xx in the finished netlist.',
    '',
    '| code | severity | what | what to do |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
