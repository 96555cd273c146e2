/** `hermes build`: what is in the directory, that it is the same every time, and that its parts work. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { customLogic, requireBuildable, type TreeManifest } from '../../aws-f1/build.ts';
import { fill } from '../../aws-f1/build-template.ts';
import { triedExample } from '../../aws-f1/build-example.ts';
import { recordFlow } from '../../aws-f1/check-tcl.ts';
import { configure, shellNames, type ShellName } from '../../gen/config.ts';
import { run, tools, which } from '../../sim/tools/index.ts';
import { smallTree, written } from './trees.ts';

const here = new URL('.', import.meta.url).pathname;

/** A directory around a design of two empty modules, so that what is compared does not change with the device. */
function plainTree(shell: ShellName): ReadonlyMap<string, string> {
  const generated = new Map([
    ['sources.f', 'rtl/part.sv\nrtl/cl_hermes.sv\nrtl/sh_ddr_stub.sv\n'],
    ['rtl/part.sv', 'module part ();\nendmodule\n'],
    ['rtl/cl_hermes.sv', 'module cl_hermes ();\nendmodule\n'],
    ['rtl/sh_ddr_stub.sv', '// stands in\nmodule sh_ddr ();\nendmodule\n'],
    ['host/hermes.h', '/* registers */\n'],
    ['manifest.json', '{"inputs":{"design":"0"},"outputs":{}}'],
  ]);
  return customLogic(configure({ shell }, 'small'), generated, 250).files;
}

/** Files whose text is compared, beside the list of all: those with values in them. */
const compared: Readonly<Record<ShellName, readonly string[]>> = {
  f1: ['verif/scripts/top.vivado.f'],
  f2: ['verif/scripts/top.xsim.f'],
};
const comparedInBoth = [
  'design/cl_id_defines.vh',
  'design/cl_hermes_defines.vh',
  'build/scripts/build.sh',
  'build/scripts/cl_hermes_sources.tcl',
  'build/scripts/encrypt.tcl',
  'build/scripts/synth_cl_hermes.tcl',
  'software/runtime/hermes_commands.h',
];

describe.each(shellNames)('the directory for %s', (shell) => {
  it('has these files', async () => {
    const files = plainTree(shell);
    const parts = [...comparedInBoth, ...compared[shell]].map((path) => `==> ${path} <==\n${files.get(path)}`);
    const text = [[...files.keys()].sort().join('\n'), ...parts].join('\n\n');
    await expect(text).toMatchFileSnapshot(`../golden/aws-f1/${shell}.txt`);
  });

  it('is built by these commands', async () => {
    const { lines, made, error } = await recordFlow(written(plainTree(shell)), shell, { recipe: 'A1', uramOption: 2 });
    expect(error).toBeUndefined();
    const text = [...lines, '', 'leaves', ...made.map((path) => `  ${path}`), ''].join('\n');
    await expect(text).toMatchFileSnapshot(`../golden/aws-f1/${shell}-flow.txt`);
  });

  it('is the same every time, and knows its inputs', () => {
    const [one, two] = [plainTree(shell), plainTree(shell)];
    expect([...one]).toEqual([...two]);
    const manifest = JSON.parse(one.get('manifest.json')!) as TreeManifest;
    expect(Object.keys(manifest.outputs).sort()).toEqual(
      [...one.keys()].filter((path) => path !== 'manifest.json').sort(),
    );
    expect(manifest).toMatchObject({ generator: 'hermes build', shell, clock: 250, recipe: 'A1', top: 'cl_hermes' });
    expect(manifest.sources).toEqual(['part.sv', 'cl_hermes.sv']);
    expect(manifest.inputs['design']).toBe('0');
    expect(Object.keys(manifest.inputs)).toContain(`aws-f1/templates/${shell}/synth_cl_hermes.tcl`);
    expect(Object.keys(manifest.inputs)).not.toContain('aws-f1/check.ts');
  });

  it('has shell scripts that bash can read', async () => {
    const folder = written(plainTree(shell));
    expect(await run('bash', ['-n', join(folder, 'build/scripts/build.sh')])).toEqual({ code: 0, output: '' });
    const env = { PATH: process.env['PATH'] };
    const alone = await run('bash', [join(folder, 'build/scripts/build.sh')], { env });
    expect([alone.code, alone.output]).toEqual([1, expect.stringContaining('source hdk_setup.sh of the kit first')]);
  });

  it('has software that runs the example on a card', async () => {
    const folder = join(written(smallTree(shell)), 'software/runtime');
    const compiler = which('gcc', 'clang')!;
    const sources = [join(folder, 'hermes_run.c'), join(folder, 'hermes_transport.c'), join(here, 'sdk/card.c')];
    const program = join(folder, 'hermes_run');
    const flags = ['-std=gnu11', '-Wall', '-Wextra', '-Werror', `-I${join(here, 'sdk')}`];
    expect(await run(compiler, [...flags, ...sources, '-o', program])).toEqual({ code: 0, output: '' });

    const on = (fault: string, ...args: string[]) => run(program, args, { env: { CARD_FAULT: fault }, cwd: folder });
    const good = await on('');
    expect(good).toEqual({ code: 0, output: 'r0 0x00000000000003fb\nexample: equal to the model\n' });
    expect(await on('memory')).toMatchObject({ code: 1, output: expect.stringContaining('differs from the model') });
    expect(await on('run')).toMatchObject({ code: 1, output: expect.stringContaining('error class 7 at pc 9') });
    expect(await on('busy')).toMatchObject({ code: 2, output: expect.stringContaining('requesting a program slot') });
    expect(await on('', '-p', 'no.bin')).toMatchObject({ code: 2, output: expect.stringContaining('no.bin') });
    expect(await on('', '-d', 'x')).toMatchObject({ code: 2, output: expect.stringContaining('usage:') });
  });

  it('has a test that compiles', async () => {
    const folder = join(written(smallTree(shell)), 'verif/tests');
    const { path, flags, env } = await tools.verilator();
    const options = ['--lint-only', '--timing', '-Wall', '-Wno-UNUSEDSIGNAL', '--timescale', '1ns/1ps'];
    const sources = [join(here, 'bench_stub.sv'), join(folder, 'test_hermes.sv')];
    const all = [...options, ...flags, '--top-module', 'bench', `-I${folder}`, ...sources];
    const { code, output } = await run(path, all, { env });
    expect([code, output.split('\n').filter((line) => line.startsWith('%'))]).toEqual([0, []]);
  });
});

