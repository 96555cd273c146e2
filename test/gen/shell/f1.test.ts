import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configure } from '../../../gen/config.ts';
import { emitSystemVerilog } from '../../../gen/emit/index.ts';
import { elaborate } from '../../../gen/hdl/index.ts';
import { clIds, f1, f1Shell } from '../../../gen/shell/f1.ts';
import { lint } from '../../../sim/tools/lint.ts';
import { smallDevice } from './device.ts';

const shell = elaborate(() => f1Shell(smallDevice() as never));
const emitted = emitSystemVerilog(shell.top);
const text = emitted.files.at(-1)!.text;

describe('cl_hermes', () => {
  it("has the kit's ports, no more and no less", () => {
    const header = /module cl_hermes \((?<ports>[^)]*)\)/.exec(text)!.groups!['ports']!;
    const ports = header.split(',').map((line) => {
      const [, direction, range, name] = /^\s*(input|output|inout)\s+(?:logic|wire)\s*(\[\d+:0\])?\s*(\w+)\s*$/.exec(
        line,
      )!;
      return `${name} ${direction} ${range ?? '-'}`;
    });
    const expected = readFileSync(new URL('f1-ports.txt', import.meta.url), 'utf8')
      .trim()
      .split('\n');
    expect(ports.sort()).toEqual(expected.sort());
  });

  it('places sh_ddr where the kit looks for it, without controllers', () => {
    expect(text).toMatch(
      /sh_ddr #\(\s*\.DDR_A_PRESENT \(0\),\s*\.DDR_B_PRESENT \(0\),\s*\.DDR_D_PRESENT \(0\)\s*\) SH_DDR \(/,
    );
    const connected = [...text.matchAll(/\.(M_[ABD]_\w+)\s*\((\w+)\)/g)];
    expect(connected).toHaveLength(3 * 14);
    for (const [, port, net] of connected) expect(net).toBe(port);
  });

  it('shows the identity that drivers look for', () => {
    expect([clIds.id0, clIds.id1].map((id) => id.toString(16))).toEqual(['30001de5', '11de5']);
    expect(text).toContain("assign cl_sh_id0 = 32'h3000_1de5;");
  });

  it.each([
    ['a small device', emitted],
    ['hermes', emitSystemVerilog(elaborate(() => f1(configure({ retirePort: true }, 'small'))).top)],
  ])('with %s is clean under Verilator and Icarus', async (_, { files, templates }) => {
    const stubs = templates.map((file) => new URL(`../../../rtl-templates/${file}`, import.meta.url).pathname);
    const findings = await lint([...stubs, ...files], 'cl_hermes');
    expect(findings.filter(({ tool }) => tool !== 'yosys')).toEqual([]); // Yosys takes no unpacked ports
  });
});
