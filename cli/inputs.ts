/** The files that a user names: read or refused, and recognised by what is in them. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { nearest } from '../gen/nearest.ts';
import { assemble } from '../gen/ebpf/assembler.ts';
import { readProgram, type Program } from '../gen/ebpf/program.ts';
import { UsageError } from './errors.ts';

/** The bytes of a file, `-` being standard input. `what` names its role in messages. */
export function readInput(path: string, what: string): Uint8Array {
  try {
    const bytes = readFileSync(path === '-' ? 0 : path);
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  } catch (error) {
    throw unreadable(path, what, error as NodeJS.ErrnoException);
  }
}

function unreadable(path: string, what: string, { code, message }: NodeJS.ErrnoException): UsageError {
  const refuse = (why: string, cure: string): UsageError => new UsageError({ message: `${path}: ${why}`, cure });
  switch (code) {
    case 'ENOENT':
      return refuse(`there is no such ${what} file`, similar(path));
    case 'EISDIR':
      return refuse(`this is a directory, and the ${what} is a file`, inside(path, what));
    case 'EACCES':
    case 'EPERM':
      return refuse(`the ${what} file may not be read`, `allow it: chmod +r ${path}`);
    default:
      return refuse(`the ${what} file cannot be read: ${message}`, 'give another file');
  }
}

const list = (folder: string): string[] => {
  try {
    return readdirSync(folder).filter((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile());
  } catch {
    return [];
  }
};

function similar(path: string): string {
  const folder = dirname(path);
  const found = nearest(basename(path), list(folder));
  return found ? `did you mean ${join(folder, found)}?` : `look with: ls ${folder}`;
}

/** How the files are called that have a role. */
const usual: Readonly<Record<string, RegExp>> = {
  program: /\.(?:s|asm|o)$/,
  data: /\.(?:data|hex)$/,
  configuration: /\.json$/,
};

function inside(folder: string, what: string): string {
  const found = list(folder).find((name) => usual[what]?.test(name));
  return found ? `name a file in it, for instance ${join(folder, found)}` : 'name a file in it';
}

/** The characters of a file that is text: valid UTF-8 without control characters. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    // oxlint-disable-next-line no-control-regex -- control characters are what tells bytes from text
    return text === '' || /[\0-\x08\x0e-\x1f\x7f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

const hexText = /^(?:\s*(?:0x)?(?:[\da-f]{2})+[\s,]*)+$/i;
const comment = /(?:#|;|\/\/).*$/gm;

/** Bytes written as hex digits, two a byte, with blanks, commas and `0x` between them and comments after `#`, `;`, `//`. */
function fromHex(text: string): Uint8Array | undefined {
  const plain = text.replace(comment, '');
  if (!hexText.test(plain)) return undefined;
  return Uint8Array.from(Buffer.from(plain.replace(/0x|[\s,]/gi, ''), 'hex'));
}

/**
 * A program, whatever the form of its file: an ELF object, assembly (by name `.s` or `.asm`, or any other text), hex
 * digits, or raw slots.
 * @param entry function to begin with, for an object file
 */
export function loadProgram(path: string, entry?: string): Program {
  const bytes = readInput(path, 'program');
  const file = path === '-' ? 'standard input' : path;
  const named = /\.(?:s|asm|o|bin)$/i.test(path);
  const text = named ? undefined : textOf(bytes);
  if (text === undefined) return readProgram(bytes, file, entry);
  const program = fromHex(text);
  return program ? { program, labels: new Map() } : assemble(text, file);
}

/** What a data slot is to hold: the bytes of a file, or those that a `.hex` file spells. */
export function loadData(path: string, limit: number): Uint8Array {
  const bytes = readInput(path, 'data');
  const data = /\.hex$/i.test(path) ? fromHex(textOf(bytes) ?? '') : bytes;
  if (!data) {
    throw new UsageError({
      message: `${path}: this is not hex text`,
      cure: 'write two hex digits a byte, or rename a binary file',
    });
  }
  if (data.length <= limit) return data;
  throw new UsageError({
    message: `${path}: ${data.length} bytes of data, but a data slot has ${limit}`,
    cure: `shorten the file, or set dataSlotBytes to ${2 ** Math.ceil(Math.log2(data.length))} in a configuration`,
  });
}
