// SPDX-License-Identifier: Apache-2.0
// cl_hermes with its buses under the names that AXI models look for, and a watch on what the CL drives. F2 is defined for the
// shell of F2.
`timescale 1ns / 1ps

// A register BAR: its ports here, and its pins on the CL, where they have one prefix in and one out.
`define LITE_PORTS(BUS) \
    input  logic [31:0]  BUS``_awaddr, \
    input  logic         BUS``_awvalid, \
    output logic         BUS``_awready, \
    input  logic [31:0]  BUS``_wdata, \
    input  logic [3:0]   BUS``_wstrb, \
    input  logic         BUS``_wvalid, \
    output logic         BUS``_wready, \
    output logic [1:0]   BUS``_bresp, \
    output logic         BUS``_bvalid, \
    input  logic         BUS``_bready, \
    input  logic [31:0]  BUS``_araddr, \
    input  logic         BUS``_arvalid, \
    output logic         BUS``_arready, \
    output logic [31:0]  BUS``_rdata, \
    output logic [1:0]   BUS``_rresp, \
    output logic         BUS``_rvalid, \
    input  logic         BUS``_rready

`define LITE_PINS(BUS, IN, OUT) \
      .IN``awaddr(BUS``_awaddr), .IN``awvalid(BUS``_awvalid), .OUT``awready(BUS``_awready), \
      .IN``wdata(BUS``_wdata), .IN``wstrb(BUS``_wstrb), .IN``wvalid(BUS``_wvalid), .OUT``wready(BUS``_wready), \
      .OUT``bresp(BUS``_bresp), .OUT``bvalid(BUS``_bvalid), .IN``bready(BUS``_bready), \
      .IN``araddr(BUS``_araddr), .IN``arvalid(BUS``_arvalid), .OUT``arready(BUS``_arready), \
      .OUT``rdata(BUS``_rdata), .OUT``rresp(BUS``_rresp), .OUT``rvalid(BUS``_rvalid), .IN``rready(BUS``_rready)

`ifdef F2
`define ID_BITS 16
`else
`define ID_BITS 6
`endif

module bench (
    input  logic         clk,
    input  logic         rst_n,
    // BAR0
    `LITE_PORTS(ocl),
    // A BAR with nothing behind it: BAR1 on F1, on F2 SDA
    `LITE_PORTS(empty),
    // BAR4; all bursts are INCR
    input  logic [`ID_BITS-1:0] pcis_awid,
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
    output logic [`ID_BITS-1:0] pcis_bid,
    output logic [1:0]   pcis_bresp,
    output logic         pcis_bvalid,
    input  logic         pcis_bready,
    input  logic [`ID_BITS-1:0] pcis_arid,
    input  logic [63:0]  pcis_araddr,
    input  logic [7:0]   pcis_arlen,
    input  logic [2:0]   pcis_arsize,
    input  logic [1:0]   pcis_arburst,
    input  logic         pcis_arvalid,
    output logic         pcis_arready,
    output logic [`ID_BITS-1:0] pcis_rid,
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
`ifdef F2
      `LITE_PINS(ocl, ocl_cl_, cl_ocl_),
      `LITE_PINS(empty, sda_cl_, cl_sda_),
      .sh_cl_dma_pcis_awburst(pcis_awburst), .sh_cl_dma_pcis_arburst(pcis_arburst),
`else
      `LITE_PINS(ocl, sh_ocl_, ocl_sh_),
      `LITE_PINS(empty, sh_bar1_, bar1_sh_),
`endif
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
  watch #(.WIDTH(34)) watch_empty_r (
      .clk, .rst_n, .valid(empty_rvalid), .ready(empty_rready), .payload({empty_rdata, empty_rresp})
  );
  watch #(.WIDTH(`ID_BITS + 2)) watch_pcis_b (
      .clk, .rst_n, .valid(pcis_bvalid), .ready(pcis_bready), .payload({pcis_bid, pcis_bresp})
  );
  watch #(.WIDTH(`ID_BITS + 515)) watch_pcis_r (
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
