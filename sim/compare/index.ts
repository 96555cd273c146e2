export { DeviceLockstep, inLockstep } from './device.ts';
export { EngineBench, type EngineResult } from './engine-bench.ts';
export { EngineDriver, type EngineRun } from './engine-driver.ts';
export { HelperModel, type HelperTiming } from './helper-model.ts';
export { Divergence, Lockstep, type Result, type Watch, type Watcher } from './lockstep.ts';
export { retirementPort, type Retirement } from './retired.ts';
export { SlotModel, type SlotTiming } from './slot-model.ts';
