/**
 * The test of the directory in the kit's own test bench, run by Verilator: HERMES_KIT_BENCH=1, beside HERMES_KIT_F1 or
 * HERMES_KIT_F2. Minutes each. Verilator is not among the simulators of the kits, so a copy of the bench is made, in which
 * what it does not take is written differently; sh_ddr, which is encrypted, is the stand-in of this generator.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { shellNames, type ShellName } from '../../gen/config.ts';
import { shellTables } from '../../gen/shell/index.ts';
import { root, run, runOrThrow, toolEnv, tools } from '../../sim/tools/index.ts';
import { smallTree, written } from './trees.ts';

const hours = 3_600_000;
const kitOf = (shell: ShellName): string | undefined => process.env[`HERMES_KIT_${shell.toUpperCase()}`];

/** Texts of the bench that Verilator does not take, and what stands for them: the same in the language, for this test. */
const rewritten: readonly (readonly [RegExp, string])[] = [
  // Tasks that wait may not be called from C. This test is not in C.
  [/^ *export "DPI-C".*$/gm, ''],
  // Nobody asks for an environment variable here; a DPI import of this name collides with the C library.
  [
    /import "DPI-C" function string getenv\(input string env_name\);/g,
    'function string getenv(input string env_name); return ""; endfunction',
  ],
  // Keys of any type are compared as texts.
  [/\bsv_host_memory\[\*\]/g, 'sv_host_memory[longint unsigned]'],
];

const rewrittenFiles: Readonly<Record<ShellName, readonly string[]>> = {
  f1: ['include/sh_dpi_tasks.svh', 'models/fpga/fpga_ddr.svh', 'tb/sv/tb.sv'],
  f2: ['include/sh_dpi_tasks.svh', 'tb/sv/tb.sv'],
};

/** Port lists of the bench, which the kit's makefile derives from the header of the custom logic. */
async function derivePorts(shell: ShellName, verif: string, design: string): Promise<void> {
  if (shell === 'f2') {
    const env = { ...toolEnv, HDK_COMMON_DIR: join(verif, '..'), HDK_SHELL_DESIGN_DIR: design };
    await runOrThrow('derive the ports', 'perl', [join(verif, 'scripts/cl_ports_gen.pl')], { env, cwd: verif });
    return;
  }
  const header = readFileSync(join(design, 'interfaces/cl_ports.vh'), 'utf8');
  const other = { input: 'output logic', output: 'input logic' } as const;
  const turned = header.replaceAll(/\b(input|output)\b/g, (way) => other[way as keyof typeof other]);
  writeFileSync(join(verif, 'models/sh_bfm/cl_ports_sh_bfm.vh'), turned.replaceAll('logic logic', 'logic '));
}

const defines: Readonly<Record<ShellName, readonly string[]>> = {
  f1: ['VIVADO_SIM', 'NO_DDR', 'AXI_MEMORY_MODEL'],
  f2: ['VIVADO_SIM', 'SIMULATION', 'AWS_SIM', 'NO_DDR', 'FAST_SIM_MODE', 'DISABLE_VJTAG_DEBUG'],
};
const noErrors = ['ECC_DIRECT_EN', 'ECC_ADDR_HI', 'ECC_ADDR_LO', 'RND_ECC_EN', 'RND_ECC_WEIGHT'];

for (const shell of shellNames) {
  const isAsked = process.env['HERMES_KIT_BENCH'] !== undefined && kitOf(shell) !== undefined;
  it.skipIf(!isAsked)(`TEST PASSED in the bench of ${shell}`, { timeout: 2 * hours }, async () => {
    const { code, output } = await runBench(shell, kitOf(shell)!);
    expect([code, output.split('\n').filter((line) => line.includes('ERROR'))]).toEqual([0, []]);
    expect(output).toContain('*** TEST PASSED ***');
  });
}

