// What the host reads in BAR0 of a device with one engine: at every address, after any writes. One word
// of 32 bits, any of all addresses, is followed. Written from the device's interface, not from its map.
module register_properties #(
  parameter PROGRAM_SLOTS = 1,
  parameter DATA_SLOTS = 1,
  parameter PROGRAM_BYTES = 128,
  parameter DATA_BYTES = 128,
  parameter DATA_OFFSET = 128,
  parameter STEP_LIMIT = 100,
  // The first four characters of the build version, in ascending addresses.
  parameter BUILD_0 = 0,
  parameter BUILD_1 = 0
) (
  input logic         clk,
  input logic         rst_n,
  input logic         flr,
  input logic [31:0]  ocl_awaddr,
  input logic         ocl_awvalid,
  input logic         ocl_awready,
  input logic [31:0]  ocl_wdata,
  input logic [3:0]   ocl_wstrb,
  input logic         ocl_wvalid,
  input logic         ocl_wready,
  input logic         ocl_bvalid,
  input logic         ocl_bready,
  input logic [31:0]  ocl_araddr,
  input logic         ocl_arvalid,
  input logic         ocl_arready,
  input logic [31:0]  ocl_rdata,
  input logic         ocl_rvalid,
  input logic         ocl_rready,
  // Inside: what the hardware shows in registers that the host only reads.
  input logic [15:0]  response_id,
  input logic [7:0]   response_status,
  input logic [63:0]  response_detail,
  input logic         executes,
  input logic         done,
  input logic [63:0]  cycles,
  input logic [63:0]  instructions
);

  (* anyconst *) logic [24:0] address;

  // The host: one write at a time, address and word together until each is taken; reads at any time, one at a time.
  logic        writes;
  logic        reads;
  logic [24:0] write_address;
  logic [24:0] read_address;
  logic [31:0] write_data;
  logic [3:0]  write_strobe;
  logic        address_taken;
  logic        word_taken;
  wire         takes_aw = ocl_awvalid && ocl_awready;
  wire         takes_w = ocl_wvalid && ocl_wready;
  wire         takes_ar = ocl_arvalid && ocl_arready;
  wire         gives_b = ocl_bvalid && ocl_bready;
  wire         gives_r = ocl_rvalid && ocl_rready;

  wire         is_read = reads && read_address[24:2] == address[24:2];
  wire         is_written = writes && write_address[24:2] == address[24:2];

  // What the word holds where the host writes, from the interface.
  wire [31:0]  word = {7'd0, address[24:2], 2'd0};
  wire         is_request = word >= 32'h1000 && word < 32'h1020;
  logic [31:0] held;
  // The word was written while it was read: either value is right.
  logic        overlaps;
  // What the hardware shows moved while the word was read.
  logic        moved;
  logic [31:0] shown;
  logic [31:0] shown_before;

  always @* begin
    shown = '0;
    case (word)
      32'h0000: shown = 32'd1;
      32'h0004: shown = BUILD_0;
      32'h0008: shown = BUILD_1;
      32'h0034: shown = {8'd0, DATA_SLOTS[7:0], PROGRAM_SLOTS[7:0], 8'd1};
      32'h0038: shown = 32'd0;
      32'h003c: shown = PROGRAM_BYTES;
      32'h0040: shown = DATA_OFFSET;
      32'h0044: shown = DATA_BYTES;
      32'h1020: shown = {8'd0, response_status, response_id};
      32'h1028: shown = response_detail[31:0];
      32'h102c: shown = response_detail[63:32];
      32'h2000: shown = {23'd0, done, 7'd0, executes};
      32'h3000: shown = "FPBe";
      32'h3004: shown = STEP_LIMIT;
      32'h3008: shown = {8'd0, 16'd512, 4'd8, 4'd4};
      32'h3100: shown = cycles[31:0];
      32'h3104: shown = cycles[63:32];
      32'h3108: shown = instructions[31:0];
      32'h310c: shown = instructions[63:32];
      default: shown = is_request ? held : '0;
    endcase
  end

  wire [31:0] mask = {{8{write_strobe[3]}}, {8{write_strobe[2]}}, {8{write_strobe[1]}}, {8{write_strobe[0]}}};

  always @(posedge clk) begin
    assume (!flr);
    if (writes && address_taken) assume (!ocl_awvalid);
    if (writes && word_taken) assume (!ocl_wvalid);
    if (reads) assume (!ocl_arvalid);
    shown_before <= shown;
    if (!rst_n) begin
      writes <= 1'b0;
      reads <= 1'b0;
      address_taken <= 1'b0;
      word_taken <= 1'b0;
      held <= '0;
      overlaps <= 1'b0;
      moved <= 1'b0;
    end else begin
      if (takes_aw) begin
        write_address <= ocl_awaddr[24:0];
        address_taken <= 1'b1;
      end
      if (takes_w) begin
        write_data <= ocl_wdata;
        write_strobe <= ocl_wstrb;
        word_taken <= 1'b1;
      end
      if (takes_aw || takes_w) writes <= 1'b1;
      if (gives_b) begin
        writes <= 1'b0;
        address_taken <= 1'b0;
        word_taken <= 1'b0;
        if (is_written && is_request) held <= (held & ~mask) | (write_data & mask);
      end
      if (takes_ar) begin
        reads <= 1'b1;
        read_address <= ocl_araddr[24:0];
        overlaps <= writes || takes_aw || takes_w;
        moved <= 1'b0;
      end else begin
        if (takes_aw || takes_w || writes) overlaps <= 1'b1;
        if (reads && shown != shown_before) moved <= 1'b1;
      end
      if (gives_r) reads <= 1'b0;
    end
  end

  // The shell routes 32 MiB.
  always @(posedge clk) begin
    assume (ocl_awaddr[31:25] == 0 && ocl_araddr[31:25] == 0);
    assume (!gives_b || (address_taken && word_taken));
  end

  always @(posedge clk) begin
    if (rst_n && is_read && ocl_rvalid) begin
      reads_what_is_there: assert (overlaps || moved || shown != shown_before || ocl_rdata == shown);
      unmapped_reads_zero:
        assert (ocl_rdata == 0 || word < 32'h48 || (word >= 32'h1000 && word < 32'h1030) ||
                word == 32'h2000 || (word >= 32'h3000 && word < 32'h300c) ||
                (word >= 32'h3100 && word < 32'h3110));

      request_read_back: cover (is_request && held[31:24] == 8'ha5 && ocl_rdata == held && !overlaps && held[7:0] == 0);
      unmapped_read: cover (word == 32'h1ff0000);
      version_read: cover (word == 0 && ocl_rdata == 1);
    end
  end

endmodule
