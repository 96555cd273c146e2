# Tells the version of Tcl, for which tclsh has no option.
puts "Tcl [info patchlevel]"
