/** The device at its smallest: its two ports, and what its registers hold. */
import { hermes } from '../../../gen/device/hermes.ts';
import { hostWay } from '../designs.ts';
import { smallest } from './smallest.ts';
import type { Task } from '../task.ts';

export const deviceTasks: readonly Task[] = [
  {
    name: 'ocl/protocol',
    what: 'BAR0, AXI4-Lite: offers stand, one answer an access and none without, bounded time',
    design: () => hermes(smallest),
    free: ['engine', 'slot_memory', 'dma_slave'],
    properties: 'axi_lite_properties',
    prefix: 'ocl_',
    mode: 'reachability',
    cover: 16,
    faults: [
      {
        what: 'a write is begun without its word',
        file: 'hermes.sv',
        find: 'csr_aw_slice_pop_valid && csr_w_slice_pop_valid',
        replace: 'csr_aw_slice_pop_valid',
        depth: 12,
      },
    ],
  },
  {
    name: 'ocl/registers',
    what: 'BAR0: every word reads back what was written, shows what it has to, or 0; byte strobes; nothing else is written',
    design: () => hermes(smallest),
    free: ['engine', 'slot_memory', 'dma_slave'],
    properties: 'register_properties',
    parameters: {
      PROGRAM_BYTES: smallest.programSlotBytes,
      DATA_BYTES: smallest.dataSlotBytes,
      DATA_OFFSET: smallest.programSlotBytes,
      STEP_LIMIT: smallest.stepLimit,
      BUILD_0: 0x6d726f66,
      BUILD_1: 0x6c61,
    },
    probes: {
      response_id: 'csr_ehcmdres_0_id',
      response_status: 'csr_ehcmdres_0_status',
      response_detail: 'csr_ehcmdres_0_detail',
      executes: 'csr_ehcmdctrl_0_exec_q',
      done: 'csr_ehcmdctrl_0_done',
      cycles: 'engine0_run_cycles',
      instructions: 'engine0_run_instructions',
    },
    mode: 'bmc',
    depth: 16,
    cover: 20,
    faults: [
      {
        what: 'a byte strobe guards the wrong byte',
        file: 'hermes.sv',
        find: 'csr_ehcmdreq_0_length_condition && csr_strobe_q[2]',
        replace: 'csr_ehcmdreq_0_length_condition && csr_strobe_q[1]',
        depth: 16,
      },
    ],
  },
  {
    name: 'pcis/read',
    what: 'BAR4, AXI4 reads: offers stand, bursts answered once, in order, with ID and RLAST, bounded time',
    design: () => hostWay(smallest, 4),
    freeMemories: ['slots.*.ram'],
    properties: 'axi_read_properties',
    prefix: 'axi_',
    parameters: { ID: 1, DATA: 1, LENGTH: 1, HOLDS: 7 },
    mode: 'bmc',
    gates: true,
    depth: 16,
    deep: 20,
    cover: 16,
    faults: [
      {
        what: 'every beat is the last',
        file: 'dma_slave.sv',
        find: 'read_address_last = read_address_done_q == read_address_slice_pop_bits[10:3]',
        replace: "read_address_last = read_address_done_q == 8'd0",
        depth: 14,
      },
    ],
  },
  {
    name: 'pcis/write',
    what: 'BAR4, AXI4 writes: offers stand, bursts answered once, in order, with ID, after the last beat, bounded time',
    design: () => hostWay(smallest, 4),
    freeMemories: ['slots.*.ram'],
    properties: 'axi_write_properties',
    prefix: 'axi_',
    parameters: { ID: 1, LENGTH: 1, HOLDS: 7 },
    mode: 'bmc',
    gates: true,
    depth: 16,
    deep: 20,
    cover: 16,
    faults: [
      {
        what: 'every beat is answered',
        file: 'dma_slave.sv',
        find: 'slots_write_done && write_pending_q.last',
        replace: 'slots_write_done',
        depth: 12,
      },
    ],
  },
];
