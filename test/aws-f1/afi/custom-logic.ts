/** Custom logic directories and archives for tests, and the command run on them. */
import { execFile, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { root } from '../../../sim/tools/index.ts';

/** Not of any account; to be found in no output and no file. */
export const secrets = {
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  AWS_SESSION_TOKEN: 'IQoJb3JpZ2luX2VjEXAMPLETOKENthatIsNotOne==',
} as const;

/** Credentials and region from here alone, and never from the machine. */
export const awsEnvironment = {
  ...secrets,
  AWS_REGION: 'us-east-1',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/nonexistent',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
};

export function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hermes-afi-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function write(path: string, content: string | Uint8Array): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** A program of these lines of shell, in a folder for PATH. */
export function program(folder: string, name: string, ...lines: readonly string[]): void {
  chmodSync(write(join(folder, name), ['#!/bin/sh', ...lines, ''].join('\n')), 0o755);
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** An entry as POSIX.1-1988 has it: what both kits write for names and sizes such as these. */
export function entry(name: string, content: Uint8Array, type = '0'): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write('0000644\0', 100);
  header.write('0001750\0', 108);
  header.write('0001750\0', 116);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('14714000000\0', 136);
  header.write('        ', 148);
  header.write(type, 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

export const tar = (...entries: readonly Uint8Array[]): Buffer => Buffer.concat([...entries, Buffer.alloc(1024)]);

export const stamp = '2026_01_02-030405';

/** A checkpoint of Vivado as far as anyone looks who has not got Vivado: a zip of so many bytes. */
export const dcp = (bytes = 1000): Buffer => Buffer.concat([Buffer.from('PK\x03\x04'), randomBytes(bytes)]);

export const manifestOf = (
  checkpoint: Uint8Array,
  change: Readonly<Record<string, string | undefined>> = {},
): string => {
  const keys = {
    manifest_format_version: '2',
    pci_vendor_id: '0x1de5',
    pci_device_id: '0x9000',
    pci_subsystem_id: '0x1d51',
    pci_subsystem_vendor_id: '0xfedd',
    dcp_hash: sha256(checkpoint),
    shell_version: '0x10212415',
    hdk_version: '2.0.2',
    tool_version: 'v2024.1',
    date: stamp,
    clock_recipe_a: 'A1',
    clock_recipe_b: 'B2',
    clock_recipe_c: 'C0',
    clock_recipe_hbm: 'H2',
    dcp_file_name: `${stamp}.SH_CL_routed.dcp`,
    ...change,
  };
  const given = Object.entries(keys).filter(([, value]) => value !== undefined);
  return given.map(([key, value]) => `${key}=${value}\n\n`).join('');
};

/** The archive of a build of F2. */
export function archive(checkpoint = dcp(), manifest = manifestOf(checkpoint)): Buffer {
  return tar(
    entry('./to_aws/', Buffer.alloc(0), '5'),
    entry(`./to_aws/${stamp}.manifest.txt`, Buffer.from(manifest)),
    entry(`./to_aws/${stamp}.SH_CL_routed.dcp`, checkpoint),
  );
}

/** What hermes build writes, as far as images need it. */
export function customLogic(shell: 'f1' | 'f2' = 'f2'): string {
  const cl = join(temporary(), 'cl_hermes');
  const tree = {
    generator: 'hermes build',
    shell,
    kit: shell === 'f1' ? '1.4.24' : '2.0.2',
    vivado: shell === 'f1' ? '2019.1 to 2021.2' : '2024.1',
    top: 'cl_hermes',
    outputs: { 'design/cl_hermes.sv': '', 'design/cl_id_defines.vh': '' },
  };
  write(join(cl, 'manifest.json'), JSON.stringify(tree));
  write(join(cl, 'design/cl_hermes.sv'), 'module cl_hermes; endmodule\n');
  write(join(cl, 'design/cl_id_defines.vh'), "`define CL_SH_ID0 32'h9000_1DE5\n`define CL_SH_ID1 32'h1D51_FEDD\n");
  const template = readFileSync(join(root, `aws-f1/templates/${shell}/build.sh`), 'utf8');
  const script = template.replace('@RECIPE@', 'A1').replace('@URAM_OPTION@', '3');
  chmodSync(write(join(cl, 'build/scripts/build.sh'), script), 0o755);
  return cl;
}

/** A custom logic with an archive. */
export function built(bytes = 1000): string {
  const cl = customLogic();
  write(join(cl, `build/checkpoints/${stamp}.Developer_CL.tar`), archive(dcp(bytes)));
  return cl;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `hermes afi` as a user does, with this environment and nothing of AWS from the machine. */
export function afi(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> & { child: ChildProcess } {
  const options = {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, ...awsEnvironment, ...env },
    maxBuffer: 1 << 26,
  };
  let child!: ChildProcess;
  const ended = new Promise<Ended>((resolve) => {
    child = execFile(process.execPath, [join(root, 'bin/hermes.mjs'), 'afi', ...args], options, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
    child.stdin?.end();
  });
  return Object.assign(ended, { child });
}
