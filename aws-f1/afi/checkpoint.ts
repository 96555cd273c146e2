/** The archive that a kit's build leaves for AWS (`*.Developer_CL.tar`): found, and checked as AWS will check it. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ShellName } from '../../gen/config.ts';
import { failure, refused, type AfiError } from './failures.ts';
import { TarError, tarEntries, type Entry } from './tar.ts';

export interface Checkpoint {
  readonly path: string;
  readonly bytes: number;
  /** SHA-256 of the archive, in hex. */
  readonly sha256: string;
  /** Time stamp of the build, with which the kit begins the names of its files. */
  readonly stamp: string;
  readonly shell: ShellName;
  readonly manifest: Readonly<Record<string, string>>;
}

/** The shells that images are made for, by the version in the manifest. */
const shellVersions: Readonly<Record<string, ShellName>> = { '0x04261818': 'f1', '0x10212415': 'f2' };

const ids = ['pci_vendor_id', 'pci_device_id', 'pci_subsystem_vendor_id', 'pci_subsystem_id'] as const;

const required = [
  'manifest_format_version',
  'dcp_hash',
  'dcp_file_name',
  'shell_version',
  'tool_version',
  ...ids,
] as const;

const recipes: Readonly<Record<string, RegExp>> = {
  clock_recipe_a: /^A[0-2]$/,
  clock_recipe_b: /^B[0-5]$/,
  clock_recipe_c: /^C[0-3]$/,
  clock_recipe_hbm: /^H[0-5]$/,
};

/** The newest archive below a custom logic directory. */
export function findArchive(cl: string): string {
  const folders = ['build/checkpoints', 'build/checkpoints/to_aws'].map((folder) => join(cl, folder));
  const found = folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((path) => path.endsWith('.Developer_CL.tar'));
  const age = (path: string): number => statSync(path).mtimeMs;
  const newest = found.sort((a, b) => age(b) - age(a))[0];
  if (newest !== undefined) return newest;
  throw refused(
    `${join(cl, 'build/checkpoints')}: there is no *.Developer_CL.tar`,
    `build it on a machine with the kit and Vivado: hermes afi build ${cl}; or name one with --tar`,
  );
}

/**
 * Reads and checks an archive.
 * @throws AfiError naming every fault by the code that AWS would give an hour later
 */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw refused(`${path}: cannot be read: ${error.message}`, 'name an archive that is there with --tar');
  });
  try {
    return await check(path, file);
  } finally {
    await file.close();
  }
}

async function check(path: string, file: FileHandle): Promise<Checkpoint> {
  const { size: bytes } = await file.stat();
  const entries = await entriesOf(path, file);
  const manifests = entries.filter(({ name, isFile }) => isFile && name.endsWith('.manifest.txt'));
  if (manifests.length === 0) throw fault(path, 'MANIFEST_NOT_FOUND');
  if (manifests.length > 1) {
    throw fault(
      path,
      'MANIFEST_PARSE_FAILED',
      `there are ${manifests.length} manifests: remove build/checkpoints/to_aws`,
    );
  }
  const manifest = parseManifest(path, (await read(file, manifests[0]!)).toString('utf8'));
  requireLegal(path, manifest);
  const dcp = entries.find(({ name, isFile }) => isFile && basename(name) === manifest['dcp_file_name']);
  if (dcp === undefined) throw fault(path, 'DCP_NOT_FOUND', `${manifest['dcp_file_name']} is not in it`);
  await requireCheckpoint(path, file, dcp, manifest['dcp_hash']!);
  return {
    path,
    bytes,
    sha256: await digest(file, 0, bytes),
    stamp: basename(path).replace('.Developer_CL.tar', ''),
    shell: shellVersions[manifest['shell_version']!.toLowerCase()]!,
    manifest,
  };
}

/** What AWS would say, said at once. */
function fault(path: string, code: string, detail = ''): AfiError {
  const { meaning, cure } = failure('image', code)!;
  return refused(`${path}: ${meaning} (${code}${detail && `: ${detail}`})`, cure);
}

async function entriesOf(path: string, file: FileHandle): Promise<Entry[]> {
  try {
    return await tarEntries(file);
  } catch (error) {
    if (error instanceof TarError) throw fault(path, 'CORRUPT_ARCHIVE', error.message);
    throw error;
  }
}

async function read(file: FileHandle, { offset, size }: Entry): Promise<Buffer> {
  const buffer = Buffer.alloc(size);
  await file.read(buffer, 0, size, offset);
  return buffer;
}

