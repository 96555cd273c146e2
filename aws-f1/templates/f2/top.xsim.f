# Everything that XSIM compiles for a test; the kit sets the variables.
-define CL_NAME=cl_hermes
-define DISABLE_VJTAG_DEBUG
-include $CL_DIR/design
-include $CL_DIR/verif/tests
# The custom logic.
@DESIGN_LIST@
# The kit's test bench, and the test.
-f $HDK_COMMON_DIR/verif/tb/filelists/tb.${SIMULATOR}.f
${TEST_NAME}
