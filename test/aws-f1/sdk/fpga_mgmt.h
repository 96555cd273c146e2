// Of the kit's management library, what hermes_run uses.
#ifndef FPGA_MGMT_H
#define FPGA_MGMT_H
int fpga_mgmt_init(void);
int fpga_mgmt_close(void);
#endif
