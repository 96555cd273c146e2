/**
 * With checkouts of the kits, whose paths HERMES_KIT_F1 (version 1.4.24) and HERMES_KIT_F2 (2.0.2) give: the directory against
 * the kit's own headers, and a build by the kit's own scripts with a Vivado that does nothing. Without them, skipped.
 */
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkTree } from '../../aws-f1/check.ts';
import { shellNames, type ShellName } from '../../gen/config.ts';
import { run, toolEnv, tools, which } from '../../sim/tools/index.ts';
import { change, redigest, smallTree, written, type Files } from './trees.ts';

const prelude = new URL('../../aws-f1/check-prelude.tcl', import.meta.url).pathname;

const pathOf = (shell: ShellName): string | undefined => {
  const path = process.env[`HERMES_KIT_${shell.toUpperCase()}`];
  return path === undefined ? undefined : resolve(path);
};

const kitFindings = async (shell: ShellName, hdk: string, spoil: (files: Files) => void = () => {}) => {
  const files = smallTree(shell);
  spoil(files);
  redigest(files);
  return (await checkTree(written(files), shell, { hdk })).findings.map(({ rule, message }) => `${rule}: ${message}`);
};

const top = 'design/cl_hermes.sv';

describe.each(shellNames)('with the kit of %s', (shell) => {
  const hdk = pathOf(shell) ?? '';
  const isMissing = hdk === '';
  const options = { timeout: 300_000 };

  it.skipIf(isMissing)('nothing is found', options, async () => {
    expect(await kitFindings(shell, hdk)).toEqual([]);
  });

  it.skipIf(isMissing)('a width that differs is found by the linters', options, async () => {
    const found = await kitFindings(shell, hdk, (files) =>
      change(files, top, /^( {2}output +logic +)\[511:0\]( +cl_sh_dma_pcis_rdata,)$/, '$1[255:0]$2'),
    );
    expect(found).toContainEqual(expect.stringMatching(/^kit-lint: .* of verilator: WIDTH/));
  });

  it.skipIf(isMissing)('a port that is missing is found by the linters', options, async () => {
    const found = await kitFindings(shell, hdk, (files) => {
      change(files, top, /^ {2}input +logic +\[63:0\] +sh_cl_glcount0,\n/, '');
      change(files, top, 'sh_cl_glcount0, ', '');
    });
    expect(found).toContainEqual(expect.stringMatching(/^kit-lint: .*'sh_cl_glcount0'/));
  });

  it.skipIf(isMissing)('a file that the kit does not have is found', options, async () => {
    const list = `verif/scripts/top.${shell === 'f1' ? 'vivado' : 'xsim'}.f`;
    const found = await kitFindings(shell, hdk, (files) => change(files, list, 'tb/filelists/tb.', 'tb/lists/tb.'));
    expect(found).toEqual([expect.stringContaining('the kit has no')]);
  });

  it.skipIf(isMissing)("the software compiles against the kit's library", options, async () => {
    const folder = join(written(smallTree(shell)), 'software/runtime');
    const flags = ['-std=gnu11', '-Wall', '-Wextra', '-Werror', '-fsyntax-only', `-I${hdk}/sdk/userspace/include`];
    const sources = ['hermes_run.c', 'hermes_transport.c'].map((name) => join(folder, name));
    expect(await run(which('gcc', 'clang')!, [...flags, ...sources])).toEqual({ code: 0, output: '' });
  });

  it.skipIf(isMissing)("the kit's scripts build it", options, async () => {
    const work = mkdtempSync(join(tmpdir(), 'hermes-kit-'));
    onTestFinished(() => rmSync(work, { recursive: true, force: true }));
    const cl = join(work, 'cl_hermes');
    cpSync(written(smallTree(shell)), cl, { recursive: true });
    const { path: tclsh } = await tools.tclsh();
    const version = shell === 'f1' ? '2021.2' : '2024.1';
    // Vivado: tells its version, or runs the script that is given with -source.
    const vivado = [
      '#!/usr/bin/env bash',
      `if [[ $1 == -version ]]; then echo "vivado v${version} (64-bit)"; exit; fi`,
      'while [[ $1 != -source ]]; do shift; done; script=$2',
      'while [[ $1 != -tclargs ]]; do shift; done; shift',
      `exec "${tclsh}" "${prelude}" "$script" "$@"`,
    ];
    mkdirSync(join(work, 'bin'));
    writeFileSync(join(work, 'bin/vivado'), `${vivado.join('\n')}\n`);
    chmodSync(join(work, 'bin/vivado'), 0o755);
    const common = join(hdk, 'hdk/common');
    const env = {
      ...toolEnv,
      PATH: `${join(work, 'bin')}:${toolEnv['PATH']}`,
      AWS_FPGA_REPO_DIR: hdk,
      HDK_DIR: join(hdk, 'hdk'),
      HDK_COMMON_DIR: common,
      HDK_SHELL_DIR: join(common, 'shell_stable'),
      HDK_SHELL_DESIGN_DIR: join(common, 'shell_stable/design'),
      HDK_IP_SRC_DIR: work,
      HDK_BD_SRC_DIR: work,
      HDK_BD_GEN_DIR: work,
      VIVADO_TOOL_VERSION: `v${version}`,
      HERMES_RECORD: join(work, 'record'),
      HERMES_PLACES: '',
      HERMES_SLACK: '0.05',
      HERMES_VIVADO: version,
    };
    const args = { f1: ['-foreground', '-ignore_memory_requirement'], f2: ['--tag', 'TAG'] }[shell];
    const { code, output } = await run('bash', [join(cl, 'build/scripts/build.sh'), ...args], { env, cwd: work });
    expect([code, code === 0 ? '' : output]).toEqual([0, '']);

    const checkpoints = join(cl, 'build/checkpoints', shell === 'f1' ? 'to_aws' : '.');
    const archive = (await run('bash', ['-c', 'ls *.Developer_CL.tar'], { cwd: checkpoints })).output.trim();
    const listed = await run('tar', ['-tf', archive], { cwd: checkpoints });
    const manifest = listed.output.split('\n').find((name) => name.endsWith('.manifest.txt'))!;
    expect(listed.output).toMatch(/\.SH_CL_routed\.dcp$/m);
    expect((await run('tar', ['-xf', archive, '-C', work, manifest], { cwd: checkpoints })).code).toBe(0);
    const lines = readFileSync(join(work, manifest), 'utf8').split('\n');
    const ids = { f1: ['0x3000', '0x1DE5', '0x0001', '0x1DE5'], f2: ['0xF200', '0x1DE5', '0x0001', '0x1DE5'] }[shell];
    const keys = ['pci_device_id', 'pci_vendor_id', 'pci_subsystem_id', 'pci_subsystem_vendor_id'];
    for (const [i, key] of keys.entries()) expect(lines).toContain(`${key}=${ids[i]}`);
    expect(lines).toContain('manifest_format_version=2');
    expect(lines).toContain('clock_recipe_a=A1');
    expect(lines).toContainEqual(expect.stringMatching(/^dcp_hash=[\da-f]{64}$/));
    expect(lines).toContainEqual(expect.stringMatching(/^dcp_file_name=.*SH_CL_routed\.dcp$/));
  });

  it.skipIf(isMissing)("the kit's makefiles take the test", options, async () => {
    const folder = written(smallTree(shell));
    const common = join(hdk, 'hdk/common');
    const env = {
      ...toolEnv,
      AWS_FPGA_REPO_DIR: hdk,
      HDK_DIR: join(hdk, 'hdk'),
      HDK_COMMON_DIR: common,
      HDK_SHELL_DIR: join(common, 'shell_stable'),
      HDK_SHELL_DESIGN_DIR: join(common, 'shell_stable/design'),
      VIVADO_TOOL_VERSION: 'v2024.1',
      XILINX_VIVADO: '/nowhere',
      CL_DIR: folder,
      PWD: join(folder, 'verif/scripts'),
    };
    const cwd = join(folder, 'verif/scripts');
    const { path: make } = await tools.make();
    const { code, output } = await run(make, ['-n', '-C', cwd, 'TEST=test_hermes'], { env, cwd });
    expect([code, code === 0 ? '' : output]).toEqual([0, '']);
    const commands = output.split('\n').join(' ');
    expect(commands).toMatch(new RegExp(`xvlog .*-f ${cwd}/top\\.(vivado|xsim)\\.f`));
    expect(commands).toMatch(/xelab .*xil_defaultlib\.test_hermes/);
  });
});
