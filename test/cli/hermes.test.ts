/** The command as a whole: what it prints where, what it writes, and how it ends. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { assemble } from '../../gen/ebpf/assembler.ts';
import { presets } from '../../gen/config.ts';
import { lookup } from '../../gen/emit/index.ts';
import { file, hermes, root, temporary } from './hermes.ts';

const timeout = 120_000;

describe('the command line', () => {
  test('help', { timeout }, async () => {
    const [help, command, nothing] = await Promise.all([hermes('help'), hermes('help', 'run'), hermes()]);
    expect(help.code).toBe(0);
    for (const name of ['demo', 'gen', 'run', 'disasm', 'info'])
      expect(help.stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
    expect(help.stdout).toContain('Exit codes:');
    expect(command.stdout).toContain('--no-verify');
    expect(command.stdout.replaceAll(/\s+/g, ' ')).toContain(Object.keys(presets).join(', '));
    expect([nothing.code, nothing.stdout]).toEqual([2, '']);
  });

  test.each([
    [['rum', 'x'], 'Did you mean run?'],
    [['run'], "missing required argument 'program'"],
    [['run', 'x.s', '--jsn'], 'Did you mean --json?'],
    [['run', 'x.s', '--sim', 'icarus'], 'Choose one of wasm, verilator, golden.'],
    [['info', '--preset', 'defualt'], 'did you mean default?'],
    [['run', 'examples/hash.s', '--engine', '4'], 'choose one of 0 to 3'],
    [['run', 'examples/hash.s', '--memory', '9:'], 'offset:length'],
    [['run', 'examples/hash.s', '--wave', 'no/such/folder.vcd'], 'name a file in a folder that exists'],
    [['run', 'examples/hash.s', '--wave', 'w.vcd', '--sim', 'golden'], 'the model has no signals'],
    [['run', 'examples/hash.s', '--steps', '0'], '1 or more'],
    [['info', '--config', 'examples'], 'cure: name a file in it\n'],
    [['gen', '--out', 'gen'], 'files of another origin'],
    [['gen', '--shell', 'f3'], 'Choose one of f1, f2.'],
    [['timing', '--preset', 'small', '--module', 'slot_memori'], 'cure: did you mean slot_memory?'],
    [['timing', '--preset', 'small', '--module', 'cpu'], 'cure: choose one of '],
    [['timing', '--fan-out', '5'], '100 or more'],
    [['timing', '--shell', 'f3'], 'Choose one of f1, f2.'],
  ])('%j is refused', { timeout }, async (args, message) => {
    const { code, stdout, stderr } = await hermes(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  test('--debug adds the stack', { timeout }, async () => {
    const { code, stderr } = await hermes('disasm', 'missing.s', '--debug');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^ +at .*cli\/inputs\.ts/m);
  });
});

describe('disasm and info', () => {
  test('says that a file holds no instruction, and which version this is', { timeout }, async () => {
    const { code, stderr } = await hermes('disasm', file('empty.bin', ''));
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/empty\.bin: 0 bytes, and an instruction takes 8\n +cure: /),
    ]);
    const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
    expect(await hermes('--version')).toMatchObject({ code: 0, stdout: `${version}\n` });
  });

  test('source that assembles to the same bytes', { timeout }, async () => {
    const { code, stdout } = await hermes('disasm', 'examples/queens.s', '--source');
    expect(code).toBe(0);
    const original = assemble(readFileSync(join(root, 'examples/queens.s'), 'utf8')).program;
    expect(assemble(stdout).program).toEqual(original);
  });

  test('the configuration, its memory, registers, tools', { timeout }, async () => {
    const { code, stdout } = await hermes('info', '--preset', 'max');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}UltraRAM +\d+ of 800 /m);
    expect(stdout).toMatch(/^ {2}data +0x[\da-f]{8} – 0x[\da-f]{8} +32 × 128 KiB$/m);
    expect(stdout).toMatch(/^ {2}0x1000 \+ 48 n +EHCMDREQ/m);
    expect(stdout).toMatch(/^ {2}LUT +[\d,]+ of 895,000 +\d+ % +estimated/m);
    expect(stdout).toMatch(/^ {2}engines +at most (3[2-9]|4\d)$/m);
    expect(stdout).toContain(process.versions.node);
  });
});

test('timing measures a module, and reports the device around it', { timeout }, async () => {
  const args = ['timing', '--preset', 'small', '--module', 'empty_bar'];
  const { code, stdout } = await hermes(...args, '--json');
  expect(code).toBe(0);
  const report = JSON.parse(stdout) as { module: string; verdicts: { kind: string }[]; resources: { ff: number } };
  expect(report.module).toBe('empty_bar');
  expect(report.resources.ff).toBeGreaterThan(0);
  expect(report.verdicts[0]!.kind).toBe('ok');
  const text = await hermes(...args);
  expect([text.code, text.stderr]).toEqual([0, '']);
  expect(text.stdout).toMatch(/^empty_bar +measured by Yosys earlier/);
  expect(text.stdout).toMatch(/^ {2}left by the shell +895,000 /m);
  expect(text.stdout).toMatch(/^Verdict\n {2}ok +fits: /m);
});

test('timing without Yosys says how to get it', { timeout }, async () => {
  const hooks = `export async function resolve(name, context, next) {
    if (name !== '@yowasp/yosys') return next(name, context);
    throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
  }`;
  const hiding = file(
    'hide.mjs',
    `import { register } from 'node:module'; register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hooks)}));`,
  );
  vi.stubEnv('NODE_OPTIONS', `--import=${hiding}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  // A configuration of its own, which no earlier run has measured.
  const config = file('own.json', '{ "build": "without Yosys", "stepLimit": 12345 }');
  const { code, stdout, stderr } = await hermes('timing', '--preset', 'small', '--config', config);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/Yosys \(@yowasp\/yosys\) is not installed\..*\n.*npm install/);
});

describe('the shell of F2', () => {
  test('is chosen on the command line, before what the configuration says', { timeout }, async () => {
    const out = join(temporary(), 'f2');
    const made = await hermes('gen', '--shell', 'f2', '--config', file('f1.json', '{ "shell": "f1" }'), '--out', out);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(made.stdout).toContain('in the shell of F2');
    const read = (path: string): string => readFileSync(join(out, path), 'utf8');
    expect(JSON.parse(read('config.json'))).toMatchObject({ shell: 'f2' });
    expect(read('rtl/cl_hermes.sv')).toContain('ocl_cl_awaddr');
    expect(read('sources.f').split('\n')).toContain('rtl/sh_ddr_f2_stub.sv');
  });

  test('has its own part, identity and BARs', { timeout }, async () => {
    const { stdout } = await hermes('info', '--shell', 'f2', '--preset', 'max');
    expect(stdout).toMatch(/^Of the VU47P on AWS F2$/m);
    expect(stdout).toMatch(/^ {2}UltraRAM +\d+ of 840 /m);
    expect(stdout).toMatch(/^ {2}identity +0x1de5:0xf200$/m);
    expect(stdout).toMatch(/^ {2}BAR0 +64 MiB /m);
  });

  test('runs programs', { timeout }, async () => {
    const args = ['examples/hash.s', '--data', 'examples/hash.data', '--preset', 'small', '--shell', 'f2'];
    const { code, stdout } = await hermes('run', ...args, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ r0: '0xb8beb32b77c5c3cc', instructions: 481, equal: true, sim: 'wasm' });
  });
});

describe('gen', () => {
  test('writes everything with its digests, the same bytes each time', { timeout }, async () => {
    const out = join(temporary(), 'f1');
    const first = await hermes('gen', '--preset', 'small', '--out', out);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const read = (path: string): string => readFileSync(join(out, path), 'utf8');
    const manifest = read('manifest.json');
    const { inputs, outputs } = JSON.parse(manifest) as Record<'inputs' | 'outputs', Record<string, string>>;
    const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
    for (const [path, wanted] of Object.entries(outputs))
      expect(`${path} ${digest(read(path))}`).toBe(`${path} ${wanted}`);
    expect(Object.keys(inputs)).toEqual(expect.arrayContaining(['configuration', 'gen/hdl/index.ts', 'gen/config.ts']));
    const listed = read('sources.f').trim().split('\n');
    expect(listed).toContain('rtl/cl_hermes.sv');
    expect(listed.every((path) => existsSync(join(out, path)))).toBe(true);
    expect(read('host/hermes.h')).toContain('HERMES_EHCMDREQ_OFFSET(n) (0x1000u');

    const map = JSON.parse(read('rtl/maps/alu.sv.map')) as Parameters<typeof lookup>[0] & { sourceRoot: string };
    const line =
      read('rtl/alu.sv')
        .split('\n')
        .findIndex((text) => text.startsWith('module alu')) + 1;
    const origin = lookup(map, line)!;
    const source = readFileSync(resolve(out, 'rtl/maps', map.sourceRoot, origin.file), 'utf8').split('\n');
    expect(source[origin.line - 1]).toContain('module(');

    await hermes('gen', '--preset', 'small', '--out', out);
    expect(read('manifest.json')).toBe(manifest);
  });
});

describe('run', () => {
  const reported = async (...args: string[]): Promise<{ code: number; stderr: string; report: unknown }> => {
    const { code, stdout, stderr } = await hermes('run', ...args, '--json');
    expect(stdout.match(/\n/g)).toHaveLength(1);
    return { code, stderr, report: JSON.parse(stdout) };
  };

  test('a program that returns', { timeout }, async () => {
    const found = await reported('examples/hash.s', '--data', 'examples/hash.data', '--sim', 'golden');
    const r0 = '0xb8beb32b77c5c3cc';
    expect(found.code).toBe(0);
    expect(found.report).toEqual({ r0, error: null, instructions: 481, cycles: null, equal: true, sim: 'golden' });
    expect(found.stderr).toContain('r10 0x0000000020000000');
  });

  test('on hardware, with a waveform, and the memory that has changed', { timeout }, async () => {
    const wave = join(temporary(), 'sort.vcd');
    const args = ['examples/sort.s', '--data', 'examples/sort.data', '--preset', 'small', '--wave', wave];
    const { code, report, stderr } = await reported(...args);
    expect(code).toBe(0);
    expect(report).toMatchObject({ r0: '0x3fb', error: null, instructions: 6619, equal: true, sim: 'wasm' });
    const { cycles, instructions } = report as { cycles: number; instructions: number };
    expect(cycles).toBeGreaterThanOrEqual(instructions);
    expect(stderr).toMatch(/^ {2}00000010 {2}(?:[\da-f]{2} {1,2}){16} \|/m);
    expect(readFileSync(wave, 'utf8')).toContain('$enddefinitions');
  });

  test('a program that goes wrong while it runs', { timeout }, async () => {
    const { code, report, stderr } = await reported(
      file('oob.s', 'r0 = 7\nr0 = *(u8 *)(r1 - 1)\nexit'),
      '--preset',
      'small',
    );
    expect(code).toBe(1);
    const error = { class: 'E_MEM_OOB', pc: 1 };
    expect(report).toEqual({ r0: null, error, instructions: 1, cycles: expect.any(Number), equal: true, sim: 'wasm' });
    expect(stderr).toMatch(/pc 1: an access outside the data slot.*\n(?:.*\n)*> 1: 71 10 ff ff.*\n(?:.*\n)*  cure: /);
  });

  test('an endless loop', { timeout }, async () => {
    const { code, report } = await reported(file('loop.s', 'l:\ngoto l'), '--sim', 'golden', '--steps', '1000');
    expect(code).toBe(1);
    expect(report).toMatchObject({ r0: null, error: { class: 'E_STEP_LIMIT', pc: 0 }, instructions: 1000 });
  });

  test('a program that takes longer than a host usually waits', { timeout }, async () => {
    const { report } = await reported(file('loop.s', 'l:\ngoto l'), '--sim', 'golden', '--steps', '21000000');
    expect(report).toMatchObject({ error: { class: 'E_STEP_LIMIT' }, instructions: 21_000_000 });
  });

  const slot = (...bytes: number[]): Uint8Array =>
    Uint8Array.from([...bytes, ...Array<number>(8 - bytes.length).fill(0)]);
  const exit = slot(0x95);
  test.each([
    ['wrong length', Uint8Array.from([...exit, 1, 2, 3]), 'E_PROG_SIZE', 0],
    ['nothing', new Uint8Array(0), 'E_PROG_EMPTY', 0],
    ['too long for a slot', Buffer.concat(Array<Uint8Array>(4097).fill(exit)), 'E_PROG_TOO_LONG', 0],
    ['register 11', Buffer.concat([slot(0xb7), slot(0xb7, 0x0b), exit]), 'E_REG', 1],
    ['jump out of range', Buffer.concat([slot(0xb7), slot(0xb7), slot(0x05, 0, 9), exit]), 'E_JUMP_OOB', 2],
    ['an opcode that is none', Buffer.concat([slot(0xff), exit]), 'E_OPCODE', 0],
  ])('a program that is refused: %s', { timeout }, async (_, bytes, name, pc) => {
    const { code, report, stderr } = await reported(file('p.bin', bytes), '--sim', 'golden');
    expect(code).toBe(1);
    expect(report).toMatchObject({ r0: null, error: { class: name, pc }, instructions: 0, cycles: null });
    expect(stderr).toContain(`(${name})\n  cure: `);
  });

  test('--no-verify runs what the check refuses', { timeout }, async () => {
    const path = file('p.bin', Buffer.concat([exit, slot(0xff)]));
    expect((await reported(path, '--sim', 'golden')).code).toBe(1);
    expect(await reported(path, '--sim', 'golden', '--no-verify')).toMatchObject({
      code: 0,
      report: { r0: '0x0', error: null },
    });
  });

  test('files that cannot be used: nothing on standard output, even with --json', { timeout }, async () => {
    const folder = temporary();
    writeFileSync(join(folder, 'p.s'), 'r0 = r12\nexit');
    const object = 'test/gen/ebpf/elf/global.o';
    const cases = [
      [join(folder, 'p.s')],
      [folder],
      [join(folder, 'q.s')],
      ['examples/hash.s', '--data', folder],
      [object],
    ];
    for (const args of cases) expect(await hermes('run', ...args, '--json')).toMatchObject({ code: 2, stdout: '' });
  });
});

test('demo runs every example', { timeout }, async () => {
  const { code, stdout } = await hermes('demo', '--sim', 'golden', '--out', join(temporary(), 'f1'));
  expect(code).toBe(0);
  expect(stdout.match(/ yes$/gm)!.length).toBeGreaterThanOrEqual(11);
});
