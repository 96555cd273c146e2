# SPDX-License-Identifier: Apache-2.0
# Constraints of synthesis, seen from inside cl_hermes: none beside the timing ones.
