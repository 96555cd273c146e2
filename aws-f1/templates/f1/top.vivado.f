# Everything that XSIM compiles for a test; Makefile sets the variables.
-define VIVADO_SIM
-sourcelibext .v
-sourcelibext .sv
-sourcelibext .svh
-sourcelibdir ${SH_LIB_DIR}
-sourcelibdir ${SH_INF_DIR}
-sourcelibdir ${SH_SH_DIR}
-include ${CL_ROOT}/design
-include ${CL_ROOT}/verif/tests
-include ${SH_LIB_DIR}
-include ${SH_INF_DIR}
-include ${SH_SH_DIR}
-include ${HDK_COMMON_DIR}/verif/include
-include ${XILINX_IP}/axi_register_slice/hdl
# What the model of the shell uses in front of its own DRAM.
${XILINX_IP}/axi_register_slice/hdl/axi_infrastructure_v1_1_vl_rfs.v
${XILINX_IP}/axi_register_slice/hdl/axi_register_slice_v2_1_vl_rfs.v
${XILINX_IP}/axi_register_slice/sim/axi_register_slice.v
${XILINX_IP}/axi_clock_converter_0/hdl/fifo_generator_v13_2_rfs.v
${XILINX_IP}/axi_clock_converter_0/hdl/axi_clock_converter_v2_1_vl_rfs.v
${XILINX_IP}/axi_clock_converter_0/sim/axi_clock_converter_0.v
# The custom logic.
@DESIGN_LIST@
# The kit's test bench, and the test.
-f ${HDK_COMMON_DIR}/verif/tb/filelists/tb.${SIMULATOR}.f
${TEST_NAME}
