// The multiplier adds up the products of pieces: of 26, 26 and 12 bits of the left operand, and 17, 17,
// 17 and 13 of the right one. Each step is compared with its formula modulo 2^64; that all products of
// pieces, each at its place, make the product of the whole is the distributive law.
module multiplier_properties (
  input logic        clk,
  input logic        first,
  input logic [63:0] left,
  input logic [63:0] right,
  input logic [63:0] product,
  // Inside: the products of pieces in the second stage, and their sums in the third.
  input logic [42:0] p00,
  input logic [42:0] p01,
  input logic [29:0] p02,
  input logic [12:0] p03,
  input logic [37:0] p10,
  input logic [20:0] p11,
  input logic [3:0]  p12,
  input logic [11:0] p20,
  input logic [63:0] even,
  input logic [37:0] odd
);

  // Cycles since reset: the stages are full after three.
  logic [1:0] age;
  wire        full = age == 2'd3;
  always @(posedge clk) age <= first ? 2'd1 : full ? age : age + 2'd1;

  logic [25:0] a0;
  logic [25:0] a1;
  logic [11:0] a2;
  logic [16:0] b0;
  logic [16:0] b1;
  logic [16:0] b2;
  logic [12:0] b3;
  logic [63:0] even_terms;
  logic [63:0] odd_terms;
  always @(posedge clk) begin
    {a2, a1, a0} <= left;
    {b3, b2, b1, b0} <= right;
    even_terms <= {21'd0, p00} + ({21'd0, p01} << 17) + ({43'd0, p11} << 43) + ({60'd0, p12} << 60);
    odd_terms <= ({26'd0, p10} << 26) + ({34'd0, p02} << 34) + ({51'd0, p03} << 51) + ({52'd0, p20} << 52);
  end

  wire [42:0] q00 = {17'd0, a0} * {26'd0, b0};
  wire [42:0] q01 = {17'd0, a0} * {26'd0, b1};
  wire [42:0] q02 = {17'd0, a0} * {26'd0, b2};
  wire [38:0] q03 = {13'd0, a0} * {26'd0, b3};
  wire [42:0] q10 = {17'd0, a1} * {26'd0, b0};
  wire [42:0] q11 = {17'd0, a1} * {26'd0, b1};
  wire [42:0] q12 = {17'd0, a1} * {26'd0, b2};
  wire [28:0] q20 = {17'd0, a2} * {12'd0, b0};

  always @(posedge clk) begin
    if (!first && full) begin
      products: assert (p00 == q00 && p01 == q01 && p02 == q02[29:0] && p03 == q03[12:0] &&
                        p10 == q10[37:0] && p11 == q11[20:0] && p12 == q12[3:0] && p20 == q20[11:0]);
      even_sum: assert (even == even_terms);
      odd_sum: assert ({odd, 26'd0} == odd_terms);
      whole_sum: assert (product == even + {odd, 26'd0});

      all_ones: cover (product == 64'd1 && even != 64'd1);
    end
  end

endmodule
