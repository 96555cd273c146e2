// SPDX-License-Identifier: Apache-2.0
// cl_hermes with its buses under the names that AXI models look for, and a watch on what the CL drives.
`timescale 1ns / 1ps

module bench (
    input  logic         clk,
    input  logic         rst_n,
    // BAR0
    input  logic [31:0]  ocl_awaddr,
    input  logic         ocl_awvalid,
    output logic         ocl_awready,
    input  logic [31:0]  ocl_wdata,
    input  logic [3:0]   ocl_wstrb,
    input  logic         ocl_wvalid,
    output logic         ocl_wready,
    output logic [1:0]   ocl_bresp,
    output logic         ocl_bvalid,
    input  logic         ocl_bready,
    input  logic [31:0]  ocl_araddr,
    input  logic         ocl_arvalid,
    output logic         ocl_arready,
    output logic [31:0]  ocl_rdata,
    output logic [1:0]   ocl_rresp,
    output logic         ocl_rvalid,
    input  logic         ocl_rready,
    // BAR1
    input  logic [31:0]  bar1_awaddr,
    input  logic         bar1_awvalid,
    output logic         bar1_awready,
    input  logic [31:0]  bar1_wdata,
    input  logic [3:0]   bar1_wstrb,
    input  logic         bar1_wvalid,
    output logic         bar1_wready,
    output logic [1:0]   bar1_bresp,
    output logic         bar1_bvalid,
    input  logic         bar1_bready,
    input  logic [31:0]  bar1_araddr,
    input  logic         bar1_arvalid,
    output logic         bar1_arready,
    output logic [31:0]  bar1_rdata,
    output logic [1:0]   bar1_rresp,
    output logic         bar1_rvalid,
    input  logic         bar1_rready,
    // BAR4; the shell has no burst signals, all its bursts are INCR
    input  logic [5:0]   pcis_awid,
    input  logic [63:0]  pcis_awaddr,
    input  logic [7:0]   pcis_awlen,
    input  logic [2:0]   pcis_awsize,
    input  logic [1:0]   pcis_awburst,
    input  logic         pcis_awvalid,
    output logic         pcis_awready,
    input  logic [511:0] pcis_wdata,
    input  logic [63:0]  pcis_wstrb,
    input  logic         pcis_wlast,
    input  logic         pcis_wvalid,
    output logic         pcis_wready,
    output logic [5:0]   pcis_bid,
    output logic [1:0]   pcis_bresp,
    output logic         pcis_bvalid,
    input  logic         pcis_bready,
    input  logic [5:0]   pcis_arid,
    input  logic [63:0]  pcis_araddr,
    input  logic [7:0]   pcis_arlen,
    input  logic [2:0]   pcis_arsize,
    input  logic [1:0]   pcis_arburst,
    input  logic         pcis_arvalid,
    output logic         pcis_arready,
    output logic [5:0]   pcis_rid,
    output logic [511:0] pcis_rdata,
    output logic [1:0]   pcis_rresp,
    output logic         pcis_rlast,
    output logic         pcis_rvalid,
    input  logic         pcis_rready,
    // Interrupts and function-level reset
    output logic [15:0]  irq_req,
    input  logic [15:0]  irq_ack,
    input  logic         flr_assert,
    output logic         flr_done
);
  // What a simulation does not touch is left open on purpose.
  /* verilator lint_off PINMISSING */
  cl_hermes cl (
      .clk_main_a0(clk), .rst_main_n(rst_n),
      .sh_ocl_awaddr(ocl_awaddr), .sh_ocl_awvalid(ocl_awvalid), .ocl_sh_awready(ocl_awready),
      .sh_ocl_wdata(ocl_wdata), .sh_ocl_wstrb(ocl_wstrb), .sh_ocl_wvalid(ocl_wvalid), .ocl_sh_wready(ocl_wready),
      .ocl_sh_bresp(ocl_bresp), .ocl_sh_bvalid(ocl_bvalid), .sh_ocl_bready(ocl_bready),
      .sh_ocl_araddr(ocl_araddr), .sh_ocl_arvalid(ocl_arvalid), .ocl_sh_arready(ocl_arready),
      .ocl_sh_rdata(ocl_rdata), .ocl_sh_rresp(ocl_rresp), .ocl_sh_rvalid(ocl_rvalid), .sh_ocl_rready(ocl_rready),
      .sh_bar1_awaddr(bar1_awaddr), .sh_bar1_awvalid(bar1_awvalid), .bar1_sh_awready(bar1_awready),
      .sh_bar1_wdata(bar1_wdata), .sh_bar1_wstrb(bar1_wstrb), .sh_bar1_wvalid(bar1_wvalid), .bar1_sh_wready(bar1_wready),
      .bar1_sh_bresp(bar1_bresp), .bar1_sh_bvalid(bar1_bvalid), .sh_bar1_bready(bar1_bready),
      .sh_bar1_araddr(bar1_araddr), .sh_bar1_arvalid(bar1_arvalid), .bar1_sh_arready(bar1_arready),
      .bar1_sh_rdata(bar1_rdata), .bar1_sh_rresp(bar1_rresp), .bar1_sh_rvalid(bar1_rvalid), .sh_bar1_rready(bar1_rready),
      .sh_cl_dma_pcis_awid(pcis_awid), .sh_cl_dma_pcis_awaddr(pcis_awaddr), .sh_cl_dma_pcis_awlen(pcis_awlen),
      .sh_cl_dma_pcis_awsize(pcis_awsize), .sh_cl_dma_pcis_awvalid(pcis_awvalid), .cl_sh_dma_pcis_awready(pcis_awready),
      .sh_cl_dma_pcis_wdata(pcis_wdata), .sh_cl_dma_pcis_wstrb(pcis_wstrb), .sh_cl_dma_pcis_wlast(pcis_wlast),
      .sh_cl_dma_pcis_wvalid(pcis_wvalid), .cl_sh_dma_pcis_wready(pcis_wready),
      .cl_sh_dma_pcis_bid(pcis_bid), .cl_sh_dma_pcis_bresp(pcis_bresp), .cl_sh_dma_pcis_bvalid(pcis_bvalid),
      .sh_cl_dma_pcis_bready(pcis_bready),
      .sh_cl_dma_pcis_arid(pcis_arid), .sh_cl_dma_pcis_araddr(pcis_araddr), .sh_cl_dma_pcis_arlen(pcis_arlen),
      .sh_cl_dma_pcis_arsize(pcis_arsize), .sh_cl_dma_pcis_arvalid(pcis_arvalid), .cl_sh_dma_pcis_arready(pcis_arready),
      .cl_sh_dma_pcis_rid(pcis_rid), .cl_sh_dma_pcis_rdata(pcis_rdata), .cl_sh_dma_pcis_rresp(pcis_rresp),
      .cl_sh_dma_pcis_rlast(pcis_rlast), .cl_sh_dma_pcis_rvalid(pcis_rvalid), .sh_cl_dma_pcis_rready(pcis_rready),
      .cl_sh_apppf_irq_req(irq_req), .sh_cl_apppf_irq_ack(irq_ack),
      .sh_cl_flr_assert(flr_assert), .cl_sh_flr_done(flr_done)
  );
  /* verilator lint_on PINMISSING */

  // An answer that was offered stands, unchanged, until it is taken: the AXI models do not look after that.
  watch #(.WIDTH(2)) watch_ocl_b (.clk, .rst_n, .valid(ocl_bvalid), .ready(ocl_bready), .payload(ocl_bresp));
  watch #(.WIDTH(34)) watch_ocl_r (.clk, .rst_n, .valid(ocl_rvalid), .ready(ocl_rready), .payload({ocl_rdata, ocl_rresp}));
  watch #(.WIDTH(34)) watch_bar1_r (.clk, .rst_n, .valid(bar1_rvalid), .ready(bar1_rready), .payload({bar1_rdata, bar1_rresp}));
  watch #(.WIDTH(8)) watch_pcis_b (.clk, .rst_n, .valid(pcis_bvalid), .ready(pcis_bready), .payload({pcis_bid, pcis_bresp}));
  watch #(.WIDTH(521)) watch_pcis_r (
      .clk, .rst_n, .valid(pcis_rvalid), .ready(pcis_rready), .payload({pcis_rid, pcis_rdata, pcis_rresp, pcis_rlast})
  );
endmodule

module watch #(
    parameter int WIDTH = 1
) (
    input logic             clk,
    input logic             rst_n,
    input logic             valid,
    input logic             ready,
    input logic [WIDTH-1:0] payload
);
  logic             refused = 1'b0;
  logic [WIDTH-1:0] offered;
  always_ff @(posedge clk) begin
    refused <= rst_n && valid && !ready;
    offered <= payload;
    if (refused && rst_n) assert (valid && payload == offered) else $error("an offer was changed or withdrawn: %m");
  end
endmodule
