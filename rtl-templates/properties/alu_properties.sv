// Decoder and ALU do what RFC 9669 says, for every instruction of the classes ALU, ALU64, JMP and JMP32
// but multiplications, divisions, calls and exits, and every value of its registers.
module alu_properties #(
  // The codes of operations that are looked at, one bit each: opcode bits 7 to 4.
  parameter ALU_CODES = 16'hffff,
  parameter JUMP_CODES = 16'hffff
) (
  input logic        clk,
  input logic [63:0] slot,
  input logic [63:0] left,
  input logic [63:0] right,
  input logic [63:0] result,
  input logic        taken,
  input logic [7:0]  error
);

  (* anyseq *) logic [63:0] dst;
  (* anyseq *) logic [63:0] src;
  wire         covered;
  wire         legal;
  wire         arithmetic;
  wire         multiplies;
  wire         divides;
  wire [63:0]  expected;
  wire         jumps;
  wire         expected_taken;
  wire         uses_left;
  wire         uses_right;
  wire [63:0]  expected_left;
  wire [63:0]  expected_right;
  ebpf_specification specification (
    .slot       (slot),
    .dst        (dst),
    .src        (src),
    .covered    (covered),
    .legal      (legal),
    .arithmetic (arithmetic),
    .multiplies (multiplies),
    .divides    (divides),
    .result     (expected),
    .jumps      (jumps),
    .taken      (expected_taken),
    .distance   (),
    .uses_left  (uses_left),
    .uses_right (uses_right),
    .left       (expected_left),
    .right      (expected_right)
  );

  wire [15:0] code = 16'd1 << slot[7:4];
  wire        looked_at = arithmetic ? |(code & ALU_CODES) : |(code & JUMP_CODES);

  always @(posedge clk) begin
    assume (!uses_left || left == expected_left);
    assume (!uses_right || right == expected_right);
  end

  always @(posedge clk) begin
    if (covered && looked_at) begin
      legal_is_accepted: assert (!legal || error == 0);
      illegal_is_refused: assert (legal || error != 0);
      computes: assert (!legal || !arithmetic || multiplies || divides || result == expected);
      jumps_where_it_should: assert (!legal || taken == expected_taken);

      arithmetic_seen: cover (!(|ALU_CODES) || (legal && arithmetic && expected[63] && slot[3]));
      jump_seen: cover (!(|JUMP_CODES) || (legal && jumps && expected_taken && slot[3]));
    end
  end

endmodule
