/** A small device in the F1 shell, and faults that a design may have. */
import { configure } from '../../../gen/config.ts';
import { elaborate } from '../../../gen/hdl/index.ts';
import { f1Shell } from '../../../gen/shell/f1.ts';
import { F1Host, type ShellOptions } from '../../../sim/shell/f1-host.ts';
import { simulatorOf } from '../../../sim/shell/index.ts';
import type { Port, Simulator } from '../../../sim/simulator.ts';
import { WasmSimulator, type Snapshot } from '../../../sim/wasm/index.ts';
import { smallDevice, type SmallDevice } from '../../gen/shell/device.ts';
import { sim } from './backend.ts';

/** Gives the same design again and again, each time as after power-up; only the last one is good. */
export function smallSimulators(device: SmallDevice = {}): () => Promise<Simulator> {
  const { top } = elaborate(() => f1Shell(smallDevice(device) as never));
  let last: Simulator | undefined;
  let fresh: Snapshot | undefined;
  return async () => {
    if (last instanceof WasmSimulator && fresh) last.restore(fresh);
    else last = await simulatorOf(sim, top);
    if (last instanceof WasmSimulator) fresh ??= last.snapshot();
    return last;
  };
}

export function smallHost(simulator: Simulator, options: Partial<ShellOptions> = {}): F1Host {
  return new F1Host(simulator, { kind: sim, config: configure({}, 'small'), seed: 1, stalls: 0.3, ...options });
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
