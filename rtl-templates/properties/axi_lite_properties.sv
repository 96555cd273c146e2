// What the slave of an AXI4-Lite port promises: offers that stand, one answer to each access and none
// without, and an answer within a bounded time whatever the other direction does.
module axi_lite_properties #(
  // Accesses of a direction that the slave may hold at a time.
  parameter HOLDS = 2,
  // Cycles from the last word of an access, or of the answer before it, to its own answer.
  parameter BOUND = 12
) (
  input logic        clk,
  input logic        rst_n,
  input logic [31:0] awaddr,
  input logic        awvalid,
  input logic        awready,
  input logic [31:0] wdata,
  input logic [3:0]  wstrb,
  input logic        wvalid,
  input logic        wready,
  input logic [1:0]  bresp,
  input logic        bvalid,
  input logic        bready,
  input logic [31:0] araddr,
  input logic        arvalid,
  input logic        arready,
  input logic [31:0] rdata,
  input logic [1:0]  rresp,
  input logic        rvalid,
  input logic        rready
);

  // The master holds its offers.
  logic        aw_waits;
  logic        w_waits;
  logic        ar_waits;
  logic [31:0] awaddr_before;
  logic [31:0] araddr_before;
  logic [31:0] wdata_before;
  logic [3:0]  wstrb_before;
  // The slave's offers.
  logic        b_waits;
  logic        r_waits;
  logic [1:0]  bresp_before;
  logic [33:0] r_before;

  always @(posedge clk) begin
    aw_waits <= rst_n && awvalid && !awready;
    w_waits <= rst_n && wvalid && !wready;
    ar_waits <= rst_n && arvalid && !arready;
    b_waits <= rst_n && bvalid && !bready;
    r_waits <= rst_n && rvalid && !rready;
    awaddr_before <= awaddr;
    araddr_before <= araddr;
    wdata_before <= wdata;
    wstrb_before <= wstrb;
    bresp_before <= bresp;
    r_before <= {rresp, rdata};
    if (aw_waits) assume (awvalid && awaddr == awaddr_before);
    if (w_waits) assume (wvalid && wdata == wdata_before && wstrb == wstrb_before);
    if (ar_waits) assume (arvalid && araddr == araddr_before);
  end

  // Accesses that were taken and not yet answered.
  logic [2:0] addresses;
  logic [2:0] words;
  logic [2:0] reads;
  // Cycles that a party has waited for the slave.
  logic [4:0] write_silence;
  logic [4:0] read_silence;
  logic [4:0] address_refused;
  logic [4:0] word_refused;
  logic [4:0] read_refused;

  wire answers_write = bvalid && bready;
  wire answers_read = rvalid && rready;

  always @(posedge clk) begin
    if (!rst_n) begin
      addresses <= '0;
      words <= '0;
      reads <= '0;
      write_silence <= '0;
      read_silence <= '0;
      address_refused <= '0;
      word_refused <= '0;
      read_refused <= '0;
    end else begin
      addresses <= addresses + (awvalid && awready) - answers_write;
      words <= words + (wvalid && wready) - answers_write;
      reads <= reads + (arvalid && arready) - answers_read;
      write_silence <= (addresses == 0 || words == 0 || bvalid) ? '0 : write_silence + 1'b1;
      read_silence <= (reads == 0 || rvalid) ? '0 : read_silence + 1'b1;
      // An address may wait for its word and a word for its address, and both for the master.
      address_refused <= (awready || !awvalid || bvalid || words == 0) ? '0 : address_refused + 1'b1;
      word_refused <= (wready || !wvalid || bvalid || addresses == 0) ? '0 : word_refused + 1'b1;
      read_refused <= (arready || !arvalid || rvalid) ? '0 : read_refused + 1'b1;
    end
  end

  always @(posedge clk) begin
    if (rst_n) begin
      b_stands: assert (!b_waits || (bvalid && bresp == bresp_before));
      r_stands: assert (!r_waits || (rvalid && {rresp, rdata} == r_before));
      b_has_an_address: assert (!bvalid || addresses != 0);
      b_has_a_word: assert (!bvalid || words != 0);
      r_has_a_request: assert (!rvalid || reads != 0);
      b_is_okay: assert (!bvalid || bresp == 2'b00);
      r_is_okay: assert (!rvalid || rresp == 2'b00);
      holds_few: assert (addresses <= HOLDS && words <= HOLDS && reads <= HOLDS);
      write_is_answered: assert (write_silence <= BOUND);
      read_is_answered: assert (read_silence <= BOUND);
      address_is_taken: assert (address_refused <= BOUND);
      word_is_taken: assert (word_refused <= BOUND);
      read_is_taken: assert (read_refused <= BOUND);

      writes: cover (answers_write && words == HOLDS);
      reads_: cover (answers_read && reads == HOLDS);
      both: cover (bvalid && rvalid && !bready && !rready);
    end
  end

endmodule
