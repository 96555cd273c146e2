// SPDX-License-Identifier: Apache-2.0
// F1: DMA by the XDMA engine in the shell. Needs the xdma driver of the kit.
#include <stdbool.h>
#include <unistd.h>

#include "fpga_dma.h"

#include "hermes_transport.h"

static const int channel = 0;

int hermes_transport_open(struct hermes_transport *transport, int fpga_slot)
{
    transport->to_card = fpga_dma_open_queue(FPGA_DMA_XDMA, fpga_slot, channel, false);
    if (transport->to_card < 0)
        return transport->to_card;
    transport->from_card = fpga_dma_open_queue(FPGA_DMA_XDMA, fpga_slot, channel, true);
    if (transport->from_card < 0) {
        close(transport->to_card);
        return transport->from_card;
    }
    transport->is_open = 1;
    return 0;
}

int hermes_transport_write(struct hermes_transport *transport, uint64_t offset, const uint8_t *bytes, size_t size)
{
    return fpga_dma_burst_write(transport->to_card, (uint8_t *)bytes, size, offset);
}

int hermes_transport_read(struct hermes_transport *transport, uint64_t offset, uint8_t *bytes, size_t size)
{
    return fpga_dma_burst_read(transport->from_card, bytes, size, offset);
}

void hermes_transport_close(struct hermes_transport *transport)
{
    if (!transport->is_open)
        return;
    close(transport->to_card);
    close(transport->from_card);
    transport->is_open = 0;
}
