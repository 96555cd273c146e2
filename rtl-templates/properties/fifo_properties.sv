// What a FIFO promises beyond every stream: exactly DEPTH items fit, and it counts them.
module fifo_properties #(
  parameter WIDTH = 8,
  parameter DEPTH = 4,
  parameter LATENCY = 0
) (
  input logic                       clk,
  input logic                       rst_n,
  input logic                       push_valid,
  input logic                       push_ready,
  input logic [WIDTH-1:0]           push_bits,
  input logic                       pop_valid,
  input logic                       pop_ready,
  input logic [WIDTH-1:0]           pop_bits,
  input logic [$clog2(DEPTH+1)-1:0] count
);

  logic [$clog2(DEPTH+2)-1:0] held;

  stream_properties #(
    .WIDTH    (WIDTH),
    .CAPACITY (DEPTH),
    .LATENCY  (LATENCY)
  ) stream (
    .clk        (clk),
    .rst_n      (rst_n),
    .push_valid (push_valid),
    .push_ready (push_ready),
    .push_bits  (push_bits),
    .pop_valid  (pop_valid),
    .pop_ready  (pop_ready),
    .pop_bits   (pop_bits),
    .held       (held)
  );

  always @(posedge clk) begin
    if (rst_n) begin
      counts: assert (count == held);
      takes_until_full: assert (push_ready == (count != DEPTH));
    end
  end

endmodule
