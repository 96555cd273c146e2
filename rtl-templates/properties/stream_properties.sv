// What everything that passes a stream on promises: each item leaves once, in order and unchanged, and
// not later than it should. One item, any that ever enters, is followed from its push to its pop.
module stream_properties #(
  parameter WIDTH = 8,
  // Items that fit.
  parameter CAPACITY = 4,
  // Cycles for which an item may wait inside while nothing is offered.
  parameter LATENCY = 0,
  // 1: an item can leave in the cycle in which it enters.
  parameter THROUGH = 0
) (
  input logic             clk,
  input logic             rst_n,
  input logic             push_valid,
  input logic             push_ready,
  input logic [WIDTH-1:0] push_bits,
  input logic             pop_valid,
  input logic             pop_ready,
  input logic [WIDTH-1:0] pop_bits,
  // Items inside, as they were counted here.
  output logic [$clog2(CAPACITY+2)-1:0] held
);

  localparam BITS = $clog2(CAPACITY + 2);

  (* anyseq *) logic follow;

  wire pushes = push_valid && push_ready;
  wire pops = pop_valid && pop_ready;

  logic             followed;
  logic [BITS-1:0]  ahead;
  logic [WIDTH-1:0] item;
  logic [3:0]       silent;
  logic             refused;
  logic [WIDTH-1:0] refused_bits;
  logic             stalled;
  logic [WIDTH-1:0] stalled_bits;

  wire passes = pushes && pops && held == 0;

  always @(posedge clk) begin
    refused <= rst_n && push_valid && !push_ready;
    refused_bits <= push_bits;
    stalled <= rst_n && pop_valid && !pop_ready;
    stalled_bits <= pop_bits;
    if (!rst_n) begin
      held <= '0;
      followed <= 1'b0;
      silent <= '0;
    end else begin
      held <= held + pushes - pops;
      silent <= (held == 0 || pop_valid) ? 4'd0 : silent + 4'd1;
      if (!followed) begin
        if (pushes && follow && !passes) begin
          followed <= 1'b1;
          item <= push_bits;
          ahead <= held - pops;
        end
      end else if (pops) begin
        ahead <= ahead - 1'b1;
        if (ahead == 0) followed <= 1'b0;
      end
    end
  end

  // The producer holds its offer, as every producer here does.
  always @(posedge clk) begin
    if (refused) assume (push_valid && push_bits == refused_bits);
  end

  always @(posedge clk) begin
    if (rst_n) begin
      holds_no_more: assert (held <= CAPACITY);
      nothing_made_up: assert (!pop_valid || held != 0 || (THROUGH && push_valid));
      in_order: assert (!(followed && pop_valid && ahead == 0) || pop_bits == item);
      passes_unchanged: assert (!(pop_valid && held == 0) || pop_bits == push_bits);
      holds_its_offer: assert (!stalled || (pop_valid && pop_bits == stalled_bits));
      in_time: assert (silent <= LATENCY);
      takes_when_empty: assert (held != 0 || push_ready);
      followed_is_inside: assert (!followed || ahead < held);

      fills: cover (held == CAPACITY);
      leaves: cover (followed && pops && ahead == 0 && item != 0);
    end
  end

endmodule
