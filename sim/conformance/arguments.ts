/** The plug-in's command line, as the runner of bpf_conformance and people write it. */
import { backendNames, InputError, type BackendName } from './backend.ts';
import { bytesOf } from './hex.ts';

export interface Arguments {
  readonly backend: BackendName;
  /** What the program finds in its memory; absent for none. */
  readonly memory?: Uint8Array;
  /** The input is an ELF object, not raw slots. */
  readonly elf: boolean;
  /** The program, in place of standard input. */
  readonly program?: string;
  readonly batch: boolean;
  /** Runs this suite on all backends that there are tools for, and records the results. */
  readonly record: boolean;
  readonly help: boolean;
}

export const usage = `usage: bpf-conformance-plugin [MEMORY] [options]

Runs one eBPF program and prints r0 in hex, as a plug-in of bpf_conformance_runner.
MEMORY, the first argument, and the program, a line on standard input, are hex digits; blanks between bytes do not matter.

  --backend NAME   what runs it: golden (the model), wasm (the RTL, in process; the default), verilator (the RTL)
  --elf            standard input is an ELF object, its function main the program
  --program HEX    the program, instead of standard input
  --batch          a program a line on standard input, as JSON; a line of JSON as the answer to each
  --record         run the suite of test/vectors on every backend and write docs/records/conformance.json
  --help           this text

Exit codes: 0 the program ended, 1 it ended with an error, 2 the command line or the input cannot be used`;

/** @throws InputError naming the argument that cannot be used */
export function parse(given: readonly string[]): Arguments {
  // The runner splits its options at single blanks, so that two of them leave an empty argument.
  const [first = '', ...others] = given;
  const hasMemory = first !== '' && !first.startsWith('--');
  const rest = (hasMemory ? others : given).filter((argument) => argument !== '');
  const memory = hasMemory ? bytesOf(first, 'the memory') : new Uint8Array(0);
  const parsed = { backend: 'wasm' as BackendName, elf: false, batch: false, record: false, help: false };
  let program: string | undefined;
  for (let i = 0; i < rest.length; i++) {
    const [, option = rest[i], inline] = /^(--[a-z]+)=([^]*)$/.exec(rest[i]) ?? [];
    const value = (): string => {
      const next = inline ?? rest[++i];
      if (next === undefined) throw new InputError(`${option} needs a value`);
      return next;
    };
    if (option === '--backend') parsed.backend = backendOf(value());
    else if (option === '--program') program = value();
    else if (isFlag(option) && inline === undefined) parsed[flags[option]] = true;
    else throw new InputError(`there is no option ${rest[i]}; see --help`);
  }
  if (parsed.batch && (hasMemory || parsed.elf || program !== undefined))
    throw new InputError('--batch takes programs and memories from its lines: leave out MEMORY, --elf and --program');
  return { ...parsed, ...(memory.length > 0 && { memory }), ...(program !== undefined && { program }) };
}

const flags = { '--elf': 'elf', '--batch': 'batch', '--record': 'record', '--help': 'help' } as const;
const isFlag = (option: string): option is keyof typeof flags => Object.hasOwn(flags, option);

function backendOf(name: string): BackendName {
  if ((backendNames as readonly string[]).includes(name)) return name as BackendName;
  throw new InputError(`--backend ${name}: choose one of ${backendNames.join(', ')}`);
}
