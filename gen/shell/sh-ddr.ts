/** The kit's DRAM controllers A, B and D. A CL has to contain them even when it uses no DRAM. */
import { blackBox, bool, input, instance, module, output, shared, u, unpacked, unused } from '../hdl/index.ts';
import type { AnyType, Bool, Port } from '../hdl/index.ts';
import { dramGroups, type ShellIo, type ShellPorts } from './f1-ports.ts';

/** An array with an element for each controller. */
const each = (width: number): AnyType => unpacked(u(width), 3);
/** A vector with a bit for each controller. */
const flags: AnyType = u(3);

const address = { id: each(16), addr: each(64), len: each(8), size: each(3), burst: each(2) };

const prefixed = (
  make: (type: AnyType) => Port,
  prefix: string,
  types: Readonly<Record<string, AnyType>>,
): ShellPorts => Object.fromEntries(Object.entries(types).map(([name, type]) => [prefix + name, make(type)]));

const clocks = { clk: input(bool), rst_n: input(bool), stat_clk: input(bool), stat_rst_n: input(bool) };
const pins: ShellPorts = { ...dramGroups.ddr_a, ...dramGroups.ddr_b, ...dramGroups.ddr_d };
/** The AXI side and the statistics. */
const inside: ShellPorts = {
  ...prefixed(input, 'cl_sh_ddr_aw', { ...address, valid: each(1) }),
  ...prefixed(output, 'sh_cl_ddr_', { awready: flags }),
  ...prefixed(input, 'cl_sh_ddr_w', { id: each(16), data: each(512), strb: each(64), last: flags, valid: flags }),
  ...prefixed(output, 'sh_cl_ddr_', { wready: flags, bid: each(16), bresp: each(2), bvalid: flags }),
  ...prefixed(input, 'cl_sh_ddr_', { bready: flags }),
  ...prefixed(input, 'cl_sh_ddr_ar', { ...address, valid: flags }),
  ...prefixed(output, 'sh_cl_ddr_', { arready: flags }),
  ...prefixed(output, 'sh_cl_ddr_r', { id: each(16), data: each(512), resp: each(2), last: flags, valid: flags }),
  ...prefixed(input, 'cl_sh_ddr_', { rready: flags }),
  ...prefixed(output, 'sh_cl_ddr_', { is_ready: flags }),
  ...dramGroups.ddr_stat,
};
const ports: ShellPorts = { ...clocks, ...pins, ...inside };

const named = (of: ShellPorts, direction: Port['direction']): string[] =>
  Object.entries(of).flatMap(([name, port]) => (port.direction === direction ? [name] : []));

/** What a controller that is not there does: nothing. */
const absent = shared(() =>
  module('sh_ddr_absent', ports, (io) => {
    for (const name of named(ports, 'output')) (io as ShellIo)[name].value = u(ports[name]!.type.width).of(0);
    unused(...[...named(ports, 'input'), ...named(ports, 'inout')].map((name) => (io as ShellIo)[name]));
  }),
);

/** `sh_ddr` as the kit declares it; `sh_ddr_stub.sv` stands in for it where there is no kit. */
const shDdr = shared(() =>
  blackBox('sh_ddr', ports, {
    file: 'sh_ddr_stub.sv',
    parameters: { DDR_A_PRESENT: 0n, DDR_B_PRESENT: 0n, DDR_D_PRESENT: 0n },
    model: absent(),
  }),
);

/** Places the controllers, all absent, where the kit's constraints look for them. `reset` is active low. */
export function withoutDram(io: ShellIo, reset: Bool): void {
  const clock = io['clk_main_a0'];
  const through = [...named(pins, 'input'), ...named(pins, 'inout')].map((name) => [name, io[name]] as const);
  // Only INCR bursts are legal, even where nothing is ever asked.
  const idle = named(inside, 'input').map((name) => {
    return [name, u(inside[name]!.type.width).of(name.endsWith('burst') ? 0b01_01_01 : 0)] as const;
  });
  const connections = {
    clk: clock,
    rst_n: reset,
    stat_clk: clock,
    stat_rst_n: reset,
    ...Object.fromEntries([...through, ...idle]),
  };
  const ddr: ShellIo = instance(shDdr(), connections, { name: 'SH_DDR' });
  for (const name of named(pins, 'output')) io[name].value = ddr[name];
  unused(...named(inside, 'output').map((name) => ddr[name]));
}
