// What an arbiter promises: one choice at a time that stands until it is served, the item of the one
// chosen, and, where it is fair, nobody who waits sees another one served twice.
module arbiter_properties #(
  parameter WIDTH = 4,
  parameter N = 3,
  parameter FAIR = 1,
  parameter BURSTS = 0
) (
  input logic                 clk,
  input logic                 rst_n,
  input logic [N-1:0]         in_valid,
  input logic [N-1:0]         in_ready,
  input logic [N*WIDTH-1:0]   in_bits,
  input logic [N-1:0]         in_last,
  input logic                 pop_valid,
  input logic                 pop_ready,
  input logic [WIDTH-1:0]     pop_bits,
  input logic [$clog2(N)-1:0] index
);

  // One who waits, and one who may be served meanwhile: any two.
  (* anyconst *) logic [$clog2(N)-1:0] waiter;
  (* anyconst *) logic [$clog2(N)-1:0] other;

  wire [N-1:0] chosen = {{N-1{1'b0}}, 1'b1} << index;
  wire         moves = pop_valid && pop_ready;
  wire         ends = moves && (!BURSTS || |(chosen & in_last));

  logic [N-1:0]         refused;
  logic [N*WIDTH-1:0]   refused_bits;
  logic [N-1:0]         refused_last;
  logic                 stands;
  logic [$clog2(N)-1:0] standing;
  logic                 served;

  integer i;
  always @(posedge clk) begin
    refused <= rst_n ? in_valid & ~in_ready : '0;
    refused_bits <= in_bits;
    refused_last <= in_last;
    standing <= index;
    stands <= rst_n && (pop_valid || stands) && !ends;
    if (!rst_n || !in_valid[waiter] || in_ready[waiter]) served <= 1'b0;
    else if (ends && index == other) served <= 1'b1;
  end

  always @(posedge clk) begin
    assume (waiter < N && other < N && waiter != other);
    for (i = 0; i < N; i = i + 1) begin
      if (refused[i])
        assume (in_valid[i] && in_last[i] == refused_last[i] &&
                in_bits[i*WIDTH +: WIDTH] == refused_bits[i*WIDTH +: WIDTH]);
    end
  end

  always @(posedge clk) begin
    if (rst_n) begin
      chooses_one_that_exists: assert (!pop_valid || index < N);
      chooses_one_that_asks: assert (!pop_valid || |(chosen & in_valid));
      takes_from_one_at_most: assert (in_ready == 0 || in_ready == chosen);
      takes_what_it_gives: assert (|(in_valid & in_ready) == moves);
      gives_the_item: assert (!pop_valid || pop_bits == in_bits[index*WIDTH +: WIDTH]);
      never_idles: assert (pop_valid || in_valid == 0 || (BURSTS && stands));
      choice_stands: assert (!stands || !pop_valid || index == standing);
      fair: assert (!FAIR || !(served && ends && index == other && in_valid[waiter]));
      first_wins: assert (FAIR || stands || !in_valid[0] || index == 0);

      all_ask: cover (&in_valid && pop_valid && index == N - 1);
      waits: cover (stands && !ends);
    end
  end

endmodule
