/** The engine that is covered. */
import type { EngineConfig } from '../../gen/ebpf/engine/interface.ts';

/** An engine whose limits are near, with everything that a configuration can add to one. */
export const covered = {
  programSlotBytes: 4096,
  dataSlotBytes: 4096,
  cacheLines: 32,
  branchTargets: 4,
  stepLimit: 400,
  retirePort: true,
  helpers: ['gather_bytes', 'sqrti', 'unwind'],
  callByRegister: true,
} as const satisfies EngineConfig;
