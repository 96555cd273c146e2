# SPDX-License-Identifier: Apache-2.0
# The kit's flow. It sources encrypt.tcl, synth_cl_hermes.tcl and build_level_1_cl.tcl from this folder.
source $::env(HDK_SHELL_DIR)/build/scripts/build_all.tcl
