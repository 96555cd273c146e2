/** Object files, as the runner and compilers make them. */
import { isElf, readObject } from '../../gen/ebpf/elf-file.ts';
import { loadElf } from '../../gen/ebpf/elf.ts';
import { InputError } from './backend.ts';

const entry = 'main';
const file = 'standard input';

/**
 * The program that begins with the function `main`; with the first function where there is no such name.
 * @throws InputError when it is no ELF object, ProgramRefused when it is none that can be linked
 */
export function loadObject(bytes: Uint8Array): Uint8Array {
  if (!isElf(bytes)) throw new InputError('--elf: the input is no ELF object; leave out --elf for raw slots');
  const hasEntry = readObject(bytes, file).symbols.some(({ name }) => name === entry);
  return loadElf(bytes, file, hasEntry ? entry : undefined).program;
}
