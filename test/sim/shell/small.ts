/** A small device in a cloud shell, and faults that a design may have. */
import { configure, shells, type ShellName } from '../../../gen/config.ts';
import { elaborate } from '../../../gen/hdl/index.ts';
import { inShell } from '../../../gen/shell/cl.ts';
import { shellTables } from '../../../gen/shell/index.ts';
import { simulatorOf } from '../../../sim/shell/index.ts';
import { ShellHost, type ShellOptions } from '../../../sim/shell/shell-host.ts';
import type { Port, Simulator } from '../../../sim/simulator.ts';
import { WasmSimulator, type Snapshot } from '../../../sim/wasm/index.ts';
import { smallDevice, type SmallDevice } from '../../gen/shell/device.ts';
import { sim } from './backend.ts';

/** Gives the same design again and again, each time as after power-up; only the last one is good. */
export function smallSimulators(shell: ShellName, device: SmallDevice = {}): () => Promise<Simulator> {
  const small = smallDevice({ ids: shells[shell].dmaIdBits, ...device });
  const { top } = elaborate(() => inShell(shellTables[shell], small as never));
  let last: Simulator | undefined;
  let fresh: Snapshot | undefined;
  return async () => {
    if (last instanceof WasmSimulator && fresh) last.restore(fresh);
    else last = await simulatorOf(sim, top);
    if (last instanceof WasmSimulator) fresh ??= last.snapshot();
    return last;
  };
}

/** A host of that design. */
export function smallHost(simulator: Simulator, shell: ShellName, options: Partial<ShellOptions> = {}): ShellHost {
  return new ShellHost(simulator, {
    kind: sim,
    config: configure({ shell }, 'small'),
    seed: 1,
    stalls: 0.3,
    ...options,
  });
}

/** The same design with a port that shows something else than it should. */
export function withFault(
  simulator: Simulator,
  name: string,
  fault: (value: number, cycle: number) => number,
): Simulator {
  const port = simulator.port(name);
  const faulty: Port = Object.create(port, {
    name: { value: name },
    width: { value: port.width },
    get: { value: () => fault(port.get(), simulator.cycles) },
  }) as Port;
  return new Proxy(simulator, {
    get: (target, key) => {
      if (key === 'port') return (asked: string) => (asked === name ? faulty : target.port(asked));
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
