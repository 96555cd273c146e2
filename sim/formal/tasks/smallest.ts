import { presets, type Config } from '../../../gen/config.ts';

/** One engine and two slots of two lines: smaller than `configure` allows, so that solvers see all of it. */
export const smallest: Config = {
  ...presets.small,
  engines: 1,
  programSlots: 1,
  programSlotBytes: 128,
  dataSlots: 1,
  dataSlotBytes: 128,
  cacheLines: 8,
  branchTargets: 1,
  build: 'formal',
};