/** What the bench says, and how it ends. */
async function runBench(shell: ShellName, kit: string): Promise<{ code: number; output: string }> {
  const work = mkdtempSync(join(tmpdir(), 'hermes-bench-'));
  onTestFinished(() => rmSync(work, { recursive: true, force: true }));
  const common = resolve(kit, 'hdk/common');
  const design = join(common, 'shell_stable/design');
  const verif = join(work, 'verif');
  cpSync(join(common, 'verif'), verif, { recursive: true });
  for (const file of rewrittenFiles[shell]) {
    const path = join(verif, file);
    const text = rewritten.reduce((so, [from, to]) => so.replaceAll(from, to), readFileSync(path, 'utf8'));
    writeFileSync(path, text);
  }
  await derivePorts(shell, verif, design);

  const files = smallTree(shell);
  const cl = written(files);
  const sources = JSON.parse(files.get('manifest.json')!).sources as string[];
  const bench = join(work, 'bench.sv');
  writeFileSync(bench, 'module bench (); tb tb (); test_hermes test_hermes (); endmodule\n');
  const dpi = join(work, 'dpi.cpp');
  writeFileSync(
    dpi,
    'extern "C" { int test_main(unsigned *code) { *code = 0; return 0; } int int_handler(unsigned) { return 0; }\n' +
      'void host_memory_putc(unsigned long long, char) {} char host_memory_getc(unsigned long long) { return 0; } }\n',
  );
  const { path: verilator, flags, env } = await tools.verilator();
  const packages = ['packages/anp_base_pkg.sv', 'models/sh_bfm/axi_bfm_defines.svh', 'tb/sv/tb_type_defines_pkg.sv'];
  const models = ['models/sh_bfm/sh_bfm.sv', 'models/sh_bfm/axil_bfm.sv', 'models/fpga/fpga.sv', 'models/fpga/card.sv'];
  const checker = 'models/xilinx_axi_pc/axi_protocol_checker_v1_1_vl_rfs.v';
  const own = [...(shell === 'f1' ? packages.slice(1) : packages), ...models, 'tb/sv/tb.sv', checker];
  const memory = ['axi_mem_model.sv', 'axi4_slave_bfm.sv'].map((name) => join(design, 'sh_ddr/sim', name));
  const includes = ['include', 'models/sh_bfm', 'models/fpga', 'packages', 'tb/sv'].map((path) => join(verif, path));
  // The wheel's settings know neither coroutines nor precompiled headers of g++.
  const wheel = ['-CFLAGS', '-fcoroutines', '-MAKEFLAGS', 'CFG_CXXFLAGS_PCH_I=-include OPT_FAST=-O0 OPT_SLOW=-O0'];
  const quiet = ['-Wno-fatal', '-Wno-lint', '-Wno-style', '--comp-limit-members', '1000000'];
  const target = ['--top-module', 'bench', '--Mdir', join(work, 'obj'), '-o', 'bench'];
  const args = [
    '--binary',
    '--timing',
    '-j',
    '2',
    '--timescale',
    '1ps/1ps',
    ...target,
    ...quiet,
    ...wheel,
    ...flags,
    ...defines[shell].map((name) => `-D${name}`),
    ...noErrors.map((name) => `-D${name}=0`),
    '-DCL_NAME=cl_hermes',
    ...[...includes, join(design, 'interfaces'), join(design, 'lib'), join(cl, 'verif/tests')].map(
      (path) => `-I${path}`,
    ),
    ...own.map((path) => join(verif, path)),
    ...(shell === 'f1' ? memory : []),
    join(root, 'rtl-templates', shellTables[shell].dram.stub),
    ...sources.map((name) => join(cl, 'design', name)),
    join(cl, 'verif/tests/test_hermes.sv'),
    bench,
    dpi,
  ];
  await runOrThrow('compile the bench', verilator, args, { env, cwd: work });
  return run(join(work, 'obj/bench'), [], { cwd: work });
}
