import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configure, shellNames, shells } from '../../../gen/config.ts';
import { emitSystemVerilog } from '../../../gen/emit/index.ts';
import { elaborate } from '../../../gen/hdl/index.ts';
import { f1Shell } from '../../../gen/shell/f1.ts';
import { f2Shell } from '../../../gen/shell/f2.ts';
import { clHermes } from '../../../gen/shell/index.ts';
import { lint } from '../../../sim/tools/lint.ts';
import { smallDevice } from './device.ts';

/** The identity that drivers look for, and what says that no DRAM controller is there. */
const expected = {
  f1: { inShell: f1Shell, ids: ['3000_1de5', '1_1de5'], absent: ['DDR_A', 'DDR_B', 'DDR_D'], pins: /M_[ABD]_\w+/ },
  f2: { inShell: f2Shell, ids: ['f200_1de5', '1_1de5'], absent: ['DDR'], pins: /M_\w+/ },
};

describe.each(shellNames)('cl_hermes in the shell of %s', (shell) => {
  const { inShell, ids, absent, pins } = expected[shell];
  const device = smallDevice({ ids: shells[shell].dmaIdBits });
  const emitted = emitSystemVerilog(elaborate(() => inShell(device as never)).top);
  const text = emitted.files.at(-1)!.text;

  it("has the kit's ports, no more and no less", () => {
    const header = /module cl_hermes \((?<ports>[^)]*)\)/.exec(text)!.groups!['ports']!;
    const ports = header.split(',').map((line) => {
      const [, direction, range, name] = /^\s*(input|output|inout)\s+(?:logic|wire)\s*(\[\d+:0\])?\s*(\w+)\s*$/.exec(
        line,
      )!;
      return `${name} ${direction} ${range ?? '-'}`;
    });
    const kit = readFileSync(new URL(`${shell}-ports.txt`, import.meta.url), 'utf8')
      .trim()
      .split('\n');
    expect(ports.sort()).toEqual(kit.sort());
  });

  it('places sh_ddr where the kit looks for it, without controllers, with all its pins', () => {
    const parameters = absent.map((name) => `\\.${name}_PRESENT \\(0\\)`).join(',\\s*');
    expect(text).toMatch(new RegExp(`sh_ddr #\\(\\s*${parameters}\\s*\\) SH_DDR \\(`));
    const connected = [...text.matchAll(new RegExp(`\\.(${pins.source}) *\\((\\w+)\\)`, 'g'))];
    expect(connected).toHaveLength(absent.length * 14);
    for (const [, port, net] of connected) expect(net).toBe(port);
    const resets = [...text.matchAll(/\.cl_RST_DIMM_\w+ +\((\w+)\)/g)].map(([, net]) => net!);
    expect(resets).toHaveLength(absent.length);
    for (const net of resets) expect(text).toMatch(new RegExp(`output logic +${net}\\b`));
  });

  it('shows the identity that drivers look for', () => {
    ids.forEach((id, n) => expect(text).toContain(`assign cl_sh_id${n} = 32'h${id};`));
  });

  it('answers for the statistics of controllers that are not there, and asks for nothing but INCR bursts', () => {
    const values = Object.fromEntries([...text.matchAll(/assign (\w+) = \d+'\w(\w+);/g)].map(([, n, v]) => [n!, v!]));
    const named = (pattern: RegExp): string[] => Object.keys(values).filter((name) => pattern.test(name));
    expect(named(/stat_ack/)).toHaveLength(absent.length);
    expect(named(/a[wr]burst$/)).toHaveLength(2);
    for (const name of named(/stat_ack|a[wr]burst$/)) expect(`${name} ${values[name]}`).toBe(`${name} 1`);
    for (const name of named(/(valid|PERSTN|psel_\d)$/)) expect(`${name} ${values[name]}`).toBe(`${name} 0`);
  });

  it.each([
    ['a small device', () => emitted],
    ['hermes', () => emitSystemVerilog(elaborate(() => clHermes(configure({ shell, retirePort: true }, 'small'))).top)],
  ])('with %s is clean under Verilator and Icarus', async (_, emit) => {
    const { files, templates } = emit();
    const stubs = templates.map((file) => new URL(`../../../rtl-templates/${file}`, import.meta.url).pathname);
    const findings = await lint([...stubs, ...files], 'cl_hermes');
    // Yosys takes no unpacked ports, which the controllers of F1 have.
    expect(findings.filter(({ tool }) => shell !== 'f1' || tool !== 'yosys')).toEqual([]);
  });
});
