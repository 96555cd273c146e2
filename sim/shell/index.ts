export { CommandError, type CommandRequest, type CommandResponse, type SlotKind } from './commands.ts';
export { createF1Host, createHost, netlist, simulatorOf, type HostOptions } from './create.ts';
export { ProtocolError, TimeoutError } from './errors.ts';
export { F1Host } from './f1-host.ts';
export { GoldenHost } from './golden-host.ts';
export {
  HermesDevice,
  type DeviceInfo,
  type Job,
  type JobResult,
  type Observer,
  type RunOptions,
  type RunResult,
  type Slot,
} from './hermes-device.ts';
export { defaultTimeout, type AccessSize, type Bar, type Dma, type Host, type SimulatorKind } from './host.ts';
