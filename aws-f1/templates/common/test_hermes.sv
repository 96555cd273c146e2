// SPDX-License-Identifier: Apache-2.0
// Takes a program and its data through the whole card, with the tasks of the kit's test bench: requests a program slot and a
// data slot, loads the program by DMA and the data by stores to BAR4, runs, reads the data back both ways, and compares with
// what the model of the device computes. Ends with TEST PASSED or TEST FAILED.

module test_hermes ();
  import tb_type_defines_pkg::*;
  `include "test_hermes_vectors.svh"

  // The channel of the DMA engine, and where its host buffers lie.
  localparam int          Channel  = 0;
  localparam logic [63:0] ToCard   = 64'h0000_1000;
  localparam logic [63:0] FromCard = 64'h0010_0000;

  localparam int PollLimit = 100000;

  int errors = 0;

  task automatic expect_equal(input string what, input logic [63:0] found, input logic [63:0] wanted);
    if (found === wanted) return;
    errors++;
    $display("[%t] : *** ERROR *** %s is %h, expected %h", $realtime, what, found, wanted);
  endtask

  task automatic register_read(input logic [63:0] address, output logic [31:0] value);
    logic [63:0] word;
    tb.peek_ocl(.addr(address), .data(word));
    value = word[31:0];
  endtask

  // One command on engine 0: `first` and `second` are bytes 8 and 9 of the request, `bytes` its bytes 12 to 15.
  task automatic command(input logic [7:0] opcode, input logic [7:0] first, input logic [7:0] second,
                         input logic [31:0] bytes, output logic [7:0] status, output logic [63:0] detail);
    logic [31:0] word;
    int polls = 0;
    tb.poke_ocl(.addr(Request), .data({16'h0001, 8'h00, opcode}));
    tb.poke_ocl(.addr(Request + 8), .data({16'h0000, second, first}));
    tb.poke_ocl(.addr(Request + 12), .data(bytes));
    tb.poke_ocl(.addr(Doorbell), .data(32'h1));
    do begin
      register_read(Doorbell, word);
      polls++;
    end while (!word[8] && polls < PollLimit);
    expect_equal("EHCMDDONE", 64'(word[8]), 64'h1);
    register_read(Response, word);
    expect_equal("identifier of the response", 64'(word[15:0]), 64'h1);
    status = word[23:16];
    register_read(Response + 8, detail[31:0]);
    register_read(Response + 12, detail[63:32]);
  endtask

  task automatic request_slot(input logic [7:0] slot_type, output logic [7:0] slot);
    logic [7:0]  status;
    logic [63:0] detail;
    command(RequestSlot, slot_type, 8'h00, 32'h0, status, detail);
    expect_equal("status of a slot request", 64'(status), 64'h0);
    slot = detail[7:0];
  endtask

  task automatic release_slot(input logic [7:0] slot_type, input logic [7:0] slot);
    logic [7:0]  status;
    logic [63:0] detail;
    command(ReleaseSlot, slot_type, slot, 32'h0, status, detail);
    expect_equal("status of a release", 64'(status), 64'h0);
  endtask

  task automatic wait_for_dma(input string what, input bit to_card);
    int polls = 0;
    bit done;
    do begin
      #10ns;
      done = to_card ? tb.is_dma_to_cl_done(.chan(Channel)) : tb.is_dma_to_buffer_done(.chan(Channel));
      polls++;
    end while (!done && polls < PollLimit);
    expect_equal(what, 64'(done), 64'h1);
    // Writes are posted: they have left the host, and are on their way.
    #1us;
  endtask

  logic [31:0] value;
  logic [31:0] program_offset, program_bytes, data_offset, data_bytes;
  logic [7:0]  program_slot, data_slot, status;
  logic [63:0] program_at, data_at, detail;
  logic [511:0] beat;

  initial begin
    tb.power_up(.clk_recipe_a(ClockRecipe::@RECIPE@), .clk_recipe_b(ClockRecipe::B0), .clk_recipe_c(ClockRecipe::C0));
    tb.nsec_delay(1000);

    register_read(Version, value);
    expect_equal("EHVER", 64'(value), 64'h1);
    register_read(ProgramOffset, program_offset);
    register_read(ProgramBytes, program_bytes);
    register_read(DataOffset, data_offset);
    register_read(DataBytes, data_bytes);

    request_slot(8'h00, program_slot);
    request_slot(8'h01, data_slot);
    program_at = 64'(program_offset) + 64'(program_slot) * 64'(program_bytes);
    data_at = 64'(data_offset) + 64'(data_slot) * 64'(data_bytes);

    for (int i = 0; i < ExampleProgramBytes; i++) begin
      tb.hm_put_byte(.addr(ToCard + 64'(i)), .d(ExampleProgram[8*i+:8]));
    end
    tb.que_buffer_to_cl(.chan(Channel), .src_addr(ToCard), .cl_addr(program_at), .len(28'(ExampleProgramBytes)));
    tb.start_que_to_cl(.chan(Channel));
    wait_for_dma("DMA of the program", 1'b1);
    for (int i = 0; i < ExampleDataBytes; i += 8) begin
      tb.poke(.addr(data_at + 64'(i)), .data(512'(ExampleData[8*i+:64])), .size(DataSize::UINT64),
              .intf(AxiPort::PORT_DMA_PCIS));
    end
    #1us;

    command(Run, program_slot, data_slot, ExampleProgramBytes, status, detail);
    expect_equal("status of the run", 64'(status), 64'h0);
    expect_equal("r0", detail, ExampleResult);

    tb.que_cl_to_buffer(.chan(Channel), .dst_addr(FromCard), .cl_addr(data_at), .len(28'(ExampleDataBytes)));
    tb.start_que_to_buffer(.chan(Channel));
    wait_for_dma("DMA of the data", 1'b0);
    for (int i = 0; i < ExampleDataBytes; i++) begin
      expect_equal($sformatf("byte %0d of the data, by DMA", i), {56'h0, tb.hm_get_byte(.addr(FromCard + 64'(i)))},
                   64'(ExampleAfter[8*i+:8]));
    end
    for (int i = 0; i < ExampleDataBytes; i += 8) begin
      tb.peek(.addr(data_at + 64'(i)), .data(beat), .size(DataSize::UINT64), .intf(AxiPort::PORT_DMA_PCIS));
      expect_equal($sformatf("word %0d of the data, in BAR4", i / 8), beat[63:0], ExampleAfter[8*i+:64]);
    end

    release_slot(8'h00, program_slot);
    release_slot(8'h01, data_slot);
    // The virtual LEDs show the virtual DIP switches.
    tb.set_virtual_dip_switch(.dip(32'h5a5a));
    tb.nsec_delay(100);
    expect_equal("virtual LEDs", 64'(tb.get_virtual_led()), 64'h5a5a);

    expect_equal("protocol errors", 64'(tb.chk_prot_err_stat()), 64'h0);
    tb.power_down();
    $display("[%t] : %0d errors", $realtime, errors);
    $display("*** TEST %s ***", errors == 0 ? "PASSED" : "FAILED");
    $finish;
  end
endmodule
