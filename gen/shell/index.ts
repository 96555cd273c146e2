/** The cloud shells, and the device of a configuration in its own. */
import type { Config, ShellName } from '../config.ts';
import { hermes } from '../device/hermes.ts';
import type { ModuleDef } from '../hdl/index.ts';
import { inShell, type DevicePorts } from './cl.ts';
import { f1 } from './f1.ts';
import { f2 } from './f2.ts';
import type { Shell } from './ports.ts';

export const shellTables: Readonly<Record<ShellName, Shell>> = { f1, f2 };

/** `cl_hermes`: the device of a configuration in the shell that it asks for. */
export function clHermes(config: Config): ModuleDef {
  return inShell(shellTables[config.shell], hermes(config) as unknown as ModuleDef<DevicePorts>);
}
