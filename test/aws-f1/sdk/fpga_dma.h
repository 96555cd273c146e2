// Of the kit's DMA library, what hermes_run uses.
#ifndef FPGA_DMA_H
#define FPGA_DMA_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
enum fpga_dma_driver { FPGA_DMA_EDMA, FPGA_DMA_XDMA };
int fpga_dma_open_queue(enum fpga_dma_driver which_driver, int slot_id, int channel, bool is_read);
int fpga_dma_burst_write(int fd, uint8_t *buffer, size_t xfer_sz, size_t address);
int fpga_dma_burst_read(int fd, uint8_t *buffer, size_t xfer_sz, size_t address);
#endif
