# SPDX-License-Identifier: Apache-2.0
# Synthesises cl_hermes out of context. Sourced by the kit's build_all.tcl, whose variables it uses.

# Creates the project; reads the kit's library, sh_ddr and constraints.
source $HDK_SHELL_DIR/build/scripts/synth_cl_header.tcl

print "Reading the custom logic"
source cl_hermes_sources.tcl
set files {}
foreach name $cl_sources { lappend files $src_post_enc_dir/$name }
read_verilog -sv $files

print "Reading constraints"
read_xdc [list \
  $constraints_dir/cl_synth_user.xdc \
  $constraints_dir/cl_timing_user.xdc \
]
set_property PROCESSING_ORDER LATE [get_files cl_synth_user.xdc]
set_property PROCESSING_ORDER LATE [get_files cl_timing_user.xdc]

print "Synthesis"
update_compile_order -fileset sources_1
synth_design -top $CL -part $DEVICE_TYPE -mode out_of_context -verilog_define XSDB_SLV_DIS -keep_equivalent_registers

# Writes the checkpoint and closes the project.
source $HDK_SHELL_DIR/build/scripts/synth_cl_footer.tcl
