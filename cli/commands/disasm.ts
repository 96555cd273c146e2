/** `hermes disasm`: a program as text. */
import { SlotBytes } from '../../gen/ebpf/isa.ts';
import { listing, toSource } from '../../gen/ebpf/disassembler.ts';
import { Exit, UsageError } from '../errors.ts';
import { loadProgram } from '../inputs.ts';

export interface DisasmOptions {
  readonly entry?: string;
  /** Print source for the assembler instead of a listing. */
  readonly source?: boolean;
}

export function disasm(path: string, { entry, source }: DisasmOptions): number {
  const { program, labels } = loadProgram(path, entry);
  if (program.length < SlotBytes)
    throw new UsageError({
      message: `${path}: ${program.length} bytes, and an instruction takes ${SlotBytes}`,
      cure: 'give a program with at least one instruction',
    });
  if (source) process.stdout.write(toSource(program));
  else {
    for (const [name, slot] of labels) console.log(`${String(slot).padStart(6)}  <${name}>`);
    console.log(listing(program));
  }
  const rest = program.length % SlotBytes;
  if (rest > 0) console.error(`hermes: ${rest} bytes at the end are no whole slot and are left out`);
  return Exit.ok;
}