/** Lines of key=value; blank ones do not count. */
function parseManifest(path: string, text: string): Record<string, string> {
  const manifest: Record<string, string> = {};
  for (const [number, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const [, key, value] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === undefined) throw fault(path, 'MANIFEST_PARSE_FAILED', `line ${number + 1} is not key=value`);
    manifest[key] = value!;
  }
  const missing = required.filter((key) => !manifest[key] && !(ids as readonly string[]).includes(key));
  if (missing.length > 0) throw fault(path, 'MANIFEST_PARSE_FAILED', `${missing.join(', ')} not given`);
  return manifest;
}

function requireLegal(path: string, manifest: Readonly<Record<string, string>>): void {
  const { manifest_format_version: format, shell_version: shell, dcp_hash: hash, tool_version: tool } = manifest;
  if (format !== '2') throw fault(path, 'MANIFEST_PARSE_FAILED', `manifest_format_version is ${format}, and not 2`);
  if (!/^[\da-f]{64}$/i.test(hash!)) throw fault(path, 'MANIFEST_PARSE_FAILED', 'dcp_hash is not 64 hex digits');
  if (!/^v\d{4}\.\d$/.test(tool!)) throw fault(path, 'TOOL_VERSION_INVALID', `tool_version is ${tool}`);
  if (shellVersions[shell!.toLowerCase()] === undefined) {
    const known = Object.keys(shellVersions).join(' or ');
    throw fault(path, 'SHELL_VERSION_INVALID', `shell_version is ${shell}, and not ${known}`);
  }
  for (const key of ids) {
    const id = manifest[key] ?? '';
    if (/^0x[\da-f]{4}$/i.test(id) && Number(id) > 0) continue;
    throw fault(path, 'PCIID_SYNTAX_INVALID', `${key} is ${id === '' ? 'not given' : id}`);
  }
  const [vendor, device] = [Number(manifest['pci_vendor_id']), Number(manifest['pci_device_id'])];
  if (vendor === 0x8086 || (vendor === 0x1d0f && (device < 0xf000 || device > 0xf0ff))) {
    throw fault(path, 'PCIID_FORBIDDEN', `${manifest['pci_vendor_id']}:${manifest['pci_device_id']}`);
  }
  for (const [key, legal] of Object.entries(recipes)) {
    const recipe = manifest[key];
    if (recipe !== undefined && !legal.test(recipe)) throw fault(path, 'CLK_ILLEGAL', `${key} is ${recipe}`);
  }
}

/** A checkpoint of Vivado is a zip file. */
async function requireCheckpoint(path: string, file: FileHandle, dcp: Entry, hash: string): Promise<void> {
  if (dcp.size === 0) throw fault(path, 'INPUT_SIZE_ILLEGAL', `${dcp.name} has no bytes`);
  const found = await digest(file, dcp.offset, dcp.size);
  if (found !== hash.toLowerCase()) {
    throw fault(
      path,
      'DCP_INTEGRITY_UNVERIFIED',
      `${dcp.name} has ${found.slice(0, 16)}…, the manifest ${hash.slice(0, 16)}…`,
    );
  }
  const magic = await read(file, { ...dcp, size: Math.min(4, dcp.size) });
  if (magic.toString('latin1') !== 'PK\x03\x04') throw fault(path, 'DCP_CORRUPT', `${dcp.name} is not a zip file`);
}

/** SHA-256 of a part of a file, in hex. */
async function digest(file: FileHandle, start: number, size: number): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(1 << 20);
  for (let at = 0; at < size;) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, size - at), start + at);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
  return hash.digest('hex');
}

/**
 * Faults of the manifest that only the sources show: ids that the kit's script has not copied whole.
 * @throws AfiError where the manifest has other ids than design/cl_id_defines.vh
 */
export function requireIds(cl: string, { path, manifest }: Checkpoint): void {
  const source = join(cl, 'design/cl_id_defines.vh');
  if (!existsSync(source)) return;
  const defined = (name: string): string[] => {
    const [, high, low] =
      new RegExp(`^\\s*\`define\\s+${name}\\s+32'h([\\da-f]{4})_?([\\da-f]{4})`, 'im').exec(text) ?? [];
    return [high, low].map((digits) => (digits === undefined ? '' : `0x${digits.toLowerCase()}`));
  };
  const text = readFileSync(source, 'utf8');
  const wanted = [...defined('CL_SH_ID0'), ...defined('CL_SH_ID1')];
  const keys = ['pci_device_id', 'pci_vendor_id', 'pci_subsystem_id', 'pci_subsystem_vendor_id'];
  keys.forEach((key, i) => {
    if (wanted[i] === '' || Number(wanted[i]) === Number(manifest[key])) return;
    throw fault(path, 'PCIID_SYNTAX_INVALID', `${key} is ${manifest[key]}, but ${source} says ${wanted[i]}`);
  });
}
