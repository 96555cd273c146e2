# SPDX-License-Identifier: Apache-2.0
# Builds cl_hermes from its sources to the archive of which AWS makes an image. Run by the kit's aws_build_dcp_from_cl.sh,
# in this folder; build.sh calls that with the options that this design needs.

lassign $argv timestamp strategy hdk_version shell_version device_id vendor_id subsystem_id subsystem_vendor_id \
  clock_recipe_a clock_recipe_b clock_recipe_c uram_option notify_via_sns
# All further arguments are options of synth_design.
set VDEFINES [lrange $argv 13 end]

set CL_MODULE cl_hermes
set TOP top_sp

proc say {text} { puts "hermes: [clock format [clock seconds] -format %T] $text" }
proc fail {text} {
  puts stderr "hermes: error: $text"
  exit 2
}

foreach name {CL_DIR HDK_SHELL_DIR HDK_SHELL_DESIGN_DIR} {
  if {![info exists ::env($name)]} { fail "$name is not set; source hdk_setup.sh of the kit and export CL_DIR" }
  set $name $::env($name)
}
# Hours are lost when these are wrong.
if {$clock_recipe_a ne "@RECIPE@"} {
  fail "clock recipe $clock_recipe_a; this tree is made for @RECIPE@, @CLOCK@ MHz: pass -clock_recipe_a @RECIPE@"
}
if {$uram_option < @URAM_OPTION@} {
  fail "-uram_option $uram_option; this design uses @URAM@ UltraRAMs: pass -uram_option @URAM_OPTION@"
}

# Folders and files as the kit's step_user.tcl expects them.
set implDir $CL_DIR/build/checkpoints
set rptDir $CL_DIR/build/reports
set to_aws $implDir/to_aws
file mkdir $implDir $rptDir $to_aws

set scripts $HDK_SHELL_DIR/build/scripts
source $scripts/strategy_$strategy.tcl
source $scripts/device_type.tcl
source $scripts/step_user.tcl

say "Encrypting the sources"
source encrypt.tcl

# Without it clock routing of the linked design may be pruned.
set_param hd.clockRoutingWireReduction false
source synth_cl_hermes.tcl

say "Linking the custom logic into the shell"
set synthesised $implDir/$timestamp.CL.post_synth.dcp
create_project -part [DEVICE_TYPE] -in_memory
add_files $HDK_SHELL_DIR/build/checkpoints/from_aws/SH_CL_BB_routed.dcp
add_files $synthesised
set_property SCOPED_TO_CELLS {WRAPPER_INST/CL} [get_files $synthesised]
read_xdc $CL_DIR/build/constraints/cl_pnr_user.xdc
set_property PROCESSING_ORDER LATE [get_files cl_pnr_user.xdc]
link_design -top $TOP -part [DEVICE_TYPE] -reconfig_partitions {WRAPPER_INST/SH WRAPPER_INST/CL}
source $scripts/aws_clock_properties.tcl
write_checkpoint -force $implDir/$timestamp.post_link.dcp

# The strategy says which steps to take, and with which options.
foreach {wanted settings step} {
  opt      opt   opt_design
  place    place place_design
  phys_opt phys  phys_opt_design
  route    route route_design
} {
  if {![set $wanted]} continue
  say $step
  set options [set ${settings}_options]
  if {$psip && $step eq "place_design"} { append options " -fanout_opt" }
  impl_step $step $TOP $options [set ${settings}_directive] [set ${settings}_preHookTcl] [set ${settings}_postHookTcl]
  if {$psip && $step eq "opt_design"} { impl_step opt_design $TOP "-merge_equivalent_drivers -sweep" }
}
set slack [get_property SLACK [get_timing_paths]]
# A small miss is worth another pass; a large one is not.
if {$route_phys_opt && $slack < 0 && $slack > -0.4} {
  say "route_phys_opt_design, slack $slack ns"
  impl_step route_phys_opt_design $TOP $post_phys_options $post_phys_directive $post_phys_preHookTcl $post_phys_postHookTcl
  set slack [get_property SLACK [get_timing_paths]]
}
report_timing_summary -file $rptDir/$timestamp.SH_CL_final_timing_summary.rpt
write_checkpoint -force $implDir/$timestamp.SH_CL_routed.dcp
if {$slack < 0} { fail "timing is missed by [expr {-$slack}] ns; the routed design is kept, but nothing is made for AWS" }

say "Packing the archive for AWS"
set routed $timestamp.SH_CL_routed.dcp
write_checkpoint -encrypt -force $to_aws/$routed
close_project

set manifest [open $to_aws/$timestamp.manifest.txt w]
foreach {key value} [list \
  manifest_format_version 2 \
  pci_vendor_id $vendor_id \
  pci_device_id $device_id \
  pci_subsystem_id $subsystem_id \
  pci_subsystem_vendor_id $subsystem_vendor_id \
  dcp_hash [lindex [exec sha256sum $to_aws/$routed] 0] \
  shell_version $shell_version \
  dcp_file_name $routed \
  hdk_version $hdk_version \
  tool_version v[string range [version -short] 0 5] \
  date $timestamp \
  clock_recipe_a $clock_recipe_a \
  clock_recipe_b $clock_recipe_b \
  clock_recipe_c $clock_recipe_c \
] {
  puts $manifest "$key=$value"
}
close $manifest
set archive to_aws/$timestamp.Developer_CL.tar
exec tar -C $implDir -cf $implDir/$archive to_aws/$routed to_aws/$timestamp.manifest.txt
say "Done: build/checkpoints/$archive"

if {$notify_via_sns eq "1" && [info exists ::env(EMAIL)]} {
  exec $::env(AWS_FPGA_REPO_DIR)/shared/bin/scripts/notify_via_sns.py
}
