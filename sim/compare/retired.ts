/** What an engine's retirement port says, in the model's words. */
import { errorName } from '../../gen/ebpf/abi.ts';
import type { Simulator } from '../simulator.ts';

/** One instruction that left the pipeline. Everything is as the port says, also where it contradicts itself. */
export interface Retirement {
  readonly pc: number;
  readonly nextPc: number;
  /** The slot that was executed, as a little-endian number. */
  readonly instruction: bigint;
  readonly register?: { readonly index: number; readonly value: bigint };
  readonly memory?: { readonly address: bigint; readonly bytes: Uint8Array };
  /** Class of the error that it raised instead of doing anything. */
  readonly error?: string;
  /** The program is over. */
  readonly last: boolean;
}

/**
 * Reads the retirement port whose signals begin with `prefix` (`retire_`): call the result once in each cycle, between the
 * edges. It gives undefined where nothing retires.
 */
export function retirementPort(simulator: Simulator, prefix: string): () => Retirement | undefined {
  const port = (name: string) => simulator.port(prefix + name);
  const valid = port('valid');
  const [pc, next, instruction, error, last] = [
    port('pc'),
    port('next_pc'),
    port('instruction'),
    port('error'),
    port('last'),
  ];
  const register = { write: port('register_write'), index: port('register'), value: port('value') };
  const memory = { write: port('memory_write'), address: port('address'), size: port('size'), data: port('data') };
  return () => {
    if (valid.get() === 0) return undefined;
    const code = error.get();
    return {
      pc: pc.get(),
      nextPc: next.get(),
      instruction: instruction.getBig(),
      last: last.get() === 1,
      ...(register.write.get() === 1 && { register: { index: register.index.get(), value: register.value.getBig() } }),
      ...(memory.write.get() === 1 && {
        memory: { address: memory.address.getBig(), bytes: memory.data.getBytes().slice(0, 1 << memory.size.get()) },
      }),
      ...(code !== 0 && { error: errorName(code) ?? `class ${code}` }),
    };
  };
}
