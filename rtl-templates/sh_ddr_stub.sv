// SPDX-License-Identifier: Apache-2.0
// Stands in for the F1 kit's sh_ddr where there is no kit: simulation and lint. It is what a CL sees of controllers that are
// not there, so it refuses to be one that is.

/* verilator lint_off DECLFILENAME */
/* verilator lint_off UNUSEDSIGNAL */
module sh_ddr #(
  parameter DDR_A_PRESENT = 0,
  parameter DDR_B_PRESENT = 0,
  parameter DDR_D_PRESENT = 0
) (
  input  logic         clk,
  input  logic         rst_n,
  input  logic         stat_clk,
  input  logic         stat_rst_n,

  input  logic         CLK_300M_DIMM0_DP,
  input  logic         CLK_300M_DIMM0_DN,
  output logic         M_A_ACT_N,
  output logic [16:0]  M_A_MA,
  output logic [1:0]   M_A_BA,
  output logic [1:0]   M_A_BG,
  output logic [0:0]   M_A_CKE,
  output logic [0:0]   M_A_ODT,
  output logic [0:0]   M_A_CS_N,
  output logic [0:0]   M_A_CLK_DN,
  output logic [0:0]   M_A_CLK_DP,
  output logic         M_A_PAR,
  inout  wire  [63:0]  M_A_DQ,
  inout  wire  [7:0]   M_A_ECC,
  inout  wire  [17:0]  M_A_DQS_DP,
  inout  wire  [17:0]  M_A_DQS_DN,
  output logic         cl_RST_DIMM_A_N,

  input  logic         CLK_300M_DIMM1_DP,
  input  logic         CLK_300M_DIMM1_DN,
  output logic         M_B_ACT_N,
  output logic [16:0]  M_B_MA,
  output logic [1:0]   M_B_BA,
  output logic [1:0]   M_B_BG,
  output logic [0:0]   M_B_CKE,
  output logic [0:0]   M_B_ODT,
  output logic [0:0]   M_B_CS_N,
  output logic [0:0]   M_B_CLK_DN,
  output logic [0:0]   M_B_CLK_DP,
  output logic         M_B_PAR,
  inout  wire  [63:0]  M_B_DQ,
  inout  wire  [7:0]   M_B_ECC,
  inout  wire  [17:0]  M_B_DQS_DP,
  inout  wire  [17:0]  M_B_DQS_DN,
  output logic         cl_RST_DIMM_B_N,

  input  logic         CLK_300M_DIMM3_DP,
  input  logic         CLK_300M_DIMM3_DN,
  output logic         M_D_ACT_N,
  output logic [16:0]  M_D_MA,
  output logic [1:0]   M_D_BA,
  output logic [1:0]   M_D_BG,
  output logic [0:0]   M_D_CKE,
  output logic [0:0]   M_D_ODT,
  output logic [0:0]   M_D_CS_N,
  output logic [0:0]   M_D_CLK_DN,
  output logic [0:0]   M_D_CLK_DP,
  output logic         M_D_PAR,
  inout  wire  [63:0]  M_D_DQ,
  inout  wire  [7:0]   M_D_ECC,
  inout  wire  [17:0]  M_D_DQS_DP,
  inout  wire  [17:0]  M_D_DQS_DN,
  output logic         cl_RST_DIMM_D_N,

  // AXI4 to the controllers A, B and D: elements and bits 0, 1 and 2.
  input  logic [15:0]  cl_sh_ddr_awid [2:0],
  input  logic [63:0]  cl_sh_ddr_awaddr [2:0],
  input  logic [7:0]   cl_sh_ddr_awlen [2:0],
  input  logic [2:0]   cl_sh_ddr_awsize [2:0],
  input  logic [1:0]   cl_sh_ddr_awburst [2:0],
  input  logic         cl_sh_ddr_awvalid [2:0],
  output logic [2:0]   sh_cl_ddr_awready,
  input  logic [15:0]  cl_sh_ddr_wid [2:0],
  input  logic [511:0] cl_sh_ddr_wdata [2:0],
  input  logic [63:0]  cl_sh_ddr_wstrb [2:0],
  input  logic [2:0]   cl_sh_ddr_wlast,
  input  logic [2:0]   cl_sh_ddr_wvalid,
  output logic [2:0]   sh_cl_ddr_wready,
  output logic [15:0]  sh_cl_ddr_bid [2:0],
  output logic [1:0]   sh_cl_ddr_bresp [2:0],
  output logic [2:0]   sh_cl_ddr_bvalid,
  input  logic [2:0]   cl_sh_ddr_bready,
  input  logic [15:0]  cl_sh_ddr_arid [2:0],
  input  logic [63:0]  cl_sh_ddr_araddr [2:0],
  input  logic [7:0]   cl_sh_ddr_arlen [2:0],
  input  logic [2:0]   cl_sh_ddr_arsize [2:0],
  input  logic [1:0]   cl_sh_ddr_arburst [2:0],
  input  logic [2:0]   cl_sh_ddr_arvalid,
  output logic [2:0]   sh_cl_ddr_arready,
  output logic [15:0]  sh_cl_ddr_rid [2:0],
  output logic [511:0] sh_cl_ddr_rdata [2:0],
  output logic [1:0]   sh_cl_ddr_rresp [2:0],
  output logic [2:0]   sh_cl_ddr_rlast,
  output logic [2:0]   sh_cl_ddr_rvalid,
  input  logic [2:0]   cl_sh_ddr_rready,
  output logic [2:0]   sh_cl_ddr_is_ready,

  input  logic [7:0]   sh_ddr_stat_addr0,
  input  logic         sh_ddr_stat_wr0,
  input  logic         sh_ddr_stat_rd0,
  input  logic [31:0]  sh_ddr_stat_wdata0,
  output logic         ddr_sh_stat_ack0,
  output logic [31:0]  ddr_sh_stat_rdata0,
  output logic [7:0]   ddr_sh_stat_int0,
  input  logic [7:0]   sh_ddr_stat_addr1,
  input  logic         sh_ddr_stat_wr1,
  input  logic         sh_ddr_stat_rd1,
  input  logic [31:0]  sh_ddr_stat_wdata1,
  output logic         ddr_sh_stat_ack1,
  output logic [31:0]  ddr_sh_stat_rdata1,
  output logic [7:0]   ddr_sh_stat_int1,
  input  logic [7:0]   sh_ddr_stat_addr2,
  input  logic         sh_ddr_stat_wr2,
  input  logic         sh_ddr_stat_rd2,
  input  logic [31:0]  sh_ddr_stat_wdata2,
  output logic         ddr_sh_stat_ack2,
  output logic [31:0]  ddr_sh_stat_rdata2,
  output logic [7:0]   ddr_sh_stat_int2
);
  initial begin
    if (DDR_A_PRESENT != 0 || DDR_B_PRESENT != 0 || DDR_D_PRESENT != 0) begin
      $error("sh_ddr_stub.sv has no controllers; take the kit's sh_ddr");
    end
  end

  assign M_A_ACT_N = '0;
  assign M_A_MA = '0;
  assign M_A_BA = '0;
  assign M_A_BG = '0;
  assign M_A_CKE = '0;
  assign M_A_ODT = '0;
  assign M_A_CS_N = '0;
  assign M_A_CLK_DN = '0;
  assign M_A_CLK_DP = '0;
  assign M_A_PAR = '0;
  assign cl_RST_DIMM_A_N = 1'b0;
  assign M_B_ACT_N = '0;
  assign M_B_MA = '0;
  assign M_B_BA = '0;
  assign M_B_BG = '0;
  assign M_B_CKE = '0;
  assign M_B_ODT = '0;
  assign M_B_CS_N = '0;
  assign M_B_CLK_DN = '0;
  assign M_B_CLK_DP = '0;
  assign M_B_PAR = '0;
  assign cl_RST_DIMM_B_N = 1'b0;
  assign M_D_ACT_N = '0;
  assign M_D_MA = '0;
  assign M_D_BA = '0;
  assign M_D_BG = '0;
  assign M_D_CKE = '0;
  assign M_D_ODT = '0;
  assign M_D_CS_N = '0;
  assign M_D_CLK_DN = '0;
  assign M_D_CLK_DP = '0;
  assign M_D_PAR = '0;
  assign cl_RST_DIMM_D_N = 1'b0;
  assign sh_cl_ddr_awready = '0;
  assign sh_cl_ddr_wready = '0;
  assign sh_cl_ddr_bvalid = '0;
  assign sh_cl_ddr_arready = '0;
  assign sh_cl_ddr_rlast = '0;
  assign sh_cl_ddr_rvalid = '0;
  assign sh_cl_ddr_is_ready = '0;
  assign ddr_sh_stat_ack0 = 1'b0;
  assign ddr_sh_stat_rdata0 = '0;
  assign ddr_sh_stat_int0 = '0;
  assign ddr_sh_stat_ack1 = 1'b0;
  assign ddr_sh_stat_rdata1 = '0;
  assign ddr_sh_stat_int1 = '0;
  assign ddr_sh_stat_ack2 = 1'b0;
  assign ddr_sh_stat_rdata2 = '0;
  assign ddr_sh_stat_int2 = '0;

  for (genvar i = 0; i < 3; i++) begin : g_controller
    assign sh_cl_ddr_bid[i] = '0;
    assign sh_cl_ddr_bresp[i] = '0;
    assign sh_cl_ddr_rid[i] = '0;
    assign sh_cl_ddr_rdata[i] = '0;
    assign sh_cl_ddr_rresp[i] = '0;
  end
endmodule
