// True dual-port RAM: each port reads or writes one row a cycle; a write leaves the port's q as it is. While one port writes
// a row the other must not touch it. Read data comes LATENCY (1 or more) edges after the address.
module ram_tdp #(
  parameter int    WIDTH   = 8,
  parameter int    DEPTH   = 2,
  parameter int    LANE    = WIDTH,
  parameter int    LATENCY = 1,
  // verilator lint_off UNUSEDPARAM
  parameter        STYLE   = "auto"
  // verilator lint_on UNUSEDPARAM
) (
  input  logic                                      clk,
  // verilator lint_off UNUSEDSIGNAL
  input  logic                                      rst_n,
  // verilator lint_on UNUSEDSIGNAL
  input  logic                                      a_enable,
  input  logic                                      a_write,
  input  logic [(DEPTH > 1 ? $clog2(DEPTH) : 1)-1:0] a_address,
  input  logic [WIDTH/LANE-1:0]                     a_mask,
  input  logic [WIDTH-1:0]                          a_data,
  output logic [WIDTH-1:0]                          a_q,
  input  logic                                      b_enable,
  input  logic                                      b_write,
  input  logic [(DEPTH > 1 ? $clog2(DEPTH) : 1)-1:0] b_address,
  input  logic [WIDTH/LANE-1:0]                     b_mask,
  input  logic [WIDTH-1:0]                          b_data,
  output logic [WIDTH-1:0]                          b_q
);
  (* ram_style = STYLE *) logic [WIDTH-1:0] rows [DEPTH];
  logic [WIDTH-1:0] a_pipe [LATENCY];
  logic [WIDTH-1:0] b_pipe [LATENCY];

  initial for (int row = 0; row < DEPTH; row++) rows[row] = '0;

  // Two plain `always` blocks on one array: the form that synthesis recognises as two ports.
  // verilator lint_off MULTIDRIVEN
  always @(posedge clk) begin
    if (a_enable) begin
      if (a_write) begin
        for (int i = 0; i < WIDTH / LANE; i++) if (a_mask[i]) rows[a_address][i*LANE +: LANE] <= a_data[i*LANE +: LANE];
      end else a_pipe[0] <= rows[a_address];
    end
    for (int i = 1; i < LATENCY; i++) a_pipe[i] <= a_pipe[i-1];
  end

  always @(posedge clk) begin
    if (b_enable) begin
      if (b_write) begin
        for (int i = 0; i < WIDTH / LANE; i++) if (b_mask[i]) rows[b_address][i*LANE +: LANE] <= b_data[i*LANE +: LANE];
      end else b_pipe[0] <= rows[b_address];
    end
    for (int i = 1; i < LATENCY; i++) b_pipe[i] <= b_pipe[i-1];
  end
  // verilator lint_on MULTIDRIVEN

  assign a_q = a_pipe[LATENCY-1];
  assign b_q = b_pipe[LATENCY-1];

`ifndef SYNTHESIS
  always @(posedge clk)
    if (rst_n && a_enable && b_enable && a_address == b_address && (a_write || b_write))
      $error("both ports use one row while one of them writes it");
`endif
endmodule
