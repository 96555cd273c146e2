/**
 * AWS F2: everything between its small shell (0x10212415) and a CL, 217 ports. The shell has no DMA engine: the host reaches
 * BAR4 with loads and stores.
 */
import { bool, flip, input, output, u } from '../hdl/index.ts';
import type { ModuleDef } from '../hdl/index.ts';
import { axi4 } from '../lib/axi.ts';
import { inShell, type DevicePorts } from './cl.ts';
import { commonIdle, dimm, face, ins, lite, outs, portsOf, type Shell } from './ports.ts';

const wide = axi4({ id: 16, address: 64, data: 512 });

const user = u(55);
/** What the kit adds to AXI4 on both sides, seen from a master. Nothing but INCR bursts of full beats ever goes over it. */
const sideband = {
  awburst: output(u(2)),
  awcache: output(u(4)),
  awlock: output(bool),
  awprot: output(u(3)),
  awqos: output(u(4)),
  awuser: output(user),
  wid: output(u(16)),
  wuser: output(u(64)),
  arburst: output(u(2)),
  arcache: output(u(4)),
  arlock: output(bool),
  arprot: output(u(3)),
  arqos: output(u(4)),
  aruser: output(user),
  ruser: input(u(64)),
};

/** The HBM monitor of one stack: an APB that the shell listens to. */
const hbmMonitor = (stack: 0 | 1) => {
  const numbered = (names: string): string => names.replaceAll('#', `${stack}`);
  return {
    ...ins(numbered('hbm_apb_preset_n_#')),
    ...outs(numbered('hbm_apb_paddr_#[22] hbm_apb_pprot_#[3] hbm_apb_psel_# hbm_apb_penable_# hbm_apb_pwrite_#')),
    ...outs(
      numbered('hbm_apb_pwdata_#[32] hbm_apb_pstrb_#[4] hbm_apb_pready_# hbm_apb_prdata_#[32] hbm_apb_pslverr_#'),
    ),
  };
};

/** Lanes of the PCIe link between two cards, one endpoint and one root port. */
const link = (end: 'EP' | 'RP') => ({
  ...ins(`PCIE_${end}_REF_CLK_P PCIE_${end}_REF_CLK_N PCIE_${end}_RXP[8] PCIE_${end}_RXN[8]`),
  ...outs(`PCIE_${end}_TXP[8] PCIE_${end}_TXN[8]`),
  ...(end === 'EP' ? ins : outs)(`PCIE_${end}_PERSTN`),
});

export const f2: Shell = {
  // The kit's manifest loses leading 2s and 3s of a device id. And what drives 1de5:3000 by XDMA has nothing to drive here.
  ids: { vendor: 0x1de5, device: 0xf200, subsystemVendor: 0x1de5, subsystem: 0x0001 },
  ocl: face('ocl_cl_', 'cl_ocl_', flip(lite), { awuser: input(user), aruser: input(user) }),
  pcis: face('sh_cl_dma_pcis_', 'cl_sh_dma_pcis_', flip(wide), flip(sideband)),
  empty: { sda: face('sda_cl_', 'cl_sda_', flip(lite)) },
  idle: {
    ...ins('clk_hbm_ref'),
    ...commonIdle,
    ...ins('sh_cl_ctl2[32]'),
    ...outs('cl_sh_status2[32]'),
    ...ins(
      'sh_cl_ddr_stat_addr[8] sh_cl_ddr_stat_wdata[32] sh_cl_ddr_stat_wr sh_cl_ddr_stat_rd sh_cl_ddr_stat_user[3]',
    ),
    ...outs('cl_sh_ddr_stat_ack cl_sh_ddr_stat_rdata[32] cl_sh_ddr_stat_int[8]'),
    ...portsOf(face('sh_cl_pcim_', 'cl_sh_pcim_', wide, sideband)),
    ...hbmMonitor(0),
    ...hbmMonitor(1),
    ...link('EP'),
    ...link('RP'),
  },
  dram: {
    stub: 'sh_ddr_f2_stub.sv',
    parameters: { DDR_PRESENT: 0n },
    pins: dimm({ clock: 'CLK_DIMM', prefix: 'M_', reset: 'RST_DIMM_N', lines: 18, ranks: 2 }),
    renamed: { RST_DIMM_N: 'cl_RST_DIMM_N' },
    inside: {
      ...portsOf(
        face('cl_sh_ddr_axi_', 'cl_sh_ddr_axi_', flip(wide), {
          awburst: input(u(2)),
          awuser: input(bool),
          arburst: input(u(2)),
          aruser: input(bool),
        }),
      ),
      ...ins('sh_ddr_stat_bus_addr[8] sh_ddr_stat_bus_wdata[32] sh_ddr_stat_bus_wr sh_ddr_stat_bus_rd'),
      ...outs('sh_ddr_stat_bus_ack sh_ddr_stat_bus_rdata[32] ddr_sh_stat_int[8] sh_cl_ddr_is_ready'),
    },
  },
};

/** `cl_hermes`: a device in the small shell of F2. */
export const f2Shell = (device: ModuleDef<DevicePorts>): ModuleDef => inShell(f2, device);
