// The pipeline of the engine, whatever its units compute: each instruction retires once, in the order of
// the program, with the operands that its registers hold after all before it, and with the result that
// its unit made of them. One register and one slot of the program, any, are followed.
module pipeline_properties #(
  parameter PC = 5
) (
  input logic          clk,
  input logic          rst_n,
  input logic          first,
  input logic          run_start,
  input logic [31:0]   run_length,
  input logic          run_changed,
  input logic          program_valid,
  input logic [511:0]  program_line,
  input logic          retire_valid,
  input logic [PC-1:0] retire_pc,
  input logic [PC-1:0] retire_next_pc,
  input logic [63:0]   retire_instruction,
  input logic          retire_register_write,
  input logic [3:0]    retire_register,
  input logic [63:0]   retire_value,
  input logic          retire_memory_write,
  input logic [63:0]   retire_data,
  input logic [7:0]    retire_error,
  input logic          retire_last,
  input logic          memory_request_ready,
  // Inside: the loader asks for a line of the program; the instruction that leaves execute, and the one that leaves memory.
  input logic          loader_request,
  input logic          writes,
  input logic          sets,
  input logic          execute_firing,
  input logic [63:0]   execute_slot,
  input logic [63:0]   execute_left,
  input logic [63:0]   execute_right,
  input logic [63:0]   execute_address,
  input logic [63:0]   execute_result,
  input logic          execute_taken,
  input logic          memory_firing
);

  // One program, started at once.
  logic was_first;
  always @(posedge clk) begin
    was_first <= first;
    assume (run_start == was_first);
    assume (!run_changed);
    // The register file is a RAM, which reset does not guard: flip-flops that come up as 0 write nothing into it.
    if (first) assume (!writes && !sets);
  end

  // What the ALU is proved to say of jumps; it is set free here.
  wire [7:0] opcode_now = execute_slot[7:0];
  wire       may_jump = opcode_now[2:0] == 3'd5 || opcode_now[2:0] == 3'd6;
  always @(posedge clk) begin
    if (!may_jump || opcode_now == 8'h95) assume (!execute_taken);
    if (opcode_now == 8'h05 || opcode_now == 8'h06 || opcode_now == 8'h85) assume (execute_taken);
  end

  // Values that belong to the instruction in the memory stage, and in writeback.
  logic [63:0] memory_left;
  logic [63:0] memory_right;
  logic [63:0] memory_address;
  logic [63:0] memory_result;
  logic        memory_taken;
  logic [63:0] left;
  logic [63:0] right;
  logic [63:0] address;
  logic [63:0] result;
  logic        taken;
  always @(posedge clk) begin
    if (execute_firing) begin
      memory_left <= execute_left;
      memory_right <= execute_right;
      memory_address <= execute_address;
      memory_result <= execute_result;
      memory_taken <= execute_taken;
    end
    if (memory_firing) begin
      left <= memory_left;
      right <= memory_right;
      address <= memory_address;
      result <= memory_result;
      taken <= memory_taken;
    end
  end

  // The register that is followed. What a call saves and an exit brings back is not.
  (* anyconst *) logic [3:0] number;
  logic        known;
  logic [63:0] value;

  wire [63:0] slot = retire_instruction;
  wire [7:0]  opcode = slot[7:0];
  wire        moves_frame = opcode == 8'h85 || opcode == 8'h95;
  wire        retires = retire_valid && retire_error == 0;
  always @(posedge clk) begin
    assume (number < 4'd10);
    if (!rst_n) known <= 1'b0;
    else if (retires) begin
      if (moves_frame) known <= known && number < 4'd6;
      if (retire_register_write && retire_register == number) begin
        known <= 1'b1;
        value <= retire_value;
      end
    end
  end

  wire dst_known = known && slot[11:8] == number;
  wire src_known = known && slot[15:12] == number;

  wire        covered;
  wire        legal;
  wire        arithmetic;
  wire        multiplies;
  wire        divides;
  wire        jumps;
  wire [31:0] distance;
  wire        uses_left;
  wire        uses_right;
  wire [63:0] expected_left;
  wire [63:0] expected_right;
  ebpf_specification specification (
    .slot       (slot),
    .dst        (value),
    .src        (value),
    .covered    (covered),
    .legal      (legal),
    .arithmetic (arithmetic),
    .multiplies (multiplies),
    .divides    (divides),
    .result     (),
    .jumps      (jumps),
    .taken      (),
    .distance   (distance),
    .uses_left  (uses_left),
    .uses_right (uses_right),
    .left       (expected_left),
    .right      (expected_right)
  );

  wire is_alu = opcode[2:0] == 3'd4 || opcode[2:0] == 3'd7;
  wire is_neg = is_alu && opcode[7:4] == 4'h8;
  wire is_movsx = is_alu && opcode[7:4] == 4'hb && slot[31:16] != 0;
  wire is_load = opcode[2:0] == 3'd1;
  wire is_store = opcode[2:0] == 3'd3 && opcode[7:5] == 3'd3;
  wire is_store_immediate = opcode[2:0] == 3'd2;
  wire is_lddw = opcode == 8'h18;
  wire left_known = is_neg || (is_movsx ? src_known : dst_known);
  wire right_known = is_neg ? dst_known : (!opcode[3] || src_known);
  wire [63:0] expected_address = value + {{48{slot[31]}}, slot[31:16]};

  // The slot of the program that is followed.
  (* anyconst *) logic [PC-1:0] place;
  logic        loaded;
  logic [63:0] content;
  logic [3:0]  lines;
  logic [3:0]  asked;
  always @(posedge clk) begin
    // Lines come when they were asked for.
    if (lines == asked) assume (!program_valid);
    if (!rst_n) asked <= '0;
    else if (loader_request && memory_request_ready) asked <= asked + 4'd1;
    if (!rst_n) begin
      lines <= '0;
      loaded <= 1'b0;
    end else if (program_valid) begin
      lines <= lines + 4'd1;
      if (lines == place[PC-1:3]) begin
        loaded <= 1'b1;
        content <= program_line[{place[2:0], 6'd0} +: 64];
      end
    end
  end

  // Where the program goes on.
  logic          goes_on;
  logic [PC-1:0] goes_to;
  always @(posedge clk) begin
    if (!rst_n) begin
      goes_on <= 1'b1;
      goes_to <= '0;
    end else if (retire_valid) begin
      goes_on <= !retire_last;
      goes_to <= retire_next_pc;
    end
  end

  // How many have retired.
  logic [3:0] retired;
  always @(posedge clk) begin
    if (!rst_n) retired <= '0;
    else if (retires && retired != 4'hf) retired <= retired + 4'd1;
  end

  wire [PC-1:0] behind = retire_pc + 1'b1;

  always @* begin
    if (rst_n && retire_valid) begin
      in_program_order: assert (goes_on && retire_pc == goes_to);
      is_the_programs: assert (!(loaded && retire_pc == place && retire_error == 0) || slot == content);
      illegal_fails: assert (!covered || legal || retire_error != 0);
      failure_is_last: assert (retire_error == 0 || retire_last);
    end
    if (rst_n && retires) begin
      left_is_current: assert (!(covered && uses_left && left_known) || left == expected_left);
      right_is_current: assert (!(covered && uses_right && right_known) || right == expected_right);
      load_address_is_current: assert (!(is_load && src_known) || address == expected_address);
      store_address_is_current:
        assert (!((is_store || is_store_immediate) && dst_known) || address == expected_address);
      stored_is_current: assert (!(is_store && src_known && retire_memory_write) || retire_data == value);
      writes_its_register: assert (!covered || retire_register_write == arithmetic);
      writes_dst: assert (!(covered && arithmetic) || retire_register == slot[11:8]);
      writes_its_result: assert (!(covered && arithmetic && !multiplies && !divides) || retire_value == result);
      goes_where_it_should:
        assert (!covered || retire_next_pc == (taken ? behind + distance[PC-1:0] : behind));
      lddw_takes_two: assert (!is_lddw || retire_next_pc == behind + 1'b1);

      forwards: cover (retired == 4'd2 && covered && arithmetic && left_known && !is_neg);
      stores_late: cover (is_store && src_known && retire_memory_write);
      goes_back: cover (covered && jumps && taken && retire_next_pc < retire_pc);
    end
  end

endmodule
