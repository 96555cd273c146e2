// SPDX-License-Identifier: Apache-2.0
// The way to the slot memory, BAR4 of the card, as this shell offers it. All functions return 0 when they succeed.
#ifndef HERMES_TRANSPORT_H
#define HERMES_TRANSPORT_H

#include <stddef.h>
#include <stdint.h>

struct hermes_transport {
    // Valid only after hermes_transport_open() has succeeded.
    int is_open;
    int to_card;
    int from_card;
};

int hermes_transport_open(struct hermes_transport *transport, int fpga_slot);
int hermes_transport_write(struct hermes_transport *transport, uint64_t offset, const uint8_t *bytes, size_t size);
int hermes_transport_read(struct hermes_transport *transport, uint64_t offset, uint8_t *bytes, size_t size);
void hermes_transport_close(struct hermes_transport *transport);

#endif
