# SPDX-License-Identifier: Apache-2.0
# Constraints of placement and routing, seen from the top of the shell. cl_hermes is WRAPPER/CL there.
#
# The kit's pblock_CL holds all of it, and nothing is bound to a super logic region: the slots' UltraRAMs need more than one.
# Add pblocks below when a timing report asks for them; `hermes check` compares the cells that they name with the design.

set_false_path -through [get_pins WRAPPER/CL/sh_cl_status_vdip*]
set_false_path -through [get_pins WRAPPER/CL/cl_sh_status_vled*]
