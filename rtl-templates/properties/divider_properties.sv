// Division of 64-bit magnitudes, digit by digit. Each step takes digit * divisor in place from the rest, and
// leaves less than the divisor in place (`steps`); the divisor in place is divisor * 4^pairs (`in_place`); the
// quotient takes the digit at its end (`appends`). The sum of the steps is dividend = quotient * divisor + rest
// with rest < divisor. Then signs and halves, as RFC 9669 has them.
module divider_properties (
  input logic        clk,
  input logic        rst_n,
  input logic        start,
  input logic [63:0] left,
  input logic [63:0] right,
  input logic        done,
  input logic [63:0] value,
  // Of the instruction that starts.
  input logic        is_signed,
  input logic        is_narrow,
  input logic        is_remainder,
  // Inside.
  input logic [63:0] rest,
  input logic [63:0] divisor,
  input logic [63:0] quotient,
  input logic [5:0]  pairs,
  input logic        aligning,
  input logic        running,
  input logic        takes_negative,
  input logic        takes_remainder,
  input logic        takes_low_half
);

  // The operation under way: operands as the RFC reads them, and their magnitudes.
  logic        busy;
  logic        narrow;
  logic        remainder;
  logic        left_minus;
  logic        right_minus;
  logic [63:0] n;
  logic [63:0] d;
  logic [63:0] rest_before;
  logic [63:0] divisor_before;
  logic [63:0] quotient_before;
  logic        stepped;
  logic [5:0]  age;

  wire [63:0] a = !is_narrow ? left : {{32{is_signed && left[31]}}, left[31:0]};
  wire [63:0] b = !is_narrow ? right : {{32{is_signed && right[31]}}, right[31:0]};

  // What the last step took away.
  wire [1:0]  digit = quotient[1:0];
  wire [65:0] taken = (digit[0] ? {2'd0, divisor_before} : 66'd0) + (digit[1] ? {1'b0, divisor_before, 1'b0} : 66'd0);

  always @(posedge clk) begin
    stepped <= rst_n && running && !start;
    divisor_before <= divisor;
    rest_before <= rest;
    quotient_before <= quotient;
    if (!rst_n) busy <= 1'b0;
    else if (start) begin
      busy <= 1'b1;
      narrow <= is_narrow;
      remainder <= is_remainder;
      left_minus <= is_signed && a[63];
      right_minus <= is_signed && b[63];
      n <= is_signed && a[63] ? -a : a;
      d <= is_signed && b[63] ? -b : b;
      age <= '0;
    end else if (busy && (aligning || running)) age <= age + 6'd1;
  end

  wire        over = busy && !aligning && !running;
  wire [63:0] magnitude = remainder ? rest : quotient;
  wire        minus = remainder ? left_minus : left_minus != right_minus;
  wire [63:0] whole = minus ? -magnitude : magnitude;

  // Not clocked: an assertion that is sampled would need one more cycle of induction.
  always @* begin
    if (rst_n && busy) begin
      knows_what_to_do: assert (takes_negative == minus && takes_remainder == remainder && takes_low_half == narrow);
      one_phase: assert (!(aligning && running));
      begins: assert (!aligning || (rest == n && divisor == d && quotient == 0 && !stepped));
      steps: assert (!stepped || ({2'd0, rest} + taken == {2'd0, rest_before} && rest < divisor_before));
      appends: assert (!stepped || quotient == {quotient_before[61:0], digit});
      rest_is_next_digits: assert (!running || {2'd0, rest} < {divisor, 2'd0});
      in_place: assert (!running || (d != 0 && divisor == d << {pairs, 1'b0} && d == divisor >> {pairs, 1'b0} && !pairs[5]));
      rest_is_less: assert (!over || d == 0 || rest < d);
      by_zero: assert (!over || d != 0 || (quotient == 0 && rest == n));
      has_its_sign: assert (!over || value == (narrow ? {32'd0, whole[31:0]} : whole));
      in_time: assert (age <= 6'd33 && (!aligning || age == 0) && (!running || {1'b0, age} + {1'b0, pairs} <= 7'd32));
      done_in_the_last: assert (!done || over || (aligning && d == 0) || (running && pairs == 0));

      long: cover (over && age == 6'd20 && remainder && left_minus && narrow == 0 && d > 1);
    end
    if (rst_n) idle: assert (busy || (!aligning && !running));
  end

endmodule
