/** `hermes build` and `hermes check` as commands. */
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hermes, temporary } from '../cli/hermes.ts';

const options = { timeout: 240_000 };

describe('hermes build', () => {
  it('writes, is checked, and may be written again', options, async () => {
    const parent = temporary();
    const out = join(parent, 'cl_hermes');
    const made = await hermes('build', 'f2', '--preset', 'small', '--out', out);
    expect([made.code, made.stderr]).toEqual([0, '']);
    expect(made.stdout).toContain('1 engine for AWS F2, 250 MHz (recipe A1); kit 2.0.2, Vivado 2024.1');
    expect(statSync(join(out, 'build/scripts/build.sh')).mode & 0o111).not.toBe(0);
    expect(readdirSync(parent)).toEqual(['cl_hermes']);
    const manifest = readFileSync(join(out, 'manifest.json'), 'utf8');

    const checked = await hermes('check', 'f2', out);
    expect([checked.code, checked.stderr]).toEqual([0, '']);
    expect(checked.stdout).toMatch(/\d+ rules of AWS F2 checked: nothing found/);

    const again = await hermes('build', 'f2', '--preset', 'small', '--out', out);
    expect(again.code).toBe(0);
    expect(readFileSync(join(out, 'manifest.json'), 'utf8')).toBe(manifest);

    // Hours of work, and constraints by hand, are not lost.
    const checkpoint = join(out, 'build/checkpoints/cl_hermes.dcp');
    mkdirSync(join(out, 'build/checkpoints'));
    writeFileSync(checkpoint, '');
    const refused = await hermes('build', 'f2', '--preset', 'small', '--out', out);
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toContain(
      'build/checkpoints/cl_hermes.dcp is not of this command\n  cure: name a new folder',
    );
    expect(existsSync(checkpoint)).toBe(true);
    expect((await hermes('build', 'f2', '--preset', 'small', '--out', out, '--force')).code).toBe(0);
    expect(existsSync(checkpoint)).toBe(false);

    writeFileSync(join(out, 'build/constraints/cl_timing_user.xdc'), '# mine\n');
    const edited = await hermes('build', 'f2', '--preset', 'small', '--out', out);
    expect([edited.code, edited.stdout]).toEqual([2, '']);
    expect(edited.stderr).toContain('build/constraints/cl_timing_user.xdc has been changed');

    const wrong = await hermes('check', 'f2', out);
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toMatch(
      /digest +build\/constraints\/cl_timing_user\.xdc +differs from its digest +undo the change/,
    );
    expect(wrong.stdout).toContain('1 finding');
    const other = await hermes('check', 'f1', out);
    expect([other.code, other.stdout]).toEqual([2, '']);
    expect(other.stderr).toContain(`made for f2, and not for f1\n  cure: check it with: hermes check f2 ${out}`);

    const json = await hermes('check', 'f2', out, '--json');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      shell: 'f2',
      findings: [{ rule: 'digest', file: 'build/constraints/cl_timing_user.xdc' }],
    });
  });

  it.each([
    [['build', 'f3'], 'Choose one of f1, f2.'],
    [['build', 'f2', '--out', 'build/f2'], 'end the folder in cl_hermes: --out build/f2/cl_hermes'],
    [['build', 'f1', '--clock', '200'], 'AWS F1 has no main clock of 200 MHz\n  cure: choose 125 or 250'],
    [['build', 'f1', '--out', 'examples'], 'files of another origin'],
    [['build', 'f1', '--out', 'package.json'], 'no folder that can be read'],
    [['check', 'f1', 'no/such/folder'], 'there is no such directory'],
    [
      ['check', 'f1', 'examples', '--hdk', 'examples'],
      'no checkout of the kit for f1\n  cure: check out version 1.4.24',
    ],
    [['check', 'f1', 'examples'], 'no custom logic of hermes: there is no manifest.json\n  cure: make the directory'],
  ])('%j is refused', options, async (args, message) => {
    const { code, stdout, stderr } = await hermes(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});
