# SPDX-License-Identifier: Apache-2.0
# Runs a test in XSIM. With a wave window, everything is in it.
if {[string length [current_wave_config]] == 0 && [llength [get_objects]] > 0} { add_wave / }
run all
quit
