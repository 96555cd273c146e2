# SPDX-License-Identifier: Apache-2.0
# Synthesises cl_hermes out of context. Sourced by create_dcp_from_cl.tcl, whose variables it uses.

# Keeps the names of generated clocks from colliding with those of the shell.
set_param sta.enableAutoGenClkNamePersistence 0
create_project -in_memory -part [DEVICE_TYPE] -force

say "Clock constraints of recipe $clock_recipe_a"
source $HDK_SHELL_DIR/build/scripts/aws_gen_clk_constraints.tcl

say "Reading the custom logic"
source cl_hermes_sources.tcl
set files {}
foreach name $cl_sources { lappend files $CL_DIR/build/src_post_encryption/$name }
read_verilog -sv $files

say "Reading the kit's sh_ddr, whose controllers are all absent"
read_verilog -sv [list \
@KIT_SOURCES@
]

say "Reading constraints"
read_xdc [list \
  $CL_DIR/build/constraints/cl_clocks_aws.xdc \
  $HDK_SHELL_DIR/build/constraints/cl_ddr.xdc \
  $HDK_SHELL_DIR/build/constraints/cl_synth_aws.xdc \
  $CL_DIR/build/constraints/cl_synth_user.xdc \
]
# The shell's clocks are known to the linked design by themselves.
set_property USED_IN {synthesis implementation OUT_OF_CONTEXT} [get_files cl_clocks_aws.xdc]
set_property PROCESSING_ORDER EARLY [get_files cl_clocks_aws.xdc]

say "Synthesis"
update_compile_order -fileset sources_1
synth_design -top $CL_MODULE -part [DEVICE_TYPE] -mode out_of_context -verilog_define XSDB_SLV_DIS \
  {*}$VDEFINES {*}$synth_options -directive $synth_directive
write_checkpoint -force $CL_DIR/build/checkpoints/$timestamp.CL.post_synth.dcp

close_project
set_param sta.enableAutoGenClkNamePersistence 1
