/** Reading a tar archive where it is: the entries, and where their contents are. Source: POSIX.1-2017 `pax`, and GNU tar. */
import type { FileHandle } from 'node:fs/promises';

export interface Entry {
  readonly name: string;
  readonly isFile: boolean;
  /** Where the contents begin in the archive, and how many bytes they are. */
  readonly offset: number;
  readonly size: number;
}

/** The file is not a tar archive, or is damaged; the message says at which byte. */
export class TarError extends Error {
  override readonly name = 'TarError';
}

const block = 512;
const upToBlock = (size: number): number => Math.ceil(size / block) * block;

/** Entries of an archive, in order. Every header's checksum is looked at, and that all contents and the end are there. */
export async function tarEntries(file: FileHandle): Promise<Entry[]> {
  const { size: length } = await file.stat();
  const entries: Entry[] = [];
  /** What extended headers say of the entry after them. */
  let said: { path?: string; size?: number } = {};
  for (let at = 0; ;) {
    if (at + block > length) {
      throw new TarError(at === 0 ? `it has only ${length} bytes` : `it ends at byte ${length} without an end mark`);
    }
    const header = await bytes(file, at, block);
    if (header.every((byte) => byte === 0)) return entries;
    requireHeader(header, at);
    const size = said.size ?? number(header, 124, 12, at);
    const offset = at + block;
    if (offset + size > length) {
      throw new TarError(
        `it is cut off: ${field(header, 0, 100)} should have ${size} bytes, ${length - offset} are there`,
      );
    }
    const type = String.fromCharCode(header[156]!);
    if (type === 'L') said.path = field(await bytes(file, offset, size), 0, size);
    else if (type === 'x') said = { ...said, ...extended(await bytes(file, offset, size), at) };
    else if (type !== 'g') {
      const prefix = field(header, 257, 5) === 'ustar' && header[262] === 0 ? field(header, 345, 155) : '';
      const name = said.path ?? (prefix === '' ? '' : `${prefix}/`) + field(header, 0, 100);
      entries.push({ name, isFile: type === '0' || type === '\0', offset, size });
      said = {};
    }
    at = offset + upToBlock(size);
  }
}

async function bytes(file: FileHandle, at: number, size: number): Promise<Buffer> {
  const buffer = Buffer.alloc(size);
  const { bytesRead } = await file.read(buffer, 0, size, at);
  if (bytesRead < size) throw new TarError(`it ends within the block at byte ${at}`);
  return buffer;
}

/** Text up to the first zero byte. */
function field(buffer: Buffer, from: number, size: number): string {
  const end = buffer.indexOf(0, from);
  return buffer.toString('utf8', from, end === -1 || end > from + size ? from + size : end);
}

/** Octal digits; or, where the first bit is set, a binary number, as GNU tar writes sizes from 8 GiB on. */
function number(buffer: Buffer, from: number, size: number, at: number): number {
  if (buffer[from]! & 0x80) {
    const digits = buffer.subarray(from + 1, from + size);
    return digits.reduce((value, byte) => value * 256 + byte, 0);
  }
  const text = field(buffer, from, size).trim();
  if (!/^[0-7]+$/.test(text)) throw new TarError(`the header at byte ${at} has no number where the size should be`);
  return Number.parseInt(text, 8);
}

function requireHeader(header: Buffer, at: number): void {
  if (at === 0 && header[0] === 0x1f && header[1] === 0x8b) throw new TarError('it is compressed with gzip');
  const summed = Buffer.from(header);
  summed.fill(0x20, 148, 156); // the checksum counts itself as blanks
  const sum = summed.reduce((total, byte) => total + byte, 0);
  const text = field(header, 148, 8).trim();
  if (/^[0-7]+$/.test(text) && Number.parseInt(text, 8) === sum) return;
  throw new TarError(at === 0 ? 'it does not begin with a tar header' : `the header at byte ${at} is damaged`);
}

/** Records `length key=value` of a pax header. */
function extended(data: Buffer, at: number): { path?: string; size?: number } {
  const said: { path?: string; size?: number } = {};
  for (let from = 0; from < data.length;) {
    const blank = data.indexOf(0x20, from);
    const length = Number(data.toString('latin1', from, blank));
    if (blank === -1 || !(length > 0)) throw new TarError(`the extended header at byte ${at} is damaged`);
    const record = data.toString('utf8', blank + 1, from + length - 1);
    if (record.startsWith('path=')) said.path = record.slice('path='.length);
    if (record.startsWith('size=')) said.size = Number(record.slice('size='.length));
    from += length;
  }
  return said;
}
