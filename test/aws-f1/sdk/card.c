// A card for hermes_run, in place of the kit's library: registers, commands and slots as docs/registers.md has them. Of
// programs it knows one, sorting: it finds the bytes in the slot and does with the data what they say. CARD_FAULT names what
// goes wrong: run (every program ends with an error), memory (a bit of the slot memory is stuck), busy (no slot is free).
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fpga_dma.h"
#include "fpga_mgmt.h"
#include "fpga_pci.h"

enum { slots = 2, slot_bytes = 4096, data_offset = 0x2000, given_program = 1, given_data = 0 };

static uint8_t memory[data_offset + slots * slot_bytes];
static uint8_t request[32], response[16];
static uint32_t doorbell;
static bool is_taken[2];

static bool fault(const char *name)
{
    const char *planted = getenv("CARD_FAULT");
    return planted && !strcmp(planted, name);
}

static int32_t *number(uint8_t *data, uint32_t n) { return (int32_t *)(data + 4 + 4 * n); }

// What the program examples/sort.s computes: how many places the numbers move, and the numbers in order.
static uint64_t sort(uint8_t *data)
{
    uint64_t moves = 0;
    const uint32_t count = *(uint32_t *)data;
    for (uint32_t i = 1; i < count; i++)
        for (uint32_t j = i; j > 0 && *number(data, j) < *number(data, j - 1); j--, moves++) {
            const int32_t kept = *number(data, j);
            *number(data, j) = *number(data, j - 1);
            *number(data, j - 1) = kept;
        }
    return moves;
}

static uint8_t execute(void)
{
    const uint8_t type = request[8], slot = type == 0 ? given_program : given_data;
    switch (request[0]) {
    case 0x00:
        if (fault("busy") || type > 1 || is_taken[type])
            return 1;
        is_taken[type] = true;
        response[8] = slot;
        return 0;
    case 0x01:
        if (type > 1 || request[9] != slot || !is_taken[type])
            return 2 + type;
        is_taken[type] = false;
        return 0;
    case 0x80: {
        if (!is_taken[0] || request[8] != given_program)
            return 2;
        if (!is_taken[1] || request[9] != given_data)
            return 3;
        if (fault("run")) {
            response[8] = 7;
            response[12] = 9;
            return 5;
        }
        uint32_t length;
        memcpy(&length, request + 12, 4);
        // It begins with a load of the count and ends with exit.
        const uint8_t *program = memory + given_program * slot_bytes;
        if (length % 8 || program[0] != 0x61 || program[length - 8] != 0x95)
            return 5;
        const uint64_t r0 = sort(memory + data_offset + given_data * slot_bytes);
        memcpy(response + 8, &r0, 8);
        return 0;
    }
    default:
        return 6;
    }
}

static uint8_t *place(pci_bar_handle_t handle, uint64_t offset, uint64_t bytes)
{
    if (handle != APP_PF_BAR4 || offset + bytes > sizeof memory) {
        fprintf(stderr, "card: %llu bytes at 0x%llx of BAR%d\n", (unsigned long long)bytes, (unsigned long long)offset, handle);
        exit(99);
    }
    return memory + offset;
}

int fpga_mgmt_init(void) { return 0; }
int fpga_mgmt_close(void) { return 0; }

int fpga_pci_attach(int slot_id, int pf_id, int bar_id, uint32_t flags, pci_bar_handle_t *handle)
{
    if (slot_id != 0 || pf_id != FPGA_APP_PF || (bar_id == APP_PF_BAR4) != (flags == BURST_CAPABLE))
        return -1;
    *handle = bar_id;
    return 0;
}

int fpga_pci_detach(pci_bar_handle_t handle) { return handle < 0; }

int fpga_pci_poke(pci_bar_handle_t handle, uint64_t offset, uint32_t value)
{
    if (handle == APP_PF_BAR4)
        memcpy(place(handle, offset, 4), &value, 4);
    else if (offset >= 0x1000 && offset < 0x1020)
        memcpy(request + offset - 0x1000, &value, 4);
    else if (offset == 0x2000 && (value & 1)) {
        memset(response, 0, sizeof response);
        response[2] = execute();
        memcpy(response, request + 2, 2);
        doorbell = 0x100;
    }
    return 0;
}

int fpga_pci_peek(pci_bar_handle_t handle, uint64_t offset, uint32_t *value)
{
    static const uint32_t information[] = {[0] = 1, [0x38 / 4] = 0, [0x3c / 4] = slot_bytes, data_offset, slot_bytes};
    *value = 0;
    if (handle == APP_PF_BAR4)
        memcpy(value, place(handle, offset, 4), 4);
    else if (offset < sizeof information)
        *value = information[offset / 4];
    else if (offset >= 0x1020 && offset < 0x1030)
        memcpy(value, response + offset - 0x1020, 4);
    else if (offset == 0x2000)
        *value = doorbell;
    return 0;
}

int fpga_pci_poke8(pci_bar_handle_t handle, uint64_t offset, uint8_t value)
{
    *place(handle, offset, 1) = value;
    return 0;
}

static void load(uint8_t *into, const uint8_t *from, size_t bytes)
{
    memcpy(into, from, bytes);
    if (fault("memory"))
        into[bytes - 1] ^= 0x10;
}

int fpga_pci_peek8(pci_bar_handle_t handle, uint64_t offset, uint8_t *value)
{
    load(value, place(handle, offset, 1), 1);
    return 0;
}

int fpga_pci_peek64(pci_bar_handle_t handle, uint64_t offset, uint64_t *value)
{
    load((uint8_t *)value, place(handle, offset, 8), 8);
    return 0;
}

int fpga_pci_write_burst(pci_bar_handle_t handle, uint64_t offset, uint32_t *datap, uint64_t dword_len)
{
    memcpy(place(handle, offset, 4 * dword_len), datap, 4 * dword_len);
    return 0;
}

// A queue is an open file, for its user closes it; whether it reads is kept by its number.
static bool reads[64];

int fpga_dma_open_queue(enum fpga_dma_driver which_driver, int slot_id, int channel, bool is_read)
{
    const int file = open("/dev/null", O_RDWR);
    if (which_driver != FPGA_DMA_XDMA || slot_id != 0 || channel != 0 || file < 0 || file >= 64)
        return -1;
    reads[file] = is_read;
    return file;
}

int fpga_dma_burst_write(int fd, uint8_t *buffer, size_t xfer_sz, size_t address)
{
    memcpy(place(APP_PF_BAR4, address, xfer_sz), buffer, xfer_sz);
    return reads[fd];
}

int fpga_dma_burst_read(int fd, uint8_t *buffer, size_t xfer_sz, size_t address)
{
    load(buffer, place(APP_PF_BAR4, address, xfer_sz), xfer_sz);
    return !reads[fd];
}
