export { DeviceLockstep, inLockstep } from './device.ts';
export { EngineBench, type EngineResult, type EngineRun } from './engine-bench.ts';
export { Divergence, Lockstep, type Result } from './lockstep.ts';
export { retirementPort, type Retirement } from './retired.ts';
export { SlotModel, type SlotTiming } from './slot-model.ts';
