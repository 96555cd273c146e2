/**
 * What stands between a cloud shell and a custom logic (CL), as tables: one {@link Shell} says all that tells one shell from
 * another. Ports carry the kit's names; an interface has its standard ports under two prefixes, one for what enters the CL
 * and one for what leaves it.
 */
import { bool, inout, input, output, u, vec } from '../hdl/index.ts';
import type { Flip, Io, Port, Ports } from '../hdl/index.ts';
import { axiLite, type AxiLitePorts, type AxiPorts } from '../lib/axi.ts';
import type { PciIds } from './ids.ts';
import type { DramControllers } from './sh-ddr.ts';

/** Ports by name, without bundles: what the shell's wrapper connects. */
export type ShellPorts = Readonly<Record<string, Port>>;
/** Their signals inside the CL. */
export type ShellIo = Readonly<Record<string, any>>;

/** One interface: its ports and the prefixes of its inputs and outputs. */
export interface Interface<P extends Ports = Ports> {
  readonly into: string;
  readonly outOf: string;
  readonly ports: P;
  /** Signals beside them that carry nothing the CL needs. */
  readonly spare: ShellPorts;
}

/** A cloud shell, as the device meets it. */
export interface Shell {
  readonly ids: PciIds;
  /** BAR0. */
  readonly ocl: Interface<Flip<AxiLitePorts>>;
  /** BAR4, and DMA where the shell has it. */
  readonly pcis: Interface<Flip<AxiPorts>>;
  /** BARs with nothing behind them; they answer all the same, because one that does not costs its reader a time-out. */
  readonly empty: Readonly<Record<string, Interface<Flip<AxiLitePorts>>>>;
  /** What the device has no use for. */
  readonly idle: ShellPorts;
  readonly dram: DramControllers;
}

/** 32 bits of data and of address, as all register BARs have them. */
export const lite = axiLite({ address: 32, data: 32 });

export const face = <P extends Ports>(into: string, outOf: string, ports: P, spare: ShellPorts = {}): Interface<P> => ({
  into,
  outOf,
  ports,
  spare,
});

/** `name` is a scalar, `name[8]` a vector of 8 bits, and `name[1]` a vector of one. */
const list = (make: (type: ReturnType<typeof u>) => Port, names: string): ShellPorts =>
  Object.fromEntries(
    names.split(/\s+/).map((entry) => {
      const [, name, width] = /^(\w+?)(?:\[(\d+)\])?$/.exec(entry)!;
      return [name, make((width === '1' ? vec(bool, 1) : u(Number(width ?? 1))) as ReturnType<typeof u>)];
    }),
  );

export const ins = (names: string): ShellPorts => list(input, names);
export const outs = (names: string): ShellPorts => list(output, names);

/** What the device uses of every shell, beside its interfaces. */
export const common = {
  ...ins('clk_main_a0 rst_main_n'),
  ...ins('sh_cl_flr_assert'),
  ...outs('cl_sh_flr_done'),
  ...outs('cl_sh_id0[32] cl_sh_id1[32]'),
  ...ins('sh_cl_status_vdip[16]'),
  ...outs('cl_sh_status_vled[16]'),
  ...ins('sh_cl_apppf_irq_ack[16]'),
  ...outs('cl_sh_apppf_irq_req[16]'),
};

/** What every shell has and the device does not use: status and control, power, DMA throttle, PCIe, JTAG, counters. */
export const commonIdle = {
  ...ins('sh_cl_ctl0[32] sh_cl_ctl1[32]'),
  ...outs('cl_sh_status0[32] cl_sh_status1[32]'),
  ...ins('sh_cl_pwr_state[2]'),
  ...outs('cl_sh_dma_wr_full cl_sh_dma_rd_full'),
  ...ins('cfg_max_payload[2] cfg_max_read_req[3]'),
  ...ins('drck shift tdi update sel tms tck runtest reset capture bscanid_en'),
  ...outs('tdo'),
  ...ins('sh_cl_glcount0[64] sh_cl_glcount1[64]'),
};

/** The pins of a DIMM that the CL's sh_ddr serves: `ranks` chip selects with their clocks, `lines` address lines. */
export const dimm = (pins: {
  readonly clock: string;
  readonly prefix: string;
  readonly reset: string;
  readonly lines: number;
  readonly ranks: number;
}): ShellPorts => {
  const full = (names: string): string =>
    names.replaceAll('#', pins.prefix).replaceAll('ranks', `${pins.ranks}`).replaceAll('lines', `${pins.lines}`);
  return {
    ...ins(`${pins.clock}_DP ${pins.clock}_DN`),
    ...outs(full('#ACT_N #MA[lines] #BA[2] #BG[2] #CKE[ranks] #ODT[ranks] #CS_N[ranks]')),
    ...outs(full(`#CLK_DN[ranks] #CLK_DP[ranks] #PAR ${pins.reset}`)),
    ...list(inout, full('#DQ[64] #ECC[8] #DQS_DP[18] #DQS_DN[18]')),
  };
};

/** The ports of an interface under the shell's names. */
export function portsOf(of: Interface): ShellPorts {
  return { ...named(of, of.ports as ShellPorts), ...spareOf(of) };
}

/** Of these, the ones that carry nothing the CL needs. */
export function spareOf(of: Interface): ShellPorts {
  return named(of, of.spare);
}

function named(of: Interface, ports: ShellPorts): ShellPorts {
  return Object.fromEntries(Object.entries(ports).map(([name, port]) => [pinOf(of, name, port), port]));
}

/** The shell's name for a port of an interface. */
export const pinOf = (
  { into, outOf }: Pick<Interface, 'into' | 'outOf'>,
  name: string,
  { direction }: Pick<Port, 'direction'>,
): string => (direction === 'input' ? into : outOf) + name;

/** One interface of a CL under its standard names. */
export function interfaceOf<P extends Ports>(io: ShellIo, of: Interface<P>): Io<P> {
  const ports = Object.entries(of.ports as unknown as ShellPorts);
  return Object.fromEntries(ports.map(([name, port]) => [name, io[pinOf(of, name, port)]])) as Io<P>;
}

/** Everything that a CL is declared with in that shell. */
export function clPorts({ ocl, pcis, empty, idle, dram }: Shell): ShellPorts {
  const slaves = [ocl, pcis, ...Object.values(empty)].map((slave) => portsOf(slave as Interface));
  return Object.assign({}, common, ...slaves, idle, dram.pins);
}
