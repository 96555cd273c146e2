import { assemble } from './assembler.ts';
import { isElf } from './elf-file.ts';
import { loadElf } from './elf.ts';

export interface Program {
  /** Slots of 8 bytes each, the first to be executed first. */
  readonly program: Uint8Array;
  /** Slots with a name: labels of assembly, functions of an object file. */
  readonly labels: ReadonlyMap<string, number>;
  /** The function of an object file with which the program begins. */
  readonly entry?: string;
}

/**
 * A program from the contents of a file: an ELF object when it begins like one, assembly when its name ends in `.s` or
 * `.asm`, raw slots otherwise.
 * @param entry the function to run first, for an object file
 * @throws ProgramRefused when it cannot be assembled or linked
 */
export function readProgram(bytes: Uint8Array, file: string, entry?: string): Program {
  if (isElf(bytes)) return loadElf(bytes, file, entry);
  if (/\.(?:s|asm)$/i.test(file)) return assemble(new TextDecoder().decode(bytes), file);
  return { program: bytes, labels: new Map() };
}
