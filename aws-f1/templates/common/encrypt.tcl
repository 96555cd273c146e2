# SPDX-License-Identifier: Apache-2.0
# Copies the sources of the custom logic to build/src_post_encryption and encrypts them there: a checkpoint of plain sources
# is refused (DCP_NOT_ENCRYPTED).

source cl_hermes_sources.tcl
set plain $::env(CL_DIR)/design
set encrypted $::env(CL_DIR)/build/src_post_encryption

# What an earlier build left may no longer belong to the design.
file delete -force $encrypted
file mkdir $encrypted

set copies {}
foreach name [concat $cl_headers $cl_sources] {
  set copy $encrypted/$name
  file copy -force $plain/$name $copy
  file attributes $copy -permissions u+w
  lappend copies $copy
}
encrypt -k $::env(HDK_SHELL_DIR)/build/scripts/@KEY_FILE@ -lang verilog $copies
