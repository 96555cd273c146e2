/** The model: the interpreter alone. */
import { DataBase } from '../../gen/ebpf/abi.ts';
import { helperNames } from '../../gen/ebpf/helpers/functions.ts';
import { modelOf } from '../golden/helpers.ts';
import { Machine } from '../golden/interpreter.ts';
import { requireFitting, type Backend, type End, type Job } from './backend.ts';
import { limits } from './limits.ts';

const model = modelOf({ stepLimit: limits.steps, helpers: helperNames, callByRegister: true });

export class GoldenBackend implements Backend {
  run(job: Job): End {
    requireFitting(job);
    const { program, memory = new Uint8Array(0) } = job;
    const data = new Uint8Array(limits.memoryBytes);
    data.set(memory);
    const machine = new Machine({
      ...model,
      program,
      programLimit: limits.programBytes,
      data,
      r1: job.memory ? BigInt(DataBase) : 0n,
      r2: BigInt(memory.length),
    });
    return { ...machine.run(), cycles: null, memory: data.subarray(0, memory.length) };
  }

  close(): void {}
}
