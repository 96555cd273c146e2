// Included before every unit: where the design's messages go (see harness.cpp).
#pragma once
int hermesPrint(const char* format, ...) __attribute__((format(printf, 1, 2)));
#define VL_PRINTF hermesPrint
