# SPDX-License-Identifier: Apache-2.0
# Constraints of synthesis, seen from inside cl_hermes.

# The virtual DIP switches belong to no clock: the first flip-flop behind them is a synchroniser's.
set_false_path -from [get_ports sh_cl_status_vdip*]
# Nobody samples the virtual LEDs in a hurry.
set_false_path -to [get_ports cl_sh_status_vled*]
