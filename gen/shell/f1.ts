/** AWS F1: everything between its shell (v04261818) and a CL, the 251 ports of the kit's default set. */
import { flip, input, output, bool, u, unpacked } from '../hdl/index.ts';
import type { AnyType, ModuleDef, Port } from '../hdl/index.ts';
import { axi4 } from '../lib/axi.ts';
import { inShell, type DevicePorts } from './cl.ts';
import { commonIdle, dimm, face, ins, lite, outs, portsOf, type Shell, type ShellPorts } from './ports.ts';

const wide = axi4({ id: 16, address: 64, data: 512 });

/** The way of the shell to the counters of the controllers A, B and D in the CL. */
const statistics: ShellPorts = Object.assign(
  {},
  ...[0, 1, 2].flatMap((n) => [
    ins(`sh_ddr_stat_addr${n}[8] sh_ddr_stat_wr${n} sh_ddr_stat_rd${n} sh_ddr_stat_wdata${n}[32]`),
    outs(`ddr_sh_stat_ack${n} ddr_sh_stat_rdata${n}[32] ddr_sh_stat_int${n}[8]`),
  ]),
);

const dimmOf = (letter: string, number: number): ShellPorts =>
  dimm({
    clock: `CLK_300M_DIMM${number}`,
    prefix: `M_${letter}_`,
    reset: `cl_RST_DIMM_${letter}_N`,
    lines: 17,
    ranks: 1,
  });

/** An array with an element for each of the controllers A, B and D. */
const each = (width: number): AnyType => unpacked(u(width), 3);
/** A vector with a bit for each of them. */
const flags: AnyType = u(3);
const address = { id: each(16), addr: each(64), len: each(8), size: each(3), burst: each(2) };

const prefixed = (
  make: (type: AnyType) => Port,
  prefix: string,
  types: Readonly<Record<string, AnyType>>,
): ShellPorts => Object.fromEntries(Object.entries(types).map(([name, type]) => [prefix + name, make(type)]));

export const f1: Shell = {
  ids: { vendor: 0x1de5, device: 0x3000, subsystemVendor: 0x1de5, subsystem: 0x0001 },
  ocl: face('sh_ocl_', 'ocl_sh_', flip(lite)),
  pcis: face('sh_cl_dma_pcis_', 'cl_sh_dma_pcis_', flip(axi4({ id: 6, address: 64, data: 512 }))),
  empty: {
    // XDMA drivers look for the signatures of their own registers here and in BAR0.
    bar1: face('sh_bar1_', 'bar1_sh_', flip(lite)),
    // The management function's BAR4.
    sda: face('sda_cl_', 'cl_sda_', flip(lite)),
  },
  idle: {
    ...ins('clk_extra_a1 clk_extra_a2 clk_extra_a3 clk_extra_b0 clk_extra_b1 clk_extra_c0 clk_extra_c1 kernel_rst_n'),
    ...commonIdle,
    ...statistics,
    ...portsOf(face('sh_cl_pcim_', 'cl_sh_pcim_', { ...wide, awuser: output(u(19)), aruser: output(u(19)) })),
    // The DRAM controller that lies in the shell.
    ...portsOf(
      face('sh_cl_ddr_', 'cl_sh_ddr_', {
        ...wide,
        wid: output(u(16)),
        awburst: output(u(2)),
        arburst: output(u(2)),
        is_ready: input(bool),
      }),
    ),
  },
  dram: {
    stub: 'sh_ddr_stub.sv',
    parameters: { DDR_A_PRESENT: 0n, DDR_B_PRESENT: 0n, DDR_D_PRESENT: 0n },
    pins: { ...dimmOf('A', 0), ...dimmOf('B', 1), ...dimmOf('D', 3) },
    renamed: {},
    inside: {
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
      ...statistics,
    },
  },
};

/** `cl_hermes`: a device in the shell of F1. */
export const f1Shell = (device: ModuleDef<DevicePorts>): ModuleDef => inShell(f1, device);
