// SPDX-License-Identifier: Apache-2.0
// Runs an eBPF program on the card: requests slots, loads program and data, runs, reads the data back. Without files it runs
// the built-in example and compares with what the model of the device computes.
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fpga_mgmt.h"
#include "fpga_pci.h"

#include "hermes.h"
#include "hermes_commands.h"
#include "hermes_example.h"
#include "hermes_transport.h"

// A command that has not finished by then never will: the step limit of the device ends every program much sooner.
static const double timeout_seconds = 30;

static pci_bar_handle_t registers = PCI_BAR_HANDLE_INIT;
static struct hermes_transport memory;

struct response {
    uint8_t status;
    uint64_t detail;
};

struct buffer {
    uint8_t *bytes;
    size_t size;
};

static void end(int code) __attribute__((noreturn));

static void end(int code)
{
    hermes_transport_close(&memory);
    if (registers != PCI_BAR_HANDLE_INIT)
        fpga_pci_detach(registers);
    fpga_mgmt_close();
    exit(code);
}

static void require(int failed, const char *what)
{
    if (!failed)
        return;
    fprintf(stderr, "hermes_run: %s failed (%d)\n", what, failed);
    end(2);
}

static uint32_t read_register(uint64_t offset)
{
    uint32_t value = 0;
    require(fpga_pci_peek(registers, offset, &value), "reading a register");
    return value;
}

static void write_register(uint64_t offset, uint32_t value)
{
    require(fpga_pci_poke(registers, offset, value), "writing a register");
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

// One command on engine 0; first and second are bytes 8 and 9 of the request, bytes its bytes 12 to 15.
static struct response command(uint8_t opcode, uint8_t first, uint8_t second, uint32_t bytes)
{
    static uint16_t id;
    const uint64_t request = HERMES_EHCMDREQ_OFFSET(0);
    const uint64_t response = HERMES_EHCMDRES_OFFSET(0);

    id++;
    write_register(request, (uint32_t)id << HERMES_EHCMDREQ_ID_LSB | opcode);
    write_register(request + 8, first | (uint32_t)second << 8);
    write_register(request + 12, bytes);
    write_register(HERMES_EHCMDCTRL_OFFSET(0), HERMES_EHCMDCTRL_EXEC_MASK);

    const double deadline = now() + timeout_seconds;
    while (!(read_register(HERMES_EHCMDCTRL_OFFSET(0)) & HERMES_EHCMDCTRL_DONE_MASK))
        require(now() > deadline, "waiting for a command");

    const uint32_t head = read_register(response);
    require((uint16_t)head != id, "matching a response with its request");
    const uint64_t low = read_register(response + 8);
    const uint64_t high = read_register(response + 12);
    return (struct response){
        .status = (uint8_t)(head >> HERMES_EHCMDRES_STATUS_LSB),
        .detail = high << 32 | low,
    };
}

static uint8_t request_slot(uint8_t type, const char *what)
{
    const struct response response = command(HERMES_REQUEST_SLOT, type, 0, 0);
    require(response.status, what);
    return (uint8_t)response.detail;
}

static struct buffer read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    require(file == NULL, path);
    require(fseek(file, 0, SEEK_END), path);
    const long size = ftell(file);
    require(size < 0 || fseek(file, 0, SEEK_SET), path);
    struct buffer buffer = {.bytes = calloc(1, (size_t)size + 1), .size = (size_t)size};
    require(buffer.bytes == NULL || fread(buffer.bytes, 1, buffer.size, file) != buffer.size, path);
    fclose(file);
    return buffer;
}

static void write_file(const char *path, struct buffer buffer)
{
    FILE *file = fopen(path, "wb");
    require(file == NULL || fwrite(buffer.bytes, 1, buffer.size, file) != buffer.size || fclose(file), path);
}

static int usage(void)
{
    fputs("usage: hermes_run [-s FPGA slot] [-p program.bin [-d data.bin] [-o result.bin]]\n", stderr);
    return 2;
}

int main(int count, char **arguments)
{
    int slot = 0;
    const char *program_path = NULL, *data_path = NULL, *result_path = NULL;
    for (int option; (option = getopt(count, arguments, "s:p:d:o:")) != -1;) {
        switch (option) {
        case 's': slot = atoi(optarg); break;
        case 'p': program_path = optarg; break;
        case 'd': data_path = optarg; break;
        case 'o': result_path = optarg; break;
        default: return usage();
        }
    }
    if (optind != count || (!program_path && (data_path || result_path)))
        return usage();

    require(fpga_mgmt_init(), "opening the FPGA library (root rights?)");
    require(fpga_pci_attach(slot, FPGA_APP_PF, APP_PF_BAR0, 0, &registers), "attaching BAR0 (is the image loaded?)");
    require(hermes_transport_open(&memory, slot), "opening the slot memory");
    require(read_register(HERMES_EHVER_OFFSET) != HERMES_EHVER_VALUE, "recognising the device in BAR0");

    struct buffer program = {.bytes = (uint8_t *)hermes_example_program, .size = sizeof hermes_example_program};
    struct buffer before = {.bytes = (uint8_t *)hermes_example_data, .size = sizeof hermes_example_data};
    if (program_path) {
        program = read_file(program_path);
        before = data_path ? read_file(data_path) : (struct buffer){0};
    }
    const uint32_t program_bytes = read_register(HERMES_EHPSSZE_OFFSET);
    const uint32_t data_bytes = read_register(HERMES_EHDSSZE_OFFSET);
    require(program.size > program_bytes, "fitting the program into a slot");
    require(before.size > data_bytes, "fitting the data into a slot");

    const uint8_t program_slot = request_slot(HERMES_SLOT_PROGRAM, "requesting a program slot");
    const uint8_t data_slot = request_slot(HERMES_SLOT_DATA, "requesting a data slot");
    const uint64_t program_at = read_register(HERMES_EHPSOFF_OFFSET) + (uint64_t)program_slot * program_bytes;
    const uint64_t data_at = read_register(HERMES_EHDSOFF_OFFSET) + (uint64_t)data_slot * data_bytes;
    require(hermes_transport_write(&memory, program_at, program.bytes, program.size), "writing the program");
    require(hermes_transport_write(&memory, data_at, before.bytes, before.size), "writing the data");

    const struct response run = command(HERMES_RUN, program_slot, data_slot, (uint32_t)program.size);
    struct buffer after = {.bytes = calloc(1, before.size + 1), .size = before.size};
    require(after.bytes == NULL, "allocating memory");
    require(hermes_transport_read(&memory, data_at, after.bytes, after.size), "reading the data");
    const uint8_t released = command(HERMES_RELEASE_SLOT, HERMES_SLOT_DATA, data_slot, 0).status
        | command(HERMES_RELEASE_SLOT, HERMES_SLOT_PROGRAM, program_slot, 0).status;
    require(released, "releasing the slots");

    if (run.status) {
        fprintf(stderr, "hermes_run: status 0x%02x, error class %u at pc %u\n", run.status, (unsigned)(run.detail & 0xff),
                (unsigned)(run.detail >> 32));
        end(1);
    }
    printf("r0 0x%016llx\n", (unsigned long long)run.detail);
    if (result_path)
        write_file(result_path, after);
    if (!program_path) {
        const bool equal = run.detail == HERMES_EXAMPLE_R0 && !memcmp(after.bytes, hermes_example_after, after.size);
        printf("example: %s\n", equal ? "equal to the model" : "differs from the model");
        end(equal ? 0 : 1);
    }
    end(0);
}
