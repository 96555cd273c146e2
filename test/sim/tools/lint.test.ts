import { describe, expect, test } from 'vitest';
import { tools } from '../../../sim/tools/index.ts';
import { type Finding, formatFinding, lint, parseFindings } from '../../../sim/tools/lint.ts';

const clean = `
module clean (
  input  logic clk,
  input  logic [7:0] a,
  output logic [7:0] q
);
  always_ff @(posedge clk) q <= a;
endmodule
`;

describe('what linters print', () => {
  test('Verilator', () => {
    const output = `%Warning-WIDTHTRUNC: w.sv:3:12: Operator ASSIGNW expects 4 bits
                              : ... note: In instance 'w'
    3 |   assign q = a;
%Error: Exiting due to 1 warning(s)`;
    expect(parseFindings('verilator', output, true)).toEqual([
      {
        tool: 'verilator',
        severity: 'warning',
        message: 'WIDTHTRUNC: Operator ASSIGNW expects 4 bits',
        file: 'w.sv',
        line: 3,
      },
    ]);
  });
  test('Icarus', () => {
    const output = 'w.sv:5: sorry: no streaming\nw.sv:6: syntax error\nI give up.\n';
    expect(parseFindings('icarus', output, true).map(formatFinding)).toEqual([
      'w.sv:5: sorry: no streaming [icarus]',
      'w.sv:6: error: syntax error [icarus]',
      'error: I give up. [icarus]',
    ]);
  });
  test('Yosys', () => {
    const output = "Warning: Wire w.\\q has no driver.\nw.sv:1: ERROR: syntax error, unexpected ';'\n";
    expect(parseFindings('yosys', output, true).map(formatFinding)).toEqual([
      'warning: Wire w.\\q has no driver. [yosys]',
      "w.sv:1: error: syntax error, unexpected ';' [yosys]",
    ]);
  });
  test('a failure that nobody understands is still a finding', () => {
    expect(parseFindings('verilator', 'Segmentation fault\n', true)).toHaveLength(1);
    expect(parseFindings('yosys', '', true)).toHaveLength(1);
    expect(parseFindings('yosys', '', false)).toHaveLength(0);
  });
});

const installed = await Promise.all([tools.verilator(), tools.icarus()]).then(
  () => true,
  () => false,
);

describe.runIf(installed)('lint', () => {
  const toolsOf = (findings: Finding[]): string[] => [...new Set(findings.map(({ tool }) => tool))].sort();

  test('is silent about a clean module', async () => {
    expect(await lint([{ name: 'clean.sv', text: clean }], 'clean')).toEqual([]);
  });
  test('reports a syntax error by every tool, with its place', async () => {
    const findings = await lint([{ name: 'clean.sv', text: clean.replace('[7:0] q', '[7:0 q') }], 'clean');
    expect(toolsOf(findings)).toEqual(['icarus', 'verilator', 'yosys']);
    expect(findings.filter(({ file }) => file === 'clean.sv').length).toBeGreaterThanOrEqual(3);
  });
  test('reports a missing module by every tool', async () => {
    const text = clean.replace('endmodule', '  missing m (.clk(clk));\nendmodule');
    expect(toolsOf(await lint([{ name: 'clean.sv', text }], 'clean'))).toEqual(['icarus', 'verilator', 'yosys']);
  });
  test('reports a truncation', async () => {
    const text = clean.replace('q <= a', "q <= a + 9'd1");
    const findings = await lint([{ name: 'clean.sv', text }], 'clean');
    expect(findings).toContainEqual(expect.objectContaining({ tool: 'verilator', severity: 'warning', line: 7 }));
  });
});
