/** Builds, with a kit and a Vivado that are small programs. */
import { existsSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { customLogic as treeOf } from '../../../aws-f1/build.ts';
import { findArchive, readCheckpoint } from '../../../aws-f1/afi/checkpoint.ts';
import { readTree, requireKit, runBuild } from '../../../aws-f1/afi/kit.ts';
import { readState } from '../../../aws-f1/afi/state.ts';
import { buildStep } from '../../../aws-f1/afi/steps.ts';
import { generate } from '../../../cli/generate.ts';
import { configure } from '../../../gen/config.ts';
import { built, customLogic, program, secrets, temporary, write } from './custom-logic.ts';
import { kit, type Kit } from './instance.ts';
import { useTestAccount, workOn } from './work.ts';

const environment = { ...process.env };

function use({ bin, env }: Kit): void {
  Object.assign(process.env, env, { PATH: `${bin}:${environment['PATH']}` });
}

beforeEach(useTestAccount);
afterEach(() => {
  for (const name of Object.keys(process.env)) if (environment[name] === undefined) delete process.env[name];
  Object.assign(process.env, environment);
});

test('what hermes build writes is understood', () => {
  for (const shell of ['f1', 'f2'] as const) {
    const config = configure({ shell }, 'small');
    const { files } = treeOf(config, generate(config, 'x').files, 250);
    const cl = temporary();
    write(join(cl, 'manifest.json'), files.get('manifest.json')!);
    const tree = readTree(cl);
    expect([...files.keys()]).toEqual(expect.arrayContaining([`design/${tree.top}.sv`, 'build/scripts/build.sh']));
    expect(tree.shell).toBe(shell);
  }
});

test('a build shows its phases, and leaves archive, digest and timing; it is not repeated for the same sources', async () => {
  const cl = customLogic();
  use(kit(temporary()));
  const work = await workOn(cl, { region: 'local' });
  await buildStep(work);
  expect([...new Set(work.passing)]).toEqual([
    'building: starting (0 min)',
    'building: placement (0 min)',
    'building: routing (0 min)',
  ]);
  expect(work.lines.at(-1)).toBe('timing met: worst setup slack 0.031 ns');
  expect(readFileSync(join(cl, 'ran'), 'utf8')).toBe('--cl cl_hermes --mode small_shell\n');
  const state = readState(cl);
  expect(state).toMatchObject({ shell: 'f2', timing: { met: true, setup: 0.031 } });
  expect(state.archive?.sha256).toMatch(/^[\da-f]{64}$/);
  expect(readFileSync(join(cl, 'build/afi-build.log'), 'utf8')).toContain('WARNING: nothing\n');
  const env = readFileSync(join(cl, 'env'), 'utf8');
  for (const secret of Object.values(secrets)) expect(env).not.toContain(secret);

  const times = (): number => readFileSync(join(cl, 'times'), 'utf8').length / 2;
  await buildStep(work);
  expect([times(), work.lines.at(-1)]).toEqual([1, expect.stringMatching(/^built already: build\/checkpoints/)]);
  write(join(cl, 'design/cl_hermes.sv'), 'module cl_hermes; wire x; endmodule\n');
  await buildStep(work);
  expect(times()).toBe(2);
});

test('F1: in the foreground, with the options of the design', async () => {
  const cl = customLogic('f1');
  use(kit(temporary(), 'f1'));
  await runBuild(cl, readTree(cl), { line: () => {}, progress: () => {} }); // whatever memory this machine has
  expect(readFileSync(join(cl, 'ran'), 'utf8')).toBe('-clock_recipe_a A1 -uram_option 3 -foreground\n');
  await expect(readCheckpoint(findArchive(cl))).resolves.toMatchObject({ shell: 'f1' });
});

test('an older archive is not taken for that of a build that left none', async () => {
  const cl = built();
  const old = Date.now() / 1000 - 60;
  utimesSync(findArchive(cl), old, old);
  const used = kit(temporary());
  use(used);
  write(join(used.env['HDK_SHELL_DIR']!, 'build/scripts/aws_build_dcp_from_cl.py'), 'exit 0\n');
  await expect(buildStep(await workOn(cl, { region: 'local' }))).rejects.toThrow(/left no archive; .*is an older one/);
  expect(readState(cl).build).toBeUndefined();
});

test('a build that fails shows its errors', async () => {
  const cl = customLogic();
  use(kit(temporary()));
  write(join(cl, 'fail'), 'INFO: so far\nERROR: [Synth 8-439] module sh_ddr not found\n');
  const work = await workOn(cl, { region: 'local' });
  await expect(buildStep(work)).rejects.toThrow(/the build ended with 3\n {2}ERROR: \[Synth 8-439\].*afi-build\.log/s);
  expect(readState(cl).build).toBeUndefined();
});

describe('what is missing is said, all of it at once', () => {
  test('nothing is there', async () => {
    process.env['PATH'] = temporary();
    for (const name of ['AWS_FPGA_REPO_DIR', 'HDK_DIR', 'HDK_SHELL_DIR']) delete process.env[name];
    const error = (await requireKit(readTree(customLogic())).catch((thrown: Error) => thrown)) as Error;
    for (const name of ['AWS_FPGA_REPO_DIR', 'HDK_DIR', 'HDK_SHELL_DIR'])
      expect(error.message).toContain(`${name} is not set`);
    expect(error.message).toContain('vivado is not on PATH (source settings64.sh of Vivado 2024.1');
    expect(error.message).toContain('source hdk_setup.sh');
  });

  test('another version of Vivado, by the list of the kit and without it', async () => {
    const cl = customLogic();
    const { bin, env } = kit(temporary());
    use({ bin, env });
    await expect(requireKit(readTree(cl))).resolves.toBeUndefined();
    program(bin, 'vivado', 'echo "vivado v2023.2 (64-bit)"');
    await expect(requireKit(readTree(cl))).rejects.toThrow(
      /vivado v2023\.2 \(64-bit\) is not one that the kit takes \(use 2024\.1\)/,
    );
    rmSync(join(env['AWS_FPGA_REPO_DIR']!, 'supported_vivado_versions.txt'));
    await expect(requireKit(readTree(cl))).rejects.toThrow(/2023\.2/);
    program(bin, 'vivado', 'echo "vivado v2024.1 (64-bit)"');
    await expect(requireKit(readTree(cl))).resolves.toBeUndefined();
    program(bin, 'vivado', 'echo "no licence" >&2; exit 1');
    await expect(requireKit(readTree(cl))).rejects.toThrow(/does not tell a version/);
  });

  test('a shell that was not fetched whole; memory for F1', async () => {
    const cl = customLogic('f1');
    const { bin, env } = kit(temporary(), 'f1');
    use({ bin, env });
    rmSync(join(env['HDK_SHELL_DIR']!, 'build/checkpoints/from_aws/SH_CL_BB_routed.dcp'));
    const error = (await requireKit(readTree(cl)).catch((thrown: Error) => thrown)) as Error;
    expect(error.message).toContain('where there is no build/checkpoints/from_aws/SH_CL_BB_routed.dcp');
    expect(error.message.includes('30 GB')).toBe(totalmem() / 1024 < 30_000_000);
  });
});

test('a directory of another origin, or of another name', async () => {
  const cl = temporary();
  expect(() => readTree(cl)).toThrow(/there is no manifest\.json.*hermes build f2/s);
  write(join(cl, 'manifest.json'), '{"inputs":{}}');
  expect(() => readTree(cl)).toThrow(/is not what hermes build writes/);
  write(join(cl, 'manifest.json'), readFileSync(join(built(), 'manifest.json')));
  use(kit(temporary()));
  const work = await workOn(cl, { region: 'local' });
  await expect(buildStep(work)).rejects.toThrow(/wants the directory to be called cl_hermes/);
  expect(existsSync(join(cl, 'ran'))).toBe(false);
});
