#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds cl_hermes with the kit. Further options go to the kit's script:
#   ./build.sh --place ExtraTimingOpt
# clk_main_a0 is 250 MHz in this shell whatever the recipe, so no recipe is chosen.
set -euo pipefail
cd "$(dirname "$0")"
: "${HDK_SHELL_DIR:?is not set: source hdk_setup.sh of the kit first}"
CL_DIR="$(cd ../.. && pwd)"
export CL_DIR
if [[ "$(basename "$CL_DIR")" != cl_hermes ]]; then
  echo "build.sh: $CL_DIR: the kit takes the module's name from the folder; rename it cl_hermes" >&2
  exit 2
fi
exec python3 "$HDK_SHELL_DIR/build/scripts/aws_build_dcp_from_cl.py" --cl cl_hermes --mode small_shell "$@"