describe('a build for f1', () => {
  const flow = (options: object) =>
    recordFlow(written(plainTree('f1')), 'f1', { recipe: 'A1', uramOption: 2, ...options });

  it('writes the manifest that AWS reads', async () => {
    const { made, lines } = await flow({});
    expect(made).toContain('build/checkpoints/to_aws/TAG.Developer_CL.tar');
    expect(lines.at(-1)).toMatch(/^exec tar .* to_aws\/TAG\.SH_CL_routed\.dcp to_aws\/TAG\.manifest\.txt$/);
  });

  it.each([
    [{ recipe: 'A0' }, /this tree is made for A1, 250 MHz: pass -clock_recipe_a A1/],
    [{ uramOption: 1 }, /this design uses 0 UltraRAMs: pass -uram_option 2/],
    [{ slack: -0.25 }, /timing is missed by 0.25 ns/],
  ])('with %j stops', async (options, message) => {
    const { error, made } = await flow(options);
    expect(error).toMatch(message);
    expect(made.filter((path) => path.includes('to_aws/'))).toEqual([]);
  });

  it('keeps the routed design when timing is missed', async () => {
    expect((await flow({ slack: -0.25 })).made).toContain('build/checkpoints/TAG.SH_CL_routed.dcp');
  });
});

describe('configurations', () => {
  it('that need more UltraRAM ask for the sites', () => {
    const manifest = (preset: 'default' | 'compat' | 'small'): TreeManifest => {
      const config = configure({ shell: 'f1' }, preset);
      const generated = new Map([
        ['sources.f', 'rtl/cl_hermes.sv\n'],
        ['rtl/cl_hermes.sv', ''],
        ['host/hermes.h', ''],
        ['manifest.json', '{"inputs":{}}'],
      ]);
      return JSON.parse(customLogic(config, generated, 125).files.get('manifest.json')!) as TreeManifest;
    };
    expect(manifest('small')).toMatchObject({ uram: 0, uramOption: 2, clock: 125, recipe: 'A0' });
    expect(manifest('default')).toMatchObject({ uramOption: 2 });
    expect(manifest('compat')).toMatchObject({ uram: 544, uramOption: 3 });
  });

  it.each([
    [configure({ retirePort: true }, 'small'), 250, /have no place in the shell/],
    [configure({}, 'small'), 200, /AWS F1 has no main clock of 200 MHz/],
    [configure({ shell: 'f2' }, 'small'), 125, /AWS F2 has no main clock of 125 MHz/],
  ])('that the shell cannot have are refused', (config, clock, message) => {
    expect(() => requireBuildable(config, clock)).toThrow(message);
  });
});

it('the example is the one that its source promises', () => {
  const { program, before, after, r0 } = triedExample();
  const promised = /expect r0 = (\d+)/.exec(readFileSync(join(here, '../../examples/sort.s'), 'utf8'))![1];
  expect(r0).toBe(BigInt(promised));
  expect(program.length % 8).toBe(0);
  const numbers = (bytes: Uint8Array): Int32Array => new Int32Array(bytes.slice(4, 4 + 4 * bytes[0]).buffer);
  expect(numbers(after)).toEqual(numbers(before).sort());
});

it('a template and its table have to agree', () => {
  expect(fill('a @B_1@ c @d', { B_1: 2 }, 'x')).toBe('a 2 c @d');
  expect(() => fill('@NO@', {}, 'x.tcl')).toThrow('x.tcl: there is no value for @NO@');
});
