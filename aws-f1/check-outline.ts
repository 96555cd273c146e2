/**
 * A kit in outline: the files that a build takes from it, with just enough in them that the flow can be followed without the
 * kit. What the kit's scripts promise to those of a custom logic (variables, procedures, the order of calls) is kept.
 */
import type { ShellName } from '../gen/config.ts';
import { f1KitSources, kits } from './build-kits.ts';

const shellFolder = 'hdk/common/shell_stable';

const f1Scripts: Readonly<Record<string, string>> = {
  'strategy_DEFAULT.tcl': `
    set synth_options "-keep_equivalent_registers -flatten_hierarchy rebuilt"
    set synth_directive default
    set psip 0
    foreach step {link opt place route} { set $step 1 }
    foreach step {phys_opt route_phys_opt} { set $step 0 }
    foreach step {opt place phys route post_phys} {
      foreach setting {options directive preHookTcl postHookTcl} { set \${step}_$setting "" }
    }`,
  'device_type.tcl': `proc DEVICE_TYPE {} { return ${kits.f1.part} }`,
  'step_user.tcl': `
    proc impl_step {phase top {options ""} {directive ""} {pre ""} {post ""}} {
      upvar implDir implDir rptDir rptDir timestamp timestamp
      set command [expr {$phase eq "route_phys_opt_design" ? "phys_opt_design" : $phase}]
      $command {*}$options {*}[expr {$directive eq "" ? "" : "-directive $directive"}]
      write_checkpoint -force $implDir/$timestamp.post_$phase.dcp
    }`,
  'aws_gen_clk_constraints.tcl': 'close [open $::env(CL_DIR)/build/constraints/cl_clocks_aws.xdc w]',
  'aws_clock_properties.tcl': '',
};

const f2Scripts: Readonly<Record<string, string>> = {
  'build_all.tcl': `
    proc print {text} { puts $text }
    lassign $argv PLACE_DIRECT PHY_OPT_DIRECT ROUTE_DIRECT
    foreach name {CL SHELL_MODE BUILD_FLOW CL_DIR HDK_SHELL_DIR HDK_SHELL_DESIGN_DIR} { set $name $::env($name) }
    set TAG $::env(BUILD_TAG)
    set DEVICE_TYPE ${kits.f2.part}
    set scripts_dir [pwd]
    set constraints_dir [file dirname $scripts_dir]/constraints
    set checkpoints_dir [file dirname $scripts_dir]/checkpoints
    set reports_dir [file dirname $scripts_dir]/reports
    set src_post_enc_dir [file dirname $scripts_dir]/src_post_encryption
    file mkdir $checkpoints_dir $reports_dir $src_post_enc_dir
    source $HDK_SHELL_DIR/build/scripts/aws_gen_clk_constraints.tcl
    source encrypt.tcl
    source $scripts_dir/synth_$CL.tcl
    source $scripts_dir/build_level_1_cl.tcl`,
  'aws_gen_clk_constraints.tcl': 'close [open $::env(CL_DIR)/build/constraints/generated_cl_clocks_aws.xdc w]',
  'synth_cl_header.tcl': `
    set_param sta.enableAutoGenClkNamePersistence 0
    create_project -in_memory -part $DEVICE_TYPE -force
    read_verilog -sv [list $HDK_SHELL_DESIGN_DIR/sh_ddr/synth/sh_ddr.sv]
    read_xdc $CL_DIR/build/constraints/generated_cl_clocks_aws.xdc`,
  'synth_cl_footer.tcl': `
    write_checkpoint -force $checkpoints_dir/$CL.$TAG.post_synth.dcp
    close_project
    set_param sta.enableAutoGenClkNamePersistence 1`,
  'build_level_1_cl.tcl': `
    add_files $HDK_SHELL_DIR/build/checkpoints/from_aws/cl_bb_routed.$SHELL_MODE.dcp
    add_files $checkpoints_dir/$CL.$TAG.post_synth.dcp
    set_property SCOPED_TO_CELLS {${kits.f2.cell}} [get_files $checkpoints_dir/$CL.$TAG.post_synth.dcp]
    link_design -mode default -reconfig_partitions {${kits.f2.cell}} -top top
    read_xdc $constraints_dir/\${SHELL_MODE}_cl_pnr_user.xdc
    opt_design
    place_design -directive $PLACE_DIRECT -no_bufg_opt
    phys_opt_design -directive $PHY_OPT_DIRECT
    route_design -directive $ROUTE_DIRECT -tns_cleanup
    write_checkpoint -force $checkpoints_dir/$CL.$TAG.post_route.dcp
    close_design`,
};

const empty = (paths: readonly string[]): [string, string][] => paths.map((path) => [path, '']);

/** The files of an outline by path below the kit. */
export function kitOutline(shell: ShellName): ReadonlyMap<string, string> {
  const scripts = Object.entries({ f1: f1Scripts, f2: f2Scripts }[shell]);
  const constraints = ['cl_ddr.xdc', 'cl_synth_aws.xdc'].map((name) => `build/constraints/${name}`);
  const sources = (shell === 'f1' ? f1KitSources : ['sh_ddr/synth/sh_ddr.sv']).map((path) => `design/${path}`);
  const files: [string, string][] = [
    ...scripts.map(([name, text]): [string, string] => [`build/scripts/${name}`, text]),
    ...empty([`build/scripts/${kits[shell].keyFile}`, ...(shell === 'f1' ? constraints : []), ...sources]),
  ];
  return new Map(files.map(([path, text]) => [`${shellFolder}/${path}`, text]));
}
