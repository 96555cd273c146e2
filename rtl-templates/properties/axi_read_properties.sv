// What the read side of an AXI4 slave promises that answers in order: offers that stand, the beats of
// each burst with the last one marked and its ID, none that was not asked for, all within a bounded time.
// One burst, any, is followed from its address to its last beat.
module axi_read_properties #(
  // Bits of ID and data that are looked at.
  parameter ID = 6,
  parameter DATA = 512,
  // Bits of the length that are used: bursts have up to 2^LENGTH beats.
  parameter LENGTH = 8,
  // Bursts under way.
  parameter HOLDS = 40,
  // Cycles for which the slave may be silent although the master holds nothing up.
  parameter BOUND = 15
) (
  input logic         clk,
  input logic         rst_n,
  input logic [2:0]   awsize,
  input logic [5:0]   arid,
  input logic [63:0]  araddr,
  input logic [7:0]   arlen,
  input logic [2:0]   arsize,
  input logic         arvalid,
  input logic         arready,
  input logic [5:0]   rid,
  input logic [511:0] rdata,
  input logic [1:0]   rresp,
  input logic         rlast,
  input logic         rvalid,
  input logic         rready
);

  localparam COUNT = $clog2(HOLDS + 2);

  // The master: full beats, offers that stand.
  logic               ar_waits;
  logic [80:0]        ar_before;
  logic               r_waits;
  logic [DATA+ID+2:0] r_before;

  wire [DATA+ID+2:0] r_now = {rid[ID-1:0], rresp, rlast, rdata[DATA-1:0]};

  always @(posedge clk) begin
    ar_waits <= rst_n && arvalid && !arready;
    r_waits <= rst_n && rvalid && !rready;
    ar_before <= {arid, araddr, arlen, arsize};
    r_before <= r_now;
    assume (awsize == 3'd6 && arsize == 3'd6 && arlen < 2 ** LENGTH);
    if (ar_waits) assume (arvalid && {arid, araddr, arlen, arsize} == ar_before);
  end

  wire takes = arvalid && arready;
  wire gives = rvalid && rready;

  // Bursts taken and not yet answered.
  logic [COUNT-1:0] reads;

  (* anyseq *) logic follow;
  logic              followed;
  logic [COUNT-1:0]  ahead;
  logic [LENGTH-1:0] beats;
  logic [ID-1:0]     id;
  logic [3:0]        silence;
  logic [3:0]        refused;

  always @(posedge clk) begin
    if (!rst_n) begin
      reads <= '0;
      followed <= 1'b0;
      silence <= '0;
      refused <= '0;
    end else begin
      reads <= reads + takes - (gives && rlast);
      if (!followed) begin
        if (takes && follow) begin
          followed <= 1'b1;
          ahead <= reads - (gives && rlast);
          beats <= arlen[LENGTH-1:0];
          id <= arid[ID-1:0];
        end
      end else if (gives) begin
        if (ahead != 0) ahead <= ahead - rlast;
        else begin
          beats <= beats - 1'b1;
          if (rlast) followed <= 1'b0;
        end
      end
      silence <= (reads == 0 || rvalid) ? '0 : silence + 1'b1;
      refused <= (!arvalid || arready || rvalid) ? '0 : refused + 1'b1;
    end
  end

  wire own = followed && ahead == 0 && rvalid;

  always @(posedge clk) begin
    if (rst_n) begin
      stands: assert (!r_waits || (rvalid && r_now == r_before));
      was_asked_for: assert (!rvalid || reads != 0);
      has_its_id: assert (!own || rid[ID-1:0] == id);
      last_is_last: assert (!own || rlast == (beats == 0));
      okay_or_slave_error: assert (!rvalid || !rresp[0]);
      holds_few: assert (reads <= HOLDS);
      is_answered: assert (silence < BOUND);
      is_taken: assert (refused < BOUND);

      answered: cover (own && rready && rlast && rresp == 0 && id != 0);
      in_error: cover (own && rready && rresp != 0);
      queued: cover (followed && ahead == 1);
    end
  end

endmodule
