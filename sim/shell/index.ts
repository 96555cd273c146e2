export { CommandError, type CommandRequest, type CommandResponse, type SlotKind } from './commands.ts';
export { createHost, createShellHost, netlist, simulatorOf, type HostOptions } from './create.ts';
export { ProtocolError, TimeoutError } from './errors.ts';
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
export { ShellHost } from './shell-host.ts';
export { defaultTimeout, type AccessSize, type Bar, type Dma, type Host, type SimulatorKind } from './host.ts';
