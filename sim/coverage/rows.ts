/** What the instruction table says about an instruction, in the words of coverage. */
import type { EngineConfig } from '../../gen/ebpf/engine/interface.ts';
import { repertoire } from '../../gen/ebpf/engine/repertoire.ts';
import { instructions, type Instruction } from '../../gen/ebpf/isa.ts';

/** A register that an instruction reads: by a field, or always the same one. */
export type Operand = 'dst' | 'src' | 'r0' | 'r10';

/** The instructions that an engine of a configuration runs. */
export function runBy(config: EngineConfig): Instruction[] {
  const runs = new Set(
    repertoire(config).flatMap(({ name, refused, unserved }) => (refused || unserved ? [] : [name])),
  );
  return instructions.filter(({ name }) => runs.has(name));
}

export const rowNamed = (name: string): Instruction => {
  const row = instructions.find((each) => each.name === name);
  if (row) return row;
  throw new Error(`the instruction table has no "${name}"`);
};

export const isLoad = ({ operation }: Instruction): boolean => operation === 'load' || operation === 'loadSigned';
export const isAtomic = ({ group }: Instruction): boolean => group.startsWith('atomic');
export const isStore = ({ operation }: Instruction): boolean => operation === 'store';
/** Calls of functions outside the program. */
export const callsHelper = ({ operation }: Instruction): boolean => operation === 'callHelper' || operation === 'callx';
export const isCall = ({ operation }: Instruction): boolean => operation === 'callLocal';
export const isExit = ({ operation }: Instruction): boolean => operation === 'exit';
export const isMove = ({ operation }: Instruction): boolean => operation === 'mov' || operation === 'movsx';
export const isArithmetic = (row: Instruction): boolean => row.class === 'ALU' || row.class === 'ALU64';
/** Jumps that are always taken, calls of functions among them. */
export const isAlways = ({ operation }: Instruction): boolean => operation === 'ja' || operation === 'callLocal';
export const isConditional = (row: Instruction): boolean =>
  (row.class === 'JMP' || row.class === 'JMP32') && row.source !== 'none';
export const isJump = (row: Instruction): boolean => isConditional(row) || isAlways(row);

/** Loads, stores and atomics: bytes, and the field that names the register of the address. */
export function accessOf(row: Instruction): { readonly bytes: number; readonly base: 'dst' | 'src' } | undefined {
  if (isLoad(row)) return { bytes: row.width / 8, base: 'src' };
  return isStore(row) || isAtomic(row) ? { bytes: row.width / 8, base: 'dst' } : undefined;
}

/** The field that holds the distance of a jump. */
export const distanceField = (row: Instruction): 'off' | 'imm' => (row.off === 'any' ? 'off' : 'imm');

/** The registers that an instruction reads. */
export function readsOf(row: Instruction): readonly Operand[] {
  if (isCall(row) || isExit(row)) return ['r10'];
  const overwritten = isLoad(row) || isMove(row) || row.operation === 'lddw';
  const dst: Operand[] = typeof row.dst === 'string' && !overwritten ? ['dst'] : [];
  const src: Operand[] = typeof row.src === 'string' ? ['src'] : [];
  return [...dst, ...src, ...(row.operation === 'cmpxchg' ? (['r0'] as const) : [])];
}

/** The register that an instruction writes; `r10` for calls and returns, which move it. */
export function writesOf(row: Instruction): Operand | undefined {
  if (isCall(row) || isExit(row)) return 'r10';
  return row.writes.find((target): target is 'dst' | 'src' | 'r0' => target !== 'pc' && target !== 'memory');
}
