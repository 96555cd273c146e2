// What the write side of an AXI4 slave promises that answers in order: offers that stand, one answer to
// each burst, with its ID and after its last beat, none without a burst, all within a bounded time.
// One burst, any, is followed from its address to its answer.
module axi_write_properties #(
  // Bits of the ID that are looked at.
  parameter ID = 6,
  // Bits of the length that are used: bursts have up to 2^LENGTH beats.
  parameter LENGTH = 8,
  // Bursts under way.
  parameter HOLDS = 40,
  // Cycles for which the slave may be silent although the master holds nothing up.
  parameter BOUND = 31
) (
  input logic         clk,
  input logic         rst_n,
  input logic [2:0]   arsize,
  input logic [5:0]   awid,
  input logic [63:0]  awaddr,
  input logic [7:0]   awlen,
  input logic [2:0]   awsize,
  input logic         awvalid,
  input logic         awready,
  input logic [511:0] wdata,
  input logic [63:0]  wstrb,
  input logic         wvalid,
  input logic         wready,
  input logic [5:0]   bid,
  input logic [1:0]   bresp,
  input logic         bvalid,
  input logic         bready
);

  localparam COUNT = $clog2(HOLDS + 2);
  // Of a number of beats, positive or negative.
  localparam OWED = COUNT + LENGTH + 1;

  // The master: full beats, offers that stand.
  logic          aw_waits;
  logic          w_waits;
  logic [80:0]   aw_before;
  logic [575:0]  w_before;
  logic          b_waits;
  logic [ID+1:0] b_before;

  wire [ID+1:0] b_now = {bid[ID-1:0], bresp};

  always @(posedge clk) begin
    aw_waits <= rst_n && awvalid && !awready;
    w_waits <= rst_n && wvalid && !wready;
    b_waits <= rst_n && bvalid && !bready;
    aw_before <= {awid, awaddr, awlen, awsize};
    w_before <= {wdata, wstrb};
    b_before <= b_now;
    assume (awsize == 3'd6 && arsize == 3'd6 && awlen < 2 ** LENGTH);
    if (aw_waits) assume (awvalid && {awid, awaddr, awlen, awsize} == aw_before);
    if (w_waits) assume (wvalid && {wdata, wstrb} == w_before);
  end

  wire takes_aw = awvalid && awready;
  wire takes_w = wvalid && wready;
  wire gives = bvalid && bready;
  wire signed [OWED-1:0] announced = takes_aw ? $signed({1'b0, awlen[LENGTH-1:0]}) + 1 : 0;
  wire signed [OWED-1:0] came = takes_w ? 1 : 0;

  // Bursts taken and not yet answered; beats that are still to come, less those that came before their burst.
  logic [COUNT-1:0]       writes;
  logic signed [OWED-1:0] owed;

  (* anyseq *) logic follow;
  logic                   followed;
  logic [COUNT-1:0]       ahead;
  logic signed [OWED-1:0] owed_to_it;
  logic [ID-1:0]          id;
  logic [4:0]             silence;
  logic [4:0]             aw_refused;
  logic [4:0]             w_refused;

  always @(posedge clk) begin
    if (!rst_n) begin
      writes <= '0;
      owed <= '0;
      followed <= 1'b0;
      silence <= '0;
      aw_refused <= '0;
      w_refused <= '0;
    end else begin
      writes <= writes + takes_aw - gives;
      owed <= owed + announced - came;
      if (!followed) begin
        if (takes_aw && follow) begin
          followed <= 1'b1;
          ahead <= writes - gives;
          owed_to_it <= owed + announced - came;
          id <= awid[ID-1:0];
        end
      end else begin
        owed_to_it <= owed_to_it - came;
        if (gives) begin
          ahead <= ahead - 1'b1;
          if (ahead == 0) followed <= 1'b0;
        end
      end
      // Every beat of the one followed has come, and no answer is on offer.
      silence <= (!followed || owed_to_it > 0 || bvalid) ? '0 : silence + 1'b1;
      aw_refused <= (!awvalid || awready || bvalid || owed > 0) ? '0 : aw_refused + 1'b1;
      w_refused <= (!wvalid || wready || bvalid || owed <= 0) ? '0 : w_refused + 1'b1;
    end
  end

  wire own = followed && ahead == 0 && bvalid;

  always @(posedge clk) begin
    if (rst_n) begin
      stands: assert (!b_waits || (bvalid && b_now == b_before));
      has_a_burst: assert (!bvalid || writes != 0);
      comes_after_its_last_beat: assert (!own || owed_to_it <= 0);
      has_its_id: assert (!own || bid[ID-1:0] == id);
      okay_or_slave_error: assert (!bvalid || !bresp[0]);
      holds_few: assert (writes <= HOLDS);
      is_answered: assert (silence < BOUND);
      aw_is_taken: assert (aw_refused < BOUND);
      w_is_taken: assert (w_refused < BOUND);

      answered: cover (own && bready && bresp == 0 && id != 0);
      in_error: cover (own && bready && bresp != 0);
      queued: cover (followed && ahead == 2);
    end
  end

endmodule
