/** The kit's DRAM controllers. A CL has to contain them even when it uses no DRAM. */
import { blackBox, bool, input, instance, module, u, unused } from '../hdl/index.ts';
import type { Bool, Port } from '../hdl/index.ts';
import type { ShellIo, ShellPorts } from './ports.ts';

/** `sh_ddr` of one shell, as the kit declares it. */
export interface DramControllers {
  /** Stands in for it where there is no kit: a file of rtl-templates. */
  readonly stub: string;
  /** Say that no controller is there. */
  readonly parameters: Readonly<Record<string, bigint>>;
  /** The pins of the CL that it serves. */
  readonly pins: ShellPorts;
  /** Its own names for some of them. */
  readonly renamed: Readonly<Record<string, string>>;
  /** Its side towards the CL: AXI and statistics. */
  readonly inside: ShellPorts;
}

const clocks = { clk: input(bool), rst_n: input(bool), stat_clk: input(bool), stat_rst_n: input(bool) };

const namesOf = (ports: ShellPorts, direction: Port['direction']): string[] =>
  Object.entries(ports).flatMap(([name, port]) => (port.direction === direction ? [name] : []));

/** What controllers that are not there do: nothing. */
const absent = (ports: ShellPorts) =>
  module('sh_ddr_absent', ports, (io) => {
    for (const name of namesOf(ports, 'output')) (io as ShellIo)[name].value = u(ports[name]!.type.width).of(0);
    unused(...[...namesOf(ports, 'input'), ...namesOf(ports, 'inout')].map((name) => (io as ShellIo)[name]));
  });

/** Places the controllers, all absent, where the kit's constraints look for them. `reset` is active low. */
export function withoutDram(io: ShellIo, { stub, parameters, pins, renamed, inside }: DramControllers, reset: Bool) {
  const own = (pin: string): string => renamed[pin] ?? pin;
  const ownPins = Object.fromEntries(Object.entries(pins).map(([name, port]) => [own(name), port]));
  const ports: ShellPorts = { ...clocks, ...ownPins, ...inside };
  const shDdr = blackBox('sh_ddr', ports, { file: stub, parameters, model: absent(ports) });

  const clock = io['clk_main_a0'];
  const through = [...namesOf(pins, 'input'), ...namesOf(pins, 'inout')].map((pin) => [own(pin), io[pin]] as const);
  // Only INCR bursts are legal, even where nothing is ever asked.
  const idle = namesOf(inside, 'input').map((name) => {
    const { width } = inside[name]!.type;
    return [name, u(width).of(name.endsWith('burst') ? BigInt(`0b${'01'.repeat(width / 2)}`) : 0)] as const;
  });
  const connections = {
    clk: clock,
    rst_n: reset,
    stat_clk: clock,
    stat_rst_n: reset,
    ...Object.fromEntries([...through, ...idle]),
  };
  const ddr: ShellIo = instance(shDdr, connections, { name: 'SH_DDR' });
  for (const pin of namesOf(pins, 'output')) io[pin].value = ddr[own(pin)];
  unused(...namesOf(inside, 'output').map((name) => ddr[name]));
}
