// SPDX-License-Identifier: Apache-2.0
// F2: the small shell has no DMA engine. Stores to BAR4 are combined by the processor, loads are not, so reading is slow.
#include <string.h>

#include "fpga_pci.h"

#include "hermes_transport.h"

int hermes_transport_open(struct hermes_transport *transport, int fpga_slot)
{
    const int failed = fpga_pci_attach(fpga_slot, FPGA_APP_PF, APP_PF_BAR4, BURST_CAPABLE, &transport->to_card);
    transport->from_card = transport->to_card;
    transport->is_open = !failed;
    return failed;
}

int hermes_transport_write(struct hermes_transport *transport, uint64_t offset, const uint8_t *bytes, size_t size)
{
    const size_t words = size / sizeof(uint32_t);
    int failed = 0;
    uint32_t chunk[1024];
    for (size_t done = 0; done < words && !failed;) {
        const size_t left = words - done;
        const size_t now = left < sizeof chunk / sizeof *chunk ? left : sizeof chunk / sizeof *chunk;
        memcpy(chunk, bytes + sizeof *chunk * done, sizeof *chunk * now);
        failed = fpga_pci_write_burst(transport->to_card, offset + sizeof *chunk * done, chunk, now);
        done += now;
    }
    for (size_t at = sizeof *chunk * words; at < size && !failed; at++)
        failed = fpga_pci_poke8(transport->to_card, offset + at, bytes[at]);
    // A read behind the stores: they have arrived when it is answered.
    uint32_t ignored;
    return failed ? failed : fpga_pci_peek(transport->from_card, offset & ~UINT64_C(3), &ignored);
}

int hermes_transport_read(struct hermes_transport *transport, uint64_t offset, uint8_t *bytes, size_t size)
{
    size_t at = 0;
    int failed = 0;
    for (uint64_t word; at + sizeof word <= size && !failed; at += sizeof word) {
        failed = fpga_pci_peek64(transport->from_card, offset + at, &word);
        if (!failed)
            memcpy(bytes + at, &word, sizeof word);
    }
    for (; at < size && !failed; at++)
        failed = fpga_pci_peek8(transport->from_card, offset + at, &bytes[at]);
    return failed;
}

void hermes_transport_close(struct hermes_transport *transport)
{
    if (transport->is_open)
        fpga_pci_detach(transport->to_card);
    transport->is_open = 0;
}
