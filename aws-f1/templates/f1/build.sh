#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds cl_hermes with the kit, and the options that this design needs. Further options go to the kit's script:
#   ./build.sh -foreground -strategy TIMING
set -euo pipefail
cd "$(dirname "$0")"
: "${HDK_SHELL_DIR:?is not set: source hdk_setup.sh of the kit first}"
CL_DIR="$(cd ../.. && pwd)"
export CL_DIR
exec bash "$HDK_SHELL_DIR/build/scripts/aws_build_dcp_from_cl.sh" \
  -clock_recipe_a @RECIPE@ -uram_option @URAM_OPTION@ "$@"
