/**
 * Everything between the F1 shell (v04261818) and a custom logic (CL), as seen from the CL. The groups carry the kit's names;
 * an interface has its standard ports under two prefixes, one for what enters the CL and one for what leaves it.
 */
import { bool, flip, inout, input, output, u, vec } from '../hdl/index.ts';
import type { Io, Port, Ports } from '../hdl/index.ts';
import { axi4, axiLite } from '../lib/axi.ts';

/** Ports by name, without bundles: what the shell's wrapper connects. */
export type ShellPorts = Readonly<Record<string, Port>>;
/** Their signals inside the CL. */
export type ShellIo = Readonly<Record<string, any>>;

/** One interface: its ports and the prefixes of its inputs and outputs. */
interface Interface<P extends Ports> {
  readonly into: string;
  readonly outOf: string;
  readonly ports: P;
}

const face = <P extends Ports>(into: string, outOf: string, ports: P): Interface<P> => ({ into, outOf, ports });

const lite = axiLite({ address: 32, data: 32 });
const wide = axi4({ id: 16, address: 64, data: 512 });

/** AXI interfaces. OCL is BAR0, SDA the management function's BAR4; DMA_PCIS is BAR4 and the XDMA channels. */
export const interfaces = {
  ocl: face('sh_ocl_', 'ocl_sh_', flip(lite)),
  bar1: face('sh_bar1_', 'bar1_sh_', flip(lite)),
  sda: face('sda_cl_', 'cl_sda_', flip(lite)),
  dma_pcis: face('sh_cl_dma_pcis_', 'cl_sh_dma_pcis_', flip(axi4({ id: 6, address: 64, data: 512 }))),
  pcim: face('sh_cl_pcim_', 'cl_sh_pcim_', { ...wide, awuser: output(u(19)), aruser: output(u(19)) }),
  ddr_c: face('sh_cl_ddr_', 'cl_sh_ddr_', {
    ...wide,
    wid: output(u(16)),
    awburst: output(u(2)),
    arburst: output(u(2)),
    is_ready: input(bool),
  }),
} as const;

/** `name` is a scalar, `name[8]` a vector of 8 bits, and `name[1]` a vector of one. */
const list = (make: (type: ReturnType<typeof u>) => Port, names: string): ShellPorts =>
  Object.fromEntries(
    names.split(/\s+/).map((entry) => {
      const [, name, width] = /^(\w+?)(?:\[(\d+)\])?$/.exec(entry)!;
      return [name, make((width === '1' ? vec(bool, 1) : u(Number(width ?? 1))) as ReturnType<typeof u>)];
    }),
  );

const ins = (names: string): ShellPorts => list(input, names);
const outs = (names: string): ShellPorts => list(output, names);

/** The pins of a DIMM that the CL's sh_ddr serves. */
const dimm = (letter: string, number: number): ShellPorts => ({
  ...ins(`CLK_300M_DIMM${number}_DP CLK_300M_DIMM${number}_DN`),
  ...outs(
    `M_#_ACT_N M_#_MA[17] M_#_BA[2] M_#_BG[2] M_#_CKE[1] M_#_ODT[1] M_#_CS_N[1] M_#_CLK_DN[1] M_#_CLK_DP[1] M_#_PAR
    cl_RST_DIMM_#_N`.replaceAll('#', letter),
  ),
  ...list(inout, 'M_#_DQ[64] M_#_ECC[8] M_#_DQS_DP[18] M_#_DQS_DN[18]'.replaceAll('#', letter)),
});

/** The way of the shell to the counters of one controller in sh_ddr. */
const statistics = (n: number): ShellPorts => ({
  ...ins(`sh_ddr_stat_addr${n}[8] sh_ddr_stat_wr${n} sh_ddr_stat_rd${n} sh_ddr_stat_wdata${n}[32]`),
  ...outs(`ddr_sh_stat_ack${n} ddr_sh_stat_rdata${n}[32] ddr_sh_stat_int${n}[8]`),
});

/** The ports of an interface under the shell's names. */
export function portsOf({ into, outOf, ports }: Interface<Ports>): ShellPorts {
  const named = Object.entries(ports as ShellPorts);
  return Object.fromEntries(named.map(([name, port]) => [(port.direction === 'input' ? into : outOf) + name, port]));
}

/** What is neither an interface nor for DRAM. */
export const plainGroups = {
  clocks: ins('clk_main_a0 clk_extra_a1 clk_extra_a2 clk_extra_a3 clk_extra_b0 clk_extra_b1 clk_extra_c0 clk_extra_c1'),
  resets: ins('kernel_rst_n rst_main_n'),
  flr: { ...ins('sh_cl_flr_assert'), ...outs('cl_sh_flr_done') },
  status: { ...ins('sh_cl_ctl0[32] sh_cl_ctl1[32]'), ...outs('cl_sh_status0[32] cl_sh_status1[32]') },
  ids: outs('cl_sh_id0[32] cl_sh_id1[32]'),
  leds: { ...ins('sh_cl_status_vdip[16]'), ...outs('cl_sh_status_vled[16]') },
  power: ins('sh_cl_pwr_state[2]'),
  dma_pressure: outs('cl_sh_dma_wr_full cl_sh_dma_rd_full'),
  pcie: ins('cfg_max_payload[2] cfg_max_read_req[3]'),
  interrupts: { ...ins('sh_cl_apppf_irq_ack[16]'), ...outs('cl_sh_apppf_irq_req[16]') },
  jtag: { ...ins('drck shift tdi update sel tms tck runtest reset capture bscanid_en'), ...outs('tdo') },
  counters: ins('sh_cl_glcount0[64] sh_cl_glcount1[64]'),
} as const satisfies Record<string, ShellPorts>;

/** DRAM: pins and statistics of the controllers A, B and D in the CL. */
export const dramGroups = {
  ddr_a: dimm('A', 0),
  ddr_b: dimm('B', 1),
  ddr_d: dimm('D', 3),
  ddr_stat: { ...statistics(0), ...statistics(1), ...statistics(2) },
} as const satisfies Record<string, ShellPorts>;

/** All 251 ports of a CL, the kit's default set. */
export const f1Ports: ShellPorts = Object.assign(
  {},
  ...Object.values(plainGroups),
  ...Object.values(dramGroups),
  ...Object.values(interfaces).map(portsOf),
);

/** One interface of a CL under its standard names. */
export function interfaceOf<P extends Ports>(io: ShellIo, { into, outOf, ports }: Interface<P>): Io<P> {
  const names = Object.entries(ports as unknown as ShellPorts);
  return Object.fromEntries(
    names.map(([name, port]) => [name, io[(port.direction === 'input' ? into : outOf) + name]]),
  ) as Io<P>;
}
