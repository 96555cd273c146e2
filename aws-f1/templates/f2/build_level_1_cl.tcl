# SPDX-License-Identifier: Apache-2.0
# Link, place and route as the kit does them; it reads build/constraints/small_shell_cl_pnr_user.xdc.
source $::env(HDK_SHELL_DIR)/build/scripts/build_level_1_cl.tcl
