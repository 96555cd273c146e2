# SPDX-License-Identifier: Apache-2.0
# Vivado's commands for plain tclsh, which do nothing but write down that they were called, and refuse what Vivado would
# refuse: files that are not there, and commands that do not exist.
#   tclsh check-prelude.tcl SCRIPT ARGUMENT...
# HERMES_RECORD names the file for the record. HERMES_PLACES is a list of names and folders: in the record, and in messages,
# a path below such a folder begins with the name. HERMES_SLACK is the slack that timing reports, in ns.

set ::record [open $::env(HERMES_RECORD) w]
fconfigure $::record -buffering line
set ::known_files {}

proc hermes_shown {text} {
  foreach {name folder} $::env(HERMES_PLACES) { set text [string map [list $folder $name] $text] }
  return $text
}

proc hermes_note {command arguments} {
  puts $::record [hermes_shown [string trimright "$command [join $arguments { }]"]]
}

# Whether a command was given an option.
proc hermes_has {arguments option} { expr {[lsearch -exact $arguments $option] >= 0} }

# What of the arguments is not an option, or the value of one.
proc hermes_operands {arguments valued} {
  set operands {}
  for {set i 0} {$i < [llength $arguments]} {incr i} {
    set word [lindex $arguments $i]
    if {[hermes_has $valued $word]} { incr i } elseif {![string match -* $word]} { lappend operands {*}$word }
  }
  return $operands
}

# Files that the kit downloads when it is set up need not be there.
proc hermes_require {command files} {
  foreach file $files {
    if {![file exists $file] && ![string match */checkpoints/from_aws/* $file]} {
      error "$command: there is no file [hermes_shown $file]"
    }
    lappend ::known_files $file
  }
}

# Commands that read files: which of their options take a value.
foreach {command valued} {
  read_verilog {-library}
  read_ip {}
  read_bd {}
  add_files {-fileset}
  open_checkpoint {}
  read_xdc {-ref -cell}
  encrypt {-k -lang}
} {
  proc $command {args} [string map [list @COMMAND@ $command @VALUED@ [list $valued]] {
    set files [hermes_operands $args @VALUED@]
    if {[hermes_has $args -k]} { hermes_require @COMMAND@ [list [lindex $args [lsearch $args -k]+1]] }
    hermes_require @COMMAND@ $files
    if {[llength $files] == 0 && ![hermes_has $args -quiet]} { error "@COMMAND@: no files" }
    set options [lsearch -all -inline -not -exact $args $files]
    hermes_note @COMMAND@ [expr {[llength $files] > 1 ? $options : $args}]
    if {[llength $files] > 1} { foreach file $files { hermes_note " " $file } }
    if {"@COMMAND@" eq "read_xdc"} {
      # Constraints of the design are Tcl as well; those of the kit are taken as they are.
      foreach file $files { if {[string match $::env(CL_DIR)/*user* $file]} { uplevel #0 [list source $file] } }
    }
  }]
}

# Commands that are only written down, and what they give back.
foreach {command result} {
  set_param {} create_project {} close_project {} current_project project_1 set_property {} set_msg_config {}
  update_compile_order {} synth_design {} link_design {} opt_design {} place_design {} phys_opt_design {} route_design {}
  report_timing {} report_timing_summary {} report_utilization {} report_route_status {} write_debug_probes {}
  close_design {} create_pblock {} resize_pblock {} add_cells_to_pblock {} set_false_path {} set_clock_groups {}
  set_max_delay {} set_multicycle_path {} create_clock {} create_generated_clock {}
} {
  proc $command {args} [string map [list @COMMAND@ $command @RESULT@ [list $result]] {
    hermes_note @COMMAND@ $args
    return @RESULT@
  }]
}

# Queries: what they ask for is written where it is used.
foreach command {get_cells get_pins get_ports get_nets get_clocks get_pblocks get_sites} {
  proc $command {args} [string map [list @COMMAND@ $command] { return "\[@COMMAND@ [join $args { }]\]" }]
}
foreach command {get_debug_cores current_instance current_design get_timing_paths} {
  proc $command {args} { return {} }
}

proc get_files {name} {
  foreach file $::known_files {
    if {$file eq $name || [file tail $file] eq $name} { return $name }
  }
  error "get_files: [hermes_shown $name] has not been read"
}

proc get_property {name args} {
  if {$name eq "SLACK"} { return $::env(HERMES_SLACK) }
  return {}
}

proc write_checkpoint {args} {
  hermes_note write_checkpoint $args
  set file [lindex [hermes_operands $args {}] end]
  set out [open $file w]
  puts $out "checkpoint [hermes_shown $file]"
  close $out
  lappend ::known_files $file
}

proc version {args} { return $::env(HERMES_VIVADO) }

# Only what works the same in a shell of Vivado.
rename exec hermes_exec
proc exec {args} {
  set program [lindex $args 0]
  if {[lsearch -exact {sha256sum tar grep chmod} $program] < 0} { error "exec: $program is not expected here" }
  hermes_note exec $args
  return [hermes_exec {*}$args]
}
rename source hermes_source
# Vivado's source knows -notrace.
proc source {args} {
  set args [lsearch -all -inline -not -exact $args -notrace]
  set file [lindex $args end]
  if {![file exists $file]} { error "source: there is no file [hermes_shown $file]" }
  uplevel 1 [list hermes_source {*}$args]
}
rename exit hermes_exit
proc exit {{code 0}} {
  if {$code != 0} { puts stderr "ended with code $code" }
  hermes_exit $code
}

set script [lindex $argv 0]
set argv [lrange $argv 1 end]
set argc [llength $argv]
set argv0 $script
if {[catch {source $script} message]} {
  puts stderr [hermes_shown [expr {[regexp {\(file "([^"]+)" line (\d+)\)} $::errorInfo whole file line] ? "$file:$line: $message" : $message}]]
  hermes_exit 1
}
