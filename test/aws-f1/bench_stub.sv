// What the test calls of the kit's test bench, as declarations: enough to compile against.
// verilator lint_off DECLFILENAME
// verilator lint_off UNUSEDSIGNAL
package tb_type_defines_pkg;
  virtual class ClockRecipe;
    typedef enum integer {A0 = 0, A1 = 1, A2 = 2} A_RECIPE;
    typedef enum integer {B0 = 0, B1 = 1} B_RECIPE;
    typedef enum integer {C0 = 0, C1 = 1} C_RECIPE;
  endclass
  virtual class DataSize;
    typedef enum integer {UINT8 = 0, UINT16 = 1, UINT32 = 2, UINT64 = 3} DATA_SIZE;
  endclass
  virtual class AxiPort;
    typedef enum integer {PORT_DMA_PCIS = 0, PORT_SDA = 1, PORT_OCL = 2, PORT_BAR1 = 3} AXI_PORT;
  endclass
endpackage

module tb ();
  import tb_type_defines_pkg::*;
  task power_up(input int slot_id = 0, ClockRecipe::A_RECIPE clk_recipe_a = ClockRecipe::A0,
                ClockRecipe::B_RECIPE clk_recipe_b = ClockRecipe::B0,
                ClockRecipe::C_RECIPE clk_recipe_c = ClockRecipe::C0);
  endtask
  task power_down(input int slot_id = 0);
  endtask
  task nsec_delay(int dly = 10000);
  endtask
  task poke(input int slot_id = 0, logic [63:0] addr, logic [511:0] data, logic [5:0] id = 6'h0,
            DataSize::DATA_SIZE size = DataSize::UINT32, AxiPort::AXI_PORT intf = AxiPort::PORT_DMA_PCIS);
  endtask
  task peek(input int slot_id = 0, logic [63:0] addr, output logic [511:0] data, input logic [5:0] id = 6'h0,
            DataSize::DATA_SIZE size = DataSize::UINT32, AxiPort::AXI_PORT intf = AxiPort::PORT_DMA_PCIS);
    data = '0;
  endtask
  task poke_ocl(input int slot_id = 0, logic [63:0] addr, logic [31:0] data, logic [5:0] id = 6'h0);
  endtask
  task peek_ocl(input int slot_id = 0, logic [63:0] addr, output logic [63:0] data, input logic [5:0] id = 6'h0);
    data = '0;
  endtask
  function void hm_put_byte(input longint unsigned addr, byte d);
  endfunction
  function byte hm_get_byte(input longint unsigned addr);
    return 8'h00;
  endfunction
  function void que_buffer_to_cl(input int slot_id = 0, int chan, logic [63:0] src_addr, logic [63:0] cl_addr,
                                 logic [27:0] len);
  endfunction
  function void que_cl_to_buffer(input int slot_id = 0, int chan, logic [63:0] dst_addr, logic [63:0] cl_addr,
                                 logic [27:0] len);
  endfunction
  function void start_que_to_cl(input int slot_id = 0, int chan);
  endfunction
  function void start_que_to_buffer(input int slot_id = 0, int chan);
  endfunction
  function bit is_dma_to_cl_done(input int slot_id = 0, input int chan);
    return 1'b1;
  endfunction
  function bit is_dma_to_buffer_done(input int slot_id = 0, input int chan);
    return 1'b1;
  endfunction
  function void set_virtual_dip_switch(input int slot_id = 0, int dip);
  endfunction
  function logic [15:0] get_virtual_led(input int slot_id = 0);
    return 16'h0;
  endfunction
  function logic chk_prot_err_stat(input int slot_id = 0);
    return 1'b0;
  endfunction
endmodule

module bench ();
  tb tb ();
  test_hermes test_hermes ();
endmodule
