// RFC 9669, sections 4.1 to 4.3, as one combinational module: what an arithmetic instruction puts into
// its register, and whether a jump is taken. Written from the RFC; knows nothing of the engine but which
// of two operands each unit reads (`left`, `right`), so that proofs of units and of the pipeline meet.
module ebpf_specification (
  // The instruction: opcode, dst, src, off, imm from the lowest byte up.
  input  logic [63:0] slot,
  // What the registers dst and src hold.
  input  logic [63:0] dst,
  input  logic [63:0] src,
  // Classes ALU, ALU64, JMP, JMP32, without calls and exits.
  output logic        covered,
  // The RFC defines the instruction, every field that it does not use is 0, and r10 is not written.
  output logic        legal,
  // It writes dst: all but multiplications and divisions have `result`.
  output logic        arithmetic,
  output logic        multiplies,
  output logic        divides,
  output logic [63:0] result,
  output logic        jumps,
  output logic        taken,
  // In slots, from the one behind the jump.
  output logic [31:0] distance,
  // The operands that matter, and their values.
  output logic        uses_left,
  output logic        uses_right,
  output logic [63:0] left,
  output logic [63:0] right
);

  wire [7:0]  opcode = slot[7:0];
  wire [3:0]  dst_number = slot[11:8];
  wire [3:0]  src_number = slot[15:12];
  wire [15:0] off = slot[31:16];
  wire [31:0] imm = slot[63:32];
  wire [3:0]  code = opcode[7:4];
  wire        from_register = opcode[3];
  wire        alu32 = opcode[2:0] == 3'd4;
  wire        jmp = opcode[2:0] == 3'd5;
  wire        jmp32 = opcode[2:0] == 3'd6;
  wire        alu64 = opcode[2:0] == 3'd7;
  wire        alu = alu32 || alu64;
  wire        is_neg = alu && code == 4'h8;
  wire        is_mov = alu && code == 4'hb;
  wire        is_movsx = is_mov && off != 0;
  wire        is_end = alu && code == 4'hd;
  wire        always_jumps = (jmp || jmp32) && code == 4'h0;
  wire        compares = (jmp || jmp32) && code != 4'h0;

  // The second operand: a register, or the immediate with its sign.
  wire [63:0] s = from_register ? src : {{32{imm[31]}}, imm};
  wire [31:0] dst32 = dst[31:0];
  wire [31:0] s32 = s[31:0];

  assign covered = alu || jmp32 || (jmp && code != 4'h8 && code != 4'h9);
  assign multiplies = alu && code == 4'h2;
  assign divides = alu && (code == 4'h3 || code == 4'h9);
  assign arithmetic = alu;
  assign jumps = always_jumps || compares;
  assign distance = always_jumps && jmp32 ? imm : {{16{off[15]}}, off};

  // Which fields each instruction uses.
  wire source_fields = from_register ? src_number <= 4'd10 && imm == 0 : src_number == 0;

  always @* begin
    legal = 1'b0;
    if (alu) begin
      case (code)
        4'h0, 4'h1, 4'h2, 4'h4, 4'h5, 4'h6, 4'h7, 4'ha, 4'hc: legal = off == 0 && source_fields;
        4'h3, 4'h9: legal = off <= 16'd1 && source_fields;
        4'h8: legal = !from_register && src_number == 0 && off == 0 && imm == 0;
        4'hb:
          legal = source_fields &&
                  (off == 0 || (from_register && (off == 16'd8 || off == 16'd16 || (off == 16'd32 && alu64))));
        4'hd:
          legal = (alu32 || !from_register) && src_number == 0 && off == 0 &&
                  (imm == 32'd16 || imm == 32'd32 || imm == 32'd64);
        default: legal = 1'b0;
      endcase
      if (dst_number >= 4'd10) legal = 1'b0;
    end else if (always_jumps) begin
      legal = !from_register && dst_number == 0 && src_number == 0 && (jmp ? imm == 0 : off == 0);
    end else if (compares) begin
      legal = (code <= 4'h7 || (code >= 4'ha && code <= 4'hd)) && dst_number <= 4'd10 && source_fields;
    end
  end

  // Section 4.1.
  logic [63:0] wide;
  logic [31:0] narrow;
  always @* begin
    wide = '0;
    narrow = '0;
    case (code)
      4'h0: begin wide = dst + s; narrow = dst32 + s32; end
      4'h1: begin wide = dst - s; narrow = dst32 - s32; end
      4'h4: begin wide = dst | s; narrow = dst32 | s32; end
      4'h5: begin wide = dst & s; narrow = dst32 & s32; end
      4'h6: begin wide = dst << s[5:0]; narrow = dst32 << s[4:0]; end
      4'h7: begin wide = dst >> s[5:0]; narrow = dst32 >> s[4:0]; end
      4'h8: begin wide = 64'd0 - dst; narrow = 32'd0 - dst32; end
      4'ha: begin wide = dst ^ s; narrow = dst32 ^ s32; end
      4'hb:
        case (off)
          16'd8: begin wide = {{56{src[7]}}, src[7:0]}; narrow = {{24{src[7]}}, src[7:0]}; end
          16'd16: begin wide = {{48{src[15]}}, src[15:0]}; narrow = {{16{src[15]}}, src[15:0]}; end
          16'd32: begin wide = {{32{src[31]}}, src[31:0]}; narrow = src[31:0]; end
          default: begin wide = s; narrow = s32; end
        endcase
      4'hc: begin wide = $signed(dst) >>> s[5:0]; narrow = $signed(dst32) >>> s[4:0]; end
      default: ;
    endcase
  end

  // Section 4.2: to little endian truncates on a little-endian machine; the others swap.
  wire swaps = alu64 || from_register;
  wire [15:0] swapped16 = {dst[7:0], dst[15:8]};
  wire [31:0] swapped32 = {dst[7:0], dst[15:8], dst[23:16], dst[31:24]};
  wire [63:0] swapped64 = {dst[7:0], dst[15:8], dst[23:16], dst[31:24],
                           dst[39:32], dst[47:40], dst[55:48], dst[63:56]};
  logic [63:0] ordered;
  always @* begin
    case (imm)
      32'd16: ordered = {48'd0, swaps ? swapped16 : dst[15:0]};
      32'd32: ordered = {32'd0, swaps ? swapped32 : dst[31:0]};
      default: ordered = swaps ? swapped64 : dst;
    endcase
  end

  assign result = is_end ? ordered : alu32 ? {32'd0, narrow} : wide;

  // Section 4.3.
  wire [63:0] a = jmp32 ? {32'd0, dst32} : dst;
  wire [63:0] b = jmp32 ? {32'd0, s32} : s;
  wire signed [63:0] signed_a = jmp32 ? {{32{dst32[31]}}, dst32} : dst;
  wire signed [63:0] signed_b = jmp32 ? {{32{s32[31]}}, s32} : s;
  always @* begin
    case (code)
      4'h0: taken = 1'b1;
      4'h1: taken = a == b;
      4'h2: taken = a > b;
      4'h3: taken = a >= b;
      4'h4: taken = (a & b) != 0;
      4'h5: taken = a != b;
      4'h6: taken = signed_a > signed_b;
      4'h7: taken = signed_a >= signed_b;
      4'ha: taken = a < b;
      4'hb: taken = a <= b;
      4'hc: taken = signed_a < signed_b;
      4'hd: taken = signed_a <= signed_b;
      default: taken = 1'b0;
    endcase
    if (!jumps) taken = 1'b0;
  end

  // The engine negates by subtracting from 0, and moves with sign from the left.
  assign uses_left = compares || (alu && !(is_mov && !is_movsx));
  assign uses_right = compares || (alu && !is_movsx && !is_end);
  assign left = is_neg ? 64'd0 : is_movsx ? src : dst;
  assign right = is_neg ? dst : s;

endmodule
